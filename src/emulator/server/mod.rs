//! The emulator over real HTTP, in a thread of its own.

mod answer;
mod body;
mod failure;
mod meddling;
mod serve;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    ops::Deref,
    sync::mpsc,
    thread,
};

use tokio::{net::TcpListener, sync::oneshot};

pub(super) use answer::{Answer, escaped};

use super::{
    handle::{Clock, Handle},
    state::State,
    weather::Weather,
};

/// How an emulator starts.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What it serves.
    pub state: State,
    /// The port on loopback; 0 for any that is free.
    pub port: u16,
    /// What time it is there.
    pub clock: Clock,
    /// How its answers are.
    pub weather: Weather,
}

/// A running emulator: it stops when this is dropped.
pub struct Emulator {
    address: SocketAddr,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Emulator {
    /// Starts one on loopback.
    ///
    /// # Errors
    /// Where the port is taken, or there can be no thread.
    pub fn start(options: Options) -> io::Result<Self> {
        let Options { state, port, clock, weather } = options;
        let handle = Handle::new(state, clock, weather);
        let (stop, stopped) = oneshot::channel();
        let (told, address) = mpsc::channel();
        let served = handle.clone();
        let thread = thread::Builder::new().name("emulator".to_owned()).spawn(move || {
            run(port, &served, stopped, &told);
        })?;
        let address = address.recv().map_err(|_| io::Error::other("the emulator did not start"))??;
        Ok(Self { address, handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle that may go elsewhere, into a hook for one.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Deref for Emulator {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Where the thread has ended there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // As above.
            let _ = thread.join();
        }
    }
}

/// Serves until it is told to stop. Two workers, as a hook may stand still and read over HTTP meanwhile.
fn run(
    port: u16,
    handle: &Handle,
    stopped: oneshot::Receiver<()>,
    told: &mpsc::Sender<io::Result<SocketAddr>>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(told.send(Err(error))),
    };
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let listener = match bound {
            Ok((address, listener)) => {
                drop(told.send(Ok(address)));
                listener
            }
            Err(error) => return drop(told.send(Err(error))),
        };
        tokio::select! {
            () = serve::accept(&listener, handle) => {}
            _ = stopped => {}
        }
    });
    // Connections that wait for a next request would wait for long.
    runtime.shutdown_background();
}
