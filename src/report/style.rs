//! The colours. Reports always write them; the stream takes them out where there is no terminal or none are
//! wanted. Nothing is said by colour alone.

use anstyle::{AnsiColor, Style};

use crate::model::Level;

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What may be passed over.
pub const DIM: Style = Style::new().dimmed();
/// What is wrong.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What is worth changing.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What is worth knowing.
pub const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// What is as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();

/// The colour of a level.
pub const fn of(level: Level) -> Style {
    match level {
        Level::Error => ERROR,
        Level::Warning => WARNING,
        Level::Note => NOTE,
        Level::Ignore => DIM,
    }
}
