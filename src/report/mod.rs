//! What people and machines get to read: one file a format, each a function to a [`Write`](std::io::Write).

pub mod escape;
pub mod mistakes;
pub mod style;
