//! Where a world came from, and how old its data is.

use std::{collections::BTreeMap, sync::Arc};

use crate::model::Time;

/// Where a world came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What kind of source.
    pub kind: SourceKind,
    /// The files it was read from, in the order they were given.
    pub files: Vec<SourceFile>,
}

/// The kinds of [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Cloud Asset Inventory exports and snapshots.
    Assets,
    /// The embedded sample estate.
    Demo,
}

/// One file of asset lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as given; `-` is standard input.
    pub name: Arc<str>,
    /// Assets read from it.
    pub assets: usize,
    /// Assets of types that callmap has no use for, counted by type.
    pub skipped: BTreeMap<Arc<str>, usize>,
    /// The newest `update_time` in it: the age of its data.
    pub newest: Option<Time>,
}

impl SourceKind {
    /// The word for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Demo => "demo",
        }
    }
}
