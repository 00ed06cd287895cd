//! What people and machines get to read: one file a format, each a function to a [`Write`](std::io::Write).

pub mod accept;
pub mod beside;
pub mod carried;
pub mod check;
pub mod csv;
pub mod demo;
pub mod difference;
pub mod dot;
pub mod emulator;
pub mod escape;
pub mod grant;
pub mod heading;
pub mod json;
pub mod map_text;
pub mod markdown;
pub mod mermaid;
pub mod mistakes;
mod picture;
pub mod plan;
pub mod review;
pub mod rules;
pub mod snapshot;
pub mod stream;
pub mod style;
pub mod summary;
pub mod table;
pub mod words;
