//! Maps as people write them, with callers put on them and taken off again.

mod laws;

use super::{Changed, Granted, Refused, Revoked, Subject, Term, caller, function, grant, revoke};
use crate::{
    callers::{CallerMap, MapText, load},
    model::{Time, time::moment},
};

const HEAD: &str = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  payments:\n  ledger:\n  \
                    search: { regions: [europe-west1, us-central1] }\n  resize: { trigger: event }\n";

fn now() -> Time {
    moment("2026-11-24T09:00:00Z").unwrap()
}

fn texts(text: &str) -> Vec<MapText> {
    vec![MapText { path: "shop.yaml".into(), bytes: text.as_bytes().to_vec() }]
}

fn with<T>(text: &str, env: Option<&str>, who: &str, what: &str, ask: impl FnOnce(&Subject<'_>) -> T) -> T {
    let texts = texts(text);
    let map: CallerMap =
        load(texts.clone(), env, now()).unwrap_or_else(|error| panic!("{:#?}\n{text}", error.mistakes));
    let caller = caller(&map, who).unwrap();
    let function = function(&map, what).unwrap();
    ask(&Subject { texts: &texts, map: &map, caller: &caller, function: &function, at: now() })
}

fn granted(text: &str, who: &str, term: Term, reason: Option<&str>) -> Result<Granted, Refused> {
    with(text, None, who, "payments", |subject| grant(subject, term, reason, false))
}

fn revoked(text: &str, who: &str) -> Result<Revoked, Refused> {
    with(text, None, who, "payments", revoke)
}

fn until(time: &str) -> Term {
    Term::Until(moment(time).unwrap())
}

/// The text after a grant to Alice, and that a revocation gives the first one again.
fn there_and_back(text: &str, who: &str, term: Term, reason: Option<&str>) -> String {
    let Ok(Granted::New(Changed { after, .. }, _)) = granted(text, who, term, reason) else {
        panic!("not granted: {:?}\n{text}", granted(text, who, term, reason))
    };
    match revoked(&after, who) {
        Ok(Revoked::Gone { changed, .. }) => assert_eq!(changed.after, text, "by way of\n{after}"),
        other => panic!("{other:?}\n{after}"),
    }
    after
}

const ALICE: &str = "user:alice@example.com";

/// What stands behind `callers` before and after an eight-hour grant to Alice.
fn shown(callers: &str) -> String {
    let text = format!("{HEAD}{callers}");
    let after = there_and_back(&text, ALICE, Term::Usual, Some("SHOP-123"));
    there_and_back(&text, ALICE, Term::Permanent, None);
    there_and_back(&text.replace('\n', "\r\n"), ALICE, Term::Usual, Some("a: \"b\" #c"));
    after.strip_prefix(HEAD).unwrap().to_owned()
}

const ENTRY: &str = "- function: payments\n      until: 2026-11-24T17:00:00Z\n      reason: SHOP-123\n";
const FLOW: &str = "{ function: payments, until: 2026-11-24T17:00:00Z, reason: SHOP-123 }";

#[test]
fn a_new_caller_stands_below_the_last_one_as_that_is_written() {
    for (before, after) in [
        ("callers: {}\n", format!("callers:\n  {ALICE}:\n    {ENTRY}")),
        (
            "callers: {} # nobody\nowner: a@example.com\n",
            format!("callers: # nobody\n  {ALICE}:\n    {ENTRY}owner: a@example.com\n"),
        ),
        ("callers:   {}\n", format!("callers:   {{{ALICE}: [{FLOW}]}}\n")),
        (
            "callers:\n  user:bob@example.com: [payments] # b\n# end\nowner: a@example.com\n",
            format!(
                "callers:\n  user:bob@example.com: [payments] # b\n  {ALICE}:\n    {ENTRY}# end\nowner: a@example.com\n"
            ),
        ),
        (
            "callers:\n    user:bob@example.com:\n    - payments\n",
            format!("callers:\n    user:bob@example.com:\n    - payments\n    {ALICE}:\n    {ENTRY}"),
        ),
        (
            "callers: {user:bob@example.com: [payments], } # x\n",
            format!("callers: {{user:bob@example.com: [payments], {ALICE}: [{FLOW}], }} # x\n"),
        ),
        (
            "callers: {\n  user:bob@example.com: [ payments ] # x\n}\n",
            format!("callers: {{\n  user:bob@example.com: [ payments ], {ALICE}: [{FLOW}] # x\n}}\n"),
        ),
        ("callers: {  # none\n }\n", format!("callers: {{{ALICE}: [{FLOW}]  # none\n }}\n")),
    ] {
        assert_eq!(shown(before), after, "{before}");
    }
    // Nothing ends the last line, and nothing does afterwards.
    let text = format!("{HEAD}callers:\n  user:bob@example.com: [payments]");
    let after = there_and_back(&text, ALICE, Term::Permanent, None);
    assert_eq!(after, format!("{text}\n  {ALICE}: [payments]"));
    // A map that is JSON, nearly.
    let text = "{callmap: 1, project: shop-prod, region: europe-west1, functions: {payments: }, callers: {}}";
    there_and_back(text, ALICE, Term::Usual, Some("x"));
}

#[test]
fn an_entry_goes_behind_the_last_of_its_caller() {
    for (before, after) in [
        (format!("callers:\n  {ALICE}: [ledger]\n"), format!("callers:\n  {ALICE}: [ledger, {FLOW}]\n")),
        (
            format!("callers:\n  \"{ALICE}\": [ ledger , # one\n    search ]\n"),
            format!("callers:\n  \"{ALICE}\": [ ledger , # one\n    search, {FLOW} ]\n"),
        ),
        (
            format!("callers:\n  {ALICE}:\n    - ledger # a\n    # b\n  user:z@example.com: [payments]\n"),
            format!(
                "callers:\n  {ALICE}:\n    - ledger # a\n    {ENTRY}    # b\n  user:z@example.com: [payments]\n"
            ),
        ),
        (
            format!("callers:\n  {ALICE}: &all\n  -   ledger\n"),
            format!("callers:\n  {ALICE}: &all\n  -   ledger\n  {}", ENTRY.replace("\n      ", "\n    ")),
        ),
        (
            format!("callers:\n  {ALICE}:\n    - {{ function: ledger,\n        reason: x }} # a\n...\n"),
            format!(
                "callers:\n  {ALICE}:\n    - {{ function: ledger,\n        reason: x }} # a\n    {ENTRY}...\n"
            ),
        ),
        (
            format!("callers:\n  user:bob@example.com: [&x payments]\n  {ALICE}: [ledger,]\n"),
            format!("callers:\n  user:bob@example.com: [&x payments]\n  {ALICE}: [ledger, {FLOW},]\n"),
        ),
    ] {
        assert_eq!(shown(&before), after, "{before}");
    }
    // A byte-order mark, a header, tabs behind values, and an alias as an item.
    let text = format!(
        "\u{feff}--- # a map\n{HEAD}callers:\n  user:b@example.com: [&l ledger]\t# t\n  {ALICE}: [\t*l\t]\n"
    );
    there_and_back(&text, ALICE, Term::Usual, Some("x"));
}

#[test]
fn what_comes_of_a_long_text_or_a_shared_list_is_refused() {
    let shared = format!("{HEAD}callers:\n  user:bob@example.com: &l [ledger]\n  {ALICE}: *l\n");
    let said = |result: Result<Granted, Refused>| result.unwrap_err().to_string();
    assert_eq!(
        said(granted(&shared, ALICE, Term::Usual, None)),
        "shop.yaml:11:27: an alias stands here, and others share what it stands for: write it out here, so that it \
         can be changed for this caller alone"
    );
    let anchored = said(granted(&shared, "user:bob@example.com", Term::Usual, None));
    assert!(anchored.starts_with("more than this edge would change"), "{anchored}");
    let taken = format!("{HEAD}callers:\n  user:bob@example.com: [&p payments]\n  {ALICE}: [*p]\n");
    assert!(revoked(&taken, "user:bob@example.com").is_err());
    assert!(matches!(revoked(&taken, ALICE), Ok(Revoked::Gone { .. })));
}

#[test]
fn a_shorter_end_is_renewed_in_place_and_a_longer_one_stays() {
    let text = |entry: &str| format!("{HEAD}callers:\n  {ALICE}:\n    - ledger\n{entry}");
    let renewed = |entry: &str, term, reason| match granted(&text(entry), ALICE, term, reason) {
        Ok(Granted::Renewed { changed, .. }) => changed.after.strip_prefix(&text("")).unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let later = until("2026-11-30T00:00:00Z");
    for (before, term, reason, after) in [
        (
            "    - function: payments # f\n      until: 2026-11-24 # u\n",
            later,
            None,
            "    - function: payments # f\n      until: 2026-11-30T00:00:00Z # u\n",
        ),
        (
            "    - until: '2026-11-20'\n      function: payments",
            later,
            Some("it: again"),
            "    - until: '2026-11-30T00:00:00Z'\n      function: payments\n      reason: \"it: again\"",
        ),
        (
            "    - { until: 2026-11-20, function: payments }\n",
            Term::Permanent,
            None,
            "    - { function: payments }\n",
        ),
        (
            "    - until: 2026-11-20\n      function: payments\n",
            Term::Permanent,
            None,
            "    - function: payments\n",
        ),
        (
            "    - function: payments\n      until: 2026-11-20\n      reason: |\n        long\n        text\n",
            Term::Permanent,
            Some("short"),
            "    - function: payments\n      reason: short\n",
        ),
        (
            "    - {function: payments, reason: 'was', until: \"2026-11-20\"}\n",
            Term::Usual,
            Some("is"),
            "    - {function: payments, reason: 'is', until: \"2026-11-24T17:00:00Z\"}\n",
        ),
    ] {
        assert_eq!(renewed(before, term, reason), after, "{before}");
    }
}

#[test]
fn what_is_there_for_as_long_stays_and_what_is_permanent_is_not_shortened() {
    let text = |entry: &str| format!("{HEAD}callers:\n  {ALICE}:\n    - ledger\n{entry}");
    let later = until("2026-11-30T00:00:00Z");
    let until_tomorrow = text("    - {function: payments, until: 2026-11-25}\n");
    assert!(matches!(
        granted(&until_tomorrow, ALICE, Term::Usual, None),
        Ok(Granted::Already { until: Some(_), .. })
    ));
    let permanent = text("    - payments\n");
    assert!(matches!(
        granted(&permanent, ALICE, Term::Usual, None),
        Ok(Granted::Already { until: None, .. })
    ));
    assert!(matches!(granted(&permanent, ALICE, Term::Permanent, None), Ok(Granted::Already { .. })));
    let said = granted(&permanent, ALICE, later, None).unwrap_err().to_string();
    assert!(
        said.starts_with("shop.yaml:12:7: `user:alice@example.com` may call `payments` for good already"),
        "{said}"
    );
}

#[test]
fn an_entry_goes_out_with_its_own_lines_and_commas_alone() {
    let one = |list: &str| format!("{HEAD}callers:\n  {ALICE}:{list}");
    for (before, after) in [
        (" [payments, ledger] # x\n", " [ledger] # x\n"),
        (" [&x payments, ledger]\n", " [ledger]\n"),
        (" [ledger, payments]\n", " [ledger]\n"),
        (" [ledger, payments,]\n", " [ledger,]\n"),
        (" [search, payments , ledger]\n", " [search , ledger]\n"),
        (
            " [\n    ledger, # l\n    payments, # p\n    # s\n    search, # s\n  ]\n",
            " [\n    ledger, # l\n    # s\n    search, # s\n  ]\n",
        ),
        (" [\n    payments, # p\n    search # s\n  ]\n", " [\n    search # s\n  ]\n"),
        (" [payments, # p\n    search]\n", " [ # p\n    search]\n"),
        (
            "\n    # head\n    - payments # p\n    # l\n    - ledger\n",
            "\n    # head\n    # l\n    - ledger\n",
        ),
        (
            "\n    - ledger\n    # p\n    -\n      # in it\n      function: payments\n    # end\n",
            "\n    - ledger\n    # p\n    # end\n",
        ),
        ("\n    - ledger\n    - payments", "\n    - ledger"),
        ("\n  - 'payments'\n  - ledger\n", "\n  - ledger\n"),
    ] {
        match revoked(&one(before), ALICE) {
            Ok(Revoked::Gone { changed, .. }) => assert_eq!(changed.after, one(after), "{before}"),
            other => panic!("{other:?} {before}"),
        }
    }
}

#[test]
fn the_last_entry_takes_its_caller_along_and_the_last_caller_leaves_nobody() {
    for (before, after) in [
        (
            format!("callers: # c\n  # a\n  {ALICE}: # k\n    # why\n    - payments # p\n  # z\n"),
            "callers: {} # c\n  # a\n    # why\n  # z\n".to_owned(),
        ),
        (
            format!("callers:\n  {ALICE}: [payments]\nowner: a@example.com"),
            "callers: {}\nowner: a@example.com".to_owned(),
        ),
        (
            format!("callers:\n  user:bob@example.com: [ledger]\n\n  {ALICE}: [\n   payments ]\n"),
            "callers:\n  user:bob@example.com: [ledger]\n\n".to_owned(),
        ),
        (
            format!("callers: {{ {ALICE}: [payments], user:bob@example.com: [ledger] }}\n"),
            "callers: { user:bob@example.com: [ledger] }\n".to_owned(),
        ),
        (format!("callers: {{ {ALICE}: [payments] }}\n"), "callers: {  }\n".to_owned()),
    ] {
        match revoked(&format!("{HEAD}{before}"), ALICE) {
            Ok(Revoked::Gone { changed, .. }) => {
                assert_eq!(changed.after, format!("{HEAD}{after}"), "{before}");
            }
            other => panic!("{other:?} {before}"),
        }
    }
}

#[test]
fn what_the_map_does_not_take_is_refused_before_anything_is_written() {
    let text = format!("{HEAD}max_until: 2d\ncallers:\n  group:team@example.com: [\"pay*\"]\n");
    let said = |result: Result<Granted, Refused>| result.unwrap_err().to_string();
    assert_eq!(
        said(granted(&text, ALICE, until("2026-11-27T00:00:00Z"), None)),
        "`2026-11-27T00:00:00Z` is later than `max_until` of the map allows: end it by 2026-11-26T09:00:00Z"
    );
    assert_eq!(
        said(granted(&text, ALICE, until("2026-11-24T09:00:00Z"), None)),
        "`2026-11-24T09:00:00Z` is past: name a time to come"
    );
    assert_eq!(
        said(granted(&text, "allUsers", Term::Permanent, None)),
        "`allUsers` is everybody, with a token or without: say `--public` where that is what you want"
    );
    let public = |term| with(&text, None, "allUsers", "payments", |subject| grant(subject, term, None, true));
    assert!(said(public(Term::Usual)).starts_with("a public caller cannot be temporary: say `--permanent`"));
    assert!(matches!(public(Term::Permanent), Ok(Granted::New(..))));
    let event = with(&text, None, ALICE, "resize", |subject| grant(subject, Term::Usual, None, false));
    assert!(
        said(event).starts_with("shop.yaml:8:3: `resize` is event-driven: only its event source may call it")
    );
    assert!(said(granted(&text, ALICE, Term::Usual, Some(" "))).starts_with("the reason is empty"));
    // What a pattern covers is there; it is not taken out of it.
    assert!(matches!(
        granted(&text, "group:team@example.com", Term::Usual, None),
        Ok(Granted::Already { pattern: Some(_), .. })
    ));
    assert_eq!(
        revoked(&text, "group:team@example.com").unwrap_err().to_string(),
        "shop.yaml:11:28: the pattern `pay*` covers `payments`: take the pattern out by hand"
    );
    let short = format!("{HEAD}max_until: 2h\ncallers: {{}}\n");
    match granted(&short, ALICE, Term::Usual, None) {
        Ok(Granted::New(_, until)) => assert_eq!(until, Some(moment("2026-11-24T11:00:00Z").unwrap())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn callers_and_functions_are_named_as_a_map_names_them() {
    let text = format!(
        "{HEAD}  book: {{ resource: projects/shop-finance/locations/europe-west1/services/ledger }}\ncallers: {{}}\n"
    );
    let map = load(texts(&text), None, now()).unwrap();
    let named =
        |what: &str| function(&map, what).map(|named| (named.name.to_string(), named.functions.len()));
    for (text, name, count) in [
        ("payments", "payments", 1),
        ("search", "search", 2),
        ("us-central1/search", "search", 2),
        ("projects/shop-prod/locations/europe-west1/services/payments", "payments", 1),
        ("//run.googleapis.com/projects/shop-finance/locations/europe-west1/services/ledger", "book", 1),
        ("projects/shop-prod/locations/europe-west1/functions/ledger", "ledger", 1),
        ("ledger", "ledger", 1),
    ] {
        assert_eq!(named(text), Ok((name.to_owned(), count)), "{text}");
    }
    for (text, said) in [
        ("paymnets", "`paymnets` is not on the map: did you mean `payments`?"),
        (
            "europe-west1/ledger",
            "`europe-west1/ledger` may be `book` and `ledger`: name the one that is meant by its short name",
        ),
        (
            "https://pay.example.com",
            "`https://pay.example.com` is not on the map: an address is not looked up here: name the function by its short name",
        ),
    ] {
        assert_eq!(named(text).unwrap_err().to_string(), said);
    }
    assert!(named("zebra").unwrap_err().to_string().contains("add it to `functions`"));
    for (text, said) in [
        ("alice@example.com", "`alice@example.com` has no kind"),
        (
            "principal://iam.googleapis.com/projects/1/x",
            "is federated, and cloud run does not take federated callers",
        ),
        ("deleted:user:a@example.com?uid=1", "was deleted and can never call"),
        ("function:paymnets", "`paymnets` is not a function of the map: did you mean `function:payments`?"),
    ] {
        let found = caller(&map, text).unwrap_err().to_string();
        assert!(found.contains(said), "{found}");
    }
}

#[test]
fn an_edge_holds_in_every_environment_and_a_word_is_nobody_by_name() {
    let text = "callmap: 1\nproject: $p\nregion: europe-west1\nenvironments:\n  staging: { p: s-staging, e: e-staging }\n  prod: { p: s-prod, e: e-prod }\nfunctions:\n  payments:\n  probe: { only: [staging] }\ncallers:\n  serviceAccount:m@$e.iam.gserviceaccount.com: [probe]\n";
    let asked = |what| {
        with(text, Some("staging"), "serviceAccount:m@e-staging.iam.gserviceaccount.com", what, |subject| {
            grant(subject, Term::Usual, None, false)
        })
    };
    let Ok(Granted::New(changed, _)) = asked("payments") else { panic!() };
    assert!(changed.after.ends_with("[probe]\n  serviceAccount:m@e-staging.iam.gserviceaccount.com:\n    - function: payments\n      until: 2026-11-24T17:00:00Z\n"), "{}", changed.after);
    assert!(matches!(asked("probe"), Ok(Granted::Already { .. })));
    let money = with(text, Some("prod"), "user:a$b@example.com", "payments", |subject| {
        grant(subject, Term::Permanent, None, false)
    });
    let Ok(Granted::New(changed, _)) = money else { panic!("{money:?}") };
    assert!(changed.after.ends_with("user:a$$b@example.com: [payments]\n"), "{}", changed.after);
    let back = with(&changed.after, Some("prod"), "user:a$b@example.com", "payments", revoke);
    assert!(matches!(back, Ok(Revoked::Gone { changed, .. }) if changed.after == text));
}
