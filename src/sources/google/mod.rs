//! Google Cloud, live: one client for its APIs, and reading what decides who can call what.
//!
//! The Google crates are known here and nowhere else.

pub mod api;
pub mod client;
mod deny_cache;
mod names;
mod policy;
pub mod read;
mod request;
mod resource;
#[cfg(test)]
mod tests;
mod turns;
mod typed;

#[cfg(test)]
use crate::tokens::server;
use crate::tokens::{Conn, answer, credentials, retry, transport};

pub use crate::tokens::{
    CallError, Choice, CredentialsError, Endpoint, Environment, Hosts, Party, Refusal, Warning,
};
pub use api::Api;
pub use client::{CONCURRENCY, Connection, Google};
pub use read::{Asked, DenyAsked, LiveError, News, OnNews, read};
