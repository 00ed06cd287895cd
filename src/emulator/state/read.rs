//! A state from lines of assets: exports of Cloud Asset Inventory, or a snapshot.

use serde_json::Value;

use super::{
    Held, Kind, State,
    line::{Line, StateError},
    names::project,
    revisions, settings,
};
use crate::emulator::{iam::etag, roles};

impl State {
    /// Reads lines of assets. Of a part that several lines tell the one of the latest time holds, and of those
    /// the last.
    ///
    /// # Errors
    /// Where a line is no asset, with its number.
    pub fn read(bytes: &[u8]) -> Result<Self, StateError> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = Vec::new();
        for (at, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let line = Line::read(text).map_err(|what| StateError { line: at + 1, what })?;
            lines.push(line);
        }
        let mut state = Self::default();
        for line in &lines {
            state.learn_names(line);
        }
        for line in &lines {
            for project in project(line.relative())
                .into_iter()
                .chain(line.ancestors().iter().filter_map(|name| project(name)))
            {
                state.names.complete(project);
            }
        }
        for line in &lines {
            state.learn_parents(line);
        }
        for line in lines {
            state.take(line);
        }
        state.stamp();
        Ok(state)
    }

    /// Which number is which project.
    fn learn_names(&mut self, line: &Line) {
        let own = project(line.relative());
        let above = line.ancestors();
        let above = above.first().and_then(|first| project(first));
        let told = ["/metadata/namespace", "/projectId", "/name"].map(|pointer| line.text(pointer));
        let [namespace, id, name] = told;
        let number = line.data().and_then(|data| data.get("projectNumber")).map(|number| match number {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let number = number.as_deref().or_else(|| name.and_then(project)).or(namespace).or(above);
        let id = id.filter(|_| line.kind == Kind::Project.asset_type());
        for (one, other) in [(own, above), (own, number), (own, id), (id, number)] {
            if let (Some(one), Some(other)) = (one, other) {
                self.names.join(one, other);
            }
        }
        if line.kind == "callmap/World"
            && let Some(Value::Object(pairs)) = line.data().and_then(|data| data.get("projects"))
        {
            for (id, number) in pairs {
                self.names.join(id, number.as_str().unwrap_or_default());
            }
        }
    }

    fn learn_parents(&mut self, line: &Line) {
        let above: Vec<String> = line.ancestors().iter().map(|name| self.names.canonical(name)).collect();
        self.names.chain(&above);
        for container in &above {
            self.assets.entry((super::container_kind(container), container.clone())).or_default();
        }
        let Some(kind) = Kind::of_asset_type(&line.kind).filter(|kind| kind.is_container()) else { return };
        let own = self.names.canonical(line.relative());
        let parent = match (line.text("/parent"), line.text("/parent/type"), line.text("/parent/id")) {
            (Some(parent), _, _) => Some(parent.to_owned()),
            (None, Some(word), Some(id)) => Some(format!("{word}s/{id}")),
            (None, _, _) => None,
        };
        if let Some(parent) = parent.filter(|_| kind != Kind::Organization) {
            self.names.chain(&[own, parent.clone()]);
            self.assets.entry((super::container_kind(&parent), parent)).or_default();
        }
    }

    fn take(&mut self, line: Line) {
        if line.kind == "callmap/Unreadable" {
            return self.take_gap(&line);
        }
        let Some(kind) = Kind::of_asset_type(&line.kind) else {
            let is_taken = match line.kind.as_str() {
                "callmap/Group" => self.groups.take(&line),
                settings::LINE => self.take_settings(&line),
                "callmap/DenyPolicy" => self.deny.take(&line, &self.names),
                _ => false,
            };
            if is_taken {
                return;
            }
            if line.kind == revisions::LINE {
                self.take_revision(&line);
            }
            return self.others.push(Value::Object(line.fields));
        };
        let name = self.names.canonical(line.relative());
        if let Some(project) = project(&name) {
            self.assets.entry((Kind::Project, format!("projects/{project}"))).or_default();
        }
        let key = (kind, name);
        let asset = self.assets.entry(key.clone()).or_default();
        if asset.ancestors.is_none() {
            asset.ancestors = line.fields.get("ancestors").cloned();
        }
        if let Some(data) = line.data()
            && (asset.data.is_none() || asset.time <= line.time)
        {
            asset.data = Some(data.clone());
            asset.time = line.time;
        }
        if let Some(policy) = line.policy() {
            let held = self.policies.get(&key);
            if held.is_none_or(|held| held.time <= line.time) {
                self.policies.insert(key, Held { policy: policy.clone(), time: line.time });
            }
        }
    }

    /// What could not be read by whoever wrote the lines is refused to everybody.
    fn take_gap(&mut self, line: &Line) {
        if line.name.starts_with("group:") {
            return self.groups.hide(&line.name);
        }
        let name = self.names.canonical(line.relative());
        let permissions = match line.word("permission") {
            Some(permission) => vec![permission.to_owned()],
            None => permissions(line.word("layer"), &name),
        };
        if permissions.is_empty() {
            // Of what a newer callmap knows: nothing that is served here.
            self.others.push(Value::Object(line.fields.clone()));
        }
        for permission in permissions {
            // Who ascends from a service asks for its project.
            let place = match permission.as_str() {
                "resourcemanager.projects.get" => project(&name).map(|project| format!("projects/{project}")),
                _ => None,
            };
            self.expect(&permission, &name);
            self.refusals.insert((permission, place.unwrap_or_else(|| name.clone())));
        }
    }

    /// What is refused is there.
    fn expect(&mut self, permission: &str, name: &str) {
        let kind = match permission {
            "run.services.get" | "run.services.getIamPolicy" => Kind::Service,
            word if word.starts_with("resourcemanager.") && name.matches('/').count() == 1 => {
                super::container_kind(name)
            }
            _ => return,
        };
        self.assets.entry((kind, name.to_owned())).or_default();
    }

    /// Every policy that holds something has an etag; those of later writes come after all of them.
    fn stamp(&mut self) {
        let ticks = self.policies.values().filter_map(|held| held.policy.get("etag"));
        let latest = ticks.filter_map(Value::as_str).filter_map(etag::micros).max();
        let times = self.policies.values().filter_map(|held| held.time);
        self.tick = latest.into_iter().chain(times.map(|time| time.timestamp_micros())).max().unwrap_or(0);
        let mut tick = self.tick;
        for held in self.policies.values_mut() {
            let is_empty = held.policy.as_object().is_none_or(serde_json::Map::is_empty);
            if let Value::Object(fields) = &mut held.policy
                && !fields.contains_key("etag")
            {
                tick = tick.saturating_add(1);
                let etag = if is_empty { etag::NEVER_SET.to_owned() } else { etag::of_micros(tick) };
                fields.insert("etag".to_owned(), etag.into());
            }
        }
        self.tick = tick;
        self.assets.retain(|(kind, name), _| *kind != Kind::Role || !roles::is_predefined(name));
    }
}

/// The permissions that read a layer of a resource.
fn permissions(layer: Option<&str>, name: &str) -> Vec<String> {
    let container = super::container_kind(name);
    let is_container = name.matches('/').count() == 1;
    let lists = |kinds: &[Kind]| kinds.iter().map(|kind| format!("{}.list", kind.permissions())).collect();
    match layer.unwrap_or_default() {
        "settings" => vec!["run.services.get".to_owned()],
        "revision" => vec!["run.revisions.get".to_owned()],
        "policy" if is_container => vec![format!("{}.getIamPolicy", container.permissions())],
        "policy" => vec!["run.services.getIamPolicy".to_owned()],
        "ancestors" if is_container => vec![format!("{}.get", container.permissions())],
        "ancestors" => vec!["resourcemanager.projects.get".to_owned()],
        "role" => vec!["iam.roles.get".to_owned()],
        "list" => lists(listed(name).as_slice()),
        "event sources" => lists(&[Kind::Trigger, Kind::Subscription, Kind::SchedulerJob, Kind::Queue]),
        "workloads" => lists(&[Kind::RunJob, Kind::Instance]),
        "projects below" => lists(&[Kind::Project]),
        "deny policy" if name.ends_with("/denypolicies") => vec!["iam.denypolicies.list".to_owned()],
        "deny policy" => vec!["iam.denypolicies.get".to_owned()],
        _ => Vec::new(),
    }
}

/// What a list holds, by the last word of its name.
fn listed(name: &str) -> Option<Kind> {
    match name.rsplit('/').next()? {
        "services" => Some(Kind::Service),
        "functions" => Some(Kind::Function),
        "triggers" => Some(Kind::Trigger),
        "subscriptions" => Some(Kind::Subscription),
        "jobs" => Some(Kind::SchedulerJob),
        "queues" => Some(Kind::Queue),
        _ => None,
    }
}
