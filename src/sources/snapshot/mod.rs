//! A world as a file: the asset lines that [`super::assets::read`] turns back into the same world.
//!
//! Most of it is what Cloud Asset Inventory would export. What the inventory has no type for are lines of
//! `asset_type` `callmap/…`:
//!
//! - `callmap/World`, the first line: what was asked for (`layers`), which projects were `seen`, ids and numbers
//!   (`projects`), how many first-generation functions there are, of which projects all event sources were listed
//!   (`event_source_lists`), jobs and instances (`workloads`), projects below folders (`projects_below`); its `update_time` is the age of it all;
//! - `callmap/Group`, `callmap/DenyPolicy`;
//! - `callmap/Writer`: a resource of Terraform's that writes a policy, which `iam_policy` is a part of, or a service;
//! - lines of service accounts hold their policies; of one that nobody listed the project is `-`;
//! - `callmap/Unreadable`: `name`, `why`, and the `permission`, which tells the layer. Where it does not, because
//!   something else than a permission was wanting, `layer` says it.
//!
//! INVARIANT, of worlds that come back as they went out: every service's project is seen; every container in
//! the ancestors of a service has an entry in `policies`; revisions are those that their service's traffic is split to; ancestors that are known are their project's chain;
//! event sources are sorted, and each calls something its kind can name, as whom a token of its kind can say.

mod event_source;
pub(in crate::sources) mod layer;
mod lines;
mod service;
mod writer;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::Arc,
};

use serde_json::value::RawValue;

use crate::{
    model::{Container, Principal, Time, resource::is_project_number, time},
    sources::wire::text::one_line,
    world::{Gap, Observed, World},
};
use layer::GapLayer;
use lines::{Header, Line, Members, Names, Nothing, Out, Role, chain, policy};

/// Writes a world. `as_of` is the age of what it holds: the time of reading, or [`crate::world::Source::as_of`].
///
/// # Errors
/// Where the stream cannot be written to.
pub fn write(world: &World, as_of: Option<Time>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Out(out);
    header(world, as_of, &mut out)?;
    containers(world, &mut out)?;
    for (name, service) in &world.services {
        service::write(name, service, &mut out)?;
    }
    service::write_revisions(world, &mut out)?;
    service::write_functions(world, &mut out)?;
    for source in &world.event_sources {
        event_source::write(source, &mut out)?;
    }
    roles(world, &mut out)?;
    accounts(world, &mut out)?;
    groups(world, &mut out)?;
    writer::write(&world.writers, &mut out)?;
    besides(world, &mut out)
}

fn header(world: &World, as_of: Option<Time>, out: &mut Out<'_>) -> io::Result<()> {
    let data = Header {
        layers: world.layers.iter().map(|(layer, state)| (layer.as_str(), state.as_str())).collect(),
        seen: world.projects.seen().map(|name| &**name).collect(),
        projects: world.projects.pairs().map(|(id, number)| (&**id, &**number)).collect(),
        gen1_functions: world.gen1_functions,
        event_source_lists: known(&world.event_source_lists).map(|(project, ())| &**project).collect(),
        workloads: known(&world.workloads)
            .map(|(project, names)| (project.to_string(), names.iter().map(|name| &**name).collect()))
            .collect(),
        projects_below: known(&world.projects_below)
            .map(|(container, ids)| (container.to_string(), ids.iter().map(|id| &**id).collect()))
            .collect(),
    };
    let mut line = Line::new("callmap".to_owned(), "callmap/World").with(data);
    line.update_time = as_of.map(time::rfc3339);
    out.line(&line)
}

/// What is known of what may be unread.
fn known<K, T>(all: &BTreeMap<K, Observed<T>>) -> impl Iterator<Item = (&K, &T)> {
    all.iter().filter_map(|(name, observed)| Some((name, observed.known()?)))
}

/// What was asked for beside, and refused.
fn besides(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    for (list, gap) in &world.unread_lists {
        out.gap(GapLayer::List, list, gap)?;
    }
    let sources = world.event_source_lists.iter().map(|(project, lists)| (project, lists.gap()));
    for (project, gap) in sources.filter_map(|(project, gap)| Some((project, gap?))) {
        out.gap(GapLayer::EventSources, &format!("projects/{project}"), gap)?;
    }
    let workloads = world.workloads.iter().map(|(project, names)| (project, names.gap()));
    for (project, gap) in workloads.filter_map(|(project, gap)| Some((project, gap?))) {
        out.gap(GapLayer::Workloads, &format!("projects/{project}"), gap)?;
    }
    for (container, below) in &world.projects_below {
        if let Some(gap) = below.gap() {
            out.gap(GapLayer::ProjectsBelow, &container.to_string(), gap)?;
        }
    }
    Ok(())
}

