//! What a rule of a deny policy may say (<https://cloud.google.com/iam/docs/deny-overview>).

use serde_json::Value;

use crate::emulator::fault::Fault;

/// What principals begin with in the syntax of IAM's v2 API
/// (<https://cloud.google.com/iam/docs/principal-identifiers#v2>).
const PRINCIPALS: [&str; 4] =
    ["principal://", "principalSet://", "deleted:principal://", "deleted:principalSet://"];
/// Everybody, who can be denied and not be excepted.
const PUBLIC: &str = "principalSet://goog/public:all";

/// Refuses a rule whose principals or permissions are spelled as in allow policies, or not at all.
pub(in crate::emulator) fn check_deny_rule(rule: &Value) -> Result<(), Fault> {
    let texts = |lists: &[&str]| {
        let lists = lists.iter().filter_map(|list| rule.get(*list).and_then(Value::as_array));
        lists.flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let is_principal = |text: &str| PRINCIPALS.iter().any(|start| text.starts_with(start));
    let principals = texts(&["deniedPrincipals", "exceptionPrincipals"]);
    let excepted = texts(&["exceptionPrincipals"]);
    let wrong = principals.into_iter().find(|text| !is_principal(text));
    let wrong = wrong.or_else(|| excepted.into_iter().find(|text| *text == PUBLIC));
    if let Some(principal) = wrong {
        return Err(Fault::invalid(format!("Invalid principal {principal} in a deny rule.")));
    }
    let mut permissions = texts(&["deniedPermissions", "exceptionPermissions"]).into_iter();
    match permissions.find(|permission| !is_permission(permission)) {
        Some(permission) => {
            Err(Fault::invalid(format!("Permission {permission} is not supported in deny policies.")))
        }
        None => Ok(()),
    }
}

/// `SERVICE.googleapis.com/RESOURCE.VERB`, with stars for all of them.
fn is_permission(text: &str) -> bool {
    text.split_once('/').is_some_and(|(service, rest)| {
        let has_both =
            rest.rsplit_once('.').is_some_and(|(resource, verb)| !resource.is_empty() && !verb.is_empty());
        service.ends_with(".googleapis.com") && has_both
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn principals_and_permissions_are_spelled_as_in_the_v2_api() {
        let all = "principalSet://goog/public:all";
        let check = |denied: &str, excepted: &str, permission: &str| {
            check_deny_rule(&json!({
                "deniedPrincipals": [denied],
                "exceptionPrincipals": [excepted],
                "deniedPermissions": [permission],
            }))
            .map_err(|fault| fault.message)
        };
        let (ana, invoke) = ("principal://goog/subject/ana@example.com", "run.googleapis.com/routes.invoke");
        for permission in
            [invoke, "run.googleapis.com/*.*", "iam.googleapis.com/workloadIdentityPools.create"]
        {
            assert_eq!(check(all, ana, permission), Ok(()), "{permission}");
        }
        for wrong in ["user:ana@example.com", "allUsers", ""] {
            let said = format!("Invalid principal {wrong} in a deny rule.");
            assert_eq!(check(wrong, ana, invoke), Err(said.clone()));
            assert_eq!(check(all, wrong, invoke), Err(said));
        }
        assert_eq!(check(all, all, invoke), Err(format!("Invalid principal {all} in a deny rule.")));
        for wrong in ["run.routes.invoke", "run.googleapis.com/invoke", "run.googleapis.com/.invoke", "*"] {
            let said = format!("Permission {wrong} is not supported in deny policies.");
            assert_eq!(check(all, ana, wrong), Err(said));
        }
    }
}
