//! What a snapshot holds, on a terminal.

use std::io::{self, Write};

use super::{escape, summary::counted};
use crate::world::{Layer, LayerState, World};

/// Writes how much was saved, and what of the world could not be.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn render(world: &World, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let services = counted(world.services.len(), "service", "services");
    let projects = counted(world.projects.seen().count(), "project", "projects");
    writeln!(out, "wrote {services} of {projects} to {}", escape::terminal(path))?;
    let refused = world.layers.iter().filter(|(_, state)| **state == LayerState::Refused);
    let refused: Vec<_> = refused.map(|(layer, _)| Layer::as_str(*layer)).collect();
    if refused.is_empty() {
        Ok(())
    } else {
        writeln!(out, "not all could be read of: {}", refused.join(", "))
    }
}
