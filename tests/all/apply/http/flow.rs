//! From an audit with findings to one without, and back.

use serde_json::{Value, json};

use super::{DESK_ACCOUNT, Shop, WEB, name};

#[test]
fn findings_are_planned_carried_out_and_taken_back() {
    let shop = Shop::open();
    let was = shop.contents();
    assert_eq!(shop.run(&["audit"]).code, 1);
    assert_eq!(shop.run(&["plan", "--exit-code"]).code, 1);
    let applied = shop.apply(&[]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert_eq!(shop.run(&["audit"]).code, 0, "{:?}", shop.run(&["audit"]));
    assert_eq!(shop.callers("pay"), [WEB]);
    assert_eq!(shop.callers("mail"), [DESK_ACCOUNT]);
    assert!(shop.callers("desk").is_empty());
    // The function that was public by mistake was written once.
    let mut writes = shop.writes();
    writes.sort();
    assert_eq!(writes, ["desk", "mail", "pay"]);
    let journal = shop.journal("apply");
    assert!(applied.out.contains(&format!("callmap undo --include-public {journal}")), "{}", applied.out);
    // What was public is given back on demand only.
    let refused = shop.run(&["undo", &journal, "--yes"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("say `--include-public`"), "{}", refused.err);
    let undone = shop.run(&["undo", &journal, "--yes", "--include-public"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(shop.contents(), was);
    // And that can be taken back, too.
    let again = shop.run(&["undo", &shop.journal("undo"), "--yes"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(shop.run(&["audit"]).code, 0);
}

#[test]
fn a_plan_that_is_made_again_looks_at_deny_policies_again() {
    let shop = Shop::open();
    let next = |words: &[&str]| shop.run(words).out.contains("callmap apply --deny ");
    assert!(next(&["plan", "--deny"]));
    assert!(!next(&["plan"]));
    assert!(!next(&["plan", "--deny", "--save", "plan.json"]));
}

#[test]
fn nothing_to_do_is_done_and_leaves_no_journal() {
    let shop = Shop::open();
    assert_eq!(shop.apply(&[]).code, 0);
    let before = std::fs::read_dir(shop.journals()).unwrap().count();
    let again = shop.apply(&[]);
    assert_eq!((again.code, shop.writes().len()), (0, 3), "{again:?}");
    assert_eq!(std::fs::read_dir(shop.journals()).unwrap().count(), before);
}

#[test]
fn machines_get_what_was_done_and_nothing_else() {
    let shop = Shop::open();
    let applied = shop.apply(&["--format", "json"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    let told: Value = serde_json::from_str(&applied.out).unwrap();
    assert_eq!(
        (&told["format"], &told["end"], &told["undo"]),
        (&json!("callmap-apply/1"), &json!("done"), &json!(false))
    );
    assert_eq!(told["steps"].as_array().unwrap().len(), 3);
    assert_eq!(told["journal"], json!(shop.journal("apply")));
    let schema = include_str!("../../../../policies/formats/callmap-apply-1.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&told), "{told}");
    let undone = shop.run(&["undo", &shop.journal("apply"), "--yes", "--include-public", "--format", "json"]);
    let told: Value = serde_json::from_str(&undone.out).unwrap();
    assert!(schema.is_valid(&told) && told["undo"] == json!(true), "{told}");
}

#[test]
fn nobody_to_ask_means_nothing_is_done() {
    let shop = Shop::open();
    for words in [vec!["apply"], vec!["undo", "x.ndjson"]] {
        let run = shop.run(&words);
        assert_eq!((run.code, shop.writes().len()), (2, 0), "{run:?}");
        assert!(run.err.contains("no terminal to ask on"), "{}", run.err);
    }
}

#[test]
fn more_removals_than_expected_are_declined() {
    let shop = Shop::open();
    let run = shop.apply(&["--max-removals", "1"]);
    assert_eq!((run.code, shop.writes().len()), (1, 0), "{run:?}");
    assert!(run.err.contains("2 grants would be taken out"), "{}", run.err);
    assert_eq!(shop.apply(&["--max-removals", "2"]).code, 0);
}

#[test]
fn other_times_and_files_are_not_written_to() {
    let shop = Shop::open();
    assert_eq!(shop.apply(&["--at", "2026-11-23T00:00:00Z"]).code, 2);
    assert_eq!(shop.apply(&["--from", "estate.ndjson"]).code, 2);
    assert_eq!(shop.apply(&["--require-live"]).code, 2);
    assert_eq!(shop.apply(&["--journal", "journal.txt"]).code, 2);
    assert_eq!(shop.writes().len(), 0);
}

#[test]
fn a_second_writer_between_plan_and_apply_loses_nothing() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["plan", "--save", "plan.json"]).code, 0);
    let mut pay = shop.policy("pay");
    pay["bindings"]
        .as_array_mut()
        .unwrap()
        .push(json!({"role": "roles/run.developer", "members": ["user:eve@example.com"]}));
    shop.handle().set_policy(&name("pay"), pay);
    // Somebody did some of it already.
    shop.handle().set_policy(&name("desk"), json!({"bindings": []}));
    let run = shop.apply(&["plan.json", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let told: Value = serde_json::from_str(&run.out).unwrap();
    let outcomes: Vec<_> =
        told["steps"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "done already").count(), 1, "{outcomes:?}");
    assert!(shop.policy("pay").to_string().contains("user:eve@example.com"));
    assert_eq!(shop.callers("pay"), [WEB]);
}

/// What happens between plan and apply.
type Spoil<'a> = &'a dyn Fn(&Shop);

#[test]
fn a_plan_of_yesterdays_world_is_stale_where_it_matters() {
    let spoil: [(&str, Spoil<'_>); 3] = [
        ("runs as", &|shop: &Shop| change(shop, "desk", &super::settings("desk", "other"))),
        ("made again", &|shop: &Shop| {
            for function in ["pay", "desk", "mail"] {
                change(shop, function, &super::settings(function, function).replace("\"uid-", "\"new-uid-"));
            }
        }),
        ("the map is not the one", &|shop: &Shop| {
            std::fs::write(
                shop.dir.path().join("policies/shop.yaml"),
                super::MAP.replace("[pay]", "[pay, desk]"),
            )
            .unwrap();
        }),
    ];
    for (said, spoil) in spoil {
        let shop = Shop::open();
        assert_eq!(shop.run(&["plan", "--save", "plan.json"]).code, 0);
        spoil(&shop);
        let run = shop.apply(&["plan.json"]);
        assert!(run.out.contains(said) || run.err.contains(said), "{run:?}");
        match said {
            // The other steps do not rest on it.
            "runs as" => assert_eq!((run.code, shop.callers("mail")), (5, Vec::<String>::new()), "{run:?}"),
            _ => assert_eq!((run.code, shop.writes().len()), (4, 0), "{run:?}"),
        }
    }
}

/// What it lived on is taken out of a policy in which only the account it ran as has a grant.
#[test]
fn whoever_runs_as_another_account_since_the_plan_loses_nothing_that_is_taken_out() {
    let shop = Shop::open();
    let policy = json!({"bindings": [{"role": super::INVOKER, "members": ["allUsers", DESK_ACCOUNT]}]});
    shop.handle().set_policy(&name("mail"), policy);
    assert_eq!(shop.run(&["plan", "--save", "plan.json"]).code, 0);
    change(&shop, "desk", &super::settings("desk", "other"));
    let run = shop.apply(&["plan.json"]);
    assert!(run.out.contains("runs as"), "{run:?}");
    assert_eq!((run.code, shop.callers("mail")), (5, vec!["allUsers".to_owned(), DESK_ACCOUNT.to_owned()]));
    // With a new plan it gets its own.
    assert_eq!(shop.apply(&[]).code, 0);
    let callers = shop.callers("mail");
    let other = "serviceAccount:other@shop-prod.iam.gserviceaccount.com".to_owned();
    assert!(callers.contains(&other) && !callers.contains(&"allUsers".to_owned()), "{callers:?}");
}

/// Another service in the place of one.
fn change(shop: &Shop, function: &str, line: &str) {
    let line: Value = serde_json::from_str(line).unwrap();
    let mut state = callmap::emulator::State::read(line.to_string().as_bytes()).unwrap();
    let data = state.data_mut(callmap::emulator::Kind::Service, &name(function)).unwrap().clone();
    shop.handle()
        .change(|state| *state.data_mut(callmap::emulator::Kind::Service, &name(function)).unwrap() = data);
}

#[test]
fn a_step_whose_own_grant_is_held_holds_the_removal_too() {
    // `web` cannot be granted anything: somebody else writes this policy.
    let shop = Shop::open();
    let map = super::MAP.replace("  pay:\n", "  pay: {written_by: terraform}\n");
    std::fs::write(shop.dir.path().join("policies/shop.yaml"), map).unwrap();
    assert_eq!(shop.apply(&[]).code, 0);
    assert_eq!(shop.callers("pay"), ["allUsers"]);
}

#[test]
fn what_terraform_puts_back_stays_where_its_state_is_given() {
    let shop = Shop::open();
    let state = r#"{"version":4,"terraform_version":"1.11.4","resources":[{"mode":"managed","type":"google_cloud_run_v2_service_iam_member","name":"old","instances":[{"attributes":{"project":"shop-prod","location":"europe-west1","name":"desk","role":"roles/run.invoker","member":"user:old@example.com"}}]}]}"#;
    std::fs::write(shop.dir.path().join("state.json"), state).unwrap();
    std::fs::write(shop.dir.path().join("estate.ndjson"), super::estate()).unwrap();
    let refused = shop.apply(&["--from", "state.json", "--from", "estate.ndjson"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("but for files that Terraform printed"), "{}", refused.err);
    assert_eq!(shop.run(&["plan", "--save", "plan.json"]).code, 0);
    let refused = shop.apply(&["plan.json", "--from", "state.json"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(shop.callers("pay"), ["allUsers"]);
    let done = shop.apply(&["--from", "state.json"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("Terraform's `google_cloud_run_v2_service_iam_member.old` puts it back"),
        "{}",
        done.out
    );
    assert_eq!(shop.callers("desk"), ["user:old@example.com"]);
    assert_eq!(shop.callers("pay"), [super::WEB]);
}
