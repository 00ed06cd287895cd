//! Whom those revisions run as that a service's traffic is split to: identity belongs to the revision
//! (<https://cloud.google.com/run/docs/securing/service-identity>).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;

use super::{
    calls::{Reader, shape, text},
    gap::{gap, said},
};
use crate::{
    model::{Principal, ServiceName},
    sources::{
        google::{CallError, Refusal},
        intern::Interner,
        wire::revision::{self, Account},
    },
    world::{Gap, Observed, Settings, Traffic},
};

const GET: &str = "run.revisions.get";

/// Accounts by the short names of revisions.
pub(super) type Revisions = BTreeMap<Arc<str>, Account>;

/// The revisions that the traffic of a service is split to.
pub(super) fn named(settings: &Observed<Settings>) -> BTreeSet<Arc<str>> {
    match settings.known().map(|settings| &settings.traffic) {
        Some(Traffic::Split { revisions }) => revisions.clone(),
        Some(Traffic::Latest) | None => BTreeSet::new(),
    }
}

/// None of them was read, for this reason.
pub(super) fn unread(settings: &Observed<Settings>, gap: &Gap) -> Revisions {
    named(settings).into_iter().map(|name| (name, Observed::Unreadable(gap.clone()))).collect()
}

/// Reads these revisions of a service.
pub(super) async fn read(reader: &Reader, service: &ServiceName, names: BTreeSet<Arc<str>>) -> Revisions {
    let reads = names.into_iter().map(|name| async {
        let account = match account(reader, service, &name).await {
            Ok(account) => Observed::Known(account),
            Err(error) if error.refusal == Refusal::NotFound => {
                Observed::Unreadable(said("requests are sent to it, and there is no revision of this name"))
            }
            Err(error) => Observed::Unreadable(gap(&error, GET)),
        };
        (name, account)
    });
    join_all(reads).await.into_iter().collect()
}

async fn account(reader: &Reader, service: &ServiceName, name: &str) -> Result<Option<Principal>, CallError> {
    let body = reader.call(reader.google.revision(service, name)).await?;
    revision::answer(text(&body)?, &mut Interner::default()).map_err(|error| shape(&error.0))
}
