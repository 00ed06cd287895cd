//! Writes, one rule each.

use super::*;

const ETAG: &str = "BwYCcnf5oMo=";
const PAY: &str = "projects/shop/locations/europe-west1/services/pay";

fn state(lines: &str) -> State {
    State::read(lines.as_bytes()).unwrap()
}

fn written(stored: &Value, request: &Value) -> Result<Value, Fault> {
    let rules = Rules { kind: Kind::Service, name: PAY, state: &State::default() };
    write(Some(stored), request, &rules).map(Value::Object)
}

fn stored() -> Value {
    json!({
        "later": { "a": [1] },
        "etag": ETAG,
        "auditConfigs": [{ "service": "allServices" }],
        "bindings": [{ "role": "roles/run.invoker", "members": ["user:a@example.com"], "odd": true }],
    })
}

fn conditional() -> Value {
    json!([{
        "role": "roles/run.invoker",
        "members": ["user:a@example.com"],
        "condition": { "title": "soon", "expression": "true" },
    }])
}

/// The sentence that refuses these bindings on this kind of resource.
fn refused(kind: Kind, bindings: &Value) -> String {
    let request = json!({ "policy": { "version": 3, "bindings": bindings } });
    let fault = write(None, &request, &Rules { kind, name: "", state: &State::default() }).unwrap_err();
    assert_eq!((fault.code, fault.status), (400, "INVALID_ARGUMENT"));
    fault.message
}

fn binding(role: &str, member: &str) -> Value {
    json!([{ "role": role, "members": [member] }])
}

#[test]
fn what_the_mask_does_not_name_stays_as_it_is_in_its_place() {
    let policy = json!({ "etag": ETAG, "bindings": [], "auditConfigs": [], "later": 2 });
    let next = written(&stored(), &json!({ "policy": policy })).unwrap();
    assert_eq!(
        next.to_string(),
        format!(
            r#"{{"later":{{"a":[1]}},"etag":"{ETAG}","auditConfigs":[{{"service":"allServices"}}],"version":1}}"#
        )
    );
    let mask = "bindings, etag ,audit_configs";
    let next = written(&stored(), &json!({ "policy": policy, "updateMask": mask })).unwrap();
    assert_eq!(next.get("auditConfigs"), None);
    let next = written(&stored(), &json!({ "policy": policy, "updateMask": "auditConfigs" })).unwrap();
    assert_eq!(next["bindings"], stored()["bindings"]);
}

#[test]
fn bindings_are_stored_with_what_nobody_understands_in_them() {
    let bindings = json!([
        { "odd": [1], "members": ["user:a@example.com", "user:a@example.com"], "role": "roles/run.invoker" },
        { "role": "roles/run.invoker", "members": ["user:a@example.com"] },
    ]);
    let next = written(&stored(), &json!({ "policy": { "etag": ETAG, "bindings": bindings } })).unwrap();
    assert_eq!(next["bindings"].to_string(), bindings.to_string());
}

#[test]
fn etags_are_compared_as_bytes_and_only_where_there_is_one_to_compare() {
    let write = |etag: Value, mask: &str| {
        let policy = json!({ "etag": etag, "bindings": [] });
        written(&stored(), &json!({ "policy": policy, "updateMask": mask })).map_err(|fault| fault.code)
    };
    let usual = "bindings,etag";
    for other in ["BwYCcnf5oMs=", "BwYCcnf5oA==", "ACAB"] {
        assert!(write(json!(other), usual).is_err_and(|code| code == 409), "{other}");
    }
    // The last two bits of the last letter stand for nothing.
    for same in ["BwYCcnf5oMo=", "BwYCcnf5oMo", "BwYCcnf5oMp=", "BwYCcnf5oMr="] {
        assert!(write(json!(same), usual).is_ok(), "{same}");
    }
    assert!(write(json!(""), usual).is_ok() && write(Value::Null, usual).is_ok());
    assert!(write(json!("ACAB"), "bindings").is_ok());
    assert!(write(json!("?"), usual).is_err_and(|code| code == 400));
    assert!(write(json!(7), usual).is_err_and(|code| code == 400));
}

