//! A function below a project, three folders and an organization, with somebody else granted at each level; and one
//! in a project that stands below nothing.

use serde_json::{Value, json};

pub(super) const AT: &str = "2026-11-23T09:00:00Z";

pub(super) const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  pay:
  alone: { resource: projects/shop-lone/locations/europe-west1/services/alone }
callers:
  function:pay: [alone]
";

/// What stands above `pay`, nearest first.
pub(super) const CHAIN: [&str; 5] =
    ["projects/shop-prod", "folders/3", "folders/2", "folders/1", "organizations/9000"];

/// Whoever is granted at a level alone.
pub(super) fn at_level(level: &str) -> String {
    format!("user:{}@example.com", level.replace('/', "-"))
}

fn number_of(level: &str) -> String {
    level.replace("shop-prod", "1041").replace("shop-lone", "2082").replace("shop-edge", "3123")
}

pub(crate) fn line(kind: &str, name: &str, ancestors: &[&str], field: &str, value: &Value) -> String {
    let (api, _) = kind.split_once('/').unwrap();
    let ancestors: Vec<_> = ancestors.iter().map(|level| number_of(level)).collect();
    json!({ "name": format!("//{api}/{name}"), "asset_type": kind, "ancestors": ancestors, field: value })
        .to_string()
}

pub(crate) fn policy(grants: &[(&str, &str)]) -> Value {
    let bindings = grants.iter().map(|(role, member)| json!({ "role": role, "members": [member] }));
    json!({ "bindings": bindings.collect::<Vec<_>>() })
}

fn function(name: &str, project: &str, ancestors: &[&str]) -> [String; 2] {
    let kind = "run.googleapis.com/Service";
    let name = format!("projects/{project}/locations/europe-west1/services/{name}");
    // No account of its own: the default one of its project.
    let settings = json!({ "version": "v2", "data": { "template": {} } });
    [
        line(kind, &name, ancestors, "resource", &settings),
        // Policies name projects by number.
        line(kind, &number_of(&name), ancestors, "iam_policy", &policy(&[])),
    ]
}

/// The estate where `pay` stands below these, and where each of them has this policy.
pub(super) fn below(chain: &[&str], of_level: impl Fn(&str) -> Value) -> String {
    let manager = |kind: &str| format!("cloudresourcemanager.googleapis.com/{kind}");
    let mut lines = Vec::new();
    for (id, number, ancestors) in
        [("shop-prod", "1041", chain), ("shop-lone", "2082", &["projects/shop-lone"][..])]
    {
        let data = json!({ "version": "v1", "data": { "projectId": id, "projectNumber": number } });
        lines.push(line(&manager("Project"), &format!("projects/{id}"), ancestors, "resource", &data));
        let project = format!("projects/{id}");
        let policy = of_level(&project);
        lines.push(line(&manager("Project"), &number_of(&project), ancestors, "iam_policy", &policy));
    }
    for (at, level) in chain.iter().enumerate().skip(1) {
        let kind = manager(if level.starts_with("folders/") { "Folder" } else { "Organization" });
        lines.push(line(&kind, level, &chain[at..], "iam_policy", &of_level(level)));
    }
    let role = json!({ "version": "v1", "data": { "includedPermissions": ["run.routes.invoke"] } });
    lines.push(line("iam.googleapis.com/Role", "projects/shop-prod/roles/caller", chain, "resource", &role));
    lines.extend(function("pay", "shop-prod", chain));
    lines.extend(function("alone", "shop-lone", &["projects/shop-lone"]));
    lines.join("\n") + "\n"
}

/// The estate with somebody else granted at each level.
pub(super) fn levels(chain: &[&str]) -> String {
    below(chain, |level| policy(&[("roles/run.invoker", &at_level(level))]))
}
