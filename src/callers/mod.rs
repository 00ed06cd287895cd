//! The caller map: what was declared. Text comes in, a [`CallerMap`] or all of its mistakes come out.
//!
//! Files are read by somebody else: this floor sees their bytes and their names.

pub mod edge;
pub mod function;
pub mod map;
pub mod mistake;
pub mod settings;

pub use edge::{Caller, Edge};
pub use function::{DeclaredFunction, Writer};
pub use map::{CallerMap, Location, MapFile, MapText, Place};
pub use mistake::Mistake;
pub use settings::{Acceptance, Expiry, Settings};
