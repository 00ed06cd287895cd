//! `callmap emulator`: the local Google, until somebody stops it.

use std::{io, path::PathBuf};

use tokio::runtime::Builder;

use super::{Console, Error, Exit, files};
use crate::{
    emulator::{Clock, Emulator, Options, State, Weather, estate},
    report::emulator as page,
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
}

/// Serves until the process is told to end.
///
/// # Errors
/// Where there is no state to serve, the port is taken, or the state cannot be written at the end.
pub fn emulator(options: &EmulatorOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let EmulatorOptions { state, port, save } = options;
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
    let failed = |source| Error::Serve { port: *port, source };
    let runtime = Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let emulator = runtime.block_on(async {
        // Whoever reads the address may stop it at once.
        let stop = Stop::new().map_err(failed)?;
        let options = Options { state, port: *port, clock, weather: Weather::default() };
        let emulator = Emulator::start(options).map_err(failed)?;
        let mut text = Vec::new();
        page::started(&name, &emulator.address().to_string(), &mut text).map_err(Error::Print)?;
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