#[test]
fn conditions_need_version_3_to_come_in_and_to_stay() {
    let bindings = conditional();
    for version in [0, 1] {
        let policy = json!({ "etag": ETAG, "version": version, "bindings": bindings });
        assert_eq!(written(&stored(), &json!({ "policy": policy })).unwrap_err().code, 400);
    }
    let policy = json!({ "etag": ETAG, "version": 3, "bindings": bindings });
    let next = written(&stored(), &json!({ "policy": policy })).unwrap();
    assert_eq!(next["version"], 3);
    let mut next = next;
    next["etag"] = ETAG.into();
    let plain = json!({ "policy": { "etag": ETAG, "version": 1, "bindings": [] } });
    assert_eq!(written(&next, &plain).unwrap_err().code, 400);
    // Who sends no etag overwrites them.
    let blind = written(&next, &json!({ "policy": { "bindings": [] } })).unwrap();
    assert_eq!(blind["version"], 1);
    let policy = json!({ "etag": ETAG, "version": 2, "bindings": [] });
    assert_eq!(written(&stored(), &json!({ "policy": policy })).unwrap_err().code, 400);
}

#[test]
fn members_and_roles_are_refused_in_googles_words() {
    let invoker = "roles/run.invoker";
    assert_eq!(
        refused(Kind::Service, &binding(invoker, "ana@example.com")),
        "Policy members must be of the form \"<type>:<value>\"."
    );
    assert_eq!(
        refused(Kind::Service, &binding("roles/cloudfunctions.invoker", "allUsers")),
        "Role roles/cloudfunctions.invoker is not supported for this resource."
    );
    for kind in [Kind::Project, Kind::Folder, Kind::Organization] {
        assert_eq!(refused(kind, &binding(invoker, "allUsers")), "Request contains an invalid argument.");
    }
}

#[test]
fn conditions_are_refused_for_everybody_on_basic_roles_and_where_they_are_none() {
    let with = |role: &str, member: &str, condition: Value| {
        refused(Kind::Service, &json!([{ "role": role, "members": [member], "condition": condition }]))
    };
    let sound = json!({ "title": "soon", "expression": "true" });
    let invoker = "roles/run.invoker";
    assert!(with(invoker, "allUsers", sound.clone()).contains("allUsers"));
    assert!(with(invoker, "allAuthenticatedUsers", sound.clone()).contains("allAuthenticatedUsers"));
    assert!(with("roles/viewer", "user:a@example.com", sound).contains("roles/viewer"));
    for broken in [json!({ "title": "soon" }), json!({ "expression": "true" }), json!({})] {
        let said = with(invoker, "user:a@example.com", broken);
        assert_eq!(said, "A condition must have a title and an expression.");
    }
}

#[test]
fn a_policy_has_its_limits() {
    let many = |kind: &str, count: usize| {
        let members: Vec<_> = (0..count).map(|at| format!("{kind}:a{at}@example.com")).collect();
        json!([{ "role": "roles/run.invoker", "members": members }])
    };
    assert_eq!(
        refused(Kind::Service, &many("user", 1_501)),
        "The number of members in the policy (1,501) is larger than the maximum allowed size 1,500."
    );
    assert!(refused(Kind::Service, &many("group", 251)).contains("(251)"));
    let rules = Rules { kind: Kind::Service, name: PAY, state: &State::default() };
    for fits in [many("user", 1_500), many("group", 250)] {
        assert!(write(None, &json!({ "policy": { "bindings": fits } }), &rules).is_ok());
    }
}

