//! Google Cloud, live: one client for its APIs, and reading what decides who can call what.
//!
//! The Google crates are known here and nowhere else.

mod answer;
pub mod api;
pub mod client;
mod connector;
pub mod credentials;
mod deny_cache;
pub mod error;
pub mod hosts;
mod names;
mod policy;
pub mod read;
mod request;
mod resource;
mod retry;
#[cfg(test)]
#[path = "../../../tests/all/google/server.rs"]
mod server;
#[cfg(test)]
mod tests;
mod transport;
mod turns;
mod typed;

use connector::Conn;

pub use api::Api;
pub use client::{CONCURRENCY, Connection, Endpoint, Google};
pub use credentials::{Choice, CredentialsError, Environment, Warning};
pub use error::{CallError, Refusal};
pub use hosts::{Hosts, Party};
pub use read::{Asked, DenyAsked, LiveError, News, OnNews, read};
