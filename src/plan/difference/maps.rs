//! Two maps: by who may call what, not by how that is written.

use super::{Difference, declared, functions, settings};
use crate::{
    callers::CallerMap,
    model::Time,
    rules::ours::Ours,
    world::{Source, SourceKind, World},
};

/// What differs between two maps, of what is in force at a time. Who is one of us, the new one says.
pub fn maps(old: &CallerMap, new: &CallerMap, at: Time) -> Difference {
    // Of maps alone nothing is known of the world.
    let nothing = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    let ours = Ours::new(new, &nothing);
    let mut difference = Difference {
        access: declared::access(old, new, at, &ours),
        functions: functions::declared(old, new),
        ..Difference::default()
    };
    settings::compare(old, new, &mut difference);
    difference.sorted()
}
