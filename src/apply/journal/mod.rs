//! What was there and what is to be, on disk before each write: nothing is lost, whenever a run ends.
//!
//! A journal is a text of lines, each a JSON object, `callmap-journal/1`: a header with all that is to be done,
//! then what was tried and what came of it. Each line is synced before anything that it speaks of happens.

pub mod directory;
pub mod disk;
pub mod error;
mod granted;
pub mod line;
pub mod read;
pub mod write;

pub use directory::{Directory, Unfinished};
pub use disk::{Disk, LocalDisk, Log};
pub use error::JournalError;
pub use granted::granted;
pub use line::{Attempt, Ending, Header, Task, Work};
pub use read::{Recorded, read};
pub use write::Journal;
