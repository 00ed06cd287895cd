//! Who is let in: the invoker check that is off, and allow policies.

use std::{collections::BTreeSet, fs, sync::OnceLock};

use callmap::{
    access::Verdict,
    model::{Binding, Container, Policy, ServiceName},
    world::{Observed, Service},
};

use super::Naive;
use Verdict::{No, Unknown, Yes};

/// Google's roles that there are, and those that carry `run.routes.invoke`, read anew from the file.
fn built_in() -> &'static (BTreeSet<String>, BTreeSet<String>) {
    static ROLES: OnceLock<(BTreeSet<String>, BTreeSet<String>)> = OnceLock::new();
    ROLES.get_or_init(|| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/builtin/roles.json");
        let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let names = |json: &serde_json::Value| {
            json.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        (names(&json["known_roles"]), names(&json["roles_with_permission"]["run.routes.invoke"]))
    })
}

impl Naive<'_> {
    pub(super) fn carries(&self, role: &str) -> Verdict {
        if role.contains("_withcond_") {
            return Unknown;
        }
        let read = self.world.roles.iter().find(|(name, _)| name.as_str() == role);
        if let Some((_, Observed::Known(definition))) = read {
            let lists =
                definition.permissions().iter().any(|permission| &**permission == "run.routes.invoke");
            return Verdict::from(lists && !definition.is_off());
        }
        let (all, carrying) = built_in();
        if all.contains(role) || carrying.contains(role) {
            return Verdict::from(carrying.contains(role));
        }
        Unknown
    }

    pub(super) fn counts(&self, binding: &Binding) -> Verdict {
        match &binding.condition {
            None => Yes,
            Some(condition) => self.conditions[&*condition.expression],
        }
    }

    /// The policies on a function and above it; `None` for each of which nothing is known.
    pub(super) fn path(&self, name: &ServiceName, service: &Service) -> Vec<Option<Policy>> {
        let mut path = vec![service.policy.known().cloned()];
        if service.ancestors.known().is_none() {
            path.push(None);
        }
        for level in self.above(name, service) {
            path.push(self.world.policies.get(&level).and_then(|policy| policy.known().cloned()));
        }
        path
    }

    /// What stands above a function, as far as that is known: its project stands in its name, and what is above
    /// that may have been read for the project.
    pub(super) fn above(&self, name: &ServiceName, service: &Service) -> Vec<Container> {
        let of_project = self.world.chains.get(&name.project);
        match service.ancestors.known().or(of_project) {
            Some(levels) => levels.to_vec(),
            None => vec![Container::Project(name.project.clone())],
        }
    }

    pub(super) fn allow(&self, who: &str, name: &ServiceName, service: &Service) -> Verdict {
        let mut verdict = No;
        for policy in self.path(name, service) {
            let Some(policy) = policy else {
                verdict = verdict.max(Unknown);
                continue;
            };
            for binding in &policy.bindings {
                for member in &binding.members {
                    let gives = self.carries(binding.role.as_str());
                    let gives = gives.min(self.matches(member.as_str(), who)).min(self.counts(binding));
                    verdict = verdict.max(gives);
                }
            }
        }
        let is_beyond = match super::member::kind(who) {
            super::member::Kind::One(_) => true,
            super::member::Kind::Other(_) => who.starts_with("principal"),
            _ => false,
        };
        if is_beyond { verdict.max(Unknown) } else { verdict }
    }

    pub(super) fn open(service: &Service) -> Verdict {
        match &service.settings {
            Observed::Known(settings) => Verdict::from(settings.is_check_disabled),
            Observed::Unreadable(_) => Unknown,
        }
    }
}
