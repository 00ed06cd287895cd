//! What an ID token says.

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::key;
use crate::model::Time;

/// How long an ID token lasts, in seconds.
pub(in crate::emulator) const LIFETIME: i64 = 3_600;

/// What an ID token says, as each way to get one gives it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator) struct Claims {
    /// For whom it is.
    pub(in crate::emulator) audience: String,
    /// Who asked for it.
    pub(in crate::emulator) party: String,
    /// The account, in 21 digits.
    pub(in crate::emulator) subject: String,
    /// The address of the account, where it is told.
    pub(in crate::emulator) email: Option<String>,
    /// What Google says of its own.
    pub(in crate::emulator) google: Option<Value>,
}

impl Claims {
    /// The token, from this time on; `None` where the key cannot sign.
    pub(in crate::emulator) fn signed(self, from: Time) -> Option<String> {
        let Self { audience, party, subject, email, google } = self;
        let mut claims = Map::new();
        claims.insert("aud".to_owned(), audience.into());
        claims.insert("azp".to_owned(), party.into());
        if let Some(email) = email {
            claims.insert("email".to_owned(), email.into());
            claims.insert("email_verified".to_owned(), true.into());
        }
        claims.insert("exp".to_owned(), (from.timestamp() + LIFETIME).into());
        if let Some(google) = google {
            claims.insert("google".to_owned(), google);
        }
        claims.insert("iat".to_owned(), from.timestamp().into());
        claims.insert("iss".to_owned(), "https://accounts.google.com".into());
        claims.insert("sub".to_owned(), subject.into());
        key::signed(key::id(), &json!(claims).to_string())
    }
}

/// The number of an account that nobody gave one: 21 digits, the same at every start.
pub(in crate::emulator) fn subject_of(email: &str) -> String {
    const LEAST: u128 = 100_000_000_000_000_000_000;
    let hash = digest(&SHA256, email.to_lowercase().as_bytes());
    let number = hash.as_ref().iter().take(15).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    (LEAST + number % LEAST).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_account_has_21_digits_and_is_its_own() {
        let (pay, ship) = (subject_of("pay@example.com"), subject_of("ship@example.com"));
        assert_eq!((pay.len(), pay.starts_with('1')), (21, true));
        assert_eq!(pay, subject_of("Pay@Example.com"));
        assert_ne!(pay, ship);
    }
}
