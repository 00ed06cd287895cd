//! Why somebody was not let in, in words.

use callmap::emulator::{Kind, Weather};
use serde_json::{Value, json};

use super::{BELA, CHECKOUT, NORA, PAYMENTS, Ran, Shop, URL, said};

/// Times and ports are others each time.
macro_rules! shown {
    ($($text:tt)*) => {
        insta::with_settings!({filters => vec![
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[time]"),
            (r"\d+ seconds? ago", "[a moment] ago"),
        ]}, { insta::assert_snapshot!($($text)*) })
    };
}

/// A reader of everything, who may call nothing of it.
const READER: &str = "user:rita@example.com";

fn readable(shop: &Shop) {
    shop.emulator.set_policy(
        "organizations/9000",
        json!({ "bindings": [
            { "role": "roles/run.viewer", "members": [READER] },
            { "role": "roles/iam.securityReviewer", "members": [READER] },
            { "role": "roles/iam.denyReviewer", "members": [READER] },
            { "role": "roles/browser", "members": [READER] },
        ] }),
    );
}

fn set(shop: &Shop, key: &str, value: &str) {
    shop.emulator.change(|state| {
        let data = state.data_mut(Kind::Service, PAYMENTS).unwrap();
        let annotations = data["metadata"]["annotations"].as_object_mut().unwrap();
        annotations.insert(format!("run.googleapis.com/{key}"), Value::from(value));
    });
}

fn also(shop: &Shop, binding: &Value) {
    let bindings = json!([{ "role": "roles/run.invoker", "members": [CHECKOUT] }, binding]);
    shop.emulator.set_policy(PAYMENTS, json!({ "version": 3, "bindings": bindings }));
}

/// What is told, wherever its lines break.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A refusal: no token of it is told to anybody.
fn refused(ran: &Ran, status: &str) -> String {
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!ran.out.contains("eyJ") && !ran.err.contains("eyJ"), "{ran:?}");
    let said = said(ran);
    assert!(said.starts_with(status), "{said}");
    said
}

#[test]
fn without_a_token() {
    let shop = Shop::new();
    let text = refused(&shop.run(NORA, &["call", URL, "--no-token"]), "403 Forbidden");
    shown!(text);
    // A token of one's own is not told what to do about but that it is not taken.
    let own = shop.run(NORA, &["call", URL, "--no-token", "-H", "Authorization: Bearer mine"]);
    let text = refused(&own, "401 Unauthorized");
    assert!(flat(&text).contains("what you sent as `Authorization` yourself is not taken"), "{text}");
}

#[test]
fn for_somebody_else() {
    let shop = Shop::new();
    let words = ["call", URL, "--audience", "https://orders.example.com"];
    let text = refused(&shop.run(CHECKOUT, &words), "401 Unauthorized");
    shown!(text);
}

