//! The caller map as text: what it means, and what is wrong with it.

use callmap::{
    callers::{CallerMap, MapError, MapText, check, load},
    model::{Time, time::moment},
};

use crate::map_schema;

pub(crate) fn at() -> Time {
    moment("2026-11-23T09:00:00Z").unwrap()
}

fn texts(files: &[(&str, &str)]) -> Vec<MapText> {
    files
        .iter()
        .map(|(path, text)| MapText { path: (*path).into(), bytes: text.as_bytes().to_vec() })
        .collect()
}

fn map(text: &str) -> CallerMap {
    map_schema::takes(text);
    load(texts(&[("map.yaml", text)]), None, at()).unwrap_or_else(|error| panic!("{}", shown(&error)))
}

/// Every mistake as `file:line:column: message; repair`.
fn shown(error: &MapError) -> String {
    let lines: Vec<_> = error
        .mistakes
        .iter()
        .map(|mistake| {
            let place = mistake.place.map_or_else(String::new, |place| {
                let file = &error.texts[place.file as usize];
                let text = std::str::from_utf8(&file.bytes).unwrap();
                let before = &text[..place.start as usize];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                format!("{}:{line}:{column}: ", file.path)
            });
            format!("{place}{}; {}", mistake.message, mistake.repair.as_deref().unwrap_or("-"))
        })
        .collect();
    lines.join("\n")
}

/// The mistakes of a one-file map.
fn mistakes(text: &str) -> String {
    match check(texts(&[("map.yaml", text)]), at()) {
        Ok(_) => {
            map_schema::takes(text);
            "none".to_owned()
        }
        Err(error) => shown(&error),
    }
}

