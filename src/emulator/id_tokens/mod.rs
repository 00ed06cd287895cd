//! ID tokens in Google's words (<https://cloud.google.com/docs/authentication/token-types#id>): signed, and checked
//! at the front door.

mod check;
mod claims;
pub(super) mod key;

pub(super) use check::{Checked, Wrong, check, payload, would_be_googles};
pub(super) use claims::{Claims, LIFETIME, subject_of};

/// The client that gcloud is: the audience of the ID tokens of its users
/// (<https://cloud.google.com/run/docs/authenticating/developers>).
pub(super) const GCLOUD: &str = "32555940559.apps.googleusercontent.com";
