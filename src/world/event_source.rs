//! Callers that are not people: what sends events and requests, as whom, and where to.

use std::sync::Arc;

use crate::model::{FunctionName, Policy, Principal, ServiceName};

/// A function of the Cloud Functions v2 API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudFunction {
    /// The service that serves it (`serviceConfig.service`), where the answer named one.
    pub service: Option<ServiceName>,
    /// Whether an event trigger calls it, rather than anybody over HTTP.
    pub is_event_driven: bool,
    /// Whom its event trigger calls as, where it names an account; `None` on an event-driven function is the
    /// project's default compute account
    /// (<https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>).
    pub trigger_identity: Option<Principal>,
    /// The Eventarc trigger that carries its events, by relative name, where the answer named one.
    pub trigger: Option<Arc<str>>,
    /// Which events call it, such as `google.cloud.storage.object.v1.finalized`.
    pub event_type: Option<Arc<str>>,
    /// The function's own allow policy, where it was seen. It lets nobody call: the service's policy does
    /// (<https://cloud.google.com/functions/docs/securing/managing-access-iam>).
    pub policy: Option<Policy>,
}

/// Something that calls functions by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventSource {
    /// What it is.
    pub kind: EventSourceKind,
    /// Its relative resource name, such as `projects/P/locations/L/triggers/T`.
    pub name: Arc<str>,
    /// Whom it calls as; `None` where it names nobody.
    pub identity: Option<Principal>,
    /// What it proves that with.
    pub token: Token,
    /// Whom or what it calls.
    pub target: EventTarget,
    /// The audience of the ID token it sends, where one is set.
    pub audience: Option<Arc<str>>,
}

/// What an [`EventSource`] sends along to prove whom it calls as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// An ID token, which is what Cloud Run takes
    /// (<https://cloud.google.com/run/docs/triggering/using-scheduler>).
    Id,
    /// An OAuth access token, which is for Google's own APIs alone and is refused by Cloud Run with 401
    /// (<https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#httptarget>).
    Access,
    /// Nothing.
    None,
}

/// The kinds of [`EventSource`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventSourceKind {
    /// An Eventarc trigger.
    Trigger,
    /// A Pub/Sub push subscription.
    Subscription,
    /// A Cloud Scheduler job.
    Job,
    /// A Cloud Tasks queue.
    Queue,
}

impl EventSource {
    /// What it is and what it is called, for people: the job `nightly` of Cloud Scheduler.
    pub fn label(&self) -> String {
        format!("{} `{}`", self.kind.as_str(), self.id())
    }

    /// The last part of its name, which its kind, project and location make whole.
    pub fn id(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

impl EventSourceKind {
    /// The words for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "Eventarc trigger",
            Self::Subscription => "Pub/Sub subscription",
            Self::Job => "Scheduler job",
            Self::Queue => "Tasks queue",
        }
    }
}

/// Where an [`EventSource`] sends to, as it says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventTarget {
    /// A service by name.
    Service(ServiceName),
    /// A function by name.
    Function(FunctionName),
    /// An address.
    Url(Arc<str>),
    /// Nothing of Cloud Run, or each message names its own.
    Other,
}
