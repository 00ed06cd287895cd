//! Bytes into text.

use super::{Mistake, Span};

/// The bytes as text.
///
/// # Errors
/// The first byte that is not UTF-8, with its line.
pub fn decode(bytes: &[u8]) -> Result<&str, Mistake> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    let message = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the file is UTF-16, not UTF-8".to_owned(),
        _ => format!("the file is not UTF-8: line {line} holds the byte `0x{:02x}`", bytes[at]),
    };
    Err(Mistake::new(Span::new(at, at + 1), message, "save the file as UTF-8"))
}
