//! Google, or an emulator of it.

use std::net::SocketAddr;

/// Where calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// To Google, each API at its host.
    Google,
    /// To an emulator on loopback, which serves all of them. No credential is looked for.
    Emulator(SocketAddr),
}
