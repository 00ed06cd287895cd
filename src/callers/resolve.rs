//! One environment of a map: names get their meaning, globs and regions are expanded.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::{HashMap, HashMapExt as _};

use super::{
    CallerMap, DeclaredFunction, MapFile, Mistake, Place,
    draft::{FunctionDraft, Text},
    load::ReadFile,
    resolve_edges, resolve_settings,
    shape::Mistakes,
    words::{self, WordError, Words},
};
use crate::model::{Principal, ProjectName, ServiceName, Time};

/// Gives the names of a map their meaning in one environment.
#[derive(Debug)]
pub(super) struct Resolver<'f> {
    pub(super) files: &'f [ReadFile],
    env: Option<Arc<str>>,
    words: Words,
    pub(super) at: Time,
}

/// Every short name of the map: the file that declares it, and its functions in this environment.
pub(super) type Names<'f> = HashMap<&'f str, Declaration>;

/// Where a short name is declared, and what it is in this environment: nothing, or one function a region.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) place: Place,
    pub(super) functions: Vec<usize>,
}

impl<'f> Resolver<'f> {
    pub(super) fn new(files: &'f [ReadFile], env: Option<&str>, words: Words, at: Time) -> Self {
        Self { files, env: env.map(Into::into), words, at }
    }

    /// The map, as far as it could be understood; what is wrong is added to the mistakes.
    pub(super) fn resolve(&self, mistakes: &mut Vec<Mistake>) -> CallerMap {
        let mut map = CallerMap {
            files: Vec::with_capacity(self.files.len()),
            env: self.env.clone(),
            functions: Vec::new(),
            edges: Vec::new(),
            globs: Vec::new(),
            settings: super::Settings::default(),
        };
        let mut names = Names::new();
        let mut found: Vec<Mistakes> = (0..).map(Mistakes::of).take(self.files.len()).collect();
        for (file, found) in self.files.iter().zip(&mut found) {
            self.functions(file, &mut map, &mut names, found);
        }
        once(&map, mistakes);
        let draft = self.files.iter().position(|file| file.draft.settings_at.is_some());
        if let Some(index) = draft {
            map.settings = resolve_settings::read(self, index, &names, &mut found[index]);
        }
        for (index, found) in found.iter_mut().enumerate() {
            resolve_edges::read(self, index, &names, &mut map, found);
        }
        mistakes.extend(found.into_iter().flat_map(|found| found.list));
        map
    }

    /// The text with its words replaced.
    pub(super) fn replace(&self, text: &Text, mistakes: &mut Mistakes) -> Option<String> {
        match words::replace(&text.text, &self.words) {
            Ok(replaced) => Some(replaced),
            Err(WordError::Unknown(word)) => {
                let repair = "define it in every one of `environments`, or write `$$` for a dollar";
                mistakes.add(text.span, format!("no environment defines `${word}`"), repair);
                None
            }
            Err(WordError::NoWord) => {
                let message = format!("`{}` has a `$` with no word behind it", text.text);
                mistakes.add(text.span, message, "write `$$` for a dollar");
                None
            }
        }
    }

