//! What those commands are asked for that look at a map and a world from another side: as a list of callers, as a picture,
//! or beside another one.

use std::{collections::BTreeSet, path::PathBuf};

use chrono::TimeDelta;

use super::{MapOptions, WorldOptions};
use crate::{
    commands::files::{PictureFormat, ReportFile, ReportFormat, ReviewFormat},
    model::{Container, Time},
    plan::{graph::Kind, review::Only},
};

/// What `review` is asked for.
#[derive(Debug, Clone)]
pub struct ReviewOptions {
    /// The map.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is looked at besides the map's projects.
    pub wider: Vec<Container>,
    /// Whether the map alone is looked at, and no world is read.
    pub is_declared: bool,
    /// Which callers are wanted; `None` is all.
    pub only: Option<Only>,
    /// The format on standard output.
    pub format: ReviewFormat,
    /// Reports besides.
    pub files: Vec<ReportFile<ReviewFormat>>,
}

/// What `graph` is asked for.
#[derive(Debug, Clone)]
pub struct GraphOptions {
    /// The map.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is looked at besides the map's projects, or without a map.
    pub wider: Vec<Container>,
    /// Edges of these kinds alone; none is all.
    pub only: BTreeSet<Kind>,
    /// The functions around which is drawn, as they are named; none is all.
    pub functions: Vec<String>,
    /// The callers whose edges are drawn, as they are named; none is all.
    pub callers: Vec<String>,
    /// Whether every node is drawn by itself.
    pub is_all: bool,
    /// The format on standard output; `None` is Mermaid, or nothing where it is written to a file.
    pub format: Option<PictureFormat>,
    /// Pictures in files.
    pub files: Vec<ReportFile<PictureFormat>>,
}

/// What `diff` is asked for.
#[derive(Debug, Clone)]
pub struct DiffOptions {
    /// The old map or world: a file, or a directory of them.
    pub old: PathBuf,
    /// The new one.
    pub new: PathBuf,
    /// Of two worlds, the map that says who is one of us; of two maps, nothing.
    pub map: Vec<PathBuf>,
    /// The environment of the maps.
    pub env: Option<String>,
    /// The time to judge at, instead of now.
    pub at: Option<Time>,
    /// How old data may be.
    pub max_data_age: Option<TimeDelta>,
    /// Whether the exit code says that something differs.
    pub is_exit_code: bool,
    /// The format on standard output.
    pub format: ReportFormat,
    /// Reports besides.
    pub files: Vec<ReportFile>,
}
