//! What Google says when it does not take a policy, in plain words and with the way out.

use super::WriteFailure;
use crate::{
    model::Resource,
    sources::google::{CallError, Refusal},
};

/// Why a policy was not written, or is not known to be.
pub(super) fn of_write(resource: &Resource, error: &CallError) -> WriteFailure {
    let CallError { refusal, message, permission } = error;
    let refused = |what: String| WriteFailure::Refused(what.into());
    match refusal {
        Refusal::Aborted => WriteFailure::Aborted,
        // Whether Google was too busy to take it or to say so: what is there now tells, once it is read.
        Refusal::Lost | Refusal::Unavailable => WriteFailure::Lost(message.clone()),
        Refusal::Denied => match permission {
            Some(permission) => refused(format!("the permission `{permission}` is missing: {message}")),
            None => {
                refused(format!("not allowed: {message}; writing takes `{}`", permission_to_write(resource)))
            }
        },
        Refusal::NotFound => refused(format!("`{resource}` is not there: {message}")),
        Refusal::Invalid => refused(in_words(message)),
        Refusal::Unauthenticated | Refusal::Disabled | Refusal::Late | Refusal::Shape => {
            refused(message.to_string())
        }
    }
}

/// The permission that writes a policy.
fn permission_to_write(resource: &Resource) -> String {
    match resource {
        Resource::Service(_) | Resource::Other(_) => "run.services.setIamPolicy".to_owned(),
        Resource::Container(container) => container.policy_permission().replace("getIam", "setIam"),
    }
}

/// What is wrong with a policy, by the words that Google has for it
/// (<https://cloud.google.com/iam/docs/troubleshooting-access>).
fn in_words(message: &str) -> String {
    let has = |part: &str| message.contains(part);
    if has("do not belong to a permitted customer") || has("allowedPolicyMemberDomains") {
        return format!(
            "domain-restricted sharing (`constraints/iam.allowedPolicyMemberDomains`) admits members of its own \
             organizations only: grant to somebody who is admitted, have the restriction lifted for this project, \
             or, for a function that is to be public, turn its invoker check off instead; Google says: {message}"
        );
    }
    if has("does not exist") && !has("Role ") {
        return match dead_member(message) {
            Some(member) => format!(
                "`{member}` does not exist any more, and Google takes no policy that names it: if it is granted \
                 here, have its grants taken out with `--include-dead`, or by hand; if the map declares it, create \
                 it or take it out of the map"
            ),
            None => format!("somebody in the policy does not exist any more: {message}"),
        };
    }
    if has("not supported for this resource") || (has("Role ") && has("does not exist")) {
        return format!(
            "the resource does not take this role: grant `roles/run.invoker` instead, or name another in the map; \
             Google says: {message}"
        );
    }
    if has("maximum allowed size")
        || has("exceeds the limit")
        || has("too many")
        || has("larger than the maximum")
    {
        return format!(
            "the policy would be over one of Google's limits: grant to a group instead; {message}"
        );
    }
    format!("Google does not take it: {message}")
}

/// Who it is that does not exist: `Service account X does not exist.`, and the like of users and groups.
fn dead_member(message: &str) -> Option<&str> {
    let (before, _) = message.split_once(" does not exist")?;
    before
        .rsplit(|letter: char| letter.is_whitespace() || letter == '\'' || letter == '"')
        .find(|word| word.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> String {
        let resource = Resource::Other("x".into());
        match of_write(&resource, &CallError::new(Refusal::Invalid, message)) {
            WriteFailure::Refused(what) => what.to_string(),
            other @ (WriteFailure::Aborted | WriteFailure::Lost(_)) => panic!("{other}"),
        }
    }

    #[test]
    fn each_refusal_comes_with_its_way_out() {
        for (message, way_out) in [
            (
                "One or more users named in the policy do not belong to a permitted customer,  perhaps due to \
                 an organization policy.",
                "turn its invoker check off",
            ),
            (
                "Service account gone@shop-prod.iam.gserviceaccount.com does not exist.",
                "`gone@shop-prod.iam.gserviceaccount.com` does not exist any more",
            ),
            ("User gone@example.com does not exist.", "--include-dead"),
            ("Role roles/run.invoker is not supported for this resource.", "does not take this role"),
            ("Role roles/x (projects/p/roles/x) does not exist in the resource's hierarchy.", "this role"),
            (
                "The number of members in the policy (1,501) is larger than the maximum allowed size 1,500.",
                "grant to a group",
            ),
            ("Request contains an invalid argument.", "Google does not take it: Request contains"),
        ] {
            assert!(said(message).contains(way_out), "{}", said(message));
        }
    }

    #[test]
    fn what_may_have_been_written_is_never_said_to_be_refused() {
        let resource = Resource::Other("x".into());
        for (refusal, is_refused) in [
            (Refusal::Lost, false),
            (Refusal::Unavailable, false),
            (Refusal::Aborted, false),
            (Refusal::Denied, true),
            (Refusal::NotFound, true),
            (Refusal::Late, true),
        ] {
            let failure = of_write(&resource, &CallError::new(refusal, "x"));
            assert_eq!(matches!(failure, WriteFailure::Refused(_)), is_refused, "{failure}");
        }
    }

    #[test]
    fn a_permission_that_google_does_not_name_is_named() {
        let container: Resource = crate::model::Container::Project("shop-prod".into()).into();
        let failure = of_write(&container, &CallError::new(Refusal::Denied, "no"));
        let expected = "not allowed: no; writing takes `resourcemanager.projects.setIamPolicy`";
        assert_eq!(failure, WriteFailure::Refused(expected.into()));
    }
}
