//! The client towards Google, against a server that fails as Google does.

mod calls;
mod policies;
pub(crate) mod server;
