//! What an ID token says of itself: read, not verified. Whoever is shown the token verifies it
//! (<https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload>).

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::model::{Principal, Time};

/// What an ID token says of itself. Untrusted text, and nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// For whom it is (`aud`).
    pub audience: Arc<str>,
    /// Who gave it (`iss`).
    pub issuer: Arc<str>,
    /// Whose it is, by number (`sub`).
    pub subject: Arc<str>,
    /// Whose it is, by address, where it says so (`email`).
    pub email: Option<Arc<str>>,
    /// From when (`iat`), in UTC.
    pub from: Option<Time>,
    /// Until when (`exp`), in UTC.
    pub until: Option<Time>,
}

/// As it stands there.
#[derive(Deserialize)]
struct Wire {
    aud: String,
    iss: String,
    sub: String,
    email: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
}

impl Claims {
    /// What a token says; `None` where it is no JWT with the claims of an ID token.
    pub fn of(token: &SecretString) -> Option<Self> {
        let mut parts = token.expose_secret().split('.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let Wire { aud, iss, sub, email, iat, exp } = serde_json::from_slice(&payload).ok()?;
        let time = |seconds: Option<i64>| DateTime::from_timestamp(seconds?, 0);
        Some(Self {
            audience: aud.into(),
            issuer: iss.into(),
            subject: sub.into(),
            email: email.map(Into::into),
            from: time(iat),
            until: time(exp),
        })
    }

    /// Whose it is, as a principal of IAM, where it says so.
    pub fn principal(&self) -> Option<Principal> {
        self.email.as_deref().map(of_email)
    }
}

/// Whose an address is: accounts have theirs below a domain of Google's.
pub(super) fn of_email(email: &str) -> Principal {
    if email.ends_with(".gserviceaccount.com") {
        Principal::service_account(email)
    } else {
        Principal::new(format!("user:{email}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(payload: &str) -> SecretString {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)).into()
    }

    #[test]
    fn a_token_says_whose_it_is_and_for_whom() {
        let payload = json!({"aud": "https://pay.example.com", "iss": "https://accounts.google.com", "sub": "104",
            "email": "pay@shop-prod.iam.gserviceaccount.com", "iat": 1_700_000_000, "exp": 1_700_003_600});
        let claims = Claims::of(&token(&payload.to_string())).unwrap();
        assert_eq!(&*claims.audience, "https://pay.example.com");
        assert_eq!(claims.until.unwrap() - claims.from.unwrap(), chrono::TimeDelta::hours(1));
        let account = "serviceAccount:pay@shop-prod.iam.gserviceaccount.com";
        assert_eq!(claims.principal(), Some(Principal::new(account)));
    }

    #[test]
    fn what_is_no_id_token_says_nothing() {
        for text in ["", "a.b", "ya29.token", "e30.e30.c2ln", "e30..", "e30.%%%.c2ln", "a.b.c.d"] {
            assert_eq!(Claims::of(&SecretString::from(text)), None, "{text}");
        }
        assert_eq!(Claims::of(&token("{\"aud\":[1],\"iss\":\"x\",\"sub\":\"y\"}")), None);
    }
}
