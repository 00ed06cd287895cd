//! Whom revisions run as: of all that were exported, those are kept that a service's traffic is split to.

use std::{collections::BTreeMap, sync::Arc};

use super::{drafts::settled, latest::Latest, places::Places};
use crate::{
    model::ServiceName,
    sources::{ReadError, assets::batch::Origin, name, wire::revision::Account},
    world::{Gap, Observed, Traffic, World},
};

/// What was said of revisions, by their services and their short names.
#[derive(Default)]
pub(super) struct Revisions(BTreeMap<ServiceName, BTreeMap<Arc<str>, Draft>>);

/// What was said of one revision.
#[derive(Default)]
struct Draft {
    account: Latest<Account>,
    gap: Option<Gap>,
}

impl Revisions {
    /// What is said of one revision.
    pub(super) fn of(&mut self, service: ServiceName, revision: Arc<str>) -> &mut Latest<Account> {
        &mut self.draft(service, revision).account
    }

    fn draft(&mut self, service: ServiceName, revision: Arc<str>) -> &mut Draft {
        self.0.entry(service).or_default().entry(revision).or_default()
    }

    /// Notes that the revision of this relative name could not be read. Where it is told all the same stands in the
    /// answer.
    pub(super) fn gap(&mut self, full: &str, gap: Gap) -> Result<Option<Origin>, String> {
        let Some((project, location, Some(service), revision)) = name::revision(full) else {
            return Err(format!("`{full}` is not the name of a revision of a service"));
        };
        let service =
            ServiceName { project: project.into(), location: location.into(), service: service.into() };
        let draft = self.draft(service, revision.into());
        draft.gap = Some(gap);
        Ok(draft.account.first())
    }

    /// Puts those into the world that its services name. Services stand in it already.
    pub(super) fn finish(self, world: &mut World, places: &Places) -> Result<(), ReadError> {
        for (service, drafts) in self.0 {
            let settings = world.services.get(&service).and_then(|service| service.settings.known());
            let Some(Traffic::Split { revisions }) = settings.map(|settings| &settings.traffic) else {
                continue;
            };
            let mut kept = BTreeMap::new();
            for (name, Draft { account, gap }) in drafts {
                if !revisions.contains(&name) {
                    continue;
                }
                let told = settled(account, || format!("the revision `{name}` of `{service}`"), places)?;
                let told = told.map(|sighting| sighting.value).or(gap.map(Observed::Unreadable));
                kept.extend(told.map(|account| (name, account)));
            }
            if !kept.is_empty() {
                world.revisions.insert(service, kept);
            }
        }
        Ok(())
    }
}
