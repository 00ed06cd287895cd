//! Plans carried out and taken back on policies in memory.

mod cloud;
mod crash;
mod steps;
mod story;
mod undo;
