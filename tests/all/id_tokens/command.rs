//! `callmap token`, the program itself.

use std::net::TcpStream;

use callmap::emulator::Emulator;
use serde_json::json;

use super::{CHECKOUT, Files, GCLOUD, PAYMENTS, callmap, claims, ended, started};

const SERVICE: &str = "projects/shop-prod/locations/europe-north1/services/payments";
const NAME: &str = "payments --project shop-prod --region europe-north1";

/// The sample estate, in which a login and a pool may act as the checkout.
fn estate() -> Emulator {
    let emulator = started();
    let members = [
        "user:nora@example.com",
        "principal://iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/ci/subject/builds",
    ];
    let creator = json!({ "role": "roles/iam.serviceAccountTokenCreator", "members": members });
    emulator.set_policy("projects/shop-prod", json!({ "bindings": [creator] }));
    let invoker = json!({ "role": "roles/run.invoker", "members": [format!("serviceAccount:{CHECKOUT}")] });
    emulator.set_policy(SERVICE, json!({ "bindings": [invoker] }));
    emulator
}

/// What the door of the payments says to whoever brings this token.
fn status(emulator: &Emulator, token: &str) -> u16 {
    use std::io::{Read as _, Write as _};
    let mut stream = TcpStream::connect(emulator.address()).unwrap();
    let host = PAYMENTS.strip_prefix("https://").unwrap();
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn every_kind_of_credential_opens_the_door_that_its_token_is_for() {
    let emulator = estate();
    let dir = tempfile::tempdir().unwrap();
    let Files { key, login, pool, acting_pool, acting_login } =
        Files::in_folder(dir.path(), emulator.address());
    let acting = format!("--impersonate {CHECKOUT}");
    for (file, words, way) in [
        (Some(&key), "--via key".to_owned(), "the key in `"),
        (Some(&key), "--via adc".to_owned(), "the key in `"),
        (Some(&key), String::new(), "the key in `"),
        (None, format!("--via key --key {}", key.display()), "the key in `"),
        (Some(&acting_pool), String::new(), "`generateIdToken`, with the workload identity in `"),
        (Some(&acting_login), String::new(), "`generateIdToken`, with the login in `"),
        (Some(&login), acting.clone(), "`generateIdToken`, with the login in `"),
        (Some(&pool), format!("{acting} --via adc"), "`generateIdToken`, with the workload identity in `"),
        (None, acting, "`generateIdToken`, with the login of the emulator"),
    ] {
        let mut command =
            callmap(emulator.address(), dir.path(), &format!("token {PAYMENTS}/refunds?id=7 {words}"));
        command.envs(file.map(|file| ("GOOGLE_APPLICATION_CREDENTIALS", file)));
        let (code, out, err) = ended(&mut command);
        assert_eq!(code, 0, "{words}: {err}");
        let token = out.strip_suffix('\n').unwrap();
        assert!(token.split('.').count() == 3 && !token.contains(char::is_whitespace), "{out}");
        assert_eq!((&claims(token)["aud"], &claims(token)["email"]), (&json!(PAYMENTS), &json!(CHECKOUT)));
        assert!(err.contains(&format!("by {way}")), "{err}");
        assert!(err.contains(&format!(", as serviceAccount:{CHECKOUT}, for `{PAYMENTS}`, until 2")), "{err}");
        assert!(!err.contains(token) && !err.contains("warning"), "{err}");
        assert_eq!(status(&emulator, token), 200);
    }
}

#[test]
fn the_machine_has_a_token_by_its_own_account() {
    let emulator = estate();
    let dir = tempfile::tempdir().unwrap();
    let url = "https://europe-west1-shop-prod.cloudfunctions.net/refunds";
    for (words, host) in [("--via metadata", false), ("--via metadata", true), ("", true)] {
        let mut command = callmap(emulator.address(), dir.path(), &format!("token {url}/x?y=z {words}"));
        command.envs(host.then(|| ("GCE_METADATA_HOST", emulator.address().to_string())));
        let (code, out, err) = ended(&mut command);
        assert_eq!(code, 0, "{err}");
        // The name of the function is part of its address there.
        assert_eq!(claims(&out)["aud"], url);
        assert_eq!(claims(&out)["email"], "100000000001-compute@developer.gserviceaccount.com");
        assert!(err.contains("by the metadata server at `"), "{err}");
    }
}

#[test]
fn a_name_is_looked_up_live_with_the_least_right_there_is() {
    let emulator = estate();
    let dir = tempfile::tempdir().unwrap();
    let acting = format!("--impersonate {CHECKOUT}");
    let custom = json!({ "role": "roles/run.viewer", "members": ["user:nora@example.com"] });
    let invoker = json!({ "role": "roles/run.invoker", "members": [format!("serviceAccount:{CHECKOUT}")] });
    emulator.set_policy(SERVICE, json!({ "bindings": [custom, invoker] }));
    std::fs::create_dir(dir.path().join("policies")).unwrap();
    let map = "callmap: 1\nproject: shop-prod\nregion: europe-north1\nfunctions:\n  payments:\ncallers: {}\n";
    std::fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
    for name in ["payments", "europe-north1/payments", SERVICE, &format!("//run.googleapis.com/{SERVICE}")] {
        let mut command = callmap(emulator.address(), dir.path(), &format!("token {name} {acting}"));
        let before = emulator.log().len();
        // Nora may act as the checkout, which need not have the right to look anything up.
        let (code, out, err) = ended(command.env("CALLMAP_EMULATOR_AS", "user:nora@example.com"));
        assert_eq!(code, 0, "{name}: {err}");
        assert_eq!(claims(&out)["aud"], PAYMENTS);
        let asked: Vec<_> =
            emulator.log()[before..].iter().filter_map(|entry| entry.api_method.clone()).collect();
        let expected = [
            "run.projects.locations.services.get",
            "iamcredentials.projects.serviceAccounts.generateIdToken",
        ];
        assert_eq!(asked, expected);
    }
    let mut command = callmap(emulator.address(), dir.path(), "token payments");
    let (code, out, err) = ended(command.env("CALLMAP_EMULATOR_AS", "user:mallory@example.com"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains(
            "error: where `payments` answers could not be read: Permission 'run.services.get' denied"
        ),
        "{err}"
    );
    assert!(err.contains("help: name the function by its URL, `https://"), "{err}");
    for (name, said) in [
        ("paymints", "no function `paymints` was found: did you mean `payments`?"),
        ("us-central1/payments", "no function `us-central1/payments` was found"),
        ("search", "`search` may be `projects/shop-prod/locations/europe-west1/services/search` or"),
        ("a/b/c", "`a/b/c` does not name a function"),
        ("http://payments.example.com", "is not `https`"),
        ("https://me@payments.example.com", "has a user in it"),
        ("https://europe-west1-shop-prod.cloudfunctions.net", "does not end with the name of a function"),
        ("https://", "does not name a function"),
    ] {
        let (code, out, err) = ended(&mut callmap(emulator.address(), dir.path(), &format!("token {name}")));
        assert_eq!((code, out.as_str()), (2, ""), "{name}: {err}");
        assert!(err.contains(said), "{name}: {err}");
    }
}

#[test]
fn a_token_that_is_for_nobody_in_particular_says_so_and_is_for_no_host_of_others() {
    let emulator = estate();
    let dir = tempfile::tempdir().unwrap();
    let login = Files::in_folder(dir.path(), emulator.address()).login;
    let run = |line: &str| {
        let mut command = callmap(emulator.address(), dir.path(), line);
        ended(command.env("GOOGLE_APPLICATION_CREDENTIALS", &login))
    };
    for name in [PAYMENTS, NAME] {
        let (code, out, err) = run(&format!("token {name}"));
        assert_eq!((code, &claims(&out)["aud"]), (0, &json!(GCLOUD)), "{err}");
        assert!(err.contains(&format!(", as user:nora@example.com, for `{GCLOUD}`, until ")), "{err}");
        assert!(err.contains("warning: this token is for no function in particular"), "{err}");
    }
    let (code, out, err) = run("token https://payments.example.com");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("`payments.example.com` is no host of Google's for functions"), "{err}");
    // One that is for that host alone may go there.
    let (code, out, _) = run(&format!("token https://payments.example.com --impersonate {CHECKOUT}"));
    assert_eq!((code, &claims(&out)["aud"]), (0, &json!("https://payments.example.com")));
}

#[test]
fn a_header_and_an_audience_of_its_own_are_printed_as_asked() {
    let emulator = estate();
    let dir = tempfile::tempdir().unwrap();
    let key = Files::in_folder(dir.path(), emulator.address()).key;
    let line = format!("token {NAME} --header -q --key {} --audience payments-api", key.display());
    let (code, out, err) = ended(&mut callmap(emulator.address(), dir.path(), &line));
    let token = out.strip_prefix("Authorization: Bearer ").unwrap().strip_suffix('\n').unwrap();
    assert_eq!((code, &claims(token)["aud"]), (0, &json!("payments-api")));
    assert_eq!(err.lines().count(), 1, "{err}");
}
