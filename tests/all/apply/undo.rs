//! What was done, taken back.

use callmap::{
    apply::{End, journal, recall},
    model::{Container, Resource, RoleName},
    plan::{Deed, Include},
};
use serde_json::json;

use super::{
    cloud::{Cloud, Fate, resource},
    story::{DESK, INVOKER, OPS, PAY, PROJECT, Stage, WEB, before, change, plan, step, usual, words},
};

fn contents(cloud: &Cloud<'_>) -> Vec<String> {
    [PAY, DESK, PROJECT].map(|name| cloud.content(name)).to_vec()
}

#[test]
fn where_nobody_else_wrote_everything_is_as_before_to_the_byte() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    let was = contents(&cloud);
    stage.apply(&usual(), &cloud);
    let ran = stage.undo("apply", &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["done"; 3], End::Done));
    assert_eq!(contents(&cloud), was);
    // What was above is given back before own grants go.
    let order: Vec<_> = ran.outcomes.iter().map(|(id, _)| id.0).collect();
    assert_eq!(order, [3, 2, 1]);
}

#[test]
fn an_undo_can_be_taken_back_too() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    let done = contents(&cloud);
    stage.undo("apply", &cloud);
    let ran = stage.undo("undo", &cloud);
    assert_eq!((words(&ran), contents(&cloud)), (vec!["done"; 3], done));
    let order: Vec<_> = ran.outcomes.iter().map(|(id, _)| id.0).collect();
    assert_eq!(order, [1, 2, 3]);
}

#[test]
fn what_others_wrote_since_stays() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    cloud.edit(&resource(PAY), |policy| {
        policy["bindings"]
            .as_array_mut()
            .unwrap()
            .push(json!({"role": "roles/viewer", "members": ["user:eve@example.com"]}));
        policy["later"] = json!(1);
    });
    let ran = stage.undo("apply", &cloud);
    assert_eq!(words(&ran), ["done"; 3]);
    assert_eq!(
        cloud.content(PAY),
        concat!(
            r#"{"bindings":[{"bindingId":"z","role":"roles/run.invoker","members":["user:Old@example.com","allUsers"]},"#,
            r#"{"role":"roles/viewer","members":["user:eve@example.com"]}],"#,
            r#""auditConfigs":[{"service":"allServices","auditLogConfigs":[{"logType":"DATA_READ"}]}],"new":{"b":1,"a":2},"later":1}"#,
        )
    );
}

#[test]
fn what_somebody_took_back_already_is_not_taken_back_again() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    for (name, policy) in before() {
        cloud.set(&resource(name), policy);
    }
    let writes = cloud.writes();
    let ran = stage.undo("apply", &cloud);
    assert_eq!((words(&ran), cloud.writes()), (vec!["done already"; 3], writes));
}

#[test]
fn a_change_that_was_there_before_is_not_callmaps_to_take_back() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.edit(&resource(PAY), |policy| {
        policy["bindings"][0]["members"].as_array_mut().unwrap().push(json!(WEB));
    });
    let was = contents(&cloud);
    stage.apply(&usual(), &cloud);
    stage.undo("apply", &cloud);
    assert_eq!(contents(&cloud), was);
}

#[test]
fn after_a_lost_answer_the_undo_takes_back_what_is_there() {
    for fate in [Fate::Written, Fate::Swallowed] {
        let (cloud, stage) = (Cloud::with(&before()), Stage::new());
        let was = contents(&cloud);
        cloud.fates.borrow_mut().push_back(fate);
        stage.apply(&usual(), &cloud);
        assert_eq!(words(&stage.undo("apply", &cloud)), ["done"; 3], "{fate:?}");
        assert_eq!(contents(&cloud), was, "{fate:?}");
    }
}

#[test]
fn own_grants_stay_until_what_was_above_is_back() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    cloud.fates.borrow_mut().push_back(Fate::Refused);
    let ran = stage.undo("apply", &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["failed", "held", "held"], End::Partly));
    assert!(cloud.content(PAY).contains(WEB));
}

#[test]
fn a_function_that_was_made_again_gets_nothing_back() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&plan(usual().steps[..1].to_vec()), &cloud);
    let pay = PAY.parse().unwrap();
    cloud.services.borrow_mut().get_mut(&pay).unwrap().uid = Some("u2".into());
    let writes = cloud.writes();
    let ran = stage.undo("apply", &cloud);
    assert_eq!((words(&ran), ran.end(), cloud.writes()), (vec!["stale"], End::Stale, writes));
}

