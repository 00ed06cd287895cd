//! Whether a deny rule is about calling.

use std::sync::Arc;

use crate::access::Verdict;

/// The service, the resource and the verb of the right to call, as IAM's v2 API spells it. It may be denied by
/// name or as `run.googleapis.com/routes.*`
/// (<https://cloud.google.com/iam/docs/deny-permissions-support>).
const SERVICE: &str = "run.googleapis.com";
const RESOURCE: &str = "routes";
const VERB: &str = "invoke";

/// Whether a rule refuses the right to call, by the permissions that it denies and those that it excepts.
pub(super) fn refuses_calls(denied: &[Arc<str>], excepted: &[Arc<str>]) -> Verdict {
    let any = |patterns: &[Arc<str>]| patterns.iter().map(|pattern| is_call(pattern)).max();
    let denied = any(denied).unwrap_or(Verdict::No);
    denied.min(!any(excepted).unwrap_or(Verdict::No))
}

/// Whether a permission, or a pattern of permissions, holds the right to call. A pattern that Google does not list
/// for it is not known, unless it is plainly about something else.
fn is_call(pattern: &str) -> Verdict {
    // The spelling of allow policies, which deny policies do not take.
    if pattern == "run.routes.invoke" {
        return Verdict::Unknown;
    }
    let Some((service, rest)) = pattern.split_once('/') else {
        return if pattern.contains('*') { Verdict::Unknown } else { Verdict::No };
    };
    if service == SERVICE && (rest == "routes.invoke" || rest == "routes.*") {
        return Verdict::Yes;
    }
    let may_be = |part: &str, name: &str| part == name || part.contains('*');
    let (resource, verb) = rest.split_once('.').unwrap_or((rest, "*"));
    let is_open = pattern.contains('*');
    let may_match = may_be(service, SERVICE) && may_be(resource, RESOURCE) && may_be(verb, VERB);
    if is_open && may_match { Verdict::Unknown } else { Verdict::No }
}

#[cfg(test)]
mod tests {
    use super::{
        Verdict::{No, Unknown, Yes},
        *,
    };

    #[test]
    fn a_permission_is_the_right_to_call_or_not_or_cannot_be_told() {
        for (pattern, expected) in [
            ("run.googleapis.com/routes.invoke", Yes),
            ("run.googleapis.com/routes.*", Yes),
            ("run.googleapis.com/*.*", Unknown),
            ("run.googleapis.com/*.invoke", Unknown),
            ("run.googleapis.com/*", Unknown),
            ("run.googleapis.com/routes*", Unknown),
            ("*", Unknown),
            ("run.routes.invoke", Unknown),
            ("run.googleapis.com/services.*", No),
            ("run.googleapis.com/*.get", No),
            ("run.googleapis.com/routes.get", No),
            ("run.googleapis.com/jobs.run", No),
            ("storage.googleapis.com/*.*", No),
            ("iam.googleapis.com/roles.list", No),
            ("", No),
        ] {
            assert_eq!(is_call(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn an_exception_takes_the_right_out_again() {
        let texts = |texts: &[&str]| texts.iter().map(|text| Arc::from(*text)).collect::<Vec<_>>();
        for (denied, excepted, expected) in [
            (&["run.googleapis.com/routes.*"][..], &[][..], Yes),
            (&["run.googleapis.com/routes.*"], &["run.googleapis.com/routes.invoke"], No),
            (&["run.googleapis.com/routes.*"], &["run.googleapis.com/*.*"], Unknown),
            (&["run.googleapis.com/*.*"], &["run.googleapis.com/routes.*"], No),
            (&["run.googleapis.com/*.*"], &["run.googleapis.com/routes.get"], Unknown),
            (&["run.googleapis.com/jobs.run", "run.googleapis.com/routes.invoke"], &[], Yes),
            (&[], &[], No),
        ] {
            assert_eq!(refuses_calls(&texts(denied), &texts(excepted)), expected, "{denied:?} {excepted:?}");
        }
    }
}
