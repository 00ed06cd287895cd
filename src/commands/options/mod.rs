//! What a command line asks for, once its words are understood.

mod changing;
mod looking;

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, sync::Arc};

use chrono::TimeDelta;

use super::files::{ReportFile, ReportFormat};
use crate::{
    emulator::estate,
    model::{Container, Level, Time},
    report::table::Show,
    sources::google::Choice,
    tokens::{
        Environment,
        id::{Via, Wanted},
    },
};

pub use changing::{
    ApplyOptions, CallerOptions, CarryOptions, GrantOptions, MakeOptions, PlanOptions, RevokeOptions, Term,
    UndoOptions,
};
pub use looking::{DiffOptions, GraphOptions, ReviewOptions};

/// Which map.
#[derive(Debug, Clone)]
pub struct MapOptions {
    /// Files and directories; none is `policies`.
    pub paths: Vec<PathBuf>,
    /// The environment.
    pub env: Option<String>,
}

/// Which world.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The sample estate instead of Google Cloud, and its map where none is named.
    pub is_demo: bool,
    /// Where the sample estate is served already, by whoever asks for it several times.
    pub served: Option<SocketAddr>,
    /// Files of assets instead of Google Cloud; `-` is standard input.
    pub from: Vec<PathBuf>,
    /// A file of groups and their members.
    pub groups: Option<PathBuf>,
    /// The time to judge at, instead of now.
    pub at: Option<Time>,
    /// How old data may be.
    pub max_data_age: Option<TimeDelta>,
    /// How Google Cloud is read, where it is.
    pub live: LiveOptions,
}

/// How Google Cloud is read.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// How many calls are under way at once.
    pub concurrency: Option<NonZeroUsize>,
    /// How long the whole run may take.
    pub timeout: Option<TimeDelta>,
    /// Whose credentials are used.
    pub credentials: Choice,
    /// The service account to act as, by its e-mail address.
    pub impersonate: Option<String>,
    /// The project that calls are counted to.
    pub quota_project: Option<String>,
    /// Whether an emulator is refused.
    pub is_required: bool,
    /// What is read beside what is always read.
    pub beside: Beside,
}

/// What is read of Google Cloud beside what is always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Whether groups are expanded.
    pub has_groups: bool,
    /// Whether deny policies are read.
    pub has_deny_policies: bool,
    /// Whether deny policies that were read before need not be read again.
    pub is_cached: bool,
}

impl Beside {
    /// Groups, and nothing that takes long.
    pub const USUAL: Self = Self { has_groups: true, has_deny_policies: false, is_cached: true };
}

impl LiveOptions {
    /// Everything as usual.
    pub(super) fn usual() -> Self {
        Self {
            concurrency: None,
            timeout: None,
            credentials: Choice::Default,
            impersonate: None,
            quota_project: None,
            is_required: false,
            beside: Beside::USUAL,
        }
    }
}

impl IdentityOptions {
    /// The token that is wanted for an audience.
    pub(super) fn wanted(&self, audience: &Arc<str>) -> Wanted {
        Wanted {
            via: self.via,
            audience: audience.clone(),
            key: self.key.clone(),
            impersonate: self.world.live.impersonate.clone(),
            delegates: self.delegates.clone(),
            credentials: self.world.live.credentials,
        }
    }

    /// How a name is looked up: with the credentials that the token comes from, and as whom they are.
    pub(super) fn reading(&self, environment: &Environment) -> (WorldOptions, Environment) {
        let mut world = self.world.clone();
        world.live.impersonate = None;
        let mut environment = environment.clone();
        if let Some(key) = &self.key {
            environment.credentials_file = Some(key.clone());
        }
        match self.via {
            Via::Gcloud => world.live.credentials = Choice::Gcloud,
            Via::Adc | Via::Key => environment.access_token = None,
            Via::Metadata => {
                environment.access_token = None;
                environment.credentials_file = None;
                environment.gcloud_config = None;
            }
            Via::Auto | Via::Impersonate if self.key.is_some() => environment.access_token = None,
            Via::Auto | Via::Impersonate => {}
        }
        (world, environment)
    }
}

impl WorldOptions {
    /// The time to judge at: what was asked for, else now.
    pub(super) fn at(&self, now: Time) -> Time {
        self.at.unwrap_or_else(|| self.now(now))
    }

    /// The time that it is: the sample estate has a time of its own.
    pub(super) fn now(&self, now: Time) -> Time {
        if self.is_demo { estate::time() } else { now }
    }
}

/// What `audit` is asked for.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The map.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is looked at besides the map's projects.
    pub wider: Vec<Container>,
    /// The lowest level that fails the run; `None` is none.
    pub fail_on: Option<Level>,
    /// How much the table shows.
    pub show: Show,
    /// The format on standard output.
    pub format: ReportFormat,
    /// Reports besides.
    pub files: Vec<ReportFile>,
}

/// What `explain`, `who` and `can` are asked for.
#[derive(Debug, Clone)]
pub struct QuestionOptions {
    /// The map, which gives names their meaning.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// Projects, folders and organizations; a single project gives names their meaning.
    pub wider: Vec<Container>,
    /// The region of names that do not say theirs.
    pub region: Option<String>,
    /// The format on standard output.
    pub format: ReportFormat,
    /// Answers besides.
    pub files: Vec<ReportFile>,
}

/// Which function an ID token is for, and how one is come by: of `token`, and of whatever calls.
#[derive(Debug, Clone)]
pub struct IdentityOptions {
    /// The map, which gives names their meaning.
    pub map: MapOptions,
    /// How Google Cloud is read, where a function is named; files are not. Of an account to act as the token is,
    /// and not the reading.
    pub world: WorldOptions,
    /// Projects; a single one gives names their meaning.
    pub wider: Vec<Container>,
    /// The region of names that do not say theirs.
    pub region: Option<String>,
    /// Which way to the token is taken.
    pub via: Via,
    /// The file with the key of a service account.
    pub key: Option<PathBuf>,
    /// The accounts on the way to the one that is acted as.
    pub delegates: Vec<String>,
    /// For whom the token is, where that is not an address of the function.
    pub audience: Option<String>,
}

/// What `token` is asked for.
#[derive(Debug, Clone)]
pub struct TokenOptions {
    /// The function, and the way to the token.
    pub identity: IdentityOptions,
    /// Whether it is printed as a header.
    pub is_header: bool,
}

/// What `accept` is asked for.
#[derive(Debug, Clone)]
pub struct AcceptOptions {
    /// The map.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is looked at besides the map's projects.
    pub wider: Vec<Container>,
    /// Which findings, by fingerprint or its beginning; `None` is all that may be accepted together.
    pub fingerprints: Option<Vec<String>>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Option<Time>,
}

/// What `discover` is asked for.
#[derive(Debug, Clone)]
pub struct DiscoverOptions {
    /// The world.
    pub world: WorldOptions,
    /// What is looked at; nothing is everything in the files, or the project of the environment.
    pub wider: Vec<Container>,
    /// Where the map is written to; `None` is standard output.
    pub output: Option<PathBuf>,
}

/// What `snapshot` is asked for.
#[derive(Debug, Clone)]
pub struct SnapshotOptions {
    /// The map, whose projects are read.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is read besides the map's projects.
    pub wider: Vec<Container>,
    /// Where the world is written to.
    pub output: PathBuf,
}
