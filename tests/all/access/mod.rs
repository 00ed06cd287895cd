//! The verdict against the design's own words.

mod denials;
mod estate;
mod flips;
mod laws;
mod members;
mod pace;
mod questions;
mod verdicts;