#[test]
fn a_service_account_is_unknown_only_where_those_of_its_project_are_known() {
    let known = state(
        r#"{"name":"//iam.googleapis.com/projects/shop/serviceAccounts/a@shop.iam.gserviceaccount.com","asset_type":"iam.googleapis.com/ServiceAccount","resource":{"data":{"email":"a@shop.iam.gserviceaccount.com"}},"ancestors":["projects/77"]}"#,
    );
    let set = |email: &str| {
        let bindings = binding("roles/run.invoker", &format!("serviceAccount:{email}"));
        let rules = Rules { kind: Kind::Service, name: PAY, state: &known };
        write(None, &json!({ "policy": { "bindings": bindings } }), &rules).map_err(|fault| fault.message)
    };
    for email in [
        "a@shop.iam.gserviceaccount.com",
        "x@other.iam.gserviceaccount.com",
        "service-77@gcp-sa-eventarc.iam.gserviceaccount.com",
    ] {
        assert!(set(email).is_ok(), "{email}");
    }
    for email in ["x@shop.iam.gserviceaccount.com", "77-compute@developer.gserviceaccount.com"] {
        assert_eq!(set(email).unwrap_err(), format!("Service account {email} does not exist."));
    }
}

#[test]
fn a_restriction_to_domains_lets_those_stay_who_are_there() {
    let mut state = State::default();
    state.restrict_domains(&["example.com"]);
    let set = |member: &str| {
        let rules = Rules { kind: Kind::Service, name: PAY, state: &state };
        let bindings = json!([{ "role": "roles/run.invoker", "members": ["user:b@other.example", member] }]);
        let held = json!({ "bindings": binding("roles/run.invoker", "user:b@other.example") });
        write(Some(&held), &json!({ "policy": { "bindings": bindings } }), &rules)
    };
    for member in ["user:a@Example.com", "domain:example.com", "serviceAccount:a@p.iam.gserviceaccount.com"] {
        assert!(set(member).is_ok(), "{member}");
    }
    for member in ["allUsers", "allAuthenticatedUsers", "user:a@other.example", "group:a@other.example"] {
        let fault = set(member).unwrap_err();
        assert_eq!((fault.code, fault.status), (400, "FAILED_PRECONDITION"));
        assert_eq!(
            fault.message,
            "One or more users named in the policy do not belong to a permitted customer,  perhaps due to an \
             organization policy."
        );
    }
}

#[test]
fn whom_logging_spares_counts_as_a_member() {
    let many: Vec<_> = (0..1_500).map(|at| format!("user:a{at}@example.com")).collect();
    let log = json!({ "logType": "DATA_READ", "exemptedMembers": ["user:x@example.com"] });
    let audit = json!([{ "service": "allServices", "auditLogConfigs": [log] }]);
    let bindings = json!([{ "role": "roles/run.invoker", "members": many }]);
    let set = |stored: &Value, policy: &Value, mask: &str| {
        written(stored, &json!({ "policy": policy, "updateMask": mask })).map_err(|fault| fault.message)
    };
    let said = "The number of members in the policy (1,501) is larger than the maximum allowed size 1,500.";
    let (own, spared) = (json!({ "bindings": bindings }), json!({ "auditConfigs": audit }));
    assert!(set(&json!({}), &own, "bindings").is_ok());
    assert_eq!(set(&spared, &own, "bindings").unwrap_err(), said);
    assert!(set(&spared, &own, "bindings,auditConfigs").is_ok());
    let both = json!({ "bindings": bindings, "auditConfigs": audit });
    assert_eq!(set(&json!({}), &both, "bindings,auditConfigs").unwrap_err(), said);
}

#[test]
fn a_binding_has_members() {
    let empty = json!([{ "role": "roles/run.invoker", "members": [] }]);
    let said = "The binding of roles/run.invoker has no members.";
    assert_eq!(refused(Kind::Service, &empty), said);
    assert_eq!(refused(Kind::Service, &json!([{ "role": "roles/run.invoker" }])), said);
    // What is in the policy already was taken once.
    assert!(written(&json!({ "bindings": empty }), &json!({ "policy": { "bindings": empty } })).is_ok());
}

