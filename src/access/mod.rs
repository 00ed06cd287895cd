//! The verdict: can this caller call this function, and why.
//!
//! Pure: it sees a world and a time, and reads nothing.

pub mod agent;
pub mod answer;
pub mod condition;
pub mod role;

pub use answer::{Answer, Effect, Reason, Verdict};
pub use role::{RoleBook, RoleClass};
