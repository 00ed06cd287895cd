//! Snapshots.
pub(in crate::sources) mod layer;
