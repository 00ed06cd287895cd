//! Names of resources before they become parts of an address: the Google crates do not encode them.

use super::{CallError, Refusal};

/// The longest part of a name that any API has.
const LONGEST: usize = 255;

/// Whether this can be one part of a resource's name and nothing else: no `/`, no `..`, nothing to encode.
fn is_part(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(is_plain)
        && !text.contains("..")
}

/// All parts of a name, checked before a call is made of them.
///
/// # Errors
/// Where one of them could be taken for something else.
pub(super) fn check(parts: &[&str]) -> Result<(), CallError> {
    match parts.iter().find(|part| !is_part(part)) {
        None => Ok(()),
        Some(part) => {
            let shown: String = part.chars().take(80).collect();
            Err(CallError::new(Refusal::Invalid, format!("`{shown}` is not a name that Google gives")))
        }
    }
}

/// A path as raw calls have it: from `/`, encoded already, leading nowhere else.
///
/// # Errors
/// Where it could be taken for something else.
pub(super) fn check_path(path: &str) -> Result<(), CallError> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\' | b'@');
    let is_path = path.starts_with('/')
        && path.bytes().all(is_plain)
        && !path.split('/').skip(1).any(|part| matches!(part, "" | "." | ".."));
    if is_path {
        return Ok(());
    }
    let shown: String = path.chars().take(80).collect();
    Err(CallError::new(Refusal::Invalid, format!("`{shown}` is not the path of a call")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_refused_before_a_call() {
        for name in ["shop-prod", "example.com:shop", "123", "pay", "europe-west1", "my_fn"] {
            assert_eq!(check(&[name]), Ok(()), "{name}");
        }
        for name in ["", "-", ".", "..", "a/b", "a..b", "a b", "a%2Fb", "a?b", "a#b", "ä", "a@b", "a\n"] {
            assert!(check(&["p", name]).is_err(), "{name}");
        }
        assert!(check(&[&"a".repeat(300)]).is_err());
    }

    #[test]
    fn a_path_stays_on_its_host_and_has_no_query_of_its_own() {
        for path in ["/v1/projects/p:getAncestry", "/v2/projects/p/locations/-/functions", "/v1/a%20b"] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in ["", "v1/p", "//example.com/v1", "/v1/../x", "/v1/p?x=y", "/v1/p#x", "/v1/a b", "/@x"] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }
}
