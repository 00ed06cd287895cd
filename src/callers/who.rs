//! Whether a text can be a caller at all.

use super::{
    draft::Text,
    shape::{Mistakes, nearest},
};
use crate::model::{Principal, PrincipalKind};

const KINDS: [&str; 9] = [
    "user",
    "group",
    "serviceAccount",
    "domain",
    "function",
    "principal",
    "principalSet",
    "projectOwner",
    "deleted",
];

/// The short name behind `function:`, where a caller is one.
pub(super) fn function_name(caller: &str) -> Option<&str> {
    caller.strip_prefix("function:")
}

/// The principal that a caller is; a mistake where Cloud Run can never admit it.
pub(super) fn principal(caller: &Text, spelled: &str, mistakes: &mut Mistakes) -> Option<Principal> {
    let principal = Principal::new(spelled);
    match problem(&principal) {
        None => Some(principal),
        Some((message, repair)) => {
            mistakes.add(caller.span, message, repair);
            None
        }
    }
}

/// Whether a map can name this principal as a caller.
pub fn can_be_named(principal: &Principal) -> bool {
    function_name(principal.as_str()).is_none() && problem(principal).is_none()
}

/// Why a map cannot name this principal as a caller, and what to do about it.
pub(super) fn problem(principal: &Principal) -> Option<(String, String)> {
    let text = principal.as_str();
    let wrong = |message: String, repair: &str| Some((message, repair.to_owned()));
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong(format!("`{text}` has white space in it"), "take it out");
    }
    match principal.kind() {
        PrincipalKind::User(email) | PrincipalKind::Group(email) | PrincipalKind::ServiceAccount(email) => {
            let is_email = email.split_once('@').is_some_and(|(name, domain)| {
                !name.is_empty() && domain.contains('.') && !domain.contains('@')
            }) || (text.starts_with("serviceAccount:")
                && email.ends_with(']')
                && email.contains(".svc.id.goog["));
            if is_email {
                None
            } else {
                wrong(format!("`{text}` has no e-mail address"), "write `kind:name@domain`")
            }
        }
        PrincipalKind::Domain(name) if name.contains('@') || !name.contains('.') => {
            wrong(format!("`{text}` is not a domain"), "write `domain:example.com`")
        }
        PrincipalKind::Federated => wrong(
            format!("`{text}` is federated, and cloud run does not take federated callers"),
            "declare a service account that it impersonates, `serviceAccount:NAME@PROJECT.iam.gserviceaccount.com`",
        ),
        PrincipalKind::Deleted => wrong(
            format!("`{text}` was deleted and can never call"),
            "take it out, or declare the account that took its place",
        ),
        PrincipalKind::ProjectRole(_) => wrong(
            format!("`{text}` stands for whoever holds a role, and cloud run does not take it"),
            "declare the people or a group",
        ),
        PrincipalKind::Other => other(text),
        PrincipalKind::AllUsers
        | PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::ServiceAccountSet(_)
        | PrincipalKind::Domain(_) => None,
    }
}

/// A caller of a kind that is not known, or of none.
fn other(text: &str) -> Option<(String, String)> {
    let Some((kind, name)) = text.split_once(':') else {
        let message = format!("`{text}` has no kind");
        let repair = match nearest(text, ["allUsers", "allAuthenticatedUsers"].into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if text.contains(".gserviceaccount.com") => format!("write `serviceAccount:{text}`"),
            None if text.contains('@') => {
                format!("write `user:{text}`, `group:{text}` or `serviceAccount:{text}`")
            }
            None => format!(
                "write it as `kind:name`: `user:`, `group:`, `serviceAccount:`, `domain:`, or `function:{text}`"
            ),
        };
        return Some((message, repair));
    };
    if name.is_empty() {
        return Some((format!("`{text}` has no name"), "write `kind:name`".to_owned()));
    }
    if KINDS.contains(&kind) {
        return None;
    }
    // Kinds that Google may add are carried; a slip of the pen in a known one is not.
    let near = nearest(kind, KINDS.into_iter())?;
    Some((format!("`{kind}` is not a kind of caller"), format!("did you mean `{near}:{name}`?")))
}
