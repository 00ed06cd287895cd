//! Ways through a state that would be long without: made when they are first gone, and made anew after a change of
//! what there is.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::Value;

use super::{
    Kind, State,
    accounts::{address, number},
    location,
    names::project,
};

/// So many services are kept as they are answered; then all are let go of.
const MOST: usize = 2_000;

/// The shapes in which a service is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Knative's.
    Old,
    /// That of v2.
    New,
}

/// Names in the order of a list.
type Listed = Arc<[Arc<str>]>;

/// What is found quickly. A clone begins with nothing.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Names by kind, project and location; `-` for any.
    lists: Mutex<BTreeMap<(Kind, String, String), Listed>>,
    /// Resources that are there as ones that were deleted.
    deleted: OnceLock<BTreeSet<(Kind, String)>>,
    /// Every location that anything is in.
    locations: OnceLock<BTreeSet<String>>,
    /// Service accounts by project and by e-mail address in lower case, and by their unique ids.
    accounts: OnceLock<BTreeMap<(String, String), String>>,
    /// Services as they were answered.
    shown: Mutex<HashMap<(Shape, String), Value>>,
}

impl Index {
    /// A service as it is answered in a shape, made once.
    pub(super) fn shown(&self, shape: Shape, name: &str, show: impl FnOnce() -> Value) -> Value {
        let key = (shape, name.to_owned());
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = shown.get(&key) {
            return value.clone();
        }
        if shown.len() >= MOST {
            shown.clear();
        }
        shown.entry(key).or_insert_with(show).clone()
    }
}

impl Clone for Index {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl State {
    /// Something came or went.
    pub(super) fn touch(&mut self) {
        self.index = Index::default();
    }

    /// What of a kind is in a location of a project, in the order of Google's lists: services the newest first, all
    /// others by name. An empty location is for what is in none, `-` for all.
    pub(in crate::emulator) fn listed(&self, kind: Kind, project: &str, place: &str) -> Listed {
        let mut lists = self.index.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, self.names.id(project).to_owned(), place.to_owned());
        let list = lists.entry(key).or_insert_with_key(|(kind, project, place)| {
            let prefix = match place.as_str() {
                "" | "-" => format!("projects/{project}/"),
                place => format!("projects/{project}/locations/{place}/"),
            };
            let is_in = |name: &str| (place.is_empty()) == location(name).is_none();
            let own = self.assets(*kind, &prefix).filter(|(name, _)| is_in(name));
            let mut own: Vec<(Arc<str>, Option<&str>)> =
                own.map(|(name, asset)| (name.into(), created(asset.data.as_ref()))).collect();
            if *kind == Kind::Service {
                own.sort_by_key(|(_, time)| Reverse(*time));
            }
            own.into_iter().map(|(name, _)| name).collect()
        });
        Arc::clone(list)
    }

    /// The resources that are there as ones that were deleted.
    pub(in crate::emulator) fn deleted(&self) -> &BTreeSet<(Kind, String)> {
        self.index.deleted.get_or_init(|| {
            let is_deleted = |data: &Value| data.get("deleteTime").is_some_and(Value::is_string);
            let own = self.assets.iter().filter(|(_, asset)| asset.data.as_ref().is_some_and(is_deleted));
            own.map(|(key, _)| key.clone()).collect()
        })
    }

    /// The locations that anything is in.
    pub(super) fn inhabited(&self) -> &BTreeSet<String> {
        self.index.locations.get_or_init(|| {
            self.assets.keys().filter_map(|(_, name)| location(name)).map(str::to_owned).collect()
        })
    }

    fn accounts(&self) -> &BTreeMap<(String, String), String> {
        self.index.accounts.get_or_init(|| {
            let mut found = BTreeMap::new();
            for (name, asset) in self.assets(Kind::ServiceAccount, "projects/") {
                let own = project(name).unwrap_or_default();
                let last = name.rsplit('/').next().unwrap_or_default();
                let email = address(name, asset);
                for word in [email, &number(email, asset), last] {
                    for project in [own, "-"] {
                        found.insert((project.to_owned(), word.to_lowercase()), name.to_owned());
                    }
                }
            }
            found
        })
    }

    /// The name of a service account by its project, or `-`, and its e-mail address or unique id.
    pub(in crate::emulator) fn account_name(&self, project: &str, word: &str) -> Option<&str> {
        let key = (self.names.id(project).to_owned(), word.to_lowercase());
        self.accounts().get(&key).map(String::as_str)
    }

    /// Whether any service account of a project is known.
    pub(super) fn has_accounts(&self, project: &str) -> bool {
        let prefix = format!("projects/{}/serviceAccounts/", self.names.id(project));
        self.assets(Kind::ServiceAccount, &prefix).next().is_some()
    }
}

/// When a service was made, in either shape.
fn created(data: Option<&Value>) -> Option<&str> {
    let data = data?;
    data.get("createTime").or_else(|| data.pointer("/metadata/creationTimestamp")).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_is_shown_as_it_is_now_in_both_shapes() {
        let name = "projects/shop-prod/locations/europe-west1/services/pay";
        let mut state = State::default();
        let told = |state: &State| {
            let new = state.service(name).map(|service| service["description"].clone());
            let old = state.knative(name).map(|service| service["metadata"]["annotations"].to_string());
            (new, old)
        };
        let mut met = BTreeSet::new();
        assert_eq!(told(&state), (None, None));
        for word in ["first", "second"] {
            state.put(Kind::Service, name, json!({ "description": word, "ingress": "INGRESS_TRAFFIC_ALL" }));
            let (new, old) = told(&state);
            assert_eq!(new, Some(word.into()));
            assert_eq!(told(&state), (new, old.clone()));
            assert!(met.insert(old) || word == "second");
        }
        state.data_mut(Kind::Service, name).unwrap()["description"] = "third".into();
        state.data_mut(Kind::Service, name).unwrap()["ingress"] = "INGRESS_TRAFFIC_INTERNAL_ONLY".into();
        let (new, old) = told(&state);
        assert_eq!(new, Some("third".into()));
        assert!(met.insert(old), "the ingress was changed");
        state.remove(Kind::Service, name);
        assert_eq!(told(&state), (None, None));
    }
}
