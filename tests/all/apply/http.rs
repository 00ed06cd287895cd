//! `callmap apply` and `callmap undo` as they are run, against the local Google over HTTP.

mod above;
mod files;
mod flow;
mod together;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use callmap::emulator::{Emulator, Handle, Options, State};
use serde_json::{Value, json};

/// `web` lives on `allUsers` and has to get its own grant; `desk` calls as the account it runs as; `old` is on no
/// map; the group above is everybody's.
const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  pay:
  desk:
  mail:
callers:
  serviceAccount:web@shop-prod.iam.gserviceaccount.com: [pay]
  function:desk: [mail]
";

const ABOVE: &str =
    r#""ancestors":["projects/1041","organizations/9000"],"update_time":"2026-11-22T10:30:00Z""#;
const INVOKER: &str = "roles/run.invoker";
const WEB: &str = "serviceAccount:web@shop-prod.iam.gserviceaccount.com";
const DESK_ACCOUNT: &str = "serviceAccount:desk@shop-prod.iam.gserviceaccount.com";

fn name(function: &str) -> String {
    format!("projects/shop-prod/locations/europe-west1/services/{function}")
}

fn settings(function: &str, account: &str) -> String {
    let name = name(function);
    format!(
        r#"{{"name":"//run.googleapis.com/{name}","asset_type":"run.googleapis.com/Service",{ABOVE},"resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"{function}","uid":"uid-{function}"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{account}@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{}}}}}}}}"#
    )
}

fn policy(kind: &str, name: &str, policy: &Value) -> String {
    format!(r#"{{"name":"{name}","asset_type":"{kind}",{ABOVE},"iam_policy":{policy}}}"#)
}

fn function(function: &str, raw: &Value) -> [String; 2] {
    let full = format!("//run.googleapis.com/{}", name(function));
    [settings(function, function), policy("run.googleapis.com/Service", &full, raw)]
}

fn estate() -> String {
    let project = "cloudresourcemanager.googleapis.com/Project";
    let full = "//cloudresourcemanager.googleapis.com/projects/shop-prod";
    let mut lines = vec![
        format!(
            r#"{{"name":"{full}","asset_type":"{project}",{ABOVE},"resource":{{"version":"v1","data":{{"projectId":"shop-prod","projectNumber":"1041"}}}}}}"#
        ),
        policy(project, full, &json!({"bindings": [{"role": "roles/viewer", "members": ["user:ann@example.com"]}]})),
        r#"{"name":"//cloudresourcemanager.googleapis.com/organizations/9000","asset_type":"cloudresourcemanager.googleapis.com/Organization","ancestors":["organizations/9000"],"update_time":"2026-11-22T10:30:00Z","iam_policy":{"bindings":[]}}"#.to_owned(),
    ];
    lines.extend(function(
        "pay",
        &json!({"bindings": [{"role": INVOKER, "members": ["allUsers"]}, {"role": "roles/run.viewer", "members": ["user:ann@example.com"]}],
                "auditConfigs": [{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]}),
    ));
    lines.extend(function(
        "desk",
        &json!({"bindings": [{"role": INVOKER, "members": ["user:old@example.com"]}]}),
    ));
    lines.extend(function("mail", &json!({})));
    lines.join("\n") + "\n"
}

/// An emulator with the estate, and a directory with the map.
struct Shop {
    emulator: Emulator,
    dir: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Shop {
    fn open() -> Self {
        Self::of(&estate())
    }

    fn of(estate: &str) -> Self {
        let state = State::read(estate.as_bytes()).unwrap();
        let emulator = Emulator::start(Options { state, ..Options::default() }).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("policies")).unwrap();
        fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
        Self { emulator, dir }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command.args(words).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.dir.path()).env("XDG_STATE_HOME", self.dir.path().join("state"));
        command.env("CALLMAP_EMULATOR_HOST", self.emulator.address().to_string());
        command
    }

    fn run(&self, words: &[&str]) -> Run {
        Run::of(self.command(words).output().unwrap())
    }

    fn apply(&self, words: &[&str]) -> Run {
        self.run(&[&["apply", "--yes"], words].concat())
    }

    fn handle(&self) -> Handle {
        self.emulator.handle()
    }

    fn policy(&self, function: &str) -> Value {
        self.handle().policy(&name(function)).unwrap()
    }

    /// Members of a function that hold the role without a condition.
    fn callers(&self, function: &str) -> Vec<String> {
        callers(&self.policy(function))
    }

    /// Every policy without what each write changes.
    fn contents(&self) -> Vec<String> {
        self.contents_of(&["pay", "desk", "mail"])
    }

    fn contents_of(&self, functions: &[&str]) -> Vec<String> {
        functions.iter().map(|function| content(&self.policy(function))).collect()
    }

    fn journals(&self) -> PathBuf {
        self.dir.path().join("state/callmap/journals")
    }

    /// The only journal of a kind.
    fn journal(&self, kind: &str) -> String {
        let files = fs::read_dir(self.journals()).unwrap().map(|file| file.unwrap().path());
        let mut found = files.filter(|path| path.to_string_lossy().contains(&format!("-{kind}-")));
        let only = found.next().unwrap();
        assert_eq!(found.next(), None);
        only.to_string_lossy().into_owned()
    }

    /// Whose policies were written, in order.
    fn writes(&self) -> Vec<String> {
        let is_write = |target: &str| target.contains(":setIamPolicy");
        let log = self.handle().log().into_iter().filter(|entry| is_write(&entry.target));
        log.map(|entry| entry.target.rsplit('/').next().unwrap().split(':').next().unwrap().to_owned())
            .collect()
    }
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn callers(policy: &Value) -> Vec<String> {
    let bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
    let of_role =
        bindings.iter().filter(|binding| binding["role"] == INVOKER && binding.get("condition").is_none());
    let members = of_role.flat_map(|binding| binding["members"].as_array().unwrap().clone());
    members.map(|member| member.as_str().unwrap().to_owned()).collect()
}

fn content(policy: &Value) -> String {
    let mut policy = policy.clone();
    let fields = policy.as_object_mut().unwrap();
    fields.shift_remove("etag");
    fields.shift_remove("version");
    // The emulator, like Google, has an order of its own for the fields of a binding.
    policy.sort_all_objects();
    policy.to_string()
}
