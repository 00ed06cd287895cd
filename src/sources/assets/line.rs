//! One line: which asset it is about, and what of it is kept.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{
    batch::{AccountFact, Batch, Chain, Content, Fact, FunctionFact, Origin, RevisionFact, ServiceFact},
    envelope::{Envelope, Part},
    own,
};
use crate::{
    model::{Container, Policy, ProjectName, ServiceName, Time, resource::NameError, time},
    sources::{
        intern::Interner,
        name, shape,
        wire::{
            self, ShapeError, event_source, function,
            policy::{self, PolicyWire},
            project, revision, role, service,
            text::Text,
        },
    },
    world::EventSourceKind,
};

/// Why a line was not taken, and on which of its lines where it has several.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) lines_below: u32,
}

impl From<ShapeError> for Fault {
    fn from(ShapeError(what): ShapeError) -> Self {
        Self { what, lines_below: 0 }
    }
}

impl From<NameError> for Fault {
    fn from(error: NameError) -> Self {
        Self { what: error.to_string(), lines_below: 0 }
    }
}

/// Takes lines apart, and keeps what matters.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) batch: Batch,
    words: Interner,
}

impl Lines {
    /// Takes one value.
    pub(super) fn take(&mut self, json: &str, origin: Origin) -> Result<(), Fault> {
        let envelope: Envelope<'_> = serde_json::from_str(json).map_err(|error| broken(json, &error))?;
        let Some(kind) = envelope.asset_type.clone() else {
            if envelope.read_time.is_some() && envelope.name.is_none() {
                return Ok(());
            }
            return Err(Fault { what: shape::of_object(json), lines_below: 0 });
        };
        let Some(full) = envelope.name.clone() else {
            return Err(ShapeError("is an asset without a `name`".to_owned()).into());
        };
        let (kind, full) = (&*kind, &*full);
        let time = envelope.update_time.as_deref().map(moment).transpose()?;
        self.batch.notes(origin.file).aged(time);
        if kind == super::EMULATOR_SETTINGS {
            return Ok(());
        }
        if kind.starts_with("callmap/") {
            let content = own::content(kind, &envelope, &mut self.words)?;
            self.keep(origin, time, content);
            return Ok(());
        }
        let chain = match self.ancestors(&envelope, kind, origin) {
            // What stands above an asset that matters to nobody may take any form.
            Err(_) if !is_read(kind) => None,
            chain => chain?,
        };
        let own_project = name::project(full).map(|project| self.words.word(project));
        let notes = self.batch.notes(origin.file);
        for project in own_project.iter().chain(project_of(chain.as_deref())) {
            if !notes.seen.contains(project) {
                notes.seen.insert(project.clone());
            }
        }
        if kind == "run.googleapis.com/Service" && chain.is_some() && project_of(chain.as_deref()).is_none() {
            return Err(ShapeError("has `ancestors` that do not begin with its project".to_owned()).into());
        }
        let Some(contents) = self.asset(kind, full, envelope, origin, chain.is_some())? else {
            let kind = self.words.word(kind);
            *self.batch.notes(origin.file).skipped.entry(kind).or_default() += 1;
            return Ok(());
        };
        if let (Some(own), Some(above)) = (&own_project, project_of(chain.as_deref())) {
            self.join(own, above, origin);
        }
        self.batch.notes(origin.file).assets += 1;
        for content in contents {
            self.keep(origin, time, content);
        }
        Ok(())
    }

    fn keep(&mut self, origin: Origin, time: Option<Time>, content: Content) {
        self.batch.facts.push(Fact { origin, time, content });
    }