#[test]
fn a_mask_names_fields_of_a_policy() {
    let policy = json!({ "etag": ETAG, "bindings": [] });
    for mask in ["later", "bindings,members", "bindings.role", "*"] {
        let fault = written(&stored(), &json!({ "policy": policy, "updateMask": mask })).unwrap_err();
        assert_eq!(
            fault.message, "Invalid value at 'update_mask' (type.googleapis.com/google.protobuf.FieldMask)",
            "{mask}"
        );
    }
    for mask in ["bindings", "bindings,etag,version", "audit_configs", ""] {
        assert!(written(&stored(), &json!({ "policy": policy, "updateMask": mask })).is_ok(), "{mask}");
    }
}

/// Bindings of one role to one principal, each with another condition.
fn differing(count: usize) -> Value {
    let one = |at: usize| {
        json!({
            "role": "roles/run.invoker",
            "members": [if at < 9 { "user:a@example.com" } else { "user:A@example.com" }],
            "condition": { "title": "later", "expression": format!("request.time.getHours() > {at}") },
        })
    };
    (0..count).map(one).collect()
}

#[test]
fn conditions_have_their_limits_and_are_expressions() {
    assert_eq!(
        refused(Kind::Service, &differing(21)),
        "The number of role bindings of roles/run.invoker for user:a@example.com with different conditions (21) is \
         larger than the maximum allowed size 20."
    );
    let set = |stored: Option<&Value>, bindings: &Value| {
        let rules = Rules { kind: Kind::Service, name: PAY, state: &State::default() };
        write(stored, &json!({ "policy": { "version": 3, "bindings": bindings } }), &rules)
    };
    let mut most = differing(20);
    assert!(set(None, &most).is_ok());
    most.as_array_mut()
        .unwrap()
        .extend(binding("roles/run.invoker", "user:a@example.com").as_array().cloned().unwrap());
    assert!(set(None, &most).is_ok(), "one without a condition is none that differs in it");
    let with = |expression: &str| {
        let mut bindings = conditional();
        bindings[0]["condition"]["expression"] = expression.into();
        bindings
    };
    let many = |operators: usize| with(&vec!["request.time.getHours() > 1"; operators + 1].join(" && "));
    assert!(set(None, &many(12)).is_ok());
    assert!(refused(Kind::Service, &many(13)).contains("(13)"));
    for broken in ["request.time <", "(", "request.time < timestamp(\"2027\") )"] {
        let bindings = with(broken);
        assert!(
            refused(Kind::Service, &bindings).starts_with("Condition expression compilation failed: "),
            "{broken}"
        );
        // What is in the policy already was taken once.
        assert!(set(Some(&json!({ "bindings": bindings })), &bindings).is_ok(), "{broken}");
    }
}

#[test]
fn a_role_of_elsewhere_is_not_there() {
    let known = state(concat!(
        r#"{"name":"//iam.googleapis.com/projects/shop/roles/caller","asset_type":"iam.googleapis.com/Role","resource":{"data":{"includedPermissions":["run.routes.invoke"]}},"ancestors":["projects/77","folders/4","organizations/9"]}"#,
        "\n",
        r#"{"name":"//cloudresourcemanager.googleapis.com/projects/77","asset_type":"cloudresourcemanager.googleapis.com/Project","resource":{"data":{"projectId":"shop","projectNumber":"77"}},"ancestors":["projects/77","folders/4","organizations/9"]}"#,
    ));
    let set = |role: &str| {
        let rules = Rules { kind: Kind::Service, name: PAY, state: &known };
        let bindings = binding(role, "user:a@example.com");
        write(None, &json!({ "policy": { "bindings": bindings } }), &rules).map_err(|fault| fault.message)
    };
    for role in ["projects/shop/roles/caller", "projects/77/roles/caller", "organizations/9/roles/caller"] {
        assert!(set(role).is_ok(), "{role}");
    }
    for role in ["projects/shop/roles/other", "projects/other/roles/caller", "organizations/8/roles/caller"] {
        let said = format!("Role ({role}) does not exist in the resource's hierarchy.");
        assert_eq!(set(role).unwrap_err(), said);
    }
}
