//! The client towards Google, against a server that fails as Google does.

mod calls;
mod policies;
mod runs;
pub(crate) mod server;