/// Projects, folders and organizations, with their policies and what stands above projects.
fn containers(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    let projects = world.chains.keys().map(|project| Container::Project(project.clone()));
    let all: BTreeSet<Container> = world.policies.keys().cloned().chain(projects).collect();
    for container in all {
        let name = format!("//cloudresourcemanager.googleapis.com/{container}");
        let kind = match &container {
            Container::Project(_) => "cloudresourcemanager.googleapis.com/Project",
            Container::Folder(_) => "cloudresourcemanager.googleapis.com/Folder",
            Container::Organization(_) => "cloudresourcemanager.googleapis.com/Organization",
        };
        let mut line = Line::new(name.clone(), kind);
        if let Container::Project(project) = &container {
            line.ancestors = world.chains.get(project).map(|containers| chain(containers));
            line = line.with(Names {
                project_id: (!is_project_number(project)).then_some(&**project),
                project_number: world.projects.number(project),
            });
        }
        let observed = world.policies.get(&container);
        line.iam_policy = observed.and_then(Observed::known).map(policy);
        out.line(&line)?;
        if let Some(gap) = observed.and_then(Observed::gap) {
            out.gap(GapLayer::Policy, &name, gap)?;
        }
    }
    Ok(())
}

fn roles(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    for (name, role) in &world.roles {
        let name = format!("//iam.googleapis.com/{name}");
        match role {
            Observed::Known(role) => {
                let data = Role { included_permissions: role.permissions(), deleted: role.is_off() };
                out.line(&Line::new(name, "iam.googleapis.com/Role").with(data))?;
            }
            Observed::Unreadable(gap) => out.gap(GapLayer::Role, &name, gap)?,
        }
    }
    Ok(())
}

/// Service accounts and their policies. Of an account that was asked about without being listed, nobody said in which
/// project it is.
fn accounts(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    let emails: BTreeSet<&Arc<str>> =
        world.service_accounts.keys().chain(world.account_policies.keys()).collect();
    for email in emails {
        let project = world.service_accounts.get(email);
        let observed = world.account_policies.get(email);
        let known = observed.and_then(Observed::known);
        let within = project.map_or("-", |project| &**project);
        let name = format!("//iam.googleapis.com/projects/{within}/serviceAccounts/{email}");
        if project.is_some() || known.is_some() {
            let mut line = Line::<Nothing>::new(name.clone(), "iam.googleapis.com/ServiceAccount");
            line.iam_policy = known.map(policy);
            out.line(&line)?;
        }
        if let Some(gap) = observed.and_then(Observed::gap) {
            out.gap(GapLayer::AccountPolicy, &name, gap)?;
        }
    }
    Ok(())
}

fn groups(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    for (group, members) in &world.groups {
        match members {
            Observed::Known(members) => {
                let data = Members { members: members.iter().map(Principal::as_str).collect() };
                out.line(&Line::new(group.to_string(), "callmap/Group").with(data))?;
            }
            Observed::Unreadable(gap) => out.gap(GapLayer::Group, group.as_str(), gap)?,
        }
    }
    for (name, policy) in &world.deny_policies {
        match policy {
            Observed::Known(policy) => {
                let json = one_line(&policy.text);
                let json: &RawValue = serde_json::from_str(&json)?;
                out.line(&Line::new(name.to_string(), "callmap/DenyPolicy").with(json))?;
            }
            Observed::Unreadable(gap) => out.gap(GapLayer::DenyPolicy, &name.to_string(), gap)?,
        }
    }
    Ok(())
}

/// Whether the permission of a gap, or the name it is about, tells its layer.
fn is_told(layer: GapLayer, name: &str, gap: &Gap) -> bool {
    let told = if name.starts_with("group:") {
        Some(GapLayer::Group)
    } else {
        gap.permission.as_deref().and_then(GapLayer::of_permission)
    };
    told == Some(layer)
}

/// Keys in order.
type Words<'a> = BTreeMap<&'a str, &'a str>;
