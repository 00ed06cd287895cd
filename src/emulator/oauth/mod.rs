//! Where tokens are had without one: the token endpoint, federation, the metadata server; and what tells about tokens.
//!
//! Nothing of what is brought for a token is checked beyond its shape: its names say whom the token acts as.

mod info;
mod metadata;
mod sts;
mod token;

use serde_json::json;

use super::{handle::Handle, request::Request, server::Answer};

/// How long an access token lasts, in seconds.
const LIFETIME: i64 = 3_599;
/// What an access token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Whether what is asked for there, or brought there, is secret.
pub(super) fn is_secret(request: &Request) -> bool {
    let path = request.path.as_str();
    matches!(path, "/token" | "/o/oauth2/token" | "/v1/token")
        || info::is_about_token(path)
        || [":generateAccessToken", ":generateIdToken", ":signJwt", ":signBlob"]
            .iter()
            .any(|verb| path.ends_with(verb))
}

/// A target as the log shows it: without what a query brings that is secret.
pub(super) fn hidden(request: &Request, target: String) -> String {
    if info::is_about_token(&request.path) { request.path.clone() } else { target }
}

/// The answer of those methods that need no token, being those that give one; `None` of the others.
pub(super) fn open(request: &Request, handle: &Handle) -> Option<Answer> {
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/token" | "/o/oauth2/token") => Some(token::grant(request, handle)),
        ("POST", "/v1/token") => Some(sts::exchange(request, handle)),
        ("GET", path) if path == "/" || path.starts_with("/computeMetadata") => {
            metadata::answer(request, handle)
        }
        _ => info::answer(request, handle),
    }
}

/// An error as the token endpoints answer it (<https://www.rfc-editor.org/rfc/rfc6749#section-5.2>).
fn wrong(status: u16, error: &str, what: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": what }))
}

/// What is answered where the key cannot sign.
fn unsigned() -> Answer {
    wrong(500, "internal_failure", "The emulator cannot sign a token.")
}
