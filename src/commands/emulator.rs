//! `callmap emulator`: the local Google, until somebody stops it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use etcetera::BaseStrategy as _;
use tokio::runtime::Builder;

use super::{Console, Error, Exit, files, live};
use crate::{
    emulator::{Clock, Emulator, Options, State, Weather, estate},
    report::emulator::{self as page, Environment},
    sources,
};

/// What `callmap emulator` serves, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmulatorOptions {
    /// Lines of assets; without them the sample estate is served, at its own time.
    pub state: Option<PathBuf>,
    /// The port on loopback; 0 for any that is free.
    pub port: u16,
    /// Where the state is written to at the end.
    pub save: Option<PathBuf>,
    /// Whether to say what points clients at an emulator, and serve nothing.
    pub is_env: bool,
}

/// Serves until the process is told to end, or says what would point clients at an emulator that does.
///
/// # Errors
/// Where there is no state to serve, the port is taken, or the state cannot be written at the end; and where nobody
/// said which emulator is meant.
pub fn emulator(options: &EmulatorOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let EmulatorOptions { state, port, save, is_env } = options;
    let (state, clock, name) = match state {
        None => {
            let state = State::read(estate::ASSETS.as_bytes())?;
            (state, Clock::Fixed(estate::time()), "the sample estate".to_owned())
        }
        Some(path) => {
            let bytes = sources::open(path)?.whole()?;
            (State::read(&bytes)?, Clock::System, path.display().to_string())
        }
    };
    let project = state.usual_project();
    if *is_env {
        let mut text = Vec::new();
        let address = meant(*port)?;
        told(address, &project, |environment| page::shell(environment, &mut text))?;
        console.print(&text)?;
        return Ok(Exit::Done);
    }
    let failed = |source| Error::Serve { port: *port, source };
    let runtime = Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let emulator = runtime.block_on(async {
        // Whoever reads the address may stop it at once.
        let stop = Stop::new().map_err(failed)?;
        let options = Options { state, port: *port, clock, weather: Weather::default() };
        let emulator = Emulator::start(options).map_err(failed)?;
        let mut text = Vec::new();
        told(emulator.address(), &project, |environment| page::started(&name, environment, &mut text))?;
        console.print(&text)?;
        stop.wait().await;
        Ok::<_, Error>(emulator)
    })?;
    if let Some(path) = save {
        let lines = emulator.change(|state| state.lines());
        files::whole(path, lines.as_bytes()).map_err(|source| Error::write(path, source))?;
    }
    Ok(Exit::Done)
}

/// The emulator that is meant where none is started here.
fn meant(port: u16) -> Result<SocketAddr, Error> {
    match port {
        0 => live::named()?.ok_or(Error::WhichEmulator),
        port => Ok((Ipv4Addr::LOCALHOST, port).into()),
    }
}

/// Says what points clients at an emulator.
fn told(
    address: SocketAddr,
    project: &str,
    say: impl FnOnce(&Environment<'_>) -> io::Result<()>,
) -> Result<(), Error> {
    let places = etcetera::choose_base_strategy().map(|places| places.cache_dir());
    // Where nobody knows where such things go, they go where everybody may write.
    let cache = places.unwrap_or_else(|_| std::env::temp_dir()).join("callmap");
    let gcloud = cache.join(format!("gcloud-{}", address.port()));
    let address = address.to_string();
    let apis = crate::emulator::apis();
    say(&Environment { address: &address, apis: &apis, project, gcloud: &gcloud }).map_err(Error::Print)
}

/// Being told to end: Ctrl-C, and what a system sends to its services.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        // Where nobody can say so, it ends with the process.
        let _ = tokio::signal::ctrl_c().await;
    }
}
