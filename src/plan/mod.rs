//! From differences to what would settle them.

pub mod discover;
