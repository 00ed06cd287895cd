//! The verdict: can this caller call this function, and why.
//!
//! Pure: it sees a world and a time, and reads nothing.

pub mod agent;
pub mod answer;
pub mod can;
pub mod condition;
pub mod flip;
pub mod role;
pub mod who;

pub use answer::{Answer, Effect, Reason, Verdict};
pub use can::{Callable, Can};
pub use flip::Flip;
pub use role::{RoleBook, RoleClass};
pub use who::{Invoker, Who};
