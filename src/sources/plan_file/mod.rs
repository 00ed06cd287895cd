//! Plan files: what `callmap plan` writes and `callmap apply` reads, `callmap-plan/1`.
//!
//! A plan file comes from outside: somebody may have edited it. What is read here is well formed and keeps the
//! laws that a plan has by itself; whether it fits the map and the world of now is asked before any write.

mod laws;
mod object;
mod read;
mod text;
mod wire;
mod write;

use std::collections::BTreeMap;

use object::Object;
use serde::Deserialize;
pub use wire::Document;

use super::{
    error::{Place, ReadError},
    input::Input,
    wire as google,
};
use crate::{
    plan::Plan,
    world::{Layer, LayerState, Source},
};

/// The name of the format and its version.
pub const FORMAT: &str = "callmap-plan/1";

/// No plan is larger than this.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What to give instead.
const GIVE: &str = "give a file that `callmap plan --save` wrote";

impl Document {
    /// All of a plan, with the files and layers of the world it was made from.
    pub fn new(
        plan: &Plan,
        source: &Source,
        layers: &BTreeMap<Layer, LayerState>,
        role_data_is_old: bool,
    ) -> Self {
        write::plan(plan, source, layers, role_data_is_old)
    }
}

/// Reads a plan file; gzip is taken off.
///
/// # Errors
/// Where the stream fails, it is not a plan of this version, or anything in it is not as it must be: the message
/// has the path to it.
pub fn read(input: Input) -> Result<Plan, ReadError> {
    let place = Place { file: input.name.clone(), line: None };
    let wrong = |what: String| ReadError::Wrong { place: place.clone(), what };
    let mut bytes = Vec::new();
    input.decoded()?.fill(MAX_BYTES + 1, &mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(wrong(format!("is longer than 64 MiB, which no plan is; {GIVE}")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(format!("is not UTF-8 text; {GIVE}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    plan(text).map_err(wrong)
}

/// The plan of a text, or what is wrong with it.
fn plan(text: &str) -> Result<Plan, String> {
    recognized(text)?;
    let Object(wire) = google::read(text, "").map_err(|google::ShapeError(what)| what)?;
    read::plan(wire)
}

/// Whether this is a plan at all, and of a version that is read here.
fn recognized(text: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<serde_json::Value>,
    }
    let Object(Head { format }) = serde_json::from_str(text)
        .map_err(|error| format!("is not a plan of callmap: {}; {GIVE}", google::in_words(&error)))?;
    let format = format.as_ref().and_then(serde_json::Value::as_str);
    match format {
        Some(FORMAT) => Ok(()),
        Some(other) if other.starts_with("callmap-plan/") => Err(format!(
            "is a plan of the format `{other}`, and this version of callmap reads `{FORMAT}`: make the plan again"
        )),
        Some(other) => Err(format!("is of the format `{other}`, not a plan; {GIVE}")),
        None => Err(format!("is not a plan of callmap: it has no `format`; {GIVE}")),
    }
}