#[test]
fn the_example_in_policies_is_a_map() {
    let files = ["settings", "shop", "finance"].map(|name| {
        let path = format!("{}/policies/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        MapText { path: format!("policies/{name}.yaml").into(), bytes: std::fs::read(path).unwrap() }
    });
    let map = load(files.to_vec(), None, at()).unwrap_or_else(|error| panic!("{}", shown(&error)));
    // storefront, cart, checkout, search twice, payments, fulfil, reports, resize, ledger.
    assert_eq!(map.functions.len(), 10);
    // 1 public, 1 + 2 mobile, 2 storefront, 1 checkout, 1 push, 1 payments team, 1 alice, 2 to the ledger.
    assert_eq!(map.edges.len(), 12);
    assert_eq!(map.globs.len(), 1);
}

/// A map with these functions and callers, in project `shop-prod` and region `europe-west1`.
fn around(functions: &str, callers: &str) -> String {
    format!(
        "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n{functions}\ncallers:\n{callers}\n"
    )
}

/// Asserts that the map has exactly this mistake, at line:column, with words of its message and its repair.
#[track_caller]
fn one_mistake(text: &str, place: &str, message: &str, repair: &str) {
    let shown = mistakes(text);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    let (found, hint) = shown.split_once("; ").unwrap();
    assert!(found.starts_with(&format!("map.yaml:{place}: ")), "{shown}");
    assert!(found.contains(message), "{shown}");
    assert!(hint.contains(repair), "{shown}");
}

#[test]
fn names_get_their_project_and_region() {
    let map = map(&around(
        "  a:\n  b: { region: europe-north1 }\n  c: { resource: projects/x-1/locations/us-central1/services/d }\n  \
         e: { regions: [europe-west1, us-central1] }",
        "  user:Al@example.com: [a, e]",
    ));
    let targets: Vec<_> = map.functions.iter().map(|function| function.target.to_string()).collect();
    assert_eq!(
        targets,
        [
            "projects/shop-prod/locations/europe-west1/services/a",
            "projects/shop-prod/locations/europe-north1/services/b",
            "projects/x-1/locations/us-central1/services/d",
            "projects/shop-prod/locations/europe-west1/services/e",
            "projects/shop-prod/locations/us-central1/services/e",
        ]
    );
    let edges: Vec<_> = map.edges.iter().map(|edge| edge.function).collect();
    assert_eq!(edges, [0, 3, 4]);
    let place = map.locate(map.edges[1].place);
    assert_eq!((place.line, place.column), (10, 28));
}

#[test]
fn a_glob_covers_the_functions_of_its_file_alone() {
    let one = around("  pay-in:\n  pay-out:\n  ship:", "  group:g@example.com: [\"pay*\"]");
    let two = "callmap: 1\nproject: p-2\nregion: europe-west1\nfunctions: { payroll: }\ncallers: {}\n";
    let map = load(texts(&[("one.yaml", &one), ("two.yaml", two)]), None, at()).unwrap();
    assert_eq!(map.edges.len(), 2);
    let covers: Vec<_> = map.globs[0].covers.iter().map(|name| &**name).collect();
    assert_eq!(covers, ["pay-in", "pay-out"]);
}

#[test]
fn every_mistake_of_a_caller_is_named_with_its_repair() {
    let with = |caller: &str| around("  a:", &format!("  {caller}: [a]"));
    for (caller, message, repair) in [
        ("alice@example.com", "`alice@example.com` has no kind", "`user:alice@example.com`"),
        ("x@p-1.iam.gserviceaccount.com", "has no kind", "`serviceAccount:x@p-1.iam.gserviceaccount.com`"),
        ("allusers", "has no kind", "`allUsers`"),
        ("serviceaccount:x@y.com", "not a kind of caller", "`serviceAccount:x@y.com`"),
        ("user:alice", "has no e-mail address", "kind:name@domain"),
        ("domain:a@b.com", "not a domain", "domain:example.com"),
        ("deleted:user:a@example.com?uid=1", "was deleted", "took its place"),
        ("projectOwner:shop-prod", "does not take it", "people or a group"),
        (
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s",
            "federated",
            "service account that it impersonates",
        ),
        (
            "principalSet://iam.googleapis.com/locations/global/workforcePools/p/*",
            "federated",
            "impersonates",
        ),
        ("function:b", "`b` is not a function of the map", "under `functions`"),
        ("$kind:a@example.com", "a word where its kind should stand", "kind out"),
    ] {
        one_mistake(&with(caller), "7:3", message, repair);
    }
    for fine in ["robot:x", "domain:example.com", "allAuthenticatedUsers", "function:a"] {
        assert_eq!(mistakes(&with(fine)), "none", "{fine}");
    }
}

#[test]
fn every_mistake_of_an_edge_is_named_with_its_repair() {
    let to = |entry: &str| {
        around("  pay:\n  payout:\n  ev: { trigger: event }", &format!("  user:a@x.com:\n    - {entry}"))
    };
    for (entry, place, message, repair) in [
        ("payy", "10:7", "`payy` is not a function of this file", "did you mean `pay`?"),
        ("\"x*\"", "10:7", "`x*` covers no function", "this file alone"),
        ("ev", "10:7", "`ev` is event-driven", "trigger: event"),
        ("{ function: pay, untl: 2026-12-01 }", "10:24", "`untl` is not a key", "did you mean `until`?"),
        ("{ until: 2026-12-01 }", "10:7", "names no function", "function: NAME"),
        (
            "{ function: pay, until: 2026-12-01T10:00:00 }",
            "10:31",
            "no time zone",
            "`2026-12-01T10:00:00Z` is UTC",
        ),
        ("{ function: pay, until: soon }", "10:31", "`soon` is not a date", "2026-12-01"),
        ("{ function: pay, until: 2026-02-30 }", "10:31", "`2026-02-30` is not a date", "2026-12-01"),
        ("*", "10:7", "*", "\"*\""),
        ("off", "10:7", "`off`", "\"off\""),
        ("[pay]", "10:7", "a list", "plain text"),
    ] {
        one_mistake(&to(entry), place, message, repair);
    }
    let twice = around("  pay:\n  payout:", "  user:a@x.com: [pay, \"pay*\"]");
    one_mistake(&twice, "8:23", "`user:a@x.com` may call `pay` already", "say it once");
    let in_two_spellings = around("  pay:", "  user:a@x.com: [pay]\n  user:A@x.com: [pay]");
    one_mistake(&in_two_spellings, "8:18", "may call `pay` already", "say it once");
}

#[test]
fn public_callers_are_named_exactly_and_for_good() {
    let public = |entry: &str| around("  pay:", &format!("  allUsers: [{entry}]"));
    one_mistake(&public("\"p*\""), "7:14", "public by a pattern", "name each function");
    let until = "{ function: pay, until: 2026-12-01 }";
    one_mistake(&public(until), "7:38", "cannot be temporary", "for a time");
}

#[test]
fn a_file_says_what_it_is_and_what_it_governs() {
    for (text, place, message, repair) in [
        ("a: 1\n", "1:1", "not a caller map", "callmap: 1"),
        ("- a\n", "1:1", "is a list", "key: value"),
        (
            "callmap: 2\nfunctions: {a: }\ncallers: {}\nproject: p-1\nregion: r-1\n",
            "1:10",
            "format `2`",
            "callmap: 1",
        ),
        (
            "project: p-1\ncallmap: 1\nregion: r-1\nfunctions: {a: }\ncallers: {}\n",
            "2:1",
            "not the first key",
            "above",
        ),
        ("callmap: 1\n", "1:1", "declares nothing", "functions"),
        (
            "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: {a: }\n",
            "4:1",
            "without `callers`",
            "callers: {}",
        ),
        ("callmap: 1\ncallers: {}\n", "2:1", "without `functions`", "declare"),
        ("callmap: 1\nfunctions:\ncallers: {}\n", "2:1", "`functions` is empty", "revoke everything"),
        ("callmap: 1\nfunctions: {}\ncallers: {}\n", "2:1", "`functions` is empty", "revoke everything"),
        (
            "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: {a: }\ncallers:\n",
            "5:1",
            "`callers` is empty",
            "callers: {}",
        ),
        (
            "callmap: 1\nfunctions: {a: {resource: projects/p/locations/l-1/services/a}}\ncalers: {}\ncallers: {}\n",
            "3:1",
            "`calers` is not a key",
            "did you mean `callers`?",
        ),
        (
            "callmap: 1\nregion: r-1\nfunctions: {a: }\ncallers: {}\n",
            "3:13",
            "`a` has no project",
            "project:",
        ),
        ("callmap: 1\nproject: p-1\nfunctions: {a: }\ncallers: {}\n", "3:13", "`a` has no region", "region:"),
        (
            "callmap: 1\nproject: 0123\nregion: r-1\nfunctions: {a: }\ncallers: {}\n",
            "2:10",
            "`0123`",
            "\"0123\"",
        ),
        (
            "callmap: 1\nproject: a b\nregion: r-1\nfunctions: {a: }\ncallers: {}\n",
            "2:10",
            "not a project",
            "id",
        ),
    ] {
        one_mistake(text, place, message, repair);
    }
    assert!(mistakes("").contains("empty"));
    assert!(mistakes("# nothing\n").contains("empty"));
}

#[test]
fn every_mistake_of_a_function_is_named_with_its_repair() {
    for (function, place, message, repair) in [
        ("a: { runs_at: x }", "5:8", "`runs_at` is not a key", "did you mean `runs_as`?"),
        ("a: { runs_as: bob }", "5:17", "not a service account", "e-mail"),
        ("a: { trigger: http }", "5:17", "`http` is not a trigger", "trigger: event"),
        ("a: { resource: services/a }", "5:18", "not the resource of a service", "projects/PROJECT"),
        ("a: { region: r-1, regions: [r-2] }", "5:31", "twice where it is", "keep one"),
        ("a: { regions: [] }", "5:17", "`regions` is empty", "take it out"),
        ("a: { regions: [r-1, r-1] }", "5:23", "named twice", "once"),
        ("a: { region: Europe }", "5:16", "not a region", "europe-west1"),
        ("a: { written_by: pulumi }", "5:20", "not a writer", "terraform"),
        ("a: { only: [prod] }", "5:15", "not an environment", "environments"),
        ("a: { only: [] }", "5:14", "`only` is empty", "take it out"),
        ("1a:", "5:3", "cannot be the name", "letter"),
        ("\"a*\":", "5:3", "cannot be the name", "letters"),
        ("a: yes", "5:6", "single value", "key: value"),
    ] {
        one_mistake(&around(&format!("  {function}"), "  {}"), place, message, repair);
    }
    let same = "  a:\n  b: { resource: projects/shop-prod/locations/europe-west1/services/a }";
    one_mistake(&around(same, "  {}"), "6:3", "`b` and `a` are one service", "once");
    one_mistake(&around("  a:\n  a:", "  {}"), "6:3", "a", "");
}

#[test]
fn a_team_cannot_let_itself_into_another_teams_function() {
    let owner =
        "callmap: 1\nproject: shop-finance\nregion: europe-west1\nfunctions: { ledger: }\ncallers: {}\n";
    let by_name = around("  cart:", "  user:eve@example.com: [ledger]");
    let error = load(texts(&[("finance.yaml", owner), ("shop.yaml", &by_name)]), None, at()).unwrap_err();
    let text = shown(&error);
    assert!(
        text.contains("shop.yaml:7:26: `ledger` is declared in `finance.yaml`, not in this file"),
        "{text}"
    );

    let alias = around(
        "  books: { resource: projects/shop-finance/locations/europe-west1/services/ledger }",
        "  user:eve@example.com: [books]",
    );
    let error = load(texts(&[("finance.yaml", owner), ("shop.yaml", &alias)]), None, at()).unwrap_err();
    let text = shown(&error);
    assert!(text.contains("shop.yaml:5:3: `books` and `ledger` are one service"), "{text}");
}

#[test]
fn settings_stand_in_one_file() {
    let one = "callmap: 1\ndomains: [example.com]\n";
    let two =
        "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: {a: }\ncallers: {}\nrole: roles/run.invoker\n";
    let error = load(texts(&[("one.yaml", one), ("two.yaml", two)]), None, at()).unwrap_err();
    let text = shown(&error);
    assert!(
        text.contains("two.yaml:6:1: settings stand in two files: `role` here, `domains` in `one.yaml`"),
        "{text}"
    );
}

#[test]
fn every_mistake_of_a_setting_is_named_with_its_repair() {
    let base = around("  a:", "  {}");
    for (setting, place, message, repair) in [
        (
            "rules: { undeclared-functions: error }",
            "8:10",
            "not a rule",
            "did you mean `undeclared-function`?",
        ),
        ("rules: { unreadable: warning }", "8:22", "cannot be lowered", "accept a gap"),
        ("rules: { public-function: note }", "8:27", "cannot be lowered", "`warning` is the lowest"),
        ("rules: { iam-check-disabled: ignore }", "8:30", "cannot be lowered", "lowest"),
        ("rules: { undeclared-caller: note }", "8:29", "cannot be lowered", "lowest"),
        ("rules: { expired-caller: ignore }", "8:26", "cannot be lowered", "lowest"),
        ("rules: { broad-role: fatal }", "8:22", "`fatal`", "`error`"),
        ("role: roles/editor", "8:7", "`roles/editor`", "roles/run.servicesInvoker"),
        ("expiry: never", "8:9", "`never`", "`condition` and `map`"),
        ("max_until: 30", "8:12", "not a duration", "30d"),
        ("domains: [\"@example.com\"]", "8:11", "not an e-mail domain", "example.com"),
        ("projects: [\"a b\"]", "8:12", "not a project", "id"),
        (
            "accepted: [{ rule: broad-role, reason: x, until: 2027-01-01 }]",
            "8:12",
            "neither a caller nor",
            "caller:",
        ),
        (
            "accepted: [{ rule: broad-role, caller: \"user:a@x.com\", until: 2027-01-01 }]",
            "8:12",
            "no `reason`",
            "reason",
        ),
        (
            "accepted: [{ rule: broad-role, caller: \"user:a@x.com\", reason: x }]",
            "8:12",
            "no `until`",
            "until",
        ),
        (
            "accepted: [{ caller: \"user:a@x.com\", reason: x, until: 2027-01-01 }]",
            "8:12",
            "no `rule`",
            "rule",
        ),
        (
            "accepted: [{ rule: broad-role, caller: bob, reason: x, until: 2027-01-01 }]",
            "8:40",
            "no kind",
            "kind:name",
        ),
        (
            "accepted: [{ rule: broad-role, caller: \"user:a@x.com\", functions: [b], reason: x, until: 2027-01-01 }]",
            "8:68",
            "not a function of the map",
            "",
        ),
        (
            "accepted: [{ rule: broad-role, caller: \"user:a@x.com\", functions: [], reason: x, until: 2027-01-01 }]",
            "8:67",
            "`functions` is empty",
            "take it out",
        ),
        ("environments: {}", "8:15", "is empty", "name the environments"),
    ] {
        one_mistake(&format!("{base}{setting}\n"), place, message, repair);
    }
    let longest = format!("{base}max_until: 30d\n")
        .replace("  {}", "  user:a@x.com: [{ function: a, until: 2026-12-31 }]");
    one_mistake(&longest, "7:40", "later than `max_until`", "2026-12-23T09:00:00Z");
}

#[test]
fn environments_change_words_and_nothing_else() {
    let text = "callmap: 1\nproject: $project\nregion: europe-west1\nfunctions:\n  a: { runs_as: a@$project.iam.gserviceaccount.com }\n  \
                lab: { only: [staging] }\ncallers:\n  serviceAccount:m@$edge.iam.gserviceaccount.com: [a, lab]\n  \
                function:lab: [a]\nenvironments:\n  staging: { project: shop-staging, edge: edge-stg }\n  \
                prod: { project: shop-prod, edge: edge-prod }\n";
    let load_in = |env| load(texts(&[("map.yaml", text)]), env, at());
    let prod = load_in(Some("prod")).unwrap();
    assert_eq!(prod.functions.len(), 1);
    assert_eq!(prod.functions[0].target.to_string(), "projects/shop-prod/locations/europe-west1/services/a");
    assert_eq!(
        prod.functions[0].runs_as.as_ref().unwrap().as_str(),
        "serviceAccount:a@shop-prod.iam.gserviceaccount.com"
    );
    assert_eq!(prod.edges.len(), 1);
    let staging = load_in(Some("staging")).unwrap();
    assert_eq!((staging.functions.len(), staging.edges.len()), (2, 3));
    assert!(shown(&load_in(None).unwrap_err()).contains("choose one with `--env`"));
    assert!(shown(&load_in(Some("stagging")).unwrap_err()).contains("did you mean `staging`?"));
    assert_eq!(check(texts(&[("map.yaml", text)]), at()).unwrap().len(), 2);

    let uneven = text.replace(", edge: edge-prod", "");
    assert!(mistakes(&uneven).contains("environment `prod` does not define `edge`"), "{}", mistakes(&uneven));
    let unknown = text.replace("m@$edge", "m@$egde");
    assert!(mistakes(&unknown).contains("no environment defines `$egde`"), "{}", mistakes(&unknown));
    let without = around("  a:", "  {}");
    assert!(
        shown(&load(texts(&[("map.yaml", &without)]), Some("prod"), at()).unwrap_err())
            .contains("no environments")
    );
}

#[test]
fn two_names_that_only_one_environment_joins_are_one_service_there() {
    let text = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  a:\n  \
                b: { resource: projects/$other/locations/europe-west1/services/a }\ncallers: {}\nenvironments:\n  \
                one: { other: elsewhere }\n  two: { other: shop-prod }\n";
    one_mistake(text, "6:3", "`b` and `a` are one service", "once");
}

#[test]
fn all_mistakes_are_reported_at_once_in_order() {
    let text = around(
        "  a: { regon: x }\n  b:",
        "  bob@example.com: [a]\n  user:c@example.com: [d, { function: b, until: x }]",
    );
    let places: Vec<_> =
        mistakes(&text).lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(places, ["map.yaml:5:8", "map.yaml:8:3", "map.yaml:9:24", "map.yaml:9:49"]);
}

#[test]
fn hostile_files_are_one_mistake_each() {
    let bomb = {
        let mut text = String::from("callmap: 1\na0: &a0 [x, x]\n");
        for level in 1..40 {
            let below = level - 1;
            text.extend([format!("a{level}: &a{level} [*a{below}, *a{below}]\n")]);
        }
        text
    };
    for (name, bytes) in [
        ("billion laughs", bomb.into_bytes()),
        ("not utf-8", b"callmap: 1\nproject: \xff\xfe\n".to_vec()),
        ("tabs", b"callmap: 1\nfunctions:\n\ta:\n".to_vec()),
        ("too large", vec![b'#'; 40 << 20]),
        ("deep", "{a: ".repeat(100_000).into_bytes()),
        ("two documents", b"callmap: 1\n---\ncallmap: 1\n".to_vec()),
        ("not yaml", b"<html><body>\"&nbsp</body>: [".to_vec()),
    ] {
        let texts = vec![MapText { path: "map.yaml".into(), bytes }];
        let error = load(texts, None, at()).unwrap_err();
        assert!((1..=3).contains(&error.mistakes.len()), "{name}: {:?}", error.mistakes);
        assert!(error.mistakes[0].repair.is_some(), "{name}");
    }
}

#[test]
fn no_map_at_all_is_a_mistake() {
    assert!(shown(&load(Vec::new(), None, at()).unwrap_err()).contains("there is no caller map"));
    let settings = texts(&[("settings.yaml", "callmap: 1\ndomains: [example.com]\n")]);
    assert!(shown(&load(settings, None, at()).unwrap_err()).contains("no `functions`"));
}
