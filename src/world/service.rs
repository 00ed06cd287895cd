//! A Cloud Run service: its settings, its policy and what stands above it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Observed;
use crate::model::{Container, Policy, Principal};

/// One service as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// What it is set to.
    pub settings: Observed<Settings>,
    /// Its own allow policy, without what it inherits.
    pub policy: Observed<Policy>,
    /// Its project, folders and organization, nearest first.
    pub ancestors: Observed<Arc<[Container]>>,
}

/// The settings of a service that decide or explain who can call it
/// (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What Google calls it for good (`uid`): a service that was deleted and made again has another.
    pub uid: Option<Arc<str>>,
    /// `invokerIamDisabled`: everybody can call it, whatever its policy says.
    pub is_check_disabled: bool,
    /// The account its template names; `None` is the project's default compute account.
    pub identity: Option<Principal>,
    /// Where its requests go.
    pub traffic: Traffic,
    /// Which networks may reach it, in Google's word; `None` where nothing was said.
    pub ingress: Option<Arc<str>>,
    /// Whether the Identity-Aware Proxy stands before it.
    pub is_iap_enabled: bool,
    /// Every address it answers at.
    pub urls: Vec<Arc<str>>,
    /// Audiences of ID tokens it takes beside its addresses.
    pub custom_audiences: Vec<Arc<str>>,
    /// Whether its `run.app` address is off.
    pub is_default_url_disabled: bool,
    /// The entry point in its code: it was deployed as a function.
    pub function_target: Option<Arc<str>>,
    /// Its labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
}

/// Which revisions answer, and so which accounts a service runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traffic {
    /// All requests go to the latest ready revision, and no tag leads elsewhere.
    Latest,
    /// Some go, or a tag leads, to revisions whose accounts may differ from the template's.
    Split {
        /// These revisions, by their short names; empty where nobody told which. Which accounts they run as stands in
        /// [`World::revisions`](super::World::revisions), where it was read.
        revisions: BTreeSet<Arc<str>>,
    },
}

impl Settings {
    /// A service of which only defaults are set.
    pub fn plain() -> Self {
        Self {
            uid: None,
            is_check_disabled: false,
            identity: None,
            traffic: Traffic::Latest,
            ingress: None,
            is_iap_enabled: false,
            urls: Vec::new(),
            custom_audiences: Vec::new(),
            is_default_url_disabled: false,
            function_target: None,
            labels: BTreeMap::new(),
        }
    }
}