    /// A service account's address, with or without its kind.
    fn account(&self, text: &Text, mistakes: &mut Mistakes) -> Option<Principal> {
        let replaced = self.replace(text, mistakes)?;
        let email = replaced.strip_prefix("serviceAccount:").unwrap_or(&replaced);
        let is_email = email.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && domain.contains('.') && !email.contains([':', ' ', '/'])
        });
        if !is_email {
            let message = format!("`{replaced}` is not a service account");
            mistakes.add(
                text.span,
                message,
                "write its e-mail address: `NAME@PROJECT.iam.gserviceaccount.com`",
            );
            return None;
        }
        Some(Principal::service_account(email))
    }

    fn functions(
        &self,
        file: &'f ReadFile,
        map: &mut CallerMap,
        names: &mut Names<'f>,
        mistakes: &mut Mistakes,
    ) {
        let draft = &file.draft;
        let project: Option<ProjectName> =
            draft.project.as_ref().and_then(|text| self.project(text, mistakes));
        map.files.push(MapFile::new(file.path.clone(), file.text.clone(), project.clone()));
        let region = draft.region.as_ref().and_then(|text| self.region(text, mistakes));
        for function in &draft.functions {
            let place = mistakes.place(function.name.span);
            let declaration = Declaration { place, functions: Vec::new() };
            if let Some(first) = names.get(&*function.name.text) {
                mistakes.list.push(Mistake {
                    place: Some(place),
                    message: format!("`{}` is declared already", function.name.text),
                    repair: Some("give it another name: short names are unique over the map".to_owned()),
                    other: Some((first.place, "it is declared here".to_owned())),
                });
                continue;
            }
            let first = map.functions.len();
            if self.is_here(function, mistakes) {
                let targets = self.targets(file, function, project.as_ref(), region.as_ref(), mistakes);
                for target in targets {
                    let declared = self.declared(file, function, target, mistakes);
                    map.functions.push(declared);
                }
            }
            let functions = (first..map.functions.len()).collect();
            names.insert(&function.name.text, Declaration { functions, ..declaration });
        }
    }

    fn declared(
        &self,
        file: &ReadFile,
        function: &FunctionDraft,
        target: ServiceName,
        mistakes: &mut Mistakes,
    ) -> DeclaredFunction {
        let owner = function.owner.as_ref().or(file.draft.owner.as_ref());
        DeclaredFunction {
            name: (*function.name.text).into(),
            target,
            has_regions: function.regions.len() > 1,
            owner: owner.map(|owner| (*owner.text).into()),
            written_by: function.written_by.or(file.draft.written_by),
            runs_as: function.runs_as.as_ref().and_then(|text| self.account(text, mistakes)),
            is_event_driven: function.is_event_driven,
            place: mistakes.place(function.name.span),
            runs_as_place: function.runs_as.as_ref().map(|text| mistakes.place(text.span)),
        }
    }

    /// Whether a function belongs to this environment.
    fn is_here(&self, function: &FunctionDraft, mistakes: &mut Mistakes) -> bool {
        let Some(only) = &function.only else { return true };
        let environments = self.files.iter().find_map(|file| file.draft.settings.environments.as_ref());
        for name in only {
            let is_known =
                environments.is_some_and(|known| known.iter().any(|known| known.name.text == name.text));
            if !is_known {
                let message = format!("`{}` is not an environment of the map", name.text);
                mistakes.add(name.span, message, "name one of `environments`");
            }
        }
        self.env.as_deref().is_some_and(|env| only.iter().any(|name| &*name.text == env))
    }

    /// The service that a function is, in each of its regions.
    fn targets(
        &self,
        file: &ReadFile,
        function: &FunctionDraft,
        project: Option<&ProjectName>,
        region: Option<&Arc<str>>,
        mistakes: &mut Mistakes,
    ) -> Vec<ServiceName> {
        if let Some(resource) = &function.resource {
            return self.resource(resource, mistakes).into_iter().collect();
        }
        let own: Vec<&Text> = function.region.iter().chain(&function.regions).collect();
        let regions: Vec<Arc<str>> = if own.is_empty() {
            region.cloned().into_iter().collect()
        } else {
            own.iter().filter_map(|text| self.region(text, mistakes)).collect()
        };
        let name = &function.name;
        if !file.draft.has_project {
            let message = format!("`{}` has no project", name.text);
            mistakes.add(name.span, message, "add `project:` to the file, or give the function a `resource`");
        }
        if own.is_empty() && !file.draft.has_region {
            let message = format!("`{}` has no region", name.text);
            mistakes.add(name.span, message, "add `region:` to the file or to the function");
        }
        let Some(project) = project else { return Vec::new() };
        let service =
            |location| ServiceName { project: project.clone(), location, service: (*name.text).into() };
        regions.into_iter().map(service).collect()
    }

    fn resource(&self, text: &Text, mistakes: &mut Mistakes) -> Option<ServiceName> {
        let replaced = self.replace(text, mistakes)?;
        match replaced.parse::<ServiceName>() {
            Ok(name) if is_project(&name.project) && is_region(&name.location) => Some(name),
            _ => {
                let message = format!("`{replaced}` is not the resource of a service");
                mistakes.add(
                    text.span,
                    message,
                    "write `projects/PROJECT/locations/REGION/services/SERVICE`",
                );
                None
            }
        }
    }

    fn project(&self, text: &Text, mistakes: &mut Mistakes) -> Option<ProjectName> {
        let replaced = self.replace(text, mistakes)?;
        if is_project(&replaced) {
            return Some(replaced.into());
        }
        mistakes.add(
            text.span,
            format!("`{replaced}` is not a project"),
            "write its id, `shop-prod`, or its number",
        );
        None
    }

    fn region(&self, text: &Text, mistakes: &mut Mistakes) -> Option<Arc<str>> {
        let replaced = self.replace(text, mistakes)?;
        if is_region(&replaced) {
            return Some(replaced.into());
        }
        mistakes.add(
            text.span,
            format!("`{replaced}` is not a region"),
            "write it as Google does: `europe-west1`",
        );
        None
    }
}

/// A project's id, perhaps with a domain before it, or its number
/// (<https://cloud.google.com/resource-manager/docs/creating-managing-projects>).
pub(super) fn is_project(text: &str) -> bool {
    let id = text.rsplit_once(':').map_or(text, |(_, id)| id);
    !id.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:".contains(c))
}

fn is_region(text: &str) -> bool {
    text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A service is declared once: the same one under two names is a mistake that names both.
fn once(map: &CallerMap, mistakes: &mut Vec<Mistake>) {
    let mut seen: BTreeMap<&ServiceName, &DeclaredFunction> = BTreeMap::new();
    for function in &map.functions {
        let Some(first) = seen.get(&function.target) else {
            seen.insert(&function.target, function);
            continue;
        };
        mistakes.push(Mistake {
            place: Some(function.place),
            message: format!(
                "`{}` and `{}` are one service, `{}`",
                function.name, first.name, function.target
            ),
            repair: Some("declare a service once, in the file of those who own it".to_owned()),
            other: Some((first.place, format!("`{}` is declared here", first.name))),
        });
    }
}
