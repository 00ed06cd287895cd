//! Who callmap is towards Google and towards functions: credentials, the tokens they give, and the one way in
//! which anything is sent.
//!
//! Access tokens open Google's APIs, for [`crate::sources`]; ID tokens open functions.

pub(crate) mod answer;
pub mod call;
mod clock;
pub(crate) mod connector;
pub mod credentials;
pub mod emulated;
mod endpoint;
pub mod error;
pub mod hosts;
pub mod id;
pub mod refusal;
pub(crate) mod retry;
#[cfg(test)]
#[path = "../../tests/all/google/server.rs"]
pub(crate) mod server;
pub(crate) mod transport;

pub(crate) use connector::Conn;
pub use credentials::{Choice, CredentialsError, Environment, Warning};
pub use endpoint::Endpoint;
pub use error::{CallError, Refusal};
pub use hosts::{Hosts, Party};