    /// Notes that these are one project.
    fn join(&mut self, one: &ProjectName, other: &ProjectName, origin: Origin) {
        if one == other {
            return;
        }
        let pair = if one < other { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) };
        let line = self.batch.notes(origin.file).joins.entry(pair).or_insert(origin.line);
        *line = origin.line.min(*line);
    }

    /// What stands above, from the text of `ancestors`, which most lines of a file share.
    fn ancestors(
        &mut self,
        envelope: &Envelope<'_>,
        kind: &str,
        origin: Origin,
    ) -> Result<Option<Arc<[Container]>>, ShapeError> {
        let Some(text) = envelope.ancestors.map(RawValue::get) else { return Ok(None) };
        let is_of_service = kind == "run.googleapis.com/Service";
        if let Some(chain) = self.batch.notes(origin.file).chains.get_mut(text) {
            chain.line = origin.line.min(chain.line);
            chain.is_of_service |= is_of_service;
            return Ok(Some(chain.containers.clone()));
        }
        let names: Vec<Text<'_>> = wire::read(text, "ancestors")?;
        let containers = names
            .iter()
            .map(|name| name.parse().map(|container| name::interned(container, &mut self.words)))
            .collect::<Result<Arc<[Container]>, NameError>>()
            .map_err(|error| ShapeError(format!("`ancestors`: {error}")))?;
        if containers.is_empty() {
            return Ok(None);
        }
        let chain = Chain { containers: containers.clone(), line: origin.line, is_of_service };
        self.batch.notes(origin.file).chains.insert(text.into(), chain);
        Ok(Some(containers))
    }

    /// What an asset of a type that matters says; `None` for the others.
    fn asset(
        &mut self,
        kind: &str,
        full: &str,
        envelope: Envelope<'_>,
        origin: Origin,
        has_ancestors: bool,
    ) -> Result<Option<Vec<Content>>, Fault> {
        let resource = envelope.resource_text();
        let words = &mut self.words;
        let contents = match kind {
            "run.googleapis.com/Service" => {
                let service = self.service(full, envelope, origin, has_ancestors)?;
                vec![Content::Service(Box::new(service))]
            }
            "run.googleapis.com/Revision" => self.revision(full, resource)?,
            "cloudresourcemanager.googleapis.com/Project"
            | "cloudresourcemanager.googleapis.com/Folder"
            | "cloudresourcemanager.googleapis.com/Organization" => {
                vec![self.container(full, envelope, origin)?]
            }
            "iam.googleapis.com/Role" => {
                let name = words.role(full.strip_prefix(name::IAM).unwrap_or(full));
                let role = resource.map(|json| role::role(json, words)).transpose()?;
                role.map(|role| Content::Role(name, role)).into_iter().collect()
            }
            "iam.googleapis.com/ServiceAccount" => vec![self.account(full, envelope, origin)?],
            "cloudfunctions.googleapis.com/CloudFunction" => {
                vec![Content::Gen1(name::function(full, words)?)]
            }
            "cloudfunctions.googleapis.com/Function" => self.function(full, envelope)?,
            "eventarc.googleapis.com/Trigger" => {
                self.event_source(EventSourceKind::Trigger, full, resource)?
            }
            "pubsub.googleapis.com/Subscription" => {
                self.event_source(EventSourceKind::Subscription, full, resource)?
            }
            "cloudscheduler.googleapis.com/Job" => self.event_source(EventSourceKind::Job, full, resource)?,
            "cloudtasks.googleapis.com/Queue" => self.event_source(EventSourceKind::Queue, full, resource)?,
            _ => return Ok(None),
        };
        Ok(Some(contents))
    }

    fn policy(&mut self, part: Option<Part<'_, PolicyWire<'_>>>) -> Result<Option<Policy>, ShapeError> {
        let Some(part) = part else { return Ok(None) };
        Ok(Some(policy::policy(part.read("iam_policy")?, &mut self.words)))
    }

    fn service(
        &mut self,
        full: &str,
        envelope: Envelope<'_>,
        origin: Origin,
        has_ancestors: bool,
    ) -> Result<ServiceFact, Fault> {
        let name = name::service(full, &mut self.words)?;
        let policy = self.policy(envelope.iam_policy)?;
        if policy.is_some() {
            let notes = self.batch.notes(origin.file);
            notes.has_service_policy = true;
            notes.policy_projects.insert(name.project.clone());
        }
        let mut settings = None;
        if let Some(resource) = envelope.resource {
            let told = service::service(*resource.read("resource")?, &mut self.words);
            told.projects.iter().for_each(|other| self.join(&name.project, other, origin));
            settings = Some(Box::new(told.settings));
        }
        Ok(ServiceFact { name, settings, policy, has_ancestors })
    }

    /// One that does not tell its service says nothing.
    fn revision(&mut self, full: &str, resource: Option<&str>) -> Result<Vec<Content>, Fault> {
        let Some((project, location, service, short)) = name::revision(full) else {
            return Err(ShapeError(format!("`{full}` is not the name of a revision")).into());
        };
        let Some(json) = resource else { return Ok(Vec::new()) };
        let words = &mut self.words;
        let Some(told) = revision::revision(json, words)? else { return Ok(Vec::new()) };
        let Some(service) = service.map(|service| words.word(service)).or(told.service) else {
            return Ok(Vec::new());
        };
        let service = ServiceName { project: words.word(project), location: words.word(location), service };
        let fact = RevisionFact { service, name: short.into(), account: told.account };
        Ok(vec![Content::Revision(Box::new(fact))])
    }

    fn container(&mut self, full: &str, envelope: Envelope<'_>, origin: Origin) -> Result<Content, Fault> {
        let name = name::container(full, &mut self.words)?;
        let resource = envelope.resource_text();
        let policy = self.policy(envelope.iam_policy)?;
        if let Container::Project(own) = &name {
            let own = own.clone();
            let notes = self.batch.notes(origin.file);
            if policy.is_some() && !notes.policy_projects.contains(&own) {
                notes.policy_projects.insert(own.clone());
            }
            if let Some(json) = resource {
                for other in project::names(json)? {
                    let other = self.words.word(&other);
                    self.join(&own, &other, origin);
                }
            }
        }
        Ok(Content::Container { name, policy })
    }

    fn account(&mut self, full: &str, envelope: Envelope<'_>, origin: Origin) -> Result<Content, Fault> {
        let wrong = || ShapeError(format!("`{full}` is not the name of a service account"));
        let relative = name::relative(full).strip_prefix("projects/").ok_or_else(wrong)?;
        let word = relative.rsplit('/').next().unwrap_or_default();
        let own = name::project(full).map(|project| self.words.word(project));
        let told = envelope.resource_text().map(role::account).transpose()?;
        let (email, project) = told.unwrap_or_default();
        if let (Some(own), Some(project)) = (&own, project) {
            let project = self.words.word(&project);
            self.join(own, &project, origin);
        }
        let last = Some(word.to_owned()).filter(|last| last.contains('@'));
        let email = email.filter(|email| !email.is_empty()).or(last);
        Ok(Content::Account(Box::new(AccountFact {
            word: word.to_lowercase().into(),
            email: email.map(|email| email.to_lowercase().into()),
            project: own,
            policy: self.policy(envelope.iam_policy)?,
        })))
    }

    fn function(&mut self, full: &str, envelope: Envelope<'_>) -> Result<Vec<Content>, Fault> {
        let name = name::function(full, &mut self.words)?;
        let resource = envelope.resource_text();
        let policy = self.policy(envelope.iam_policy)?;
        let told = match resource {
            Some(json) => function::function(json, &mut self.words)?,
            None => function::Told::Nothing,
        };
        let (function, gen1) = match told {
            function::Told::Gen1 => return Ok(vec![Content::Gen1(name)]),
            function::Told::Upgrading(function) => (Some(function), Some(Content::Gen1(name.clone()))),
            function::Told::Gen2(function) => (Some(function), None),
            function::Told::Nothing => (None, None),
        };
        let fact = FunctionFact { name, function, policy };
        Ok(gen1.into_iter().chain([Content::Function(Box::new(fact))]).collect())
    }

    fn event_source(
        &mut self,
        kind: EventSourceKind,
        full: &str,
        resource: Option<&str>,
    ) -> Result<Vec<Content>, Fault> {
        let Some(json) = resource else { return Ok(Vec::new()) };
        let source = event_source::event_source(kind, name::relative(full), json, &mut self.words)?;
        Ok(source.map(|source| Content::EventSource(Box::new(source))).into_iter().collect())
    }
}

