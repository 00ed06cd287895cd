//! The verdict against the design's own words.

mod estate;
mod laws;
mod members;
mod questions;
mod verdicts;
