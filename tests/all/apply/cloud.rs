//! Policies in memory, with Google's etags, and somebody who gets in between.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callmap::{
    apply::{Document, PolicyReader, PolicyWriter, ReadFailure, WriteFailure},
    model::{Principal, Resource, ServiceName},
    world::Settings,
};
use serde_json::{Value, json};

/// What becomes of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done.
    Done,
    /// It is done, and nobody hears of it.
    Written,
    /// It is not done, and nobody hears of it.
    Swallowed,
    /// It is refused.
    Refused,
}

/// Who gets in between, just before a write comes in: the resource, and how many writes came before.
type Between<'a> = Box<dyn FnMut(&Cloud<'_>, &Resource, usize) + 'a>;

/// Who looks after a write.
type After<'a> = Box<dyn Fn(&Cloud<'_>) + 'a>;

/// Policies in memory.
#[derive(Default)]
pub(crate) struct Cloud<'a> {
    policies: RefCell<BTreeMap<Resource, Value>>,
    pub(crate) services: RefCell<BTreeMap<ServiceName, Settings>>,
    pub(crate) identities: RefCell<BTreeMap<ServiceName, Principal>>,
    clock: Cell<u64>,
    /// What becomes of the next writes; then all are done.
    pub(crate) fates: RefCell<VecDeque<Fate>>,
    /// How many reads after a write are still answered from before.
    pub(crate) lag: Cell<usize>,
    behind: RefCell<BTreeMap<Resource, (usize, Value)>>,
    between: RefCell<Option<Between<'a>>>,
    /// Looks at everything after every write that was done.
    after: RefCell<Option<After<'a>>>,
    /// Everything that was done, in order.
    pub(crate) log: RefCell<Vec<String>>,
}

pub(crate) fn resource(name: &str) -> Resource {
    let Ok(resource) = name.parse();
    resource
}

impl<'a> Cloud<'a> {
    pub(crate) fn with(policies: &[(&str, Value)]) -> Self {
        let cloud = Self::default();
        for (name, policy) in policies {
            cloud.set(&resource(name), policy.clone());
            if let Resource::Service(service) = resource(name) {
                let settings = Settings { uid: Some("u1".into()), ..Settings::plain() };
                cloud.services.borrow_mut().insert(service, settings);
            }
        }
        cloud
    }

    pub(crate) fn between(&self, between: impl FnMut(&Cloud<'_>, &Resource, usize) + 'a) {
        *self.between.borrow_mut() = Some(Box::new(between));
    }

    pub(crate) fn after(&self, after: impl Fn(&Cloud<'_>) + 'a) {
        *self.after.borrow_mut() = Some(Box::new(after));
    }

    /// Somebody writes a policy, whatever was there.
    pub(crate) fn set(&self, resource: &Resource, mut policy: Value) {
        let now = self.clock.get() + 1;
        self.clock.set(now);
        policy["etag"] = STANDARD.encode(((7 << 56) | (1_700_000_000_000_000 + now)).to_be_bytes()).into();
        let is_conditioned = policy["bindings"]
            .as_array()
            .is_some_and(|bindings| bindings.iter().any(|binding| binding.get("condition").is_some()));
        policy["version"] = json!(if is_conditioned { 3 } else { 1 });
        let before = self.policies.borrow_mut().insert(resource.clone(), policy);
        if let Some(before) = before {
            self.behind.borrow_mut().insert(resource.clone(), (self.lag.get(), before));
        }
    }

    /// Somebody changes a policy.
    pub(crate) fn edit(&self, resource: &Resource, edit: impl FnOnce(&mut Value)) {
        let mut policy = self.raw(resource);
        edit(&mut policy);
        self.set(resource, policy);
    }

    pub(crate) fn raw(&self, resource: &Resource) -> Value {
        self.policies.borrow()[resource].clone()
    }

    /// A policy without what changes with every write.
    pub(crate) fn content(&self, name: &str) -> String {
        let mut raw = self.raw(&resource(name));
        raw.as_object_mut().unwrap().shift_remove("etag");
        raw.as_object_mut().unwrap().shift_remove("version");
        raw.to_string()
    }

    pub(crate) fn writes(&self) -> usize {
        self.log.borrow().iter().filter(|line| line.starts_with("write ")).count()
    }
}

impl PolicyReader for Cloud<'_> {
    fn policy(&self, resource: &Resource) -> Result<Document, ReadFailure> {
        self.log.borrow_mut().push(format!("read {resource}"));
        if let Some((left, before)) = self.behind.borrow_mut().get_mut(resource)
            && *left > 0
        {
            *left -= 1;
            return Ok(Document::read(before.clone()).unwrap());
        }
        let policies = self.policies.borrow();
        let raw = policies.get(resource).ok_or_else(|| ReadFailure { why: "there is none".into() })?;
        Ok(Document::read(raw.clone()).unwrap())
    }

    fn service(&self, name: &ServiceName) -> Result<Option<Settings>, ReadFailure> {
        Ok(self.services.borrow().get(name).cloned())
    }

    fn identity(&self, name: &ServiceName) -> Result<Option<Principal>, ReadFailure> {
        Ok(self.identities.borrow().get(name).cloned())
    }
}

impl PolicyWriter for Cloud<'_> {
    fn replace(&self, resource: &Resource, policy: &Value) -> Result<Document, WriteFailure> {
        let between = self.between.borrow_mut().take();
        if let Some(mut between) = between {
            between(self, resource, self.writes());
            *self.between.borrow_mut() = Some(between);
        }
        assert_eq!(policy["version"], 3, "every write is of version 3");
        if policy["etag"] != self.raw(resource)["etag"] {
            self.log.borrow_mut().push(format!("abort {resource}"));
            return Err(WriteFailure::Aborted);
        }
        let fate = self.fates.borrow_mut().pop_front().unwrap_or(Fate::Done);
        if fate == Fate::Refused {
            return Err(WriteFailure::Refused("Google will not have it".into()));
        }
        if fate != Fate::Swallowed {
            self.log.borrow_mut().push(format!("write {resource}"));
            self.set(resource, policy.clone());
            if let Some(after) = &*self.after.borrow() {
                after(self);
            }
        }
        match fate {
            Fate::Done | Fate::Refused => Ok(Document::read(self.raw(resource)).unwrap()),
            Fate::Written | Fate::Swallowed => Err(WriteFailure::Lost("connection reset".into())),
        }
    }
}
