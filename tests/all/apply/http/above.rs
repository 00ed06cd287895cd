//! Grants above functions: what goes before them, what else they open, and what they wait for.

use callmap::emulator::Kind;
use serde_json::{Value, json};

use super::{INVOKER, Run, Shop, name};
use crate::way_up::estate::{line, policy};

const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  pay:
  desk:
callers:
  user:alice@example.com: [pay, desk]
  user:bob@example.com: [pay]
  function:pay: [desk]
";
const CHAIN: [&str; 3] = ["projects/shop-prod", "folders/77", "organizations/9000"];
const ACCOUNTS: &str = "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount";
const ALICE: &str = "user:alice@example.com";
const NARROW: &str = "roles/run.servicesInvoker";
/// What asks for all that is above, whatever is below.
const ALL: [&str; 3] = ["--include-inherited", "--organization", "9000"];

fn function(project: &str, function: &str, ancestors: &[&str]) -> [String; 2] {
    let kind = "run.googleapis.com/Service";
    let name = format!("projects/{project}/locations/europe-west1/services/{function}");
    let account = format!("{function}@{project}.iam.gserviceaccount.com");
    let settings = json!({ "uid": format!("uid-{function}"), "template": { "serviceAccount": account } });
    [
        line(kind, &name, ancestors, "resource", &json!({ "version": "v2", "data": settings })),
        line(kind, &name, ancestors, "iam_policy", &json!({})),
    ]
}

/// Two functions of the map, one on no map, and one in another project of the organization; nobody holds a grant of
/// their own, and everybody one above.
fn estate() -> String {
    let manager = |kind: &str| format!("cloudresourcemanager.googleapis.com/{kind}");
    let mut lines = Vec::new();
    let edge = ["projects/shop-edge", "organizations/9000"];
    for (id, number, ancestors, grants) in [
        ("shop-prod", "1041", &CHAIN[..], &[(INVOKER, ALICE), (INVOKER, "group:ops@example.com")][..]),
        ("shop-edge", "3123", &edge[..], &[]),
    ] {
        let data = json!({ "version": "v1", "data": { "projectId": id, "projectNumber": number } });
        let name = format!("projects/{id}");
        lines.push(line(&manager("Project"), &name, ancestors, "resource", &data));
        lines.push(line(&manager("Project"), &name, ancestors, "iam_policy", &policy(grants)));
    }
    let folder = policy(&[(INVOKER, "domain:example.com"), (INVOKER, ALICE)]);
    lines.push(line(&manager("Folder"), CHAIN[1], &CHAIN[1..], "iam_policy", &folder));
    let organization = policy(&[(NARROW, ACCOUNTS), (NARROW, ALICE)]);
    lines.push(line(&manager("Organization"), CHAIN[2], &CHAIN[2..], "iam_policy", &organization));
    for name in ["pay", "desk", "extra"] {
        lines.extend(function("shop-prod", name, &CHAIN));
    }
    lines.extend(function("shop-edge", "gate", &edge));
    lines.join("\n") + "\n"
}

impl Shop {
    fn high() -> Self {
        let shop = Self::of(&estate());
        shop.mapped(MAP);
        shop
    }

    fn mapped(&self, map: &str) {
        std::fs::write(self.dir.path().join("policies/shop.yaml"), map).unwrap();
    }

    fn plan(&self, words: &[&str]) -> Value {
        let run = self.run(&[&["plan", "--format", "json"], words].concat());
        let plan: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(run.code, if plan["complete"] == true { 0 } else { 3 }, "{run:?}");
        plan
    }

    fn level(&self, level: &str) -> Value {
        self.handle().policy(level).unwrap()
    }

    /// Every policy above functions, without what each write changes.
    fn above(&self) -> Vec<String> {
        CHAIN.iter().map(|level| super::content(&self.level(level))).collect()
    }

    /// A saved plan, edited by somebody, carried out.
    fn edited(&self, edit: impl FnOnce(&mut Value)) -> Run {
        let path = self.dir.path().join("plan.json");
        // A plan is not saved over another.
        if path.exists() {
            std::fs::remove_file(&path).unwrap();
        }
        assert_eq!(self.run(&[&["plan", "--save", "plan.json"], &ALL[..]].concat()).code, 0);
        let mut plan: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        edit(&mut plan);
        std::fs::write(path, plan.to_string()).unwrap();
        self.apply(&["plan.json", "--include-inherited", "--organization", "9000"])
    }
}

