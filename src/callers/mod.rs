//! The caller map: what was declared. Text comes in, a [`CallerMap`] or all of its mistakes come out.
//!
//! Files are read by somebody else: this floor sees their bytes and their names.

pub mod change;
mod draft;
pub mod edge;
pub mod edit;
pub mod function;
pub mod load;
pub mod map;
pub mod mistake;
mod read_accepted;
mod read_callers;
mod read_file;
mod read_functions;
mod read_settings;
mod resolve;
mod resolve_edges;
mod resolve_settings;
mod scalar;
mod schema;
pub mod settings;
mod shape;
mod who;
mod words;
pub mod write;
pub mod yaml;

pub use edge::{Caller, Edge};
pub use function::{DeclaredFunction, Writer};
pub use load::{check, has_environments, load, settings_file};
pub use map::{CallerMap, Glob, Location, MapFile, MapText, Place};
pub use mistake::{MapError, Mistake};
pub use schema::schema;
pub use settings::{Acceptance, Expiry, Settings};
pub use who::can_be_named;
