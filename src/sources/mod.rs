//! Reading: files become a [`crate::world::World`], and a world becomes a file.
//!
//! This floor may open files and streams. It judges nothing: what cannot be read is carried as a gap, and what
//! is not what it should be is an error that says where and what to do.

pub mod allow;
pub mod assets;
mod canonical;
pub mod error;
pub mod google;
pub mod groups;
pub mod input;
mod intern;
mod name;
pub mod plan_file;
pub mod role_data;
mod shape;
pub mod snapshot;
pub mod terraform;
mod wire;

pub use allow::policy;
pub use error::ReadError;
pub use input::{Input, open};
pub(crate) use wire::service::ingress_word;
