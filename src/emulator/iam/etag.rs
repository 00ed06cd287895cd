//! Etags of policies: eight bytes in base64, a seven and the microseconds of the last write.

use std::fmt::Write as _;

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The etag of a policy that was never set.
pub(in crate::emulator) const NEVER_SET: &str = "ACAB";

/// What etags begin with.
const MARK: u8 = 7;

/// Reads what Google reads: padded or not, and with bits at the end that say nothing.
const READER: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The etag of a write at this many microseconds after 1970.
pub(in crate::emulator) fn of_micros(micros: i64) -> String {
    let mut bytes = micros.to_be_bytes();
    bytes[0] = MARK;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// When the write was that this is the etag of; `None` for other bytes.
pub(in crate::emulator) fn micros(etag: &str) -> Option<i64> {
    let mut bytes: [u8; 8] = bytes(etag)?.try_into().ok()?;
    if bytes[0] != MARK {
        return None;
    }
    bytes[0] = 0;
    Some(i64::from_be_bytes(bytes))
}

/// What an etag stands for; `None` where it is not base64. Two spellings of the same bytes are one etag.
pub(super) fn bytes(etag: &str) -> Option<Vec<u8>> {
    let standard: String = etag
        .chars()
        .map(|letter| {
            if letter == '-' {
                '+'
            } else if letter == '_' {
                '/'
            } else {
                letter
            }
        })
        .collect();
    READER.decode(standard).ok()
}

/// The bytes as Google writes them into an error.
pub(super) fn octal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'\\' | b'\'' | b'"' => {
                text.push('\\');
                text.push(char::from(byte));
            }
            b' '..=b'~' => text.push(char::from(byte)),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            _ => {
                // A string takes everything that is written to it.
                let _ = write!(text, "\\{byte:03o}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_the_moment_of_its_write() {
        // 2023-08-09T00:22:02.639562Z, as recorded of a real policy.
        assert_eq!(of_micros(1_691_540_522_639_562), "BwYCcnf5oMo=");
        assert_eq!(micros("BwYCcnf5oMo="), Some(1_691_540_522_639_562));
        assert_eq!(micros(NEVER_SET), None);
        assert_eq!(micros("?"), None);
    }

    #[test]
    fn two_spellings_of_the_same_bytes_are_one_etag() {
        assert_eq!(bytes("BwYzzzzzzzz="), bytes("BwYzzzzzzzw"));
        assert_ne!(bytes("BwYzzzzzzzw="), bytes("BwYzzzzzzzg="));
        assert_eq!(bytes("not base64!"), None);
    }

    #[test]
    fn bytes_are_written_as_in_a_recorded_error() {
        // The etags of a recorded 409: one with an escaped quote, one with a control byte before a digit.
        assert_eq!(octal(&[7, 5, 0o350, b'\'', b',', 0o273, b'P', 0o21]), "\\007\\005\\350\\',\\273P\\021");
        assert_eq!(octal(&[7, 5, 0o350, b'(', b'x', 0o16, b'6', 0o214]), "\\007\\005\\350(x\\0166\\214");
    }
}
