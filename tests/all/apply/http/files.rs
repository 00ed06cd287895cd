//! Plan files and journals that somebody had in their hands.

use std::fs;

use serde_json::{Value, json};

use super::Shop;

/// Somebody's hand in a plan.
type Edit = fn(&mut Value);

/// A plan that was saved, edited, and carried out.
fn edited(edit: impl FnOnce(&mut Value)) -> (i32, String, usize) {
    let shop = Shop::open();
    assert_eq!(shop.run(&["plan", "--save", "plan.json"]).code, 0);
    let path = shop.dir.path().join("plan.json");
    let mut plan: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut plan);
    fs::write(&path, plan.to_string()).unwrap();
    let run = shop.apply(&["plan.json"]);
    (run.code, run.err, shop.writes().len())
}

fn grant<'p>(plan: &'p mut Value, change: &str) -> &'p mut Value {
    let steps = plan["steps"].as_array_mut().unwrap();
    let mut changes = steps.iter_mut().flat_map(|step| step["changes"].as_array_mut().unwrap());
    changes.find(|found| found["change"] == change).unwrap()
}

fn step_of<'p>(plan: &'p mut Value, function: &str) -> &'p mut Value {
    let mut steps = plan["steps"].as_array_mut().unwrap().iter_mut();
    steps.find(|step| step["resource"] == super::name(function)).unwrap()
}

#[test]
fn a_plan_that_nobody_edited_is_carried_out() {
    let (code, err, writes) = edited(|_| {});
    assert_eq!((code, writes), (0, 3), "{err}");
}

#[test]
fn a_plan_that_somebody_edited_is_refused_before_any_write() {
    let edits: [(&str, Edit); 12] = [
        ("public", |plan| grant(plan, "add")["member"] = json!("allUsers")),
        ("somebody else", |plan| grant(plan, "add")["member"] = json!("user:eve@example.com")),
        ("another role", |plan| grant(plan, "add")["role"] = json!("roles/owner")),
        ("another grant", |plan| {
            let steps = plan["steps"].as_array_mut().unwrap().iter_mut();
            let mut changes = steps.flat_map(|step| step["changes"].as_array_mut().unwrap());
            let public = changes.find(|found| found["member"] == "allUsers").unwrap();
            (public["member"], public["role"]) = (json!("user:ann@example.com"), json!("roles/run.viewer"));
        }),
        ("no such thing", |plan| plan["steps"][0]["resource"] = json!("projects/shop-prod/topics/x")),
        ("a time to come", |plan| {
            plan["made_at"] = json!("2099-01-01T00:00:00Z");
            plan["at"] = json!("2099-01-01T00:00:00Z");
        }),
        ("another time than it is judged at", |plan| plan["at"] = json!("2026-01-01T00:00:00Z")),
        ("nobody is protected", |plan| step_of(plan, "pay")["protects"] = json!([])),
        ("nobody is protected, and nobody granted", |plan| {
            let pay = step_of(plan, "pay");
            pay["protects"] = json!([]);
            pay["changes"].as_array_mut().unwrap().retain(|change| change["change"] == "remove");
        }),
        ("somebody else is protected", |plan| {
            step_of(plan, "pay")["protects"][0]["caller"] = json!("user:ann@example.com");
        }),
        ("whoever calls is not looked at", |plan| step_of(plan, "mail")["footing"]["callers"] = json!([])),
        ("a removal that passes for part of an add", |plan| {
            grant(plan, "remove")["class"] = json!("add");
        }),
    ];
    for (what, edit) in edits {
        let (code, err, writes) = edited(edit);
        assert_eq!((code, writes), (2, 0), "{what}: {err}");
    }
}

#[test]
fn a_plan_of_another_place_or_too_old_is_not_carried_out() {
    let (code, err, writes) = edited(|plan| plan["source"]["kind"] = json!("live"));
    assert_eq!((code, writes), (2, 0), "{err}");
    let (code, err, writes) = edited(|plan| plan["source"]["kind"] = json!("assets"));
    assert_eq!((code, writes), (2, 0), "{err}");
    let (code, err, writes) = edited(|plan| {
        plan["made_at"] = json!("2026-01-01T00:00:00Z");
        plan["at"] = json!("2026-01-01T00:00:00Z");
    });
    assert_eq!((code, writes), (4, 0), "{err}");
}

#[test]
fn a_journal_of_another_run_is_in_the_way_until_it_is_over() {
    let shop = Shop::open();
    // A run that was killed before its last line.
    assert_eq!(shop.apply(&[]).code, 0);
    let path = shop.journal("apply");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&path, lines[..4].join("\n") + "\n{\"torn\":").unwrap();
    shop.handle().set_policy(&super::name("mail"), json!({}));
    let stopped = shop.apply(&[]);
    assert_eq!(stopped.code, 2);
    assert!(stopped.err.contains(&format!("callmap apply --resume {path}")), "{}", stopped.err);
    assert!(stopped.err.contains(&format!("callmap undo {path}")), "{}", stopped.err);
    let resumed = shop.apply(&["--resume", &path]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(shop.callers("mail"), [super::DESK_ACCOUNT]);
    assert_eq!(shop.apply(&[]).code, 0);
    // What was taken back once is not gone on with.
    assert_eq!(shop.run(&["undo", &path, "--yes", "--include-public"]).code, 0);
    assert_eq!(shop.apply(&["--resume", &path]).code, 2);
    assert_eq!(shop.run(&["undo", &path, "--yes", "--include-public"]).code, 2);
}

#[test]
fn a_journal_that_somebody_edited_gives_nobody_anything() {
    let shop = Shop::open();
    assert_eq!(shop.apply(&[]).code, 0);
    let path = shop.journal("apply");
    let text = fs::read_to_string(&path).unwrap();
    let writes = shop.writes().len();
    for (from, to) in
        [("user:old@example.com", "user:eve@example.com"), ("\"allUsers\"", "\"user:eve@example.com\"")]
    {
        let (head, rest) = text.split_once('\n').unwrap();
        fs::write(&path, format!("{head}\n{}", rest.replace(from, to))).unwrap();
        let run = shop.run(&["undo", &path, "--yes", "--include-public", "--include-inherited"]);
        assert_eq!((run.code, shop.writes().len()), (2, writes), "{run:?}");
        assert!(run.err.contains("refused, and nothing was written"), "{}", run.err);
    }
}

/// What a plan was made with need not be said again, but for what is never taken away by a file alone.
#[test]
fn a_plan_is_carried_out_with_the_kinds_of_changes_it_was_made_with() {
    let agent = "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com";
    for (member, flag, is_enough) in [
        ("deleted:user:old@example.com?uid=12345", "--include-dead", true),
        (agent, "--include-agents", false),
    ] {
        let shop = Shop::open();
        let desk = json!({"bindings": [{"role": super::INVOKER, "members": [member]}]});
        shop.handle().set_policy(&super::name("desk"), desk);
        assert_eq!(shop.run(&["plan", flag, "--save", "plan.json"]).code, 0);
        let plan = fs::read_to_string(shop.dir.path().join("plan.json")).unwrap();
        assert!(plan.contains(member), "{plan}");
        let run = shop.apply(&["plan.json"]);
        let writes = shop.writes();
        assert_eq!((run.code, writes.len()), if is_enough { (0, 3) } else { (2, 0) }, "{run:?}");
        assert_eq!(shop.apply(&["plan.json", flag]).code, 0);
        assert!(shop.callers("desk").is_empty());
    }
}
