//! Which project a service account belongs to.

use super::World;
use crate::model::ProjectName;

impl World {
    /// The project of a service account, by canonical name: where the account was seen, else as its address
    /// tells. `None` where the address tells nothing; what is told need not be a project that was read.
    pub fn account_project(&self, email: &str) -> Option<ProjectName> {
        let email = email.to_lowercase();
        match self.service_accounts.get(&*email) {
            Some(project) => Some(self.projects.canonical(project)),
            None => address_project(&email).map(|project| self.projects.canonical(&project)),
        }
    }
}

/// The project of a service account, by id or number, as its address in lower case tells
/// (<https://cloud.google.com/iam/docs/service-account-types>). A domain-scoped project `example.com:shop` has
/// accounts at `shop.example.com.iam.gserviceaccount.com`.
pub fn address_project(email: &str) -> Option<String> {
    let (name, domain) = email.split_once('@')?;
    match domain {
        "developer.gserviceaccount.com" => name.strip_suffix("-compute").map(str::to_owned),
        "appspot.gserviceaccount.com" => Some(unscoped(name)),
        _ => domain.strip_suffix(".iam.gserviceaccount.com").map(unscoped),
    }
    .filter(|project| !project.is_empty())
}

/// `shop.example.com` is the project `example.com:shop`.
fn unscoped(text: &str) -> String {
    match text.split_once('.') {
        Some((id, domain)) => format!("{domain}:{id}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Source, SourceKind};

    #[test]
    fn an_accounts_address_tells_its_project() {
        for (email, project) in [
            ("web@shop-prod.iam.gserviceaccount.com", Some("shop-prod")),
            ("1041-compute@developer.gserviceaccount.com", Some("1041")),
            ("shop-prod@appspot.gserviceaccount.com", Some("shop-prod")),
            ("shop.example.com@appspot.gserviceaccount.com", Some("example.com:shop")),
            ("web@shop.example.com.iam.gserviceaccount.com", Some("example.com:shop")),
            ("web@example.com", None),
            ("1041@developer.gserviceaccount.com", None),
            ("shop-prod.svc.id.goog[default/web]", None),
        ] {
            assert_eq!(address_project(email).as_deref(), project, "{email}");
        }
    }

    #[test]
    fn an_account_that_was_seen_is_where_it_was_seen() {
        let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        world.projects.join("shop-prod", "1041").unwrap();
        let default = "1041-Compute@developer.gserviceaccount.com";
        assert_eq!(world.account_project(default).as_deref(), Some("shop-prod"));
        world.service_accounts.insert("web@example.com".into(), "shop-prod".into());
        assert_eq!(world.account_project("web@example.com").as_deref(), Some("shop-prod"));
    }
}
