//! Google Cloud, live: one client for its APIs, and reading what decides who can call what.

pub mod api;
pub mod client;
pub mod error;
pub mod read;

pub use api::Api;
pub use client::{Endpoint, Google};
pub use error::{CallError, Refusal};
pub use read::{Asked, LiveError, OnAnswer, read};
