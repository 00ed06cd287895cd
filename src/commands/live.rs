//! Google Cloud, an emulator of it, or the sample estate: one runtime, one connection, and what is said of it.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::runtime::{self, Runtime};

use super::{Console, Error, LiveOptions, WorldOptions};
use crate::{
    emulator::{Clock, Emulator, Options, State, estate},
    report::escape,
    sources::google::{CONCURRENCY, Connection, Endpoint, Environment, Google, Warning},
    world::SourceKind,
};

/// Names an emulator, as `ADDRESS:PORT`.
const EMULATOR: &str = "CALLMAP_EMULATOR_HOST";

/// Where a run's calls go, and what they are made on.
#[derive(Debug)]
pub(super) struct Ground {
    runtime: Runtime,
    kind: SourceKind,
    endpoint: Endpoint,
    /// What is known of the credentials and was said already.
    warned: Vec<Warning>,
    /// Serves the sample estate for as long as it is here.
    _emulator: Option<Emulator>,
}

impl Ground {
    /// The sample estate in a demo, the emulator that the environment names, else Google. Nobody is asked anything.
    ///
    /// # Errors
    /// Where the environment names no emulator that may be talked to.
    pub(super) fn find(options: &WorldOptions, console: &mut Console<'_>) -> Result<Self, Error> {
        let is_ours = options.is_demo && options.served.is_none();
        let emulator = is_ours.then(sample).transpose()?;
        let served = options.served.or(emulator.as_ref().map(Emulator::address));
        let (kind, endpoint) = match served {
            Some(address) => (SourceKind::Demo, Endpoint::Emulator(address)),
            None => match named()? {
                Some(_) if options.live.is_required => return Err(Error::NotLive),
                Some(address) => (SourceKind::Emulator, Endpoint::Emulator(address)),
                None => (SourceKind::Live, Endpoint::Google),
            },
        };
        if let (SourceKind::Emulator, Endpoint::Emulator(address)) = (kind, endpoint) {
            let what =
                format!("this is an emulator at {address}, named by `{EMULATOR}`, and not Google Cloud");
            say("note", &what, console)?;
        }
        let runtime = runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
        Ok(Self { runtime, kind, endpoint, warned: Vec::new(), _emulator: emulator })
    }

    /// Connects, with what this environment gives.
    ///
    /// # Errors
    /// Where credentials are wanting or not taken.
    pub(super) fn connect(
        &mut self,
        options: &LiveOptions,
        environment: Environment,
        console: &mut Console<'_>,
    ) -> Result<Google, Error> {
        let connected = self.wait(Google::connect(connection(options, self.endpoint, environment)));
        let (google, warnings) = connected?;
        self.warn(warnings, console)?;
        Ok(google)
    }

    /// Says what should be known of the credentials, each of it once.
    ///
    /// # Errors
    /// Where it cannot be said.
    pub(super) fn warn(&mut self, warnings: Vec<Warning>, console: &mut Console<'_>) -> Result<(), Error> {
        for warning in warnings {
            if !self.warned.contains(&warning) {
                say("warning", &warning.to_string(), console)?;
                self.warned.push(warning);
            }
        }
        Ok(())
    }

    /// Google, or an emulator of it.
    pub(super) fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// What a world is called that is read here.
    pub(super) fn kind(&self) -> SourceKind {
        self.kind
    }

    /// Waits for something that is asked here.
    pub(super) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }
}

/// A connection that lives as long as a run does.
#[derive(Debug)]
pub(super) struct Live {
    ground: Ground,
    google: Google,
}

impl Live {
    /// Connects: to the sample estate in a demo, to the emulator that the environment names, else to Google.
    ///
    /// # Errors
    /// Where credentials are wanting or not taken, or the environment names no emulator that may be talked to.
    pub(super) fn connect(options: &WorldOptions, console: &mut Console<'_>) -> Result<Self, Error> {
        let mut ground = Ground::find(options, console)?;
        let google = ground.connect(&options.live, Environment::read(), console)?;
        Ok(Self { ground, google })
    }

    /// The client, which a run may go on with after reading.
    pub(super) fn google(&self) -> &Google {
        &self.google
    }

    /// What the world is called that is read through it.
    pub(super) fn kind(&self) -> SourceKind {
        self.ground.kind
    }

    /// Waits for something that goes through it.
    pub(super) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.ground.wait(what)
    }
}

fn connection(options: &LiveOptions, endpoint: Endpoint, environment: Environment) -> Connection {
    let LiveOptions {
        concurrency,
        timeout,
        credentials,
        impersonate,
        quota_project,
        is_required: _,
        beside: _,
    } = options;
    Connection {
        credentials: *credentials,
        impersonate: impersonate.clone(),
        quota_project: quota_project.clone(),
        concurrency: concurrency.unwrap_or(CONCURRENCY),
        // A time that is over already is no time at all.
        deadline: timeout.map(|most| most.to_std().unwrap_or(Duration::ZERO)),
        ..Connection::new(endpoint, environment)
    }
}

/// The sample estate, served over HTTP from within this process, at its own time.
pub(super) fn sample() -> Result<Emulator, Error> {
    let failed = |error: String| Error::Emulator(error);
    let state = State::read(estate::ASSETS.as_bytes()).map_err(|error| failed(error.to_string()))?;
    let options = Options { state, clock: Clock::Fixed(estate::time()), ..Options::default() };
    Emulator::start(options).map_err(|error| failed(error.to_string()))
}

/// The emulator that the environment names.
pub(super) fn named() -> Result<Option<SocketAddr>, Error> {
    let Some(text) = std::env::var_os(EMULATOR).filter(|text| !text.is_empty()) else { return Ok(None) };
    let text = text.to_string_lossy().into_owned();
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() && address.port() != 0 => Ok(Some(address)),
        Ok(_) | Err(_) => Err(Error::EmulatorHost(text)),
    }
}

pub(super) fn say(kind: &str, what: &str, console: &mut Console<'_>) -> Result<(), Error> {
    writeln!(console.err, "{kind}: {}", escape::terminal(what)).map_err(Error::Print)
}
