//! The verdict against the design's own words.

mod estate;
mod laws;
mod members;
mod pace;
mod questions;
mod verdicts;
