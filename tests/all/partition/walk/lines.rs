//! An estate as an export of Cloud Asset Inventory.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sketch::{CRON, EVENTS, Function, Kind, PROJECTS, Place, Sketch};

fn email(account: &str) -> &str {
    account.strip_prefix("serviceAccount:").unwrap()
}

pub(super) fn url(function: &Function) -> String {
    format!("https://{}-{}.europe-west1.run.app", function.name, PROJECTS[function.project].1)
}

impl Sketch {
    /// What stands above a project, itself first, as exports write it.
    fn ancestors(&self, project: usize) -> Vec<String> {
        let own = format!("projects/{}", PROJECTS[project].1);
        std::iter::once(own).chain(self.above[project].iter().map(|level| (*level).to_owned())).collect()
    }

    fn policy(&self, place: Place) -> Value {
        let bindings = self.bindings.iter().filter(|binding| binding.place == place);
        let shown = bindings.map(|binding| {
            let mut shown = json!({ "role": binding.role.0, "members": binding.members });
            if let Some(expression) = binding.condition.0 {
                shown["condition"] = json!({ "title": "when", "expression": expression });
            }
            shown
        });
        json!({ "bindings": shown.collect::<Vec<_>>() })
    }
}

fn line(kind: &str, name: &str, ancestors: &[String], field: &str, value: &Value) -> String {
    let (api, _) = kind.split_once('/').unwrap();
    let full = format!("//{api}/{name}");
    json!({ "name": full, "asset_type": kind, "ancestors": ancestors, field: value }).to_string()
}

fn data(data: &Value) -> Value {
    json!({ "version": "v1", "data": data })
}

fn settings(function: &Function) -> Value {
    let project = PROJECTS[function.project].0;
    let mut settings = json!({
        "template": { "serviceAccount": format!("{}@{project}.iam.gserviceaccount.com", function.name) },
        "urls": [url(function)],
    });
    if function.is_unchecked {
        settings["invokerIamDisabled"] = true.into();
    }
    if function.kind == Kind::Proxied {
        settings["iapEnabled"] = true.into();
    }
    settings
}

/// What calls a function by itself.
fn source(sketch: &Sketch, index: usize) -> Option<String> {
    let function = &sketch.functions[index];
    let ancestors = sketch.ancestors(function.project);
    let project = PROJECTS[function.project].0;
    let below = |what: &str| format!("projects/{project}/locations/europe-west1/{what}/{}", function.name);
    let trigger = match function.kind {
        Kind::Plain | Kind::Proxied => return None,
        Kind::Scheduled => {
            let token = json!({ "serviceAccountEmail": email(CRON) });
            let job =
                json!({ "httpTarget": { "uri": format!("{}/tick", url(function)), "oidcToken": token } });
            let kind = "cloudscheduler.googleapis.com/Job";
            return Some(line(kind, &below("jobs"), &ancestors, "resource", &data(&job)));
        }
        Kind::Triggered => json!({ "serviceAccountEmail": email(EVENTS) }),
        Kind::TriggeredByDefault => json!({}),
    };
    let served = json!({
        "environment": "GEN_2",
        "serviceConfig": { "service": sketch.service(index) },
        "eventTrigger": trigger,
    });
    let kind = "cloudfunctions.googleapis.com/Function";
    Some(line(kind, &below("functions"), &ancestors, "resource", &data(&served)))
}

fn roles(sketch: &Sketch) -> Vec<String> {
    let invoke = "run.routes.invoke";
    let roles = [
        ("projects/shop-prod/roles/caller", json!({ "includedPermissions": [invoke, "run.jobs.run"] })),
        (
            "organizations/9000/roles/caller",
            json!({ "includedPermissions": [invoke, "run.instances.invoke"] }),
        ),
        (
            "projects/shop-prod/roles/deployer",
            json!({ "includedPermissions": [invoke, "run.services.update"] }),
        ),
        ("projects/shop-prod/roles/reader", json!({ "includedPermissions": ["run.services.get"] })),
        ("projects/shop-prod/roles/off", json!({ "includedPermissions": [invoke], "stage": "DISABLED" })),
        ("organizations/9000/roles/gone", json!({ "includedPermissions": [invoke], "deleted": true })),
        (
            "projects/shop-prod/roles/offReader",
            json!({ "includedPermissions": ["run.services.get"], "stage": "DISABLED" }),
        ),
    ];
    let ancestors = sketch.ancestors(0);
    let kind = "iam.googleapis.com/Role";
    roles.iter().map(|(name, role)| line(kind, name, &ancestors, "resource", &data(role))).collect()
}

/// The export.
pub(super) fn of(sketch: &Sketch) -> String {
    let mut lines = roles(sketch);
    let manager = |kind: &str| format!("cloudresourcemanager.googleapis.com/{kind}");
    let mut levels: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (project, (id, number)) in PROJECTS.into_iter().enumerate() {
        let ancestors = sketch.ancestors(project);
        for at in 1..ancestors.len() {
            levels.insert(sketch.above[project][at - 1], ancestors[at..].to_vec());
        }
        let (kind, one) = (manager("Project"), data(&json!({ "projectId": id, "projectNumber": number })));
        lines.push(line(&kind, &format!("projects/{id}"), &ancestors, "resource", &one));
        let name = format!("projects/{}", if sketch.is_by_number { number } else { id });
        lines.push(line(&kind, &name, &ancestors, "iam_policy", &sketch.policy(Place::Project(project))));
    }
    for (level, ancestors) in levels {
        let kind = manager(if level.starts_with("folders/") { "Folder" } else { "Organization" });
        let policy = sketch.policy(Place::Level(level));
        lines.push(line(&kind, level, &ancestors, "iam_policy", &policy));
    }
    for (index, function) in sketch.functions.iter().enumerate() {
        let ancestors = sketch.ancestors(function.project);
        let (id, number) = PROJECTS[function.project];
        let name = sketch.service(index);
        let policy_name = if sketch.is_by_number { name.replace(id, number) } else { name.clone() };
        let kind = "run.googleapis.com/Service";
        lines.push(line(kind, &name, &ancestors, "resource", &data(&settings(function))));
        let policy = sketch.policy(Place::Function(index));
        lines.push(line(kind, &policy_name, &ancestors, "iam_policy", &policy));
        lines.extend(source(sketch, index));
    }
    lines.push(groups());
    lines.join("\n") + "\n"
}

/// A group that is known to hold nobody.
fn groups() -> String {
    let (name, kind) = ("group:empty@example.com", "callmap/Group");
    json!({ "name": name, "asset_type": kind, "resource": { "data": { "members": [] } } }).to_string()
}
