//! `callmap grant` and `callmap revoke` as they are run: the map is edited in place, and the local Google follows.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Command, Output, Stdio},
};

use callmap::{
    emulator::{Clock, Emulator, Options, State},
    model::time::moment,
};
use serde_json::{Value, json};

const START: &str = "2026-11-24T09:00:00Z";
const INVOKER: &str = "roles/run.invoker";
const ALICE: &str = "user:alice@example.com";
const PAY: &str = "projects/shop-prod/locations/europe-west1/services/payments";
const URL: &str = "https://payments-1041.europe-west1.run.app";
const ABOVE: &str =
    r#""ancestors":["projects/1041","organizations/9000"],"update_time":"2026-11-22T10:30:00Z""#;

/// A map as people leave it: odd indentation, comments, an anchor, Windows line ends, nothing behind the last line.
fn map(rest: &str) -> String {
    let text = format!(
        "# the shop\ncallmap: 1\nproject: &p shop-prod   # ours\nregion: europe-west1\nowner: pay@example.com\n\
         domains: [ example.com ]\nmax_until: 30d\n{rest}functions:\n   payments:\n   ledger: {{ written_by: other }}\n\
         callers:  # who\n\n   # the team\n   'group:team@example.com':\n   -  ledger  # the books\n   # the end"
    );
    text.replace('\n', "\r\n")
}

