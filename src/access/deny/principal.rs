//! Whom a deny rule names, in the syntax of IAM's v2 API
//! (<https://cloud.google.com/iam/docs/principal-identifiers#v2>).

use crate::{
    access::Verdict,
    model::{Container, Principal, PrincipalKind},
};

/// Whom a deny rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Denied {
    /// `principalSet://goog/public:all`: everybody, with a token or without.
    Everybody,
    /// Somebody whom an allow policy could name, too, as it would name them.
    Member(Principal),
    /// Google's service agents of a project, or of what lies below a folder or an organization.
    Agents(Container),
    /// Everybody of a Cloud Identity customer: who that is nobody but Google knows.
    Customer,
    /// Nobody who can call: who was deleted, and federated identities, which Cloud Run does not take.
    Nobody,
    /// A form that callmap does not know.
    Beyond,
}

const SUBJECT: &str = "principal://goog/subject/";
const ACCOUNT: &str = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
const GROUP: &str = "principalSet://goog/group/";
const CUSTOMER: &str = "principalSet://goog/cloudIdentityCustomerId/";
const BELOW: &str = "principalSet://cloudresourcemanager.googleapis.com/";
const AGENTS: &str = "/type/ServiceAgent";
const PUBLIC: &str = "principalSet://goog/public:all";

impl Denied {
    /// Whom this text names as denied.
    pub(crate) fn of(text: &str) -> Self {
        let after = |prefix| text.strip_prefix(prefix).filter(|rest: &&str| !rest.is_empty());
        let address = |prefix| after(prefix).filter(|rest| rest.contains('@'));
        if text == PUBLIC {
            return Self::Everybody;
        }
        if let Some(email) = address(SUBJECT) {
            return Self::Member(Principal::new(format!("user:{email}")));
        }
        if let Some(email) = address(ACCOUNT) {
            return Self::Member(Principal::service_account(email));
        }
        if let Some(email) = address(GROUP) {
            return Self::Member(Principal::new(format!("group:{email}")));
        }
        if after(CUSTOMER).is_some() {
            return Self::Customer;
        }
        if text.starts_with("deleted:principal") || is_federated(text) {
            return Self::Nobody;
        }
        if let Some(agents) = after(BELOW).and_then(|rest| rest.strip_suffix(AGENTS)) {
            return agents.parse().map_or(Self::Beyond, Self::Agents);
        }
        let member = Principal::new(text);
        let is_known_host = text.contains("://goog/") || text.contains("://iam.googleapis.com/");
        match member.kind() {
            PrincipalKind::ServiceAccountSet(_) => Self::Member(member),
            // Identities of other kinds, such as those of agents: themselves, and nobody else's.
            PrincipalKind::Other if text.starts_with("principal") && !is_known_host => Self::Member(member),
            _ => Self::Beyond,
        }
    }

    /// Whom this text names as excepted: everybody cannot be.
    pub(crate) fn of_exception(text: &str) -> Self {
        match Self::of(text) {
            Self::Everybody => Self::Beyond,
            named => named,
        }
    }

    /// Whether a request without a token is meant.
    pub(super) fn holds_anyone(&self) -> Verdict {
        match self {
            Self::Everybody => Verdict::Yes,
            Self::Beyond => Verdict::Unknown,
            Self::Member(_) | Self::Agents(_) | Self::Customer | Self::Nobody => Verdict::No,
        }
    }
}

/// Google's service agents of a container, as one principal.
pub(super) fn agents_of(container: &Container) -> Principal {
    Principal::new(format!("{BELOW}{container}{AGENTS}"))
}

/// How a deny rule spells a principal; `None` for one that it cannot name.
pub(in crate::access) fn spelled(principal: &Principal) -> Option<String> {
    Some(match principal.kind() {
        PrincipalKind::User(email) => format!("{SUBJECT}{email}"),
        PrincipalKind::ServiceAccount(email) if !email.contains('[') => format!("{ACCOUNT}{email}"),
        PrincipalKind::Group(email) => format!("{GROUP}{email}"),
        PrincipalKind::ServiceAccountSet(_) => principal.as_str().to_owned(),
        _ => return None,
    })
}

/// Identities of workforce and workload identity pools.
fn is_federated(text: &str) -> bool {
    let rest = ["principal://iam.googleapis.com/", "principalSet://iam.googleapis.com/"]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    rest.is_some_and(|rest| {
        rest.starts_with("locations/global/workforcePools/")
            || (rest.starts_with("projects/") && rest.contains("/locations/global/workloadIdentityPools/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_as_what_it_names() {
        let member = |text: &str| Denied::Member(Principal::new(text));
        let below = "principalSet://cloudresourcemanager.googleapis.com";
        for (text, expected) in [
            ("principalSet://goog/public:all", Denied::Everybody),
            ("principal://goog/subject/Alice@example.com", member("user:alice@example.com")),
            (
                "principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com",
                member("serviceAccount:web@shop-prod.iam.gserviceaccount.com"),
            ),
            ("principal://iam.googleapis.com/projects/-/serviceAccounts/1234567890", Denied::Beyond),
            ("principal://iam.googleapis.com/projects/p/serviceAccounts/a@b", Denied::Beyond),
            ("principalSet://goog/group/team@example.com", member("group:team@example.com")),
            ("principalSet://goog/cloudIdentityCustomerId/C01Abc35", Denied::Customer),
            (
                &format!("{below}/folders/77/type/ServiceAccount"),
                member(&format!("{below}/folders/77/type/ServiceAccount")),
            ),
            (
                &format!("{below}/projects/1041/type/ServiceAgent"),
                Denied::Agents("projects/1041".parse().unwrap()),
            ),
            (&format!("{below}/folders/x/type/ServiceAgent"), Denied::Beyond),
            (&format!("{below}/folders/77/type/Other"), member(&format!("{below}/folders/77/type/Other"))),
            (
                "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/a",
                Denied::Nobody,
            ),
            (
                "principalSet://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/*",
                Denied::Nobody,
            ),
            ("deleted:principal://goog/subject/a@example.com?uid=1", Denied::Nobody),
            ("deleted:principalSet://goog/group/a@example.com?uid=1", Denied::Nobody),
            ("principal://goog/other/a", Denied::Beyond),
            ("user:alice@example.com", Denied::Beyond),
            ("", Denied::Beyond),
        ] {
            assert_eq!(Denied::of(text), expected, "{text}");
        }
        assert_eq!(Denied::of_exception("principalSet://goog/public:all"), Denied::Beyond);
    }

    #[test]
    fn what_an_allow_policy_names_is_spelled_as_a_deny_rule_reads_it() {
        for text in [
            "user:alice@example.com",
            "serviceAccount:web@shop-prod.iam.gserviceaccount.com",
            "group:team@example.com",
            "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
        ] {
            let principal = Principal::new(text);
            assert_eq!(Denied::of(&spelled(&principal).unwrap()), Denied::Member(principal));
        }
        assert_eq!(spelled(&Principal::new("domain:example.com")), None);
        assert_eq!(spelled(&Principal::new("allUsers")), None);
    }
}