#[test]
fn deleted_members_are_not_given_back_and_that_is_known_before() {
    let dead = "deleted:user:gone@example.com?uid=7";
    let policy = json!({"bindings": [{"role": INVOKER, "members": [dead, "user:old@example.com"]}]});
    let (cloud, stage) = (Cloud::with(&[(PAY, policy)]), Stage::new());
    let changes = vec![change(Deed::Remove, dead), change(Deed::Remove, "user:old@example.com")];
    stage.apply(&plan(vec![step(1, PAY, changes)]), &cloud);
    let recorded = journal::read(&journal::LocalDisk, &stage.journal("apply")).unwrap().unwrap();
    let undoings = recall::undoings(&recorded).unwrap();
    assert_eq!(undoings[0].lost.iter().map(|atom| atom.principal.as_str()).collect::<Vec<_>>(), [dead]);
    assert_eq!(words(&stage.undo("apply", &cloud)), ["done"]);
    assert_eq!(
        cloud.content(PAY),
        r#"{"bindings":[{"role":"roles/run.invoker","members":["user:old@example.com"]}]}"#
    );
}

#[test]
fn what_may_be_given_back_only_on_demand_is_told() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    let recorded = journal::read(&journal::LocalDisk, &stage.journal("apply")).unwrap().unwrap();
    let includes: Vec<_> = recall::undoings(&recorded)
        .unwrap()
        .iter()
        .map(|undoing| undoing.includes().into_iter().collect::<Vec<_>>())
        .collect();
    assert_eq!(includes, [vec![Include::Inherited], vec![], vec![Include::Public]]);
    let project = Resource::Container(Container::Project("shop-prod".into()));
    assert_eq!(recall::undoings(&recorded).unwrap()[0].resource, project);
}

#[test]
fn a_journal_that_was_edited_contradicts_itself() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    let path = stage.journal("apply");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let edited = |from: &str, to: &str| {
        // The header is left alone: it holds the plan.
        let rest = lines[1..].join("\n").replace(from, to);
        assert_ne!(rest, lines[1..].join("\n"), "{from}");
        std::fs::write(&path, format!("{}\n{rest}\n", lines[0])).unwrap();
        let recorded = journal::read(&journal::LocalDisk, &path).unwrap().unwrap();
        recall::undoings(&recorded).unwrap_err()
    };
    assert_eq!(
        edited("\"allUsers\"", "\"user:eve@example.com\""),
        "`s1` changes other grants than was to be"
    );
    assert_eq!(
        edited("\"projects/shop-prod\"", "\"folders/77\""),
        "`s3` writes another policy than was to be"
    );
    assert_eq!(edited("\"s3\"", "\"s9\""), "`s9` was not to be");
    let one = "\"after\":{\"zero\":0";
    assert_eq!(edited(one, "\"after\":{\"zero\":1"), "`s2` changes more than grants");
}

#[test]
fn no_journal_gives_back_what_no_plan_takes_away() {
    let world = super::story::world();
    let roles = callmap::access::RoleBook::new(&world);
    let at = callmap::model::time::moment("2026-11-23T00:00:00Z").unwrap();
    let suspicion = |role: &str, member: &str| {
        let mut taken = change(Deed::Remove, member);
        taken.role = RoleName::new(role);
        let policy = json!({"bindings": [{"role": role, "members": [member]}]});
        let (cloud, stage) = (Cloud::with(&[(PROJECT, policy)]), Stage::new());
        stage.apply(&plan(vec![step(1, PROJECT, vec![taken])]), &cloud);
        let recorded = journal::read(&journal::LocalDisk, &stage.journal("apply")).unwrap().unwrap();
        recall::undoings(&recorded).unwrap()[0].suspicion(roles, at)
    };
    assert_eq!(suspicion(INVOKER, OPS), None);
    assert_eq!(suspicion("projects/shop-prod/roles/caller", OPS), None);
    assert_eq!(suspicion("roles/owner", "deleted:user:gone@example.com?uid=7"), None);
    let owner = suspicion("roles/owner", "user:eve@example.com").unwrap();
    assert!(owner.contains("which no plan takes away"), "{owner}");
    assert!(suspicion("roles/storage.admin", "user:eve@example.com").is_some());
}
