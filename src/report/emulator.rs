//! What the emulator says once it serves.

use std::io::{self, Write};

use super::escape;

/// Where it is, and the line that points callmap at it.
///
/// # Errors
/// Where it cannot be written to.
pub fn started(name: &str, address: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "serving {} at http://{address}; Ctrl-C ends it", escape::terminal(name))?;
    writeln!(out, "export CALLMAP_EMULATOR_HOST={address}")
}
