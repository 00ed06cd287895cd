//! Which accounts a service runs as.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observed, Service, Traffic, World};
use crate::model::{Principal, ServiceName};

/// Every account that a service runs as: identity belongs to the revision, and several may answer
/// (<https://cloud.google.com/run/docs/securing/service-identity>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identities {
    /// The template's account, and that of every revision that gets requests or has a tag, as far as they are known.
    pub accounts: BTreeSet<Principal>,
    /// Whether these are all of them.
    pub is_whole: bool,
}

impl World {
    /// The account a service runs as: what its template names, else the project's default compute account.
    /// `None` where the settings were not read or the project's number is not known.
    pub fn identity(&self, service: &ServiceName) -> Option<Principal> {
        self.identity_of(service, self.services.get(service)?)
    }

    /// The same of a service that was looked up already.
    pub fn identity_of(&self, name: &ServiceName, service: &Service) -> Option<Principal> {
        match &service.settings {
            Observed::Unreadable(_) => None,
            Observed::Known(settings) => self.named_or_default(name, settings.identity.as_ref()),
        }
    }

    /// Every account a service runs as: its template's, and those of the revisions that its traffic is split to.
    pub fn identities(&self, name: &ServiceName) -> Identities {
        let service = self.services.get(name);
        let template = service.and_then(|service| self.identity_of(name, service));
        let mut identities =
            Identities { is_whole: template.is_some(), accounts: template.into_iter().collect() };
        let settings = service.and_then(|service| service.settings.known());
        let Some(Traffic::Split { revisions }) = settings.map(|settings| &settings.traffic) else {
            return identities;
        };
        // Traffic that leads nobody knows where may lead to any account.
        identities.is_whole &= !revisions.is_empty();
        for account in self.revision_identities(name).into_values() {
            match account {
                Some(account) => drop(identities.accounts.insert(account)),
                None => identities.is_whole = false,
            }
        }
        identities
    }

    /// Whether requests or a tag lead to a revision of a service that is not the latest ready one.
    pub fn is_split(&self, name: &ServiceName) -> bool {
        let settings = self.services.get(name).and_then(|service| service.settings.known());
        settings.is_some_and(|settings| matches!(settings.traffic, Traffic::Split { .. }))
    }

    /// The account of each revision that a service's traffic is split to, where it is known.
    pub fn revision_identities(&self, name: &ServiceName) -> BTreeMap<&str, Option<Principal>> {
        let settings = self.services.get(name).and_then(|service| service.settings.known());
        let Some(Traffic::Split { revisions }) = settings.map(|settings| &settings.traffic) else {
            return BTreeMap::new();
        };
        let read = self.revisions.get(name);
        let identity = |revision: &str| {
            let account = read.and_then(|read| read.get(revision)?.known())?;
            self.named_or_default(name, account.as_ref())
        };
        revisions.iter().map(|revision| (&**revision, identity(revision))).collect()
    }

    /// The default compute service account of a project, where its number is known
    /// (<https://cloud.google.com/run/docs/securing/service-identity>).
    pub fn default_identity(&self, project: &str) -> Option<Principal> {
        self.projects.number(project).map(|number| {
            Principal::service_account(&format!("{number}-compute@developer.gserviceaccount.com"))
        })
    }

    fn named_or_default(&self, name: &ServiceName, named: Option<&Principal>) -> Option<Principal> {
        named.cloned().or_else(|| self.default_identity(&name.project))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Gap, Settings, Source, SourceKind};

    fn world(traffic: Traffic) -> (World, ServiceName) {
        let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        let name: ServiceName = "projects/shop-prod/locations/l/services/pay".parse().unwrap();
        let mut settings = Settings::plain();
        settings.identity = Some(Principal::service_account("new@shop-prod.iam.gserviceaccount.com"));
        settings.traffic = traffic;
        let gap = || Observed::Unreadable(Gap::new("not asked", "x"));
        let service = Service {
            settings: Observed::Known(settings),
            policy: gap(),
            ancestors: Observed::Unreadable(Gap::new("not asked", "x")),
        };
        world.services.insert(name.clone(), service);
        (world, name)
    }

    fn emails(world: &World, name: &ServiceName) -> (Vec<String>, bool) {
        let Identities { accounts, is_whole } = world.identities(name);
        let emails = accounts.iter().map(|account| account.email().unwrap_or_default().to_owned());
        (emails.collect(), is_whole)
    }

    #[test]
    fn accounts_of_every_revision_that_answers_count() {
        let new = "new@shop-prod.iam.gserviceaccount.com".to_owned();
        let (latest, name) = world(Traffic::Latest);
        assert_eq!(emails(&latest, &name), (vec![new.clone()], true));
        let (nameless, _) = world(Traffic::Split { revisions: BTreeSet::new() });
        assert_eq!(emails(&nameless, &name), (vec![new.clone()], false));
        let (mut split, _) = world(Traffic::Split { revisions: ["pay-1".into()].into() });
        assert_eq!(emails(&split, &name), (vec![new.clone()], false));
        let account = Some(Principal::service_account("old@shop-prod.iam.gserviceaccount.com"));
        split.revisions.entry(name.clone()).or_default().insert("pay-1".into(), Observed::Known(account));
        let old = "old@shop-prod.iam.gserviceaccount.com".to_owned();
        assert_eq!(emails(&split, &name), (vec![new.clone(), old], true));
        // The default account of a project whose number nobody knows is not known.
        split.revisions.entry(name.clone()).or_default().insert("pay-1".into(), Observed::Known(None));
        assert_eq!(emails(&split, &name), (vec![new], false));
    }
}
