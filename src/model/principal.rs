//! Who: an IAM principal, compared as Google compares it and written as it was read.

use std::{borrow::Borrow, cmp::Ordering, fmt, hash, sync::Arc};

use super::Container;

/// A member of an allow policy, such as `serviceAccount:web@shop-prod.iam.gserviceaccount.com`.
///
/// Equality, order and hash go by [`Principal::key`]: for e-mail kinds the part after the first colon
/// (for `deleted:` after the second) is compared without case; `allUsers`, `allAuthenticatedUsers`,
/// `principal:`, `principalSet:` and `principalHierarchy:` exactly. Any text is a principal: kinds that
/// callmap does not know are carried and shown, never refused.
/// Forms: <https://cloud.google.com/iam/docs/principal-identifiers>.
#[derive(Clone)]
pub struct Principal {
    spelled: Arc<str>,
    /// Only where it differs from the spelling.
    key: Option<Arc<str>>,
}

/// What kind of principal a member is. See [`Principal::kind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind<'a> {
    /// Everybody, with or without a token.
    AllUsers,
    /// Everybody who has any Google account.
    AllAuthenticatedUsers,
    /// A person; the e-mail address.
    User(&'a str),
    /// A service account; the e-mail address.
    ServiceAccount(&'a str),
    /// A group; the e-mail address.
    Group(&'a str),
    /// Everybody of a Workspace domain; the domain.
    Domain(&'a str),
    /// All service accounts of a project, or below a folder or an organization.
    ServiceAccountSet(Container),
    /// A workload or workforce identity pool's principal or set of them. Cloud Run does not take these
    /// (<https://cloud.google.com/iam/docs/federated-identity-supported-services>).
    Federated,
    /// `projectOwner:`, `projectEditor:`, `projectViewer:`; the project.
    ProjectRole(&'a str),
    /// Somebody who is no more.
    Deleted,
    /// A kind callmap does not know, or another `principal…` form.
    Other,
}

impl Principal {
    /// A principal of any text. Never fails: see the type.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let spelled = text.into();
        let key = folded(&spelled).map(Into::into);
        Self { spelled, key }
    }

    /// The service account of this e-mail address.
    pub fn service_account(email: &str) -> Self {
        Self::new(format!("serviceAccount:{email}"))
    }

    /// The spelling it was read in, to be shown and written back.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }

    /// The text it is compared by.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.spelled)
    }

    /// What kind of principal it is, in the folded spelling.
    pub fn kind(&self) -> PrincipalKind<'_> {
        let key = self.key();
        match key {
            "allUsers" => return PrincipalKind::AllUsers,
            "allAuthenticatedUsers" => return PrincipalKind::AllAuthenticatedUsers,
            _ => {}
        }
        let Some((kind, name)) = key.split_once(':') else { return PrincipalKind::Other };
        match kind {
            "user" => PrincipalKind::User(name),
            "serviceAccount" => PrincipalKind::ServiceAccount(name),
            "group" => PrincipalKind::Group(name),
            "domain" => PrincipalKind::Domain(name),
            "deleted" => PrincipalKind::Deleted,
            "projectOwner" | "projectEditor" | "projectViewer" => PrincipalKind::ProjectRole(name),
            "principal" | "principalSet" => principal_url(name),
            _ => PrincipalKind::Other,
        }
    }

    /// Whether anybody on the internet is meant. `allAuthenticatedUsers` is: any Google account will do.
    pub fn is_public(&self) -> bool {
        matches!(self.kind(), PrincipalKind::AllUsers | PrincipalKind::AllAuthenticatedUsers)
    }

    /// Whether nobody can ever be meant: `deleted:`, or federated, which Cloud Run does not take.
    pub fn is_nobody(&self) -> bool {
        matches!(self.kind(), PrincipalKind::Deleted | PrincipalKind::Federated)
    }

    /// The e-mail address of a user, group or service account, in lower case.
    pub fn email(&self) -> Option<&str> {
        match self.kind() {
            PrincipalKind::User(email)
            | PrincipalKind::ServiceAccount(email)
            | PrincipalKind::Group(email) => Some(email),
            _ => None,
        }
    }
}

fn principal_url(name: &str) -> PrincipalKind<'static> {
    if name.starts_with("//iam.googleapis.com/") {
        return PrincipalKind::Federated;
    }
    name.strip_prefix("//cloudresourcemanager.googleapis.com/")
        .and_then(|rest| rest.strip_suffix("/type/ServiceAccount"))
        .and_then(|container| container.parse().ok())
        .map_or(PrincipalKind::Other, PrincipalKind::ServiceAccountSet)
}

/// The text to compare by, where it is not the text itself.
fn folded(text: &str) -> Option<String> {
    let (kind, rest) = text.split_once(':')?;
    let start = match kind {
        "principal" | "principalSet" | "principalHierarchy" => return None,
        "deleted" if rest.starts_with("principal") => return None,
        "deleted" => kind.len() + 1 + rest.find(':')? + 1,
        _ => kind.len() + 1,
    };
    let (head, tail) = text.split_at(start);
    let lower = tail.to_lowercase();
    (lower != tail).then(|| format!("{head}{lower}"))
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Principal {}
impl PartialOrd for Principal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Principal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}
impl hash::Hash for Principal {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
impl Borrow<str> for Principal {
    fn borrow(&self) -> &str {
        self.key()
    }
}
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.spelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mail_is_compared_without_case_and_kept_as_it_was() {
        let principal = Principal::new("user:Alice@Example.com");
        assert_eq!(principal, Principal::new("user:alice@example.com"));
        assert_eq!(principal.as_str(), "user:Alice@Example.com");
        assert_ne!(principal, Principal::new("USER:alice@example.com"));
    }

    #[test]
    fn principal_urls_and_public_members_are_compared_exactly() {
        assert_ne!(Principal::new("principal://x/A"), Principal::new("principal://x/a"));
        assert_ne!(Principal::new("allusers"), Principal::new("allUsers"));
        assert_eq!(Principal::new("allusers").kind(), PrincipalKind::Other);
    }

    #[test]
    fn a_deleted_member_folds_after_its_second_colon() {
        assert_eq!(
            Principal::new("deleted:serviceAccount:A@B?uid=1"),
            Principal::new("deleted:serviceAccount:a@b?uid=1")
        );
        assert_ne!(Principal::new("deleted:User:a@b"), Principal::new("deleted:user:a@b"));
        assert_eq!(Principal::new("deleted:user:a@b?uid=1").kind(), PrincipalKind::Deleted);
        assert_ne!(Principal::new("deleted:principal://x/A"), Principal::new("deleted:principal://x/a"));
    }

    #[test]
    fn service_account_sets_name_their_container() {
        let set = Principal::new(
            "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
        );
        assert_eq!(set.kind(), PrincipalKind::ServiceAccountSet(Container::Folder("77".into())));
        let agents =
            Principal::new("principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAgent");
        assert_eq!(agents.kind(), PrincipalKind::Other);
    }
}
