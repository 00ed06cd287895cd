//! Carrying out a plan: step by step, journalled, and to be taken back.
//!
//! It may not re-decide: what is to be done stands in the plan, and what keeps a step from being done is the
//! plan's law or the world as it is now.

pub mod policies;

pub use policies::{Document, PolicyReader, PolicyWriter, ReadFailure, WriteFailure};
