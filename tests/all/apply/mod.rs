//! Plans carried out and taken back on policies in memory.

mod cloud;
mod crash;
mod estates;
mod http;
mod steps;
mod story;
mod undo;
