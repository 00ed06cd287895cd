//! The file of Google's roles, made from what the IAM API answers: the same for the same answers, and one role a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Deserialize;
use serde_json::{Deserializer, Value};

/// What permissions of the APIs begin with that the emulator has to do with.
const KEPT: [&str; 12] = [
    "cloudbuild.builds.",
    "cloudfunctions.",
    "cloudscheduler.",
    "cloudtasks.",
    "compute.instances.",
    "eventarc.",
    "iam.",
    "iap.",
    "pubsub.",
    "resourcemanager.",
    "run.",
    "workflows.workflows.",
];
/// Of Cloud Asset Inventory those are kept that are about more than one type of asset: there is one for each type else.
const KEPT_OF_ASSETS: [&str; 9] = [
    "analyze",
    "exportIamPolicy",
    "exportResource",
    "listAccessPolicy",
    "listIamPolicy",
    "listOSInventories",
    "listOrgPolicy",
    "listResource",
    "search",
];

/// Whether a permission is of those that the file tells of.
pub(super) fn is_kept(permission: &str) -> bool {
    KEPT.iter().any(|start| permission.starts_with(start))
        || permission
            .strip_prefix("cloudasset.assets.")
            .is_some_and(|verb| KEPT_OF_ASSETS.iter().any(|start| verb.starts_with(start)))
}

/// A role as the API answers it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleWire {
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default = "usual")]
    stage: String,
    #[serde(default)]
    included_permissions: Vec<String>,
    #[serde(default)]
    deleted: bool,
}

fn usual() -> String {
    "GA".to_owned()
}

/// Verbs by the kind of resource: `get` of `run.services`.
type Verbs<'w> = BTreeMap<&'w str, BTreeSet<&'w str>>;

/// The file, of texts that [`role_data::make`](crate::sources::role_data::make) takes: pages of `roles.list` or single
/// roles.
///
/// # Errors
/// Where a text is no JSON, or a role in it is none.
pub fn make<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    source: &str,
    date: &str,
) -> serde_json::Result<String> {
    let mut roles = BTreeMap::new();
    for text in texts {
        for part in Deserializer::from_str(text).into_iter::<Value>() {
            let mut part = part?;
            let page = part.get_mut("roles").map(Value::take);
            for role in page.map_or_else(|| vec![part], |page| page.as_array().cloned().unwrap_or_default()) {
                let role: RoleWire = serde_json::from_value(role)?;
                roles.insert(role.name.clone(), role);
            }
        }
    }
    let mut known = Verbs::new();
    for role in roles.values() {
        for (kind, verbs) in verbs(role) {
            known.entry(kind).or_default().extend(verbs);
        }
    }
    let line =
        |kind: &&str, verbs: &BTreeSet<&str>| Ok(format!("{}: {}", json(kind)?, json(&joined(verbs, " "))?));
    let permissions: Vec<String> =
        known.iter().map(|(kind, verbs)| line(kind, verbs)).collect::<serde_json::Result<_>>()?;
    let lines: Vec<String> =
        roles.values().map(|role| of_role(role, &known)).collect::<serde_json::Result<_>>()?;
    Ok(format!(
        "{{\n\"source\": {},\n\"date\": {},\n\"permissions\": {{\n{}\n}},\n\"roles\": {{\n{}\n}}\n}}\n",
        json(source)?,
        json(date)?,
        permissions.join(",\n"),
        lines.join(",\n")
    ))
}

/// What is kept of the permissions of a role.
fn verbs(role: &RoleWire) -> Verbs<'_> {
    let mut found = Verbs::new();
    // One that is gone carries nothing.
    let kept = role.included_permissions.iter().filter(|name| !role.deleted && is_kept(name));
    for (kind, verb) in kept.filter_map(|name| name.rsplit_once('.')) {
        found.entry(kind).or_default().insert(verb);
    }
    found
}

/// The line of a role: its name, title, description, stage and permissions, a star for all there are of a kind.
fn of_role(role: &RoleWire, known: &Verbs<'_>) -> serde_json::Result<String> {
    let RoleWire { name, title, description, stage, included_permissions: _, deleted: _ } = role;
    let mut carried = String::new();
    for (kind, own) in verbs(role) {
        let own = if known.get(kind) == Some(&own) { "*".to_owned() } else { joined(&own, ",") };
        let gap = if carried.is_empty() { "" } else { " " };
        // A string takes everything that is written to it.
        let _ = write!(carried, "{gap}{kind}:{own}");
    }
    Ok(format!("{}: {}", json(name)?, serde_json::to_string(&[title, description, stage, &carried])?))
}

fn json(text: &str) -> serde_json::Result<String> {
    serde_json::to_string(text)
}

fn joined(verbs: &BTreeSet<&str>, gap: &str) -> String {
    verbs.iter().copied().collect::<Vec<_>>().join(gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::roles::file::Roles;

    const PAGE: &str = r#"{"roles":[
        {"name":"roles/run.b","title":"\"B\"","stage":"BETA","includedPermissions":["run.services.get","run.services.list","x.y.z"]},
        {"name":"roles/run.a","title":"A","description":"an a","includedPermissions":["run.services.get","iam.googleapis.com/pools.get"]},
        {"name":"roles/run.c","title":"C","stage":"DISABLED","includedPermissions":["run.services.get"]}]}"#;
    const GONE: &str =
        r#"{"name":"roles/run.gone","title":"D","deleted":true,"includedPermissions":["run.services.get"]}"#;
    const TEXT: &str = r#"{
"source": "made up",
"date": "2026-11-23",
"permissions": {
"iam.googleapis.com/pools": "get",
"run.services": "get list"
},
"roles": {
"roles/run.a": ["A","an a","GA","iam.googleapis.com/pools:* run.services:get"],
"roles/run.b": ["\"B\"","","BETA","run.services:*"],
"roles/run.c": ["C","","DISABLED","run.services:get"],
"roles/run.gone": ["D","","GA",""]
}
}
"#;

    #[test]
    fn answers_become_the_same_text_in_any_order_and_are_read_from_it_again() {
        assert_eq!(make([PAGE, GONE], "made up", "2026-11-23").unwrap(), TEXT);
        assert_eq!(make([GONE, PAGE], "made up", "2026-11-23").unwrap(), TEXT);
        let read = Roles::read(TEXT);
        let names = |role: &str| read.names(read.role(role).unwrap()).collect::<Vec<_>>();
        assert_eq!(names("roles/run.a"), ["iam.googleapis.com/pools.get", "run.services.get"]);
        assert_eq!(names("roles/run.b"), ["run.services.get", "run.services.list"]);
        assert_eq!(names("roles/run.gone"), [""; 0]);
        let get = read.number("run.services.get").unwrap();
        assert!(read.role("roles/run.a").unwrap().carries(get));
        assert!(!read.role("roles/run.c").unwrap().carries(get), "it is off");
        assert_eq!(read.number("x.y.z"), None);
    }

    #[test]
    fn of_assets_only_the_permissions_are_kept_that_are_about_all_types() {
        assert!(
            is_kept("cloudasset.assets.searchAllIamPolicies") && is_kept("cloudasset.assets.listResource")
        );
        assert!(!is_kept("cloudasset.assets.listRunServices") && !is_kept("storage.buckets.get"));
    }
}
