//! Roles as lines of an export tell of them, in all their spellings.

use callmap::{
    access::{RoleBook, RoleClass},
    model::RoleName,
    sources::{Input, ReadError, assets},
    world::World,
};

const MINE: &str = "projects/shop-prod/roles/mine";

fn world(lines: &[String]) -> Result<World, ReadError> {
    let project = r#"{"name":"//cloudresourcemanager.googleapis.com/projects/1041","asset_type":"cloudresourcemanager.googleapis.com/Project","resource":{"data":{"projectId":"shop-prod","projectNumber":"1041"}}}"#;
    let text = format!("{project}\n{}\n", lines.join("\n"));
    assets::read(vec![Input::from_bytes("roles.ndjson", text)], assets::ReadOptions::default())
}

fn line(role: &str, data: &str) -> String {
    format!(
        r#"{{"name":"//iam.googleapis.com/{role}","asset_type":"iam.googleapis.com/Role","resource":{{"data":{data}}}}}"#
    )
}

fn class(world: &World, role: &str) -> RoleClass {
    RoleBook::new(world).class(&RoleName::new(role))
}

#[test]
fn a_custom_role_is_what_its_line_says() {
    for (data, expected) in [
        (r#"{"includedPermissions":["run.routes.invoke"]}"#, RoleClass::Invoker),
        (r#"{"included_permissions":["run.routes.invoke","run.jobs.run"],"stage":"GA"}"#, RoleClass::Invoker),
        (r#"{"included_permissions":["run.services.get","run.routes.invoke"]}"#, RoleClass::Wide),
        (r#"{"includedPermissions":["run.routes.invoke","run.services.setIamPolicy"]}"#, RoleClass::Wide),
        (r#"{"includedPermissions":["run.services.get"]}"#, RoleClass::None),
        (r#"{"includedPermissions":[]}"#, RoleClass::None),
        (r#"{"title":"one without permissions"}"#, RoleClass::None),
        (r#"{"includedPermissions":["run.routes.invoke"],"stage":"DISABLED"}"#, RoleClass::None),
        (r#"{"included_permissions":["run.routes.invoke"],"deleted":true}"#, RoleClass::None),
        (
            r#"{"includedPermissions":["run.routes.invoke"],"stage":"ALPHA","deleted":false}"#,
            RoleClass::Invoker,
        ),
    ] {
        let read = world(&[line(MINE, data)]).unwrap();
        assert_eq!(class(&read, MINE), expected, "{data}");
        assert!(RoleBook::new(&read).gap(&RoleName::new(MINE)).is_none(), "{data}");
    }
}

#[test]
fn a_role_whose_content_is_not_there_is_unknown_and_a_gap() {
    let bare = format!(r#"{{"name":"//iam.googleapis.com/{MINE}","asset_type":"iam.googleapis.com/Role"}}"#);
    let empty = format!(
        r#"{{"name":"//iam.googleapis.com/{MINE}","asset_type":"iam.googleapis.com/Role","resource":{{"version":"v1"}}}}"#
    );
    for lines in [vec![], vec![bare], vec![empty]] {
        let read = world(&lines).unwrap();
        for role in [MINE, "organizations/9000/roles/mine", "roles/writer"] {
            assert_eq!(class(&read, role), RoleClass::Unknown, "{role}");
            let gap = RoleBook::new(&read).gap(&RoleName::new(role)).unwrap();
            assert_eq!(gap.permission.as_deref(), Some("iam.roles.get"), "{role}");
        }
    }
}

#[test]
fn a_role_of_a_project_is_one_by_id_and_by_number() {
    let read = world(&[line("projects/1041/roles/mine", r#"{"includedPermissions":["run.routes.invoke"]}"#)]);
    assert_eq!(class(&read.unwrap(), MINE), RoleClass::Invoker);
    let both = [
        line(MINE, r#"{"includedPermissions":["run.routes.invoke"]}"#),
        line("projects/1041/roles/mine", r#"{"includedPermissions":["run.services.get"]}"#),
    ];
    assert!(world(&both).is_err(), "one role cannot be two");
    let other = world(&[line("projects/77/roles/mine", r#"{"includedPermissions":["run.routes.invoke"]}"#)]);
    assert_eq!(class(&other.unwrap(), MINE), RoleClass::Unknown);
}

#[test]
fn a_line_of_a_role_of_googles_counts_before_the_role_data() {
    for (role, data, expected) in [
        ("roles/viewer", r#"{"includedPermissions":["run.routes.invoke"]}"#, RoleClass::Wide),
        ("roles/writer", r#"{"includedPermissions":["run.routes.invoke"]}"#, RoleClass::Wide),
        ("roles/editor", r#"{"includedPermissions":["run.services.get"]}"#, RoleClass::None),
        (
            "roles/editor",
            r#"{"includedPermissions":["run.routes.invoke"],"stage":"DISABLED"}"#,
            RoleClass::None,
        ),
        ("roles/run.invoker", r#"{"includedPermissions":["run.routes.invoke","x.y.z"]}"#, RoleClass::Invoker),
        (
            "organizations/9000/roles/call",
            r#"{"includedPermissions":["run.routes.invoke"]}"#,
            RoleClass::Invoker,
        ),
    ] {
        assert_eq!(class(&world(&[line(role, data)]).unwrap(), role), expected, "{role} {data}");
    }
}