fn steps(plan: &Value) -> &Vec<Value> {
    plan["steps"].as_array().unwrap()
}

/// Why each change that is held is.
fn held(plan: &Value) -> Vec<String> {
    let held = plan["held"].as_array().unwrap().iter();
    held.map(|held| format!("{}: {}", held["resource"].as_str().unwrap(), held["reason"].as_str().unwrap()))
        .collect()
}

#[test]
fn what_hangs_above_goes_once_everybody_below_has_a_grant_of_their_own_and_comes_back_on_demand() {
    let shop = Shop::high();
    let was = (shop.above(), shop.contents_of(&["pay", "desk"]));
    let plan = shop.plan(&ALL);
    let resources: Vec<_> = steps(&plan).iter().map(|step| step["resource"].as_str().unwrap()).collect();
    assert_eq!(
        resources,
        [&*name("desk"), &*name("pay"), "projects/shop-prod", "folders/77", "organizations/9000"]
    );
    let gate = "projects/shop-edge/locations/europe-west1/services/gate";
    for (step, also, protected) in
        [(2, json!([name("extra")]), 3), (3, json!([name("extra")]), 3), (4, json!([gate, name("extra")]), 3)]
    {
        let step = &steps(&plan)[step];
        assert_eq!((&step["needs"], &step["also_opens"]), (&json!(["s1", "s2"]), &also), "{step}");
        assert!(step["protects"].as_array().unwrap().len() >= protected, "{step}");
    }
    let applied = shop.apply(&ALL);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert_eq!(shop.writes(), ["desk", "pay", "shop-prod", "77", "9000"]);
    assert_eq!(shop.run(&["audit"]).code, 0);
    assert_eq!(shop.run(&[&["plan", "--exit-code"], &ALL[..]].concat()).code, 0);
    for level in CHAIN {
        assert_eq!(shop.level(level)["bindings"].as_array().map_or(0, Vec::len), 0, "{level}");
    }
    let journal = shop.journal("apply");
    let refused = shop.run(&["undo", &journal, "--yes"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("say `--include-inherited`"), "{}", refused.err);
    let undone = shop.run(&["undo", &journal, "--yes", "--include-inherited"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert!(applied.out.contains("callmap undo --include-inherited "), "{}", applied.out);
    assert_eq!((shop.above(), shop.contents_of(&["pay", "desk"])), was);
    // What was given back first was what everybody lived on.
    assert_eq!(shop.writes()[5..], ["9000", "77", "shop-prod", "pay", "desk"]);
}

#[test]
fn nothing_above_is_written_where_one_write_below_is_refused() {
    let shop = Shop::high();
    shop.handle().change(|state| state.refuse("run.services.setIamPolicy", &name("pay")));
    let was = shop.above();
    let run = shop.apply(&[&ALL[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 5, "{run:?}");
    assert_eq!(shop.above(), was);
    assert_eq!(shop.callers("desk").len(), 2);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    for step in &told["steps"].as_array().unwrap()[2..] {
        assert_eq!(step["outcome"], "held", "{step}");
        assert!(step["why"].as_str().unwrap().contains("it needs `s2`, which was not done"), "{step}");
    }
}

#[test]
fn what_somebody_took_out_of_a_plan_does_not_let_it_write_above() {
    let shop = Shop::high();
    let was = shop.above();
    let without_needs = shop.edited(|plan| plan["steps"][2]["needs"] = json!([]));
    assert_eq!((without_needs.code, shop.writes().len()), (2, 0), "{without_needs:?}");
    assert!(
        without_needs.err.contains("it does not need `s1`, whose function it opens"),
        "{}",
        without_needs.err
    );
    let unprotected = shop.edited(|plan| plan["steps"][4]["protects"] = json!([]));
    assert_eq!((unprotected.code, shop.writes().len()), (2, 0), "{unprotected:?}");
    // The steps below left out altogether: whoever is protected has no grant.
    let alone = shop.edited(|plan| {
        let mut above = steps(plan)[2].clone();
        (above["id"], above["needs"]) = (json!("s1"), json!([]));
        plan["steps"] = json!([above]);
    });
    assert_eq!((alone.code, shop.writes().len()), (4, 0), "{alone:?}");
    let silent = shop.edited(|plan| plan["steps"][4]["also_opens"] = json!([name("extra")]));
    assert!(
        silent.out.contains("services/gate` would lose it, too, and the plan does not say so"),
        "{silent:?}"
    );
    assert_eq!((silent.code, &shop.above()[2]), (5, &was[2]), "{silent:?}");
}

#[test]
fn what_came_to_be_below_since_the_plan_is_not_cut_off_unsaid() {
    let shop = Shop::high();
    assert_eq!(shop.run(&[&["plan", "--save", "plan.json"], &ALL[..]].concat()).code, 0);
    let new = json!({ "name": name("new"), "uid": "uid-new", "template": {} });
    shop.handle().change(|state| state.put(Kind::Service, &name("new"), new));
    let was = shop.above();
    let run = shop.apply(&["plan.json", "--include-inherited", "--organization", "9000"]);
    assert_eq!((run.code, shop.above()), (5, was), "{run:?}");
    assert!(run.out.contains("services/new` would lose it, too"), "{run:?}");
    assert_eq!(shop.apply(&ALL).code, 0);
}

#[test]
fn jobs_and_instances_that_lose_it_hold_it_until_they_are_named_and_asked_for() {
    let shop = Shop::high();
    let job = "projects/shop-prod/locations/europe-west1/jobs/report";
    shop.handle().change(|state| state.put(Kind::RunJob, job, json!({ "name": job })));
    let plan = shop.plan(&ALL);
    // A role for services alone runs none.
    assert_eq!(steps(&plan).last().unwrap()["resource"], "organizations/9000");
    assert_eq!(steps(&plan).len(), 3);
    let why = format!("there is `{job}`: needs `--include-inherited=jobs`");
    assert_eq!(held(&plan).len(), 4);
    assert!(held(&plan).iter().all(|held| held.ends_with(&why)), "{:#?}", held(&plan));
    let jobs = ["--include-inherited=jobs", "--organization", "9000"];
    let plan = shop.plan(&jobs);
    assert_eq!((steps(&plan).len(), held(&plan).len()), (5, 0));
    assert_eq!(steps(&plan)[2]["also_runs"], json!([job]));
    assert_eq!(steps(&plan)[4]["also_runs"], json!([]));
    let shown = shop.run(&[&["plan"], &jobs[..]].concat());
    assert!(shown.out.contains(&format!("takes it from 1 job or instance, too: {job}")), "{}", shown.out);
    // What nobody could list cannot be named.
    shop.handle().change(|state| state.refuse("run.jobs.list", "projects/shop-prod/locations/europe-west1"));
    let plan = shop.plan(&jobs);
    assert_eq!((steps(&plan).len(), held(&plan).len()), (3, 4), "{plan:#}");
    let why = "those of `shop-prod` could not be read: permission denied";
    assert!(held(&plan).iter().all(|held| held.ends_with(why)), "{:#?}", held(&plan));
}

#[test]
fn what_is_below_and_was_not_looked_at_holds_what_hangs_above() {
    let shop = Shop::high();
    let plan = shop.plan(&["--include-inherited"]);
    assert_eq!(steps(&plan).len(), 4);
    let why =
        "organizations/9000: not everything below it was read: `--project shop-edge` looks at more of it";
    assert_eq!(held(&plan), [why, why]);
    assert_eq!(steps(&shop.plan(&["--include-inherited", "--project", "shop-edge"])).len(), 5);
    shop.handle()
        .change(|state| state.refuse("run.services.list", "projects/shop-edge/locations/europe-west1"));
    let plan = shop.plan(&ALL);
    let why = "not everything below it was read: the functions of `shop-edge` are not all known";
    assert!(held(&plan).iter().all(|held| held.ends_with(why)) && held(&plan).len() == 2, "{plan:#}");
    // Nor are folders that nobody may list.
    let shop = Shop::high();
    shop.handle().change(|state| state.refuse("resourcemanager.folders.list", "organizations/9000"));
    let plan = shop.plan(&["--include-inherited", "--project", "shop-edge"]);
    let why = "which projects are below it could not be read: permission denied";
    assert!(held(&plan).iter().all(|held| held.ends_with(why)) && held(&plan).len() == 2, "{plan:#}");
}

#[test]
fn a_function_that_is_held_holds_whatever_above_may_carry_its_callers() {
    let shop = Shop::high();
    shop.mapped(&MAP.replace("  desk:\n", "  desk: { written_by: terraform }\n"));
    let plan = shop.plan(&ALL);
    // Alice and the account of `pay` live on all of it: by name, in a domain, a group perhaps, a set of accounts.
    assert_eq!(steps(&plan).len(), 1, "{plan:#}");
    let above: Vec<_> =
        held(&plan).into_iter().filter(|held| !held.starts_with("projects/shop-prod/loc")).collect();
    assert_eq!(above.len(), 6, "{above:#?}");
    let why = "through it and would be left without a grant of its own";
    assert!(above.iter().all(|held| held.contains(why)), "{above:#?}");
    assert_eq!(shop.apply(&ALL).code, 0);
    assert_eq!(shop.writes(), ["pay"]);
    // Nothing more to do but what is held.
    assert_eq!(steps(&shop.plan(&ALL)).len(), 0);
}

#[test]
fn what_goes_above_counts_among_the_removals() {
    let shop = Shop::high();
    let run = shop.apply(&[&ALL[..], &["--max-removals", "5"]].concat());
    assert_eq!((run.code, shop.writes().len()), (1, 0), "{run:?}");
    assert!(run.err.contains("6 grants would be taken out"), "{}", run.err);
    // A step above waits for those below.
    let run = shop.apply(&[&ALL[..], &["--max-removals", "6", "--settle", "1s"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("s3 projects/shop-prod waits for 1 second, until"), "{}", run.out);
}

#[test]
fn whoever_is_expected_below_is_not_cut_off_where_nothing_can_be_given_instead() {
    let trigger = "projects/shop-prod/locations/europe-west1/triggers/paid";
    let events = "events@shop-prod.iam.gserviceaccount.com";
    let destination = json!({ "cloudRun": { "service": "pay", "region": "europe-west1" } });
    let data = json!({ "name": trigger, "serviceAccount": events, "destination": destination });
    let kind = "eventarc.googleapis.com/Trigger";
    let source = line(kind, trigger, &CHAIN, "resource", &json!({ "version": "v1", "data": data }));
    let shop = Shop::of(&(estate() + &source + "\n"));
    let of = |pay: &str| {
        format!(
            "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  pay: {pay}\ncallers: {{}}\n"
        )
    };
    shop.mapped(&of("{ trigger: event }"));
    let plan = shop.plan(&ALL);
    assert_eq!((steps(&plan).len(), held(&plan).len()), (4, 0), "{plan:#}");
    assert_eq!(steps(&plan)[0]["changes"][0]["member"], format!("serviceAccount:{events}"));
    // Somebody else writes the policy: the group and the set of accounts, which may carry it, stay.
    shop.mapped(&of("{ trigger: event, written_by: terraform }"));
    let plan = shop.plan(&ALL);
    let why = format!(
        ": Eventarc trigger `paid` calls `pay` through it as `serviceAccount:{events}`, which would be left without a grant of \
         its own"
    );
    let above: Vec<_> = held(&plan).into_iter().filter(|held| held.ends_with(&why)).collect();
    assert_eq!(above, [format!("projects/shop-prod{why}"), format!("organizations/9000{why}")], "{plan:#}");
}

#[test]
fn the_agent_of_the_proxy_keeps_what_it_calls_through() {
    let agent = "serviceAccount:service-1041@gcp-sa-iap.iam.gserviceaccount.com";
    let proxied = |state: &mut callmap::emulator::State| {
        let settings = json!({ "name": name("pay"), "uid": "uid-pay", "template": {}, "iapEnabled": true });
        state.put(Kind::Service, &name("pay"), settings);
    };
    for (is_behind, expected) in [(true, 1), (false, 0)] {
        let shop = Shop::of(&estate().replace("group:ops@example.com", agent));
        shop.mapped(MAP);
        if is_behind {
            shop.handle().change(proxied);
        }
        let plan = shop.plan(&[&ALL[..], &["--include-agents"]].concat());
        let why = "projects/shop-prod: the Identity-Aware Proxy calls `pay` as it: grant it there first";
        let kept = held(&plan).into_iter().filter(|held| held == why).count();
        assert_eq!(kept, expected, "{plan:#}");
    }
}
