//! What tells one state of a service from the next: the moment of its last write, in the two ways in which Cloud Run
//! spells it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::Value;

use super::is_knative;
use crate::emulator::hash::digits;

const MILLION: i64 = 1_000_000;

/// The version of a Knative service that was written then: the microseconds after 1970, in base64.
pub(in crate::emulator) fn knative_version(micros: i64) -> String {
    BASE64.encode(micros.to_be_bytes())
}

/// The etag of a service that was written then: seconds and nanoseconds as a protocol buffer, and its name.
pub(in crate::emulator) fn service_etag(name: &str, micros: i64) -> String {
    let mut bytes = Vec::new();
    for (tag, number) in
        [(0x08, micros.div_euclid(MILLION)), (0x10, micros.rem_euclid(MILLION).saturating_mul(1_000))]
    {
        bytes.push(tag);
        let mut left = number.unsigned_abs();
        while left >= 0x80 {
            bytes.push(u8::try_from(left & 0x7f).unwrap_or_default() | 0x80);
            left >>= 7;
        }
        bytes.push(u8::try_from(left).unwrap_or_default());
    }
    format!("\"{}/{}\"", BASE64.encode(bytes), BASE64.encode(name))
}

/// The etag of a service as v2 answers it.
pub(in crate::emulator) fn etag(name: &str, data: &Value) -> String {
    let own = if is_knative(data) { None } else { text(data, "/etag") };
    own.map_or_else(|| service_etag(name, micros(name, data)), str::to_owned)
}

/// The version of a service as Knative answers it.
pub(in crate::emulator) fn resource_version(name: &str, data: &Value) -> String {
    let own = if is_knative(data) { text(data, "/metadata/resourceVersion") } else { None };
    own.map_or_else(|| knative_version(micros(name, data)), str::to_owned)
}

/// A version of Knative as an error names it: the microseconds.
pub(in crate::emulator) fn said(version: &str) -> String {
    of_version(version).map_or_else(|| version.to_owned(), |micros| micros.to_string())
}

/// When it was written; of what does not tell, a moment that is always the same.
fn micros(name: &str, data: &Value) -> i64 {
    let told = if is_knative(data) {
        text(data, "/metadata/resourceVersion").and_then(of_version)
    } else {
        text(data, "/etag").and_then(of_etag)
    };
    told.unwrap_or_else(|| {
        let hash = i64::from_str_radix(&digits(&format!("{name} {data}"), 6), 16).unwrap_or_default();
        1_500_000_000 * MILLION + hash
    })
}

fn text<'d>(data: &'d Value, pointer: &str) -> Option<&'d str> {
    data.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn of_version(version: &str) -> Option<i64> {
    Some(i64::from_be_bytes(BASE64.decode(version).ok()?.try_into().ok()?))
}

fn of_etag(etag: &str) -> Option<i64> {
    let bytes = BASE64.decode(etag.trim_matches('"').split('/').next()?).ok()?;
    let mut numbers = [0_i64; 2];
    let mut rest = bytes.iter();
    while let Some(tag) = rest.next() {
        let mut number = 0_u64;
        for (at, byte) in rest.by_ref().take(9).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
        }
        *numbers.get_mut(usize::from(tag >> 3).checked_sub(1)?)? = i64::try_from(number).ok()?;
    }
    numbers[0].checked_mul(MILLION)?.checked_add(numbers[1] / 1_000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_spelled_as_recorded() {
        // 2023-03-31T10:54:51.198151Z of a recorded service, and the etag of another of 2022-08-12T11:55:14.685868Z.
        assert_eq!(of_version("AAX4MAndusc"), Some(1_680_260_091_198_151));
        assert_eq!(knative_version(1_680_260_091_198_151), "AAX4MAndusc");
        assert_eq!(said("AAX4MAndusc"), "1680260091198151");
        let recorded = "\"CKL_2JcGEOCHhscC/cHJvamVjdHMvZ2NwZGlhZy1jbG91ZHJ1bjEtNWFlY2xtbHQvbG9jYXRpb25zL3VzLWNlbnRyYWwxL3NlcnZpY2VzL2Nsb3VkcnVuMQ\"";
        let micros = of_etag(recorded).unwrap();
        assert_eq!(micros / MILLION, 1_660_305_314);
        let name = "projects/gcpdiag-cloudrun1-5aeclmlt/locations/us-central1/services/cloudrun1";
        assert_eq!(service_etag(name, micros), recorded);
    }

    #[test]
    fn one_version_is_seen_in_both_shapes_and_another_state_has_another() {
        let (one, other) = (json!({ "uid": "a" }), json!({ "uid": "b" }));
        assert_ne!(etag("x", &one), etag("x", &other));
        assert_ne!(resource_version("x", &one), resource_version("x", &other));
        let written = json!({ "etag": service_etag("x", 1_700_000_000_000_001) });
        assert_eq!(resource_version("x", &written), knative_version(1_700_000_000_000_001));
        for etag in ["", "x", "\"////\"", "\"CKL_2JcGEOCHhscCCKL_2JcGEOCHhscC\""] {
            assert!(!resource_version("x", &json!({ "etag": etag })).is_empty());
        }
    }
}