fn line(kind: &str, name: &str, parts: &str) -> String {
    format!(r#"{{"name":"{name}","asset_type":"{kind}",{ABOVE},{parts}}}"#)
}

fn service(name: &str, bindings: &Value) -> [String; 2] {
    let full = format!("//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{name}");
    let kind = "run.googleapis.com/Service";
    let settings = format!(
        r#""resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"{name}","uid":"uid-{name}"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{name}@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{"url":"https://{name}-1041.europe-west1.run.app"}}}}}}"#
    );
    let policy = format!(r#""iam_policy":{{"bindings":{bindings}}}"#);
    [line(kind, &full, &settings), line(kind, &full, &policy)]
}

/// Two functions; the members of `above` may call everything in the project.
fn estate(above: &[&str]) -> String {
    let kind = "cloudresourcemanager.googleapis.com/Project";
    let project = "//cloudresourcemanager.googleapis.com/projects/shop-prod";
    let bindings = json!([{"role": INVOKER, "members": above}]);
    let bindings = if above.is_empty() { json!([]) } else { bindings };
    let mut lines = vec![
        line(kind, project, r#""resource":{"version":"v1","data":{"projectId":"shop-prod","projectNumber":"1041"}}"#),
        line(kind, project, &format!(r#""iam_policy":{{"bindings":{bindings}}}"#)),
        r#"{"name":"//cloudresourcemanager.googleapis.com/organizations/9000","asset_type":"cloudresourcemanager.googleapis.com/Organization","ancestors":["organizations/9000"],"update_time":"2026-11-22T10:30:00Z","iam_policy":{"bindings":[]}}"#.to_owned(),
    ];
    lines.extend(service("payments", &json!([])));
    lines.extend(service("ledger", &json!([{"role": INVOKER, "members": ["group:team@example.com"]}])));
    lines.join("\n") + "\n"
}

struct Shop {
    emulator: Emulator,
    dir: tempfile::TempDir,
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Shop {
    fn new(map: &str, above: &[&str]) -> Self {
        let state = State::read(estate(above).as_bytes()).unwrap();
        let clock = Clock::Fixed(moment(START).unwrap());
        let emulator = Emulator::start(Options { state, clock, ..Options::default() }).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("policies")).unwrap();
        fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
        Self { emulator, dir }
    }

    fn run(&self, words: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command.args(words).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.dir.path()).env("XDG_STATE_HOME", self.dir.path().join("state"));
        command.env("CALLMAP_EMULATOR_HOST", self.emulator.address().to_string());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// What it prints where it ends well.
    fn done(&self, words: &[&str]) -> String {
        let run = self.run(words);
        assert_eq!(run.code, 0, "{words:?} {run:?}");
        run.out
    }

    fn text(&self) -> String {
        fs::read_to_string(self.dir.path().join("policies/shop.yaml")).unwrap()
    }

    fn bindings(&self) -> Value {
        match self.emulator.handle().policy(PAY).unwrap()["bindings"].clone() {
            Value::Null => json!([]),
            bindings => bindings,
        }
    }

    /// What an audit finds, but that the members of groups are kept elsewhere.
    fn rules(&self) -> Vec<String> {
        let run = self.run(&["audit", "--format", "json"]);
        let audit: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        let findings = audit["findings"].as_array().unwrap().iter();
        let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.filter(|rule| rule != "impersonable-caller").collect()
    }

    fn at(&self, time: &str) {
        self.emulator.clock(Clock::Fixed(moment(time).unwrap()));
    }

    /// Sends a request and gives its status and its body.
    fn http(&self, text: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.emulator.address()).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// The status that Alice gets at the front door, with a token as gcloud's login gives one.
    fn call(&self) -> u16 {
        let body = "grant_type=refresh_token&refresh_token=alice%40example.com&client_id=32555940559.apps.googleusercontent.com";
        let length = body.len();
        let (_, answer) = self.http(&format!(
            "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let (token, host) = (answer["id_token"].as_str().unwrap(), URL.strip_prefix("https://").unwrap());
        self.http(&format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        ))
        .0
    }
}

#[test]
fn from_nothing_to_a_grant_that_ends_and_is_cleaned_up() {
    let shop = Shop::new(&map(""), &[]);
    assert_eq!((shop.call(), shop.rules()), (403, Vec::new()));
    // On the map alone: the next deploy would grant it.
    let said = shop.done(&["grant", ALICE, "payments", "--for", "4h", "--reason", "SHOP-123: \"refunds\""]);
    let added = "   user:alice@example.com:\r\n   - function: payments\r\n     until: 2026-11-24T13:00:00Z\r\n     reason: \"SHOP-123: \\\"refunds\\\"\"\r\n";
    assert_eq!(shop.text(), map("").replace("   # the end", &format!("{added}   # the end")));
    assert!(said.contains("+     until: 2026-11-24T13:00:00Z\n"), "{said}");
    assert!(said.contains("pull request to pay@example.com"), "{said}");
    assert!(
        said.contains("callmap grant user:alice@example.com payments --until 2026-11-24T13:00:00Z --apply\n"),
        "{said}"
    );
    assert_eq!((shop.call(), shop.rules()), (403, vec!["missing-caller".to_owned()]));
    // Said again, it is there already; and is carried out.
    let said =
        shop.done(&["grant", ALICE, "payments", "--until", "2026-11-24T13:00:00Z", "--apply", "--yes"]);
    assert!(
        said.starts_with(
            "nothing to write: user:alice@example.com may call payments until 2026-11-24T13:00:00Z already"
        ),
        "{said}"
    );
    assert!(said.contains("\nhow to call\n  callmap call payments\n  curl -H \"$(callmap token payments --header)\" https://payments-1041"), "{said}");
    let condition = json!({"title": "callmap: until", "expression": "request.time < timestamp(\"2026-11-24T13:00:00Z\")"});
    assert_eq!(shop.bindings(), json!([{"role": INVOKER, "members": [ALICE], "condition": condition}]));
    assert_eq!((shop.call(), shop.rules()), (200, Vec::new()));
    // Its time passes.
    shop.at("2026-11-24T13:00:00Z");
    assert_eq!((shop.call(), shop.rules()), (403, vec!["dead-grant".to_owned()]));
    shop.done(&["apply", "--yes"]);
    assert_eq!((shop.bindings(), shop.rules()), (json!([]), Vec::new()));
    // Renewed in place, on the map and there.
    shop.done(&["grant", ALICE, "payments", "--apply", "--yes"]);
    assert_eq!(shop.text().matches(" until: ").count(), 1);
    assert_eq!(shop.call(), 200);
    let said = shop.done(&["revoke", ALICE, "payments", "--apply", "--yes"]);
    assert!(said.contains("user:alice@example.com cannot call shop-prod/europe-west1/payments"), "{said}");
    assert_eq!(
        (shop.text(), shop.bindings(), shop.call(), shop.rules()),
        (map(""), json!([]), 403, Vec::new())
    );
    let said = shop.done(&["revoke", ALICE, "payments", "--apply", "--yes"]);
    assert!(said.starts_with("nothing to write: the map does not declare"), "{said}");
}

#[test]
fn only_this_caller_on_this_function_is_changed() {
    let shop = Shop::new(&map(""), &[]);
    let other = json!({"bindings": [{"role": INVOKER, "members": ["user:old@example.com"]}]});
    shop.emulator.set_policy(PAY, other);
    shop.done(&["grant", ALICE, "payments", "--permanent", "--apply", "--yes"]);
    assert_eq!(shop.bindings(), json!([{"role": INVOKER, "members": ["user:old@example.com", ALICE]}]));
    shop.done(&["revoke", ALICE, "payments", "--apply", "--yes"]);
    assert_eq!(shop.bindings(), json!([{"role": INVOKER, "members": ["user:old@example.com"]}]));
    assert_eq!(shop.text(), map(""));
    // Nobody declared is taken out by a revocation that names him.
    shop.done(&["revoke", "user:old@example.com", "payments", "--apply", "--yes"]);
    assert_eq!(shop.bindings(), json!([]));
}

#[test]
fn whoever_can_still_call_is_told_through_what() {
    let shop = Shop::new(&map(""), &[ALICE]);
    shop.done(&["grant", ALICE, "payments", "--apply", "--yes"]);
    let said = shop.done(&["revoke", ALICE, "payments", "--apply", "--yes"]);
    assert!(said.contains("user:alice@example.com can still call shop-prod/europe-west1/payments\n  by run.invoker on projects/shop-prod to user:alice@example.com"), "{said}");
    assert!(said.contains("callmap explain user:alice@example.com payments\n"), "{said}");
}

#[test]
fn where_somebody_else_keeps_the_end_that_is_said() {
    let shop = Shop::new(&map(""), &[]);
    let said = shop.done(&["grant", ALICE, "ledger", "--apply", "--yes"]);
    assert!(said.contains("so the map keeps the end"), "{said}");
    assert!(said.contains("somebody else writes this policy: change it there"), "{said}");
    assert!(said.contains("to be done there\n"), "{said}");
    assert!(!said.contains("how to call"), "{said}");
    let kept = Shop::new(&map("expiry: map\n"), &[]);
    let said = kept.done(&["grant", ALICE, "payments", "--apply", "--yes"]);
    assert!(said.contains("the map keeps the end (`expiry: map`)"), "{said}");
    assert_eq!(kept.bindings(), json!([{"role": INVOKER, "members": [ALICE]}]));
    kept.at("2026-11-24T18:00:00Z");
    assert_eq!((kept.call(), kept.rules()), (200, vec!["expired-caller".to_owned()]));
    kept.done(&["apply", "--yes"]);
    assert_eq!((kept.call(), kept.rules()), (403, Vec::new()));
}

#[test]
fn what_is_refused_is_refused_before_anything_is_written() {
    let shop = Shop::new(&map(""), &[]);
    for (words, said) in [
        (
            &[ALICE, "payments", "--for", "31d"][..],
            "is later than `max_until` of the map allows: end it by 2026-12-24T09:00:00Z",
        ),
        (&["user:eve@example.org", "payments"], "`user:eve@example.org` is not one of us"),
        (&["serviceAccount:x@other.iam.gserviceaccount.com", "payments"], "is not one of us"),
        (&["allUsers", "payments", "--permanent"], "say `--public` where that is what you want"),
        (&["allUsers", "payments", "--public"], "a public caller cannot be temporary: say `--permanent`"),
        (
            &["alice@example.com", "payments"],
            "`alice@example.com` has no kind: write `user:alice@example.com`",
        ),
        (&[ALICE, "paymints"], "`paymints` is not on the map: did you mean `payments`?"),
        (
            &[ALICE, "payments", "--until", "2026-11-23"],
            "`2026-11-24T00:00:00Z` is past: name a time to come",
        ),
        (&[ALICE, "payments", "--apply"], "there is no terminal to ask on"),
        (&["me", "payments", "--reason", " "], ""),
    ] {
        let run = shop.run(&[&["grant"], words].concat());
        assert_eq!(run.code, 2, "{words:?} {run:?}");
        assert!(run.err.contains(said), "{words:?} {run:?}");
        assert_eq!(shop.text(), map(""), "{words:?}");
    }
    let run = shop.run(&["grant", ALICE, "payments", "--demo"]);
    assert!(run.code == 2 && run.err.contains("the sample map is part of the program"), "{run:?}");
    // Everybody, where that is what is wanted.
    shop.done(&["grant", "allUsers", "payments", "--public", "--permanent", "--apply", "--yes"]);
    assert_eq!(shop.bindings(), json!([{"role": INVOKER, "members": ["allUsers"]}]));
}
