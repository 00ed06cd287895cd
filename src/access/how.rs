//! How a member of a binding comes to mean the caller, in words.

use super::{Candidate, Verdict, verdict::why};
use crate::model::{Principal, PrincipalKind};

/// How this member matches the caller, or why it is not known, or why it is in vain. `None` where it simply is
/// the caller.
pub(super) fn how(candidate: &Candidate<'_, '_>, member: &Principal, matches: Verdict) -> Option<String> {
    let caller = candidate.principal;
    match (member.kind(), matches) {
        (PrincipalKind::AllUsers, _) => Some("everybody may call, without a token".to_owned()),
        (PrincipalKind::Deleted, _) => {
            Some("it was deleted: an account of the same name made since does not inherit".to_owned())
        }
        (PrincipalKind::Federated, _) => Some(
            "Cloud Run takes no federated identity: let it impersonate a service account and grant that one"
                .to_owned(),
        ),
        _ if member == caller => None,
        (PrincipalKind::AllAuthenticatedUsers, Verdict::Yes) => {
            Some("everybody with any Google account may call".to_owned())
        }
        (PrincipalKind::Domain(domain), Verdict::Yes) => {
            Some(format!("`{caller}` is of the domain `{domain}`"))
        }
        (PrincipalKind::Group(_), Verdict::Yes) => Some(through(candidate, member, "is a")),
        (PrincipalKind::Group(_), _) => Some(group(candidate, member)),
        (PrincipalKind::ServiceAccountSet(container), Verdict::Yes) => {
            Some(format!("`{caller}` belongs to `{container}`"))
        }
        (PrincipalKind::ServiceAccountSet(container), _) => {
            Some(format!("whether `{caller}` belongs to `{container}` is not known"))
        }
        (PrincipalKind::ProjectRole(project), _) => {
            Some(format!("who holds that role on the project `{project}` is not known"))
        }
        _ => Some(format!("whether `{caller}` is meant by it is not known")),
    }
}

fn group(candidate: &Candidate<'_, '_>, group: &Principal) -> String {
    match candidate.unexpanded(group) {
        Some(unexpanded) => {
            let which = if unexpanded == group {
                "this group".to_owned()
            } else {
                format!("`{unexpanded}`, which is in it,")
            };
            match candidate.gap(unexpanded) {
                Some(gap) => format!("the members of {which} could not be read: {}", why(gap)),
                None => format!("the members of {which} are not known"),
            }
        }
        None => through(candidate, group, "may be a"),
    }
}

/// The way from the caller up to a group, group by group.
fn through(candidate: &Candidate<'_, '_>, group: &Principal, is: &str) -> String {
    let caller = candidate.principal;
    let mut between = candidate.between(group).into_iter().rev();
    let Some(first) = between.next() else { return format!("`{caller}` {is} member of it") };
    let mut way = format!("`{caller}` {is} member of `{first}`");
    for next in between {
        way = format!("{way}, which is in `{next}`");
    }
    format!("{way}, which is in `{group}`")
}

/// Why nothing certain can be said of a kind of caller.
pub(super) fn beyond(principal: &Principal) -> String {
    format!("who is meant by `{principal}` is not known")
}
