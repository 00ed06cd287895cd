//! Carrying out a plan: step by step, journalled, and to be taken back.
//!
//! It may not re-decide: what is to be done stands in the plan, and what keeps a step from being done is the
//! plan's law or the world as it is now.

pub mod atom;
pub mod content;
pub mod footing;
pub mod hands;
pub mod journal;
mod limits;
pub mod live;
pub mod outcome;
pub mod pace;
pub mod policies;
pub mod recall;
mod refusal;
pub mod run;
pub mod step;
pub mod undo;

pub use hands::Hands;
pub use live::{LiveReader, LiveWriter};
pub use outcome::{End, Halt, Outcome, Ran};
pub use pace::{Clock, FixedClock, LocalClock, ShiftedClock, Stop};
pub use policies::{Document, PolicyReader, PolicyWriter, ReadFailure, WriteFailure};
pub use run::{Event, Job, run};
pub use step::Ground;
pub use undo::Undoing;
