//! Jobs and instances of Cloud Run: what an invoker role above them runs besides services.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{
    calls::{Listed, Reader, name_of, segment},
    gap::{gap, said},
};
use crate::{
    model::ProjectName,
    sources::{google::Api, name},
    world::{Gap, Observed},
};

/// Jobs and instances of a project by relative name, or why they cannot all be told.
pub(super) type Workloads = Observed<Vec<Arc<str>>>;

/// Reads the jobs and instances of every region of a project.
pub(super) async fn read(reader: &Reader, project: &ProjectName) -> Workloads {
    let path = format!("/v1/projects/{}/locations", segment(project));
    let (regions, failure) = reader.locations(Api::Run, &path).await;
    if let Some(error) = failure {
        return Observed::Unreadable(gap(&error, "run.locations.list"));
    }
    let kinds = [("jobs", "run.jobs.list"), ("instances", "run.instances.list")];
    let lists =
        regions.iter().flat_map(|region| kinds.map(|(field, permission)| (region, field, permission)));
    let read = join_all(lists.map(|(region, field, permission)| async move {
        let path = format!("/v2/projects/{}/locations/{}/{field}", segment(project), segment(region));
        named(project, reader.list(Api::Run, &path, &[("pageSize", "100")], field).await, permission)
    }));
    let mut all = Vec::new();
    for names in read.await {
        match names {
            Ok(names) => all.extend(names),
            Err(gap) => return Observed::Unreadable(gap),
        }
    }
    all.sort();
    Observed::Known(all)
}

fn named(project: &ProjectName, listed: Listed, permission: &str) -> Result<Vec<Arc<str>>, Gap> {
    let Listed { items, unreachable, failure } = listed;
    if let Some(error) = failure {
        return Err(gap(&error, permission));
    }
    if let Some(place) = unreachable.first() {
        return Err(said(format!("Google could not reach `{place}`")));
    }
    let names = items.iter().map(|item| {
        let name = name_of(item).map_err(|error| gap(&error, permission))?;
        let own = name::with_project(&name, |_| project.clone()).unwrap_or(name);
        Ok(own.into())
    });
    names.collect()
}
