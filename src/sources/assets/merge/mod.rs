//! From lines of all files to one world: names made one, the newest line taken, gaps where nothing was said.

mod drafts;
mod gaps;
mod latest;
mod layers;
mod places;
mod projects;
mod revisions;
mod services;

use std::{collections::BTreeSet, sync::Arc};

use super::{
    ReadOptions,
    batch::{Batch, Content, Fact, FileNotes, Origin},
    own::Header,
};
use crate::{
    sources::{
        ReadError,
        error::Place,
        name,
        terraform::{self, Told},
    },
    world::{Observed, Source, SourceFile, World},
};
use drafts::Drafts;
use places::Places;

/// `callmap/World` lines and where they are.
struct Headers {
    lines: Vec<(Origin, Header)>,
    files: BTreeSet<usize>,
}

impl Headers {
    fn has(&self, file: usize) -> bool {
        self.files.contains(&file)
    }

    fn iter(&self) -> impl Iterator<Item = &(Origin, Header)> {
        self.lines.iter()
    }
}

/// The world that all files together tell.
pub(super) fn world(batch: Batch, names: Vec<Arc<str>>, options: ReadOptions) -> Result<World, ReadError> {
    let Batch { mut facts, mut files } = batch;
    files.resize_with(names.len(), FileNotes::default);
    let places = Places(names);
    let headers = headers(&mut facts);
    let told = told(&mut facts);
    let mut projects = projects::projects(&files, &headers, &places)?;
    for fact in &facts {
        if let Content::Unread { layer: _, name, gap: _ } = &fact.content
            && !headers.has(fact.origin.file)
            && let Some(project) = name::project(name)
        {
            projects.see(project);
        }
    }
    let chains = projects::chains(&files, &headers, &projects, &places)?;
    let drafts = Drafts::new(facts, &headers, &projects, &chains);
    let ReadOptions { kind, groups } = options;
    let mut world = World::nothing(Source { kind, files: Vec::new() });
    world.projects = projects;
    headers.iter().for_each(|(_, header)| listed(&mut world, header));
    drafts.finish(&mut world, &files, chains, &places)?;
    if let Some(groups) = &groups {
        add_groups(&mut world, groups, &places)?;
    }
    world.gen1_functions += headers.iter().map(|(_, header)| header.gen1_functions).max().unwrap_or_default();
    terraform::lay_over(&mut world, told);
    world.layers = layers::layers(&world, &headers, files.len(), groups.is_some());
    world.source.files =
        places.0.into_iter().zip(files).map(|(name, notes)| source_file(name, notes)).collect();
    Ok(world)
}

fn headers(facts: &mut Vec<Fact>) -> Headers {
    let mut found = Headers { lines: Vec::new(), files: BTreeSet::new() };
    let is_header = |fact: &mut Fact| matches!(fact.content, Content::Header(_));
    for fact in facts.extract_if(.., is_header) {
        if let Content::Header(header) = fact.content {
            found.files.insert(fact.origin.file);
            found.lines.push((fact.origin, header));
        }
    }
    found
}

/// What snapshots say of who else writes policies, in the order of files and lines.
fn told(facts: &mut Vec<Fact>) -> Vec<Told> {
    let found = facts.extract_if(.., |fact| matches!(fact.content, Content::Told(_)));
    let told = found.filter_map(|fact| match fact.content {
        Content::Told(told) => Some(told),
        _ => None,
    });
    told.collect()
}

/// What snapshots say was listed whole. Where two of them tell of one name, all that either saw is there.
fn listed(world: &mut World, header: &Header) {
    let Header { event_source_lists, workloads, projects_below, .. } = header;
    for project in event_source_lists {
        world.event_source_lists.insert(world.projects.canonical(project), Observed::Known(()));
    }
    for (project, names) in workloads {
        let project = world.projects.canonical(project);
        let known = world.workloads.entry(project).or_insert_with(|| Observed::Known(Vec::new()));
        if let Observed::Known(known) = known {
            known.extend(names.iter().cloned());
            known.sort();
            known.dedup();
        }
    }
    for (container, ids) in projects_below {
        let known = world.projects_below.entry(container.clone());
        if let Observed::Known(known) = known.or_insert_with(|| Observed::Known(BTreeSet::new())) {
            known.extend(ids.iter().cloned());
        }
    }
}

fn source_file(name: Arc<str>, notes: FileNotes) -> SourceFile {
    let FileNotes { assets, skipped, newest, .. } = notes;
    SourceFile { name, assets, skipped: skipped.into_iter().collect(), newest }
}

/// Groups of a groups file beside those of a snapshot.
fn add_groups(
    world: &mut World,
    groups: &std::collections::BTreeMap<crate::model::Principal, Vec<crate::model::Principal>>,
    places: &Places,
) -> Result<(), ReadError> {
    for (group, members) in groups {
        let members = Observed::Known(members.clone());
        let known = world.groups.insert(group.clone(), members.clone());
        if known.is_some_and(|known| known.gap().is_none() && known != members) {
            let file = places.0.first().cloned().unwrap_or_else(|| "-".into());
            let what = format!(
                "`{group}` has other members here than in the groups file; take it out of one of them"
            );
            return Err(ReadError::Wrong { place: Place { file, line: None }, what });
        }
    }
    Ok(())
}
