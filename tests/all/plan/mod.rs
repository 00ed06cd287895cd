//! What a plan holds, and the laws that it keeps.

mod changes;
pub(crate) mod estate;
mod findings;
mod holds;
pub(crate) mod laws;
mod refusals;
mod shop;
