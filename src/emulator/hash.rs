//! Digits that stand for a text: the same at every start.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

/// So many bytes of the SHA-256 of a text, in hexadecimal.
pub(super) fn digits(text: &str, bytes: usize) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(bytes).fold(String::new(), |mut all, byte| {
        // A string takes everything that is written to it.
        let _ = write!(all, "{byte:02x}");
        all
    })
}
