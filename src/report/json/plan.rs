//! `callmap-plan/1`: the same document that a plan file holds.

use std::io::{self, Write};

use crate::{plan::Plan, report::heading::Heading, sources::plan_file::Document};

/// Writes a plan as `callmap-plan/1`, to be read by people's scripts and by `callmap apply`.
///
/// # Errors
/// Where it cannot be written to.
pub fn plan(plan: &Plan, heading: &Heading<'_>, out: &mut dyn Write) -> io::Result<()> {
    // The environment and the times of a plan are its own.
    let Heading { source, layers, env: _, at: _, stale: _, old_roles } = *heading;
    super::write(&Document::new(plan, source, layers, old_roles.is_some()), out)
}
