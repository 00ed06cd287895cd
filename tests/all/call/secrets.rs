//! A whole run, from asking who somebody is to taking a grant back, writes no token anywhere.

use std::{fs, path::Path};

use callmap::tokens::{Choice, Endpoint, Environment, id};
use regex::Regex;
use secrecy::ExposeSecret as _;

use super::{CHECKOUT, NORA, Shop, URL};

/// What tokens look like: an ID token with its signature, an access token of the emulator's, or anything that
/// stands where a bearer does. What a function is shown has no signature any more.
fn tokens() -> Vec<Regex> {
    [
        "eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{64,}",
        "ya29[.][A-Za-z0-9_-]+",
        "Bearer [a-z0-9]+",
    ]
    .map(|pattern| Regex::new(pattern).unwrap())
    .to_vec()
}

/// Every file below a directory, by its path.
fn files(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn a_whole_run_writes_no_token_anywhere() {
    let shop = Shop::new();
    let owner = "";
    let runs: [(&str, &[&str]); 20] = [
        (NORA, &["can", "me"]),
        (NORA, &["call", URL]),
        (NORA, &["call", "payments"]),
        (NORA, &["grant", "me", "payments", "--for", "8h", "--reason", "SHOP-123"]),
        (owner, &["grant", NORA, "payments", "--apply", "--yes"]),
        (NORA, &["call", URL, "-i", "-d", "{}"]),
        (CHECKOUT, &["call", URL, "--audience", "https://elsewhere.example.com"]),
        (CHECKOUT, &["call", URL, "-H", "Authorization: Basic b3duCg=="]),
        (owner, &["audit", "--show", "all", "-o", "audit.json", "-o", "audit.md"]),
        (owner, &["plan", "--save", "plan.json", "-o", "changes.json"]),
        (owner, &["apply", "plan.json", "--yes"]),
        (NORA, &["apply", "--yes"]),
        (owner, &["snapshot", "-o", "world.json", "--deny"]),
        (owner, &["review", "-o", "review.csv", "-o", "review.md", "-o", "review.json"]),
        (owner, &["explain", "me", "payments", "--format", "json"]),
        (owner, &["graph", "-o", "picture.mmd"]),
        (owner, &["revoke", NORA, "payments", "--apply", "--yes"]),
        (NORA, &["token", "payments"]),
        (NORA, &["token", URL, "--via", "key"]),
        (owner, &["who", "payments", "--impersonate", "nobody@shop-prod.iam.gserviceaccount.com"]),
    ];
    let mut written = Vec::new();
    for (who, words) in runs {
        let mut command = shop.command(who, words);
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        if who.is_empty() {
            command.env_remove("CALLMAP_EMULATOR_AS");
        }
        let ran = super::ran(&mut command);
        assert!(ran.code <= 3, "{words:?} {ran:?}");
        written.push((format!("{words:?} on standard output"), ran.out));
        written.push((format!("{words:?} on standard error"), ran.err));
    }
    files(shop.home.path(), &mut written);
    let journals = written.iter().filter(|(place, _)| place.ends_with(".ndjson")).count();
    assert!(journals >= 3, "{journals} journals");
    let shown = Regex::new("Bearer [A-Za-z0-9_.-]+[.]SIGNATURE_REMOVED_BY_GOOGLE").unwrap();
    for (place, text) in &written {
        let text = shown.replace_all(text, "");
        for pattern in tokens() {
            let found = pattern.find(&text).map(|found| found.as_str());
            assert_eq!(found, None, "{place}");
        }
    }
    // What would be found looks like this.
    let token = super::ran(&mut shop.command(NORA, &["token", URL])).out;
    assert!(tokens()[0].is_match(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_a_token_says_nothing_of_it_when_something_goes_wrong() {
    let shop = Shop::new();
    let environment = Environment {
        access_token: Some("ya29.given-by-hand".into()),
        emulator_as: Some(NORA.to_owned()),
        ..Environment::default()
    };
    let wanted = id::Wanted {
        via: id::Via::Auto,
        audience: URL.into(),
        key: None,
        impersonate: None,
        delegates: Vec::new(),
        credentials: Choice::Default,
    };
    let endpoint = Endpoint::Emulator(shop.emulator.address());
    let (token, _) = id::id_token(&wanted, endpoint, &environment).await.unwrap();
    let secret = token.secret.expose_secret().to_owned();
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        panic!("{:?}", (&token, &token.secret, &environment));
    }));
    let told = *told.unwrap_err().downcast::<String>().unwrap();
    assert!(told.contains("IdToken") && told.contains("emulator_as"), "{told}");
    for part in secret.split('.').chain(["ya29.given-by-hand"]) {
        assert!(!told.contains(part), "{told}");
    }
}
