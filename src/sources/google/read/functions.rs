//! Functions of the Cloud Functions API: which service serves them, and whether an event calls them.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Project,
    calls::{Listed, Reader, name_of, segment, shape},
    gap::{gap, is_off, said},
};
use crate::{
    model::{FunctionName, ProjectName, resource::NameError},
    sources::{
        google::{Api, CallError},
        intern::Interner,
        wire::function::{self, Told},
    },
    world::{CloudFunction, Gap},
};

const LIST: &str = "cloudfunctions.functions.list";

/// The functions of one project.
#[derive(Default)]
pub(super) struct Functions {
    pub(super) found: Vec<(FunctionName, CloudFunction)>,
    pub(super) gen1: usize,
    /// Lists that could not be had, by relative name.
    pub(super) gaps: BTreeMap<String, Gap>,
    /// The API is off in the project: there are no functions of it, unless a service says that it is one.
    pub(super) off: Option<Gap>,
}

/// Reads the functions of a project, by any of its `names`, of all regions at once.
pub(super) async fn read(reader: &Reader, project: &Project) -> Functions {
    let mut functions = Functions::default();
    let path = format!("/v2/projects/{}/locations/-/functions", segment(&project.name));
    let Listed { items, unreachable, failure } =
        reader.list(Api::Functions, &path, &[("pageSize", "1000")], "functions").await;
    let whole = || format!("projects/{}/locations/-/functions", project.name);
    match failure {
        Some(error) if is_off(&error, Api::Functions, project) => {
            functions.off = Some(gap(&error, LIST));
        }
        Some(error) => drop(functions.gaps.insert(whole(), gap(&error, LIST))),
        None => {}
    }
    for place in unreachable {
        let list = format!("projects/{}/locations/{}/functions", project.name, last(&place));
        functions.gaps.insert(list, said("Google could not reach this region, and so the list is not whole"));
    }
    for item in items {
        let told = name_of(&item).and_then(|name| one(&name, &project.name, item.get()));
        match told {
            Ok((name, Told::Gen2(function))) => functions.found.push((name, function)),
            Ok((name, Told::Upgrading(function))) => {
                functions.gen1 += 1;
                functions.found.push((name, function));
            }
            Ok((_, Told::Gen1)) => functions.gen1 += 1,
            Ok((_, Told::Nothing)) => {}
            Err(error) => drop(functions.gaps.insert(whole(), gap(&error, LIST))),
        }
    }
    functions
}

fn one(name: &str, project: &ProjectName, json: &str) -> Result<(FunctionName, Told), CallError> {
    let name: FunctionName = name.parse().map_err(|error: NameError| shape(&error.to_string()))?;
    let told = function::answer(json, &mut Interner::default()).map_err(|error| shape(&error.0))?;
    Ok((FunctionName { project: Arc::clone(project), ..name }, told))
}

/// The last part of a name: answers name places whole or by their last part.
pub(super) fn last(place: &str) -> &str {
    place.rsplit('/').next().unwrap_or(place)
}
