//! Google's own service agents, by a closed list of their domains.
//!
//! A list, not a pattern: whoever can name a project can make an account that looks like an agent.

use std::{collections::BTreeSet, sync::OnceLock};

use serde::Deserialize;

use crate::{
    model::{Principal, PrincipalKind},
    world::account::address_project,
};

#[derive(Deserialize)]
struct Wire {
    domains: BTreeSet<String>,
}

fn domains() -> &'static BTreeSet<String> {
    static DATA: OnceLock<BTreeSet<String>> = OnceLock::new();
    DATA.get_or_init(|| {
        // INVARIANT: the file is part of the program; a test reads it. Without it every agent is an ordinary
        // account, which is the careful side.
        serde_json::from_str::<Wire>(include_str!("../../policies/builtin/service-agents.json"))
            .map_or_else(|_| BTreeSet::new(), |wire| wire.domains)
    })
}

/// The number of the project that a service agent of Google's works for; `None` for every other principal.
/// Forms: `service-N@…`, `project-N@…` and `N@…` at one of Google's domains
/// (<https://cloud.google.com/iam/docs/service-agents>).
pub fn agent_project(principal: &Principal) -> Option<&str> {
    let PrincipalKind::ServiceAccount(email) = principal.kind() else { return None };
    let (name, domain) = email.split_once('@')?;
    let number = name.strip_prefix("service-").or_else(|| name.strip_prefix("project-")).unwrap_or(name);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && domains().contains(domain)).then_some(number)
}

/// Whether an address in lower case is at one of the domains of Google's service agents.
pub(super) fn has_agent_domain(email: &str) -> bool {
    email.split_once('@').is_some_and(|(_, domain)| domains().contains(domain))
}

/// Whether an address in lower case may be one of an agent of Google's, of a service that the list does not know.
pub(super) fn may_be_agent(email: &str) -> bool {
    let is_googles = email.split_once('@').is_some_and(|(_, domain)| domain.ends_with("gserviceaccount.com"));
    is_googles && address_project(email).is_none_or(|project| project.starts_with("gcp-sa-"))
}

/// The agent of the Identity-Aware Proxy of a project, by its number: it calls the services behind the proxy
/// (<https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run>).
pub fn iap_agent(project_number: &str) -> Principal {
    Principal::service_account(&format!("service-{project_number}@gcp-sa-iap.iam.gserviceaccount.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_a_number_and_one_of_googles_domains() {
        for (member, number) in [
            ("serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com", Some("1041")),
            ("serviceAccount:1041@cloudservices.gserviceaccount.com", Some("1041")),
            ("serviceAccount:service-1041@serverless-robot-prod.iam.gserviceaccount.com", Some("1041")),
            ("serviceAccount:service-1041@gcp-sa-pubsubs.iam.gserviceaccount.com", None),
            ("serviceAccount:service-x@gcp-sa-pubsub.iam.gserviceaccount.com", None),
            ("serviceAccount:1041-compute@developer.gserviceaccount.com", None),
            ("user:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com", None),
        ] {
            assert_eq!(agent_project(&Principal::new(member)), number, "{member}");
        }
        assert_eq!(agent_project(&iap_agent("7")), Some("7"));
    }
}