#[test]
fn without_a_grant_for_whoever_may_read_why() {
    let shop = Shop::new();
    readable(&shop);
    shown!(refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden"));
}

#[test]
fn without_a_grant_for_whoever_may_read_nothing() {
    let shop = Shop::new();
    shown!(refused(&shop.run(NORA, &["call", URL]), "403 Forbidden"));
}

#[test]
fn without_a_map_and_without_any_right() {
    let shop = Shop::new().unmapped();
    shown!(refused(&shop.run(NORA, &["call", URL]), "403 Forbidden"));
}

#[test]
fn a_narrow_terminal_folds_sentences_and_no_commands() {
    let shop = Shop::new();
    let mut command = shop.command(NORA, &["call", URL]);
    let text = refused(&super::ran(command.env("COLUMNS", "48")), "403 Forbidden");
    let line = "  callmap grant user:nora@example.com payments --for 8h --reason \"WHY\"\n";
    assert!(text.contains(line), "{text}");
    let widest = text.lines().filter(|line| !line.contains("callmap grant")).map(|line| line.chars().count());
    assert!(widest.max().unwrap() <= 60, "{text}");
}

#[test]
fn after_its_time() {
    let shop = Shop::new();
    readable(&shop);
    let condition = json!({ "title": "callmap: until", "expression": "request.time < timestamp(\"2026-01-01T00:00:00Z\")" });
    also(&shop, &json!({ "role": "roles/run.invoker", "members": [READER], "condition": condition }));
    let text = refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden");
    assert!(flat(&text).contains("2026-01-01"), "{text}");
    shown!(text);
}

#[test]
fn on_another_path_than_the_grant_says() {
    let shop = Shop::new();
    readable(&shop);
    let condition = json!({ "title": "health", "expression": "request.path == \"/health\"" });
    also(&shop, &json!({ "role": "roles/run.invoker", "members": [READER], "condition": condition }));
    let text = refused(&shop.run(READER, &["call", "payments", "--path", "/orders"]), "403 Forbidden");
    shown!(text);
    assert_eq!(shop.run(READER, &["call", "payments", "--path", "/health"]).code, 0);
}

#[test]
fn by_a_deny_policy() {
    let shop = Shop::new();
    readable(&shop);
    also(&shop, &json!({ "role": "roles/run.invoker", "members": [READER] }));
    assert_eq!(shop.run(READER, &["call", "payments"]).code, 0);
    let denial = json!({ "rules": [{ "denyRule": {
        "deniedPrincipals": ["principal://goog/subject/rita@example.com"],
        "deniedPermissions": ["run.googleapis.com/routes.invoke"],
    } }] });
    shop.emulator
        .change(|state| assert!(state.put_deny_policy("projects/shop-prod/denypolicies/no-people", denial)));
    shown!(refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden"));
}

#[test]
fn from_where_nobody_is_let_in() {
    let shop = Shop::new();
    readable(&shop);
    set(&shop, "ingress", "internal");
    shown!(refused(&shop.run(READER, &["call", "payments"]), "404 Not Found"));
    // Whoever may read nothing is told no more than is known.
    let text = refused(
        &shop.run(BELA, &["call", URL]),
        "404 Not Found from 100000000001/europe-north1/payments: why is",
    );
    assert!(flat(&text).contains("perhaps the function takes calls from inside its network alone"), "{text}");
    assert!(flat(&text).contains("its settings could not be read: `run.services.get` is missing"), "{text}");
}

#[test]
fn at_an_address_that_is_off() {
    let shop = Shop::new();
    readable(&shop);
    let nowhere = "https://nothing-100000000001.europe-north1.run.app";
    let text =
        refused(&shop.run(READER, &["call", nowhere]), "404 Not Found from shop-prod/europe-north1/nothing");
    assert!(flat(&text).contains("there is no such function in this project and region"), "{text}");
    set(&shop, "default-url-disabled", "true");
    let text = refused(&shop.run(READER, &["call", URL]), "404 Not Found");
    assert!(flat(&text).contains("address below `run.app` is switched off"), "{text}");
}

#[test]
fn by_the_proxy_in_front() {
    let shop = Shop::new();
    readable(&shop);
    set(&shop, "iap-enabled", "true");
    shown!(refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden"));
    // Whoever brings nothing is sent to a page for people.
    let ran = shop.run(NORA, &["call", URL, "--no-token"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains(
        "note: 302 leads to https://accounts.google.com/o/oauth2/v2/auth?…, which was not followed"
    ));
    assert!(
        flat(&ran.err)
            .contains("302 Found from 100000000001/europe-north1/payments: the Identity-Aware Proxy"),
        "{ran:?}"
    );
}

#[test]
fn while_a_grant_of_callmaps_own_is_not_known_everywhere_yet() {
    let shop = Shop::new();
    readable(&shop);
    let map = shop.home.path().join("policies/shop.yaml");
    let text = std::fs::read_to_string(&map).unwrap() + "  user:rita@example.com: [payments]\n";
    std::fs::write(&map, text).unwrap();
    // Declared, and not applied yet.
    let text = refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden");
    assert!(text.contains("  callmap plan\n      it is declared (policies/shop.yaml:"), "{text}");
    // The policy is there to be read, and counts only later.
    shop.emulator.weather(Weather { propagation_seconds: 600, ..Weather::default() });
    let mut apply = shop.command("", &["apply", "--yes", "--only", "add"]);
    let applied = super::ran(apply.env_remove("CALLMAP_EMULATOR_AS"));
    assert_eq!(applied.code, 0, "{applied:?}");
    let text = refused(&shop.run(READER, &["call", "payments"]), "403 Forbidden");
    shown!(text);
}