fn project_of(chain: Option<&[Container]>) -> Option<&ProjectName> {
    match chain?.first()? {
        Container::Project(project) => Some(project),
        Container::Folder(_) | Container::Organization(_) => None,
    }
}

fn moment(text: &str) -> Result<Time, ShapeError> {
    time::moment(text).map_err(|error| ShapeError(format!("`update_time`: {error}")))
}

/// Whether assets of this type matter.
pub(super) fn is_read(kind: &str) -> bool {
    matches!(
        kind,
        "run.googleapis.com/Service"
            | "run.googleapis.com/Revision"
            | "cloudresourcemanager.googleapis.com/Project"
            | "cloudresourcemanager.googleapis.com/Folder"
            | "cloudresourcemanager.googleapis.com/Organization"
            | "iam.googleapis.com/Role"
            | "iam.googleapis.com/ServiceAccount"
            | "cloudfunctions.googleapis.com/CloudFunction"
            | "cloudfunctions.googleapis.com/Function"
            | "eventarc.googleapis.com/Trigger"
            | "pubsub.googleapis.com/Subscription"
            | "cloudscheduler.googleapis.com/Job"
            | "cloudtasks.googleapis.com/Queue"
    )
}

/// What is wrong with a value as JSON, or with one of the fields that every asset has.
fn broken(json: &str, error: &serde_json::Error) -> Fault {
    let lines_below = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
    if error.is_data() {
        return match wire::read::<Envelope<'_>>(json, "") {
            Err(ShapeError(what)) => Fault { what, lines_below },
            Ok(_) => Fault { what: wire::in_words(error), lines_below },
        };
    }
    if error.is_eof() {
        let what = "ends inside of a JSON value: it was cut off, or is still being written; export it again";
        return Fault { what: what.to_owned(), lines_below };
    }
    let what = format!(
        "is not JSON: {} at column {}; export it again, or take this line out knowing what it said",
        wire::in_words(error),
        error.column()
    );
    Fault { what, lines_below }
}
