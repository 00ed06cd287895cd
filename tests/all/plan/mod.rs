//! What a plan holds, and the laws that it keeps.

mod estate;
mod laws;
