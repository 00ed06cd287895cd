//! The verdict: can this caller call this function, and why.
//!
//! Pure: it sees a world and a time, and reads nothing.

pub mod acting;
pub mod agent;
pub mod answer;
mod caller;
pub mod can;
mod carried;
pub mod condition;
mod deny;
pub mod flip;
pub mod group;
mod how;
pub mod member;
mod path;
pub mod reach;
mod reason;
pub mod role;
pub mod role_data;
pub mod span;
mod turn;
pub mod verdict;
mod weigh;
pub mod who;

pub use answer::{Answer, Effect, Reason, Verdict};
pub use caller::{Caller, Callers};
pub use can::{Callable, Can};
pub(crate) use deny::Denied;
pub use flip::{DenyChange, Flip};
pub use group::Groups;
pub use member::Candidate;
pub use reach::{Reach, Reaches};
pub use role::{RoleBook, RoleClass};
pub use role_data::RoleData;
pub use span::Spans;
pub use verdict::Access;
pub use who::{Invoker, Who, via};
