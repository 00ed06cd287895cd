//! Revisions that the state holds lines of, or that were the latest before a write: they keep the account they were
//! made with, whatever the template of their service says now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{State, line::Line, service};
use crate::model::Time;

/// The asset type of a revision.
pub(super) const LINE: &str = "run.googleapis.com/Revision";

/// The label of a revision that names its service.
const SERVICE: &str = "/metadata/labels/serving.knative.dev~1service";

/// Revisions by the relative names of their services and their own short names.
#[derive(Debug, Clone, Default)]
pub(super) struct Revisions(BTreeMap<String, BTreeMap<String, Made>>);

/// What a revision was made with.
#[derive(Debug, Clone)]
struct Made {
    /// The e-mail address of its account; `None` is the default one.
    account: Option<String>,
    /// When it was like this.
    time: Option<Time>,
}

impl State {
    /// Takes the line of a revision: which account it runs as. One that tells no service says nothing.
    pub(super) fn take_revision(&mut self, line: &Line) {
        let Some(data) = line.data() else { return };
        let full = self.names.canonical(line.relative());
        let Some((parent, short)) = full.split_once("/revisions/") else { return };
        let told = line.text(SERVICE).or_else(|| line.text("/service"));
        let service = match (parent.contains("/services/"), told.and_then(|told| told.rsplit('/').next())) {
            (true, _) => parent.to_owned(),
            (false, Some(service)) => format!("{parent}/services/{service}"),
            (false, None) => return,
        };
        let named = data.pointer("/spec/serviceAccountName").or_else(|| data.get("serviceAccount"));
        let account = named.and_then(Value::as_str).filter(|email| !email.is_empty()).map(str::to_owned);
        let known = self.revisions.0.entry(service).or_default();
        if known.get(short).is_none_or(|known| known.time <= line.time) {
            known.insert(short.to_owned(), Made { account, time: line.time });
        }
    }

    /// The latest revision of a service stays what it is, whatever is written now.
    pub(in crate::emulator) fn keep_revision(&mut self, name: &str) {
        let name = self.names.canonical(name);
        let Some(before) = self.service(&name) else { return };
        let told = ["latestCreatedRevision", "latestReadyRevision"];
        let latest = told.into_iter().find_map(|key| before.get(key).and_then(Value::as_str));
        let Some(short) =
            latest.and_then(|latest| latest.rsplit('/').next()).filter(|short| !short.is_empty())
        else {
            return;
        };
        let known = self.revisions.0.entry(name.clone()).or_default();
        if known.contains_key(short) {
            return;
        }
        let account = before.pointer("/template/serviceAccount").and_then(Value::as_str).map(str::to_owned);
        known.insert(short.to_owned(), Made { account: account.clone(), time: None });
        let data = super::object([
            ("name", Some(format!("{name}/revisions/{short}").into())),
            ("service", Some(name.as_str().into())),
            ("serviceAccount", account.map(Value::from)),
        ]);
        self.others.push(json!({
            "name": format!("//run.googleapis.com/{name}/revisions/{short}"),
            "asset_type": LINE,
            "resource": { "data": data },
        }));
    }

    /// The revisions of a service go with it.
    pub(super) fn forget_revisions(&mut self, name: &str) {
        if self.revisions.0.remove(name).is_none() {
            return;
        }
        let below = format!("//run.googleapis.com/{name}/revisions/");
        self.others.retain(|line| {
            line.get("name").and_then(Value::as_str).is_none_or(|full| !full.starts_with(&below))
        });
    }

    /// The short names of the revisions of a service: those it names, and those that are known besides.
    pub(in crate::emulator) fn revisions(&self, name: &str) -> BTreeSet<String> {
        let Some(service) = self.service(name) else { return BTreeSet::new() };
        let known = self.revisions.0.get(&self.names.canonical(name));
        let known = known.into_iter().flat_map(|known| known.keys().cloned());
        service::revisions(&service).into_iter().chain(known).collect()
    }

    /// A revision of a service in the shape of the v2 API.
    pub(in crate::emulator) fn revision(&self, name: &str, short: &str) -> Option<Value> {
        self.revisions(name).contains(short).then_some(())?;
        let name = self.names.canonical(name);
        let mut revision = service::v2_revision(&name, short, &self.service(&name)?);
        self.keep_account(&name, short, &mut revision, "serviceAccount");
        Some(revision)
    }

    /// A revision of a service in the Knative shape.
    pub(in crate::emulator) fn knative_revision(&self, name: &str, short: &str) -> Option<Value> {
        self.revisions(name).contains(short).then_some(())?;
        let name = self.names.canonical(name);
        let mut revision = service::knative_revision(&name, short, &self.knative(&name)?);
        self.keep_account(&name, short, &mut revision["spec"], "serviceAccountName");
        Some(revision)
    }

    /// Puts the account of a revision in the place of the template's, where it is known.
    fn keep_account(&self, name: &str, short: &str, part: &mut Value, key: &str) {
        let known = self.revisions.0.get(name).and_then(|known| known.get(short));
        let (Some(Made { account, time: _ }), Some(fields)) = (known, part.as_object_mut()) else { return };
        match account {
            Some(account) => drop(fields.insert(key.to_owned(), account.as_str().into())),
            None => drop(fields.shift_remove(key)),
        }
    }
}
