//! ID tokens in Google's words (<https://cloud.google.com/docs/authentication/token-types#id>): signed, and checked
//! at the front door.

mod check;
mod claims;
pub(super) mod key;

pub(super) use crate::tokens::id::GCLOUD;
pub(super) use check::{Checked, Wrong, check, payload, would_be_googles};
pub(super) use claims::{Claims, LIFETIME, subject_of};
