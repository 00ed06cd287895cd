//! The client towards Google, against a server that fails as Google does.

mod calls;
pub(crate) mod server;
