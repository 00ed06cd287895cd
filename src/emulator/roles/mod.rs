//! Google's own roles as the emulator answers and weighs them: what each carries of what its methods ask for
//! (<https://cloud.google.com/iam/docs/reference/rest/v1/roles>).
//!
//! They come from a file of their own: an audit judges by a few permissions, and reads no more at its start.

mod file;
mod make;

use std::sync::OnceLock;

use serde_json::{Value, json};

pub use make::make;

use file::Roles;

const EMULATED: &str = include_str!("../../../policies/builtin/emulated.json");

/// The roles, read at the first call.
fn data() -> &'static Roles {
    static DATA: OnceLock<Roles> = OnceLock::new();
    DATA.get_or_init(|| Roles::read(EMULATED))
}

/// The names of all roles of Google's, in order.
pub(super) fn names() -> Vec<&'static str> {
    data().all()
}

/// Whether a role of this name would be one of Google's.
pub(super) fn is_predefined(name: &str) -> bool {
    name.starts_with("roles/")
}

/// Whether Google has a role of this name. The basic roles in preview are newer than the role data.
pub(super) fn is_known(name: &str) -> bool {
    data().role(name).is_some() || is_preview(name)
}

/// One of the basic roles in preview, of which nobody has said what they carry
/// (<https://cloud.google.com/iam/docs/roles-overview#basic>).
pub(super) fn is_preview(name: &str) -> bool {
    matches!(name, "roles/admin" | "roles/writer" | "roles/reader")
}

/// Whether it is one of the basic roles.
pub(super) fn is_basic(name: &str) -> bool {
    matches!(name, "roles/owner" | "roles/editor" | "roles/viewer")
}

/// Whether a role of Google's carries a permission.
pub(super) fn carries(name: &str, permission: &str) -> bool {
    let data = data();
    data.number(permission).is_some_and(|number| data.role(name).is_some_and(|role| role.carries(number)))
}

/// The permissions that a role of Google's carries; none where there is no such role.
pub(super) fn permissions(name: &str) -> impl Iterator<Item = &'static str> {
    let data = data();
    data.role(name).into_iter().flat_map(|role| data.names(role))
}

/// Whether there is such a permission; `None` where it is of an API whose permissions are not among the data.
pub(super) fn is_permission(name: &str) -> Option<bool> {
    if data().number(name).is_some() { Some(true) } else { make::is_kept(name).then_some(false) }
}

/// A role of Google's with its permissions, as far as they are of APIs that the emulator has to do with; `None`
/// where there is none.
pub(super) fn predefined(name: &str) -> Option<Value> {
    let data = data();
    let (name, role) = data.entry(name)?;
    let permissions: Vec<&str> = data.names(role).collect();
    let mut shown = json!({ "name": name, "title": role.title });
    if !role.description.is_empty() {
        shown["description"] = json!(role.description);
    }
    if !permissions.is_empty() {
        shown["includedPermissions"] = json!(permissions);
    }
    shown["stage"] = json!(role.stage);
    shown["etag"] = json!("AA==");
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::role_data::RoleDataFile, model::Permission};

    #[test]
    fn a_role_is_told_as_google_tells_it() {
        assert_eq!(
            predefined("roles/run.invoker").unwrap(),
            json!({
                "name": "roles/run.invoker",
                "title": "Cloud Run Invoker",
                "description": "Can invoke Cloud Run services, instances and execute Cloud Run jobs.",
                "includedPermissions": ["run.instances.invoke", "run.jobs.run", "run.routes.invoke"],
                "stage": "GA",
                "etag": "AA==",
            })
        );
        assert_eq!(predefined("roles/run.nobody"), None);
    }

    #[test]
    fn roles_carry_what_googles_pages_say() {
        for (role, permission, expected) in [
            ("roles/run.viewer", "run.services.list", true),
            ("roles/run.viewer", "run.services.getIamPolicy", true),
            ("roles/run.viewer", "run.services.setIamPolicy", false),
            ("roles/run.invoker", "run.services.getIamPolicy", false),
            ("roles/browser", "resourcemanager.projects.getIamPolicy", true),
            ("roles/browser", "resourcemanager.folders.getIamPolicy", false),
            ("roles/iam.securityReviewer", "resourcemanager.folders.getIamPolicy", true),
            ("roles/iam.securityReviewer", "run.services.get", false),
            ("roles/iam.denyReviewer", "iam.denypolicies.get", true),
            ("roles/iam.serviceAccountOpenIdTokenCreator", "iam.serviceAccounts.getOpenIdToken", true),
            ("roles/iam.serviceAccountOpenIdTokenCreator", "iam.serviceAccounts.getAccessToken", false),
            ("roles/iap.httpsResourceAccessor", "iap.webServiceVersions.accessViaIAP", true),
            ("roles/cloudasset.viewer", "cloudasset.assets.searchAllIamPolicies", true),
            ("roles/cloudasset.viewer", "cloudasset.assets.listOrgPolicy", true),
            ("roles/cloudasset.viewer", "cloudasset.assets.exportResource", true),
            ("roles/writer", "run.services.get", false),
        ] {
            assert_eq!(carries(role, permission), expected, "{role} {permission}");
        }
        let narrow: Vec<_> = permissions("roles/iam.serviceAccountOpenIdTokenCreator").collect();
        assert_eq!(narrow, ["iam.serviceAccounts.getOpenIdToken"]);
    }

    #[test]
    fn a_permission_is_there_or_is_not_or_is_of_others() {
        assert_eq!(is_permission("run.services.get"), Some(true));
        assert_eq!(is_permission("run.services.adore"), Some(false));
        assert_eq!(is_permission("storage.buckets.get"), None);
    }

    #[test]
    fn the_data_that_ships_stands_as_it_would_be_written() {
        let file: Value = serde_json::from_str(EMULATED).unwrap();
        let text = |field: &str| file[field].as_str().unwrap().to_owned();
        let told: Vec<String> =
            names().into_iter().map(|name| predefined(name).unwrap().to_string()).collect();
        let made = make(told.iter().map(String::as_str), &text("source"), &text("date")).unwrap();
        assert!(made == EMULATED, "it is not as the example would write it");
    }

    /// What an audit judges by and what the emulator grants are made of the same data.
    #[test]
    fn both_files_of_role_data_say_the_same() {
        let text = include_str!("../../../policies/builtin/roles.json");
        let file: RoleDataFile = serde_json::from_str(text).unwrap();
        let emulated: Value = serde_json::from_str(EMULATED).unwrap();
        assert_eq!((&emulated["source"], &emulated["date"]), (&json!(file.source), &json!(file.date)));
        let known: Vec<&str> = file.known_roles.iter().map(String::as_str).collect();
        assert_eq!(names(), known);
        for permission in Permission::ALL.iter().map(|permission| permission.as_str()) {
            let carrying = known.iter().filter(|role| carries(role, permission));
            let expected = file.roles_with_permission[permission].iter().map(String::as_str);
            assert!(carrying.copied().eq(expected), "{permission}");
        }
    }
}
