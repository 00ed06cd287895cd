//! Deny policies: what is refused whatever an allow policy gives
//! (<https://cloud.google.com/iam/docs/deny-overview>).

use std::{fmt, str::FromStr, sync::Arc};

use super::{Condition, Container, resource::NameError};

/// The name of a deny policy, or of all those of one attachment. Written
/// `//cloudresourcemanager.googleapis.com/projects/P/denypolicies/ID`, without `/ID` where all are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DenyPolicyName {
    /// The project, folder or organization that it is attached to; by canonical name inside a world.
    pub attachment: Container,
    /// Its own id; `None` for all of the attachment.
    pub id: Option<Arc<str>>,
}

/// A deny policy of the IAM v2 API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyPolicy {
    /// Its rules, in order; `None` for one of a kind that callmap does not know.
    pub rules: Vec<Option<DenyRule>>,
    /// The policy as it was read, one line of JSON, so that nothing of it is lost.
    pub text: Arc<str>,
}

/// A rule of a deny policy. Principals are of IAM's v2 syntax
/// (<https://cloud.google.com/iam/docs/principal-identifiers#v2>), permissions such as
/// `run.googleapis.com/routes.invoke`; both stand here as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DenyRule {
    /// Whom it refuses.
    pub denied_principals: Vec<Arc<str>>,
    /// Whom of them it does not.
    pub exception_principals: Vec<Arc<str>>,
    /// What it refuses.
    pub denied_permissions: Vec<Arc<str>>,
    /// What of it it does not.
    pub exception_permissions: Vec<Arc<str>>,
    /// Where it counts; only functions of resource tags are known there.
    pub condition: Option<Condition>,
}

const HOST: &str = "//cloudresourcemanager.googleapis.com/";

impl FromStr for DenyPolicyName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let wrong = || {
            let form =
                "//cloudresourcemanager.googleapis.com/{projects|folders|organizations}/N/denypolicies/ID";
            NameError(text.to_owned(), form)
        };
        let rest = text.strip_prefix(HOST).ok_or_else(wrong)?;
        let (attachment, id) = match rest.split_once("/denypolicies") {
            Some((attachment, "")) => (attachment, None),
            Some((attachment, id)) => (attachment, Some(id.strip_prefix('/').ok_or_else(wrong)?)),
            None => return Err(wrong()),
        };
        if id.is_some_and(|id| id.is_empty() || id.contains('/')) {
            return Err(wrong());
        }
        Ok(Self { attachment: attachment.parse().map_err(|_| wrong())?, id: id.map(Into::into) })
    }
}

impl fmt::Display for DenyPolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attachment, id } = self;
        write!(f, "{HOST}{attachment}/denypolicies")?;
        id.as_ref().map_or(Ok(()), |id| write!(f, "/{id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_is_written() {
        for text in [
            "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/no-calls",
            "//cloudresourcemanager.googleapis.com/folders/7/denypolicies",
        ] {
            assert_eq!(text.parse::<DenyPolicyName>().unwrap().to_string(), text);
        }
        for wrong in [
            "projects/shop-prod/denypolicies/x",
            "//cloudresourcemanager.googleapis.com/projects/shop-prod",
            "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/",
            "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/a/b",
            "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypoliciesx",
            "//cloudresourcemanager.googleapis.com/folders/x/denypolicies/a",
        ] {
            assert!(wrong.parse::<DenyPolicyName>().is_err(), "{wrong}");
        }
    }
}
