//! Whose page an answer is: Cloud Run's own sentences, the Identity-Aware Proxy's, or the function's
//! (<https://cloud.google.com/run/docs/troubleshooting>).

use http::HeaderMap;

/// Whose page an answer is, as far as it can be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Cloud Run's, of somebody without a token or without the right to call (403).
    Forbidden,
    /// Cloud Run's, of a token that it does not take (401).
    Unauthorized,
    /// Cloud Run's, where nothing answers, or not to everybody (404).
    NotFound,
    /// The Identity-Aware Proxy's, in front of the function.
    Proxy,
    /// There is none to recognise anything by.
    Empty,
    /// Somebody else's: the function's own, most likely.
    Other,
}

/// The header of everything that the proxy answers by itself
/// (<https://cloud.google.com/iap/docs/faq>).
const PROXY: &str = "x-goog-iap-generated-response";

/// How much of a body is looked at.
pub(super) const LOOK: usize = 16 * 1024;

const FORBIDDEN: [&str; 3] = [
    "does not have permission to get URL",
    "The request was not authenticated. Either allow",
    "The request was not authenticated. Either set",
];
const UNAUTHORIZED: [&str; 3] = [
    "does not have permission to the requested URL",
    "The request was not authorized to invoke this service",
    "The access token could not be verified",
];
const NOT_FOUND: &str = "The requested URL was not found on this server.";

/// What stands at the beginning of an answer tells whose it is.
pub(super) fn of(status: u16, headers: &HeaderMap, beginning: &[u8]) -> Page {
    if headers.contains_key(PROXY) {
        return Page::Proxy;
    }
    let text = String::from_utf8_lossy(beginning);
    let says = |sentence: &&str| text.contains(*sentence);
    let is_challenged = headers
        .get("www-authenticate")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(UNAUTHORIZED[2]));
    match status {
        401 | 403 if text.contains("Invalid IAP credentials") => Page::Proxy,
        403 if FORBIDDEN.iter().any(says) => Page::Forbidden,
        401 if is_challenged || UNAUTHORIZED.iter().any(says) => Page::Unauthorized,
        404 if says(&NOT_FOUND) && text.contains("<title>404 Page not found</title>") => Page::NotFound,
        _ if beginning.is_empty() => Page::Empty,
        _ => Page::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_sentence_and_its_status() {
        let none = HeaderMap::new();
        let mut proxy = HeaderMap::new();
        proxy.insert(PROXY, "true".parse().unwrap());
        let mut challenge = HeaderMap::new();
        challenge.insert(
            "www-authenticate",
            "Bearer error=\"invalid_token\" error_description=\"The access token could not be verified\""
                .parse()
                .unwrap(),
        );
        let forbidden =
            "<h2>Your client does not have permission to get URL <code>/</code> from this server.</h2>";
        let not_found =
            "<title>404 Page not found</title><h2>The requested URL was not found on this server.</h2>";
        for (status, headers, body, page) in [
            (403, &none, forbidden, Page::Forbidden),
            (401, &none, forbidden, Page::Other),
            (403, &none, "{\"error\":\"no\"}", Page::Other),
            (403, &none, "", Page::Empty),
            (401, &challenge, "", Page::Unauthorized),
            (
                401,
                &none,
                "Your client does not have permission to the requested URL <code>/</code>.",
                Page::Unauthorized,
            ),
            (404, &none, not_found, Page::NotFound),
            (404, &none, "The requested URL was not found on this server.", Page::Other),
            (404, &none, "<h1>Not Found</h1>", Page::Other),
            (401, &none, "Invalid IAP credentials: empty token", Page::Proxy),
            (200, &none, "Invalid IAP credentials: empty token", Page::Other),
            (302, &proxy, "", Page::Proxy),
        ] {
            assert_eq!(of(status, headers, body.as_bytes()), page, "{status} {body}");
        }
    }
}
