//! Whether an ID token is one of ours, and still good.

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value};

use super::key;
use crate::model::Time;

/// Padded or not: assertions of some clients are.
const READER: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Clocks need not be the same to the second.
const SKEW: i64 = 30;

/// A good ID token.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator) struct Checked {
    /// For whom it is.
    pub(in crate::emulator) audience: String,
    /// The account, in 21 digits.
    pub(in crate::emulator) subject: String,
    /// The address of the account, where it is told.
    pub(in crate::emulator) email: Option<String>,
    /// All that it says.
    pub(in crate::emulator) claims: Map<String, Value>,
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Wrong {
    /// It is no JSON web token: an access token looks so.
    Shape,
    /// Somebody else signed it, or it was changed.
    Signature,
    /// It is signed, and no ID token of Google's.
    Claims,
    /// It has run out.
    Expired,
    /// It is of a time to come.
    Early,
}

impl Wrong {
    /// In words: a lowercase fragment.
    pub(in crate::emulator) fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "the token is no ID token (an access token opens no function)",
            Self::Signature => "the signature of the token is not the one of the emulator's key",
            Self::Claims => "the token does not say what an ID token of Google's says",
            Self::Expired => "the token has expired",
            Self::Early => "the token is of a time to come",
        }
    }
}

/// What an ID token says, where it is ours and holds at this time.
pub(in crate::emulator) fn check(token: &str, now: Time) -> Result<Checked, Wrong> {
    let (text, signature) = token.rsplit_once('.').ok_or(Wrong::Shape)?;
    let (head, claims) = text.split_once('.').ok_or(Wrong::Shape)?;
    let head = read(head).ok_or(Wrong::Shape)?;
    let claims = read(claims).ok_or(Wrong::Shape)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Wrong::Signature)?;
    if !is_googles(&head) || !key::is_signature(text, &signature) {
        return Err(Wrong::Signature);
    }
    let word = |key: &str| claims.get(key).and_then(Value::as_str).map(str::to_owned);
    let moment = |key: &str| claims.get(key).and_then(Value::as_i64);
    let (Some("https://accounts.google.com"), Some(audience), Some(subject), Some(from), Some(until)) =
        (word("iss").as_deref(), word("aud"), word("sub"), moment("iat"), moment("exp"))
    else {
        return Err(Wrong::Claims);
    };
    let now = now.timestamp();
    if now >= until {
        return Err(Wrong::Expired);
    }
    if now.saturating_add(SKEW) < from {
        return Err(Wrong::Early);
    }
    Ok(Checked { audience, subject, email: word("email"), claims })
}

/// Whether a head is of what Google signs: what accounts sign is signed under another name of the key.
fn is_googles(head: &Map<String, Value>) -> bool {
    let says = |key: &str, wanted: &str| head.get(key).and_then(Value::as_str) == Some(wanted);
    says("alg", "RS256") && says("kid", key::id())
}

/// Whether the signature of this would make a token of Google's: nobody else is given that.
pub(in crate::emulator) fn would_be_googles(bytes: &[u8]) -> bool {
    let head = std::str::from_utf8(bytes).ok().and_then(|text| text.split('.').next());
    head.and_then(read).is_some_and(|head| is_googles(&head))
}

/// What a JSON web token of anybody's says. Its signature, its audience and its times are not looked at.
pub(in crate::emulator) fn payload(token: &str) -> Option<Map<String, Value>> {
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, _] = parts[..] else { return None };
    object(READER.decode(head).ok().as_deref())?;
    object(READER.decode(claims).ok().as_deref())
}

fn read(part: &str) -> Option<Map<String, Value>> {
    object(URL_SAFE_NO_PAD.decode(part).ok().as_deref())
}

fn object(bytes: Option<&[u8]>) -> Option<Map<String, Value>> {
    serde_json::from_slice(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{super::Claims, *};
    use crate::model::time::moment;

    fn token(from: Time) -> String {
        let claims = Claims {
            audience: "https://pay.example.com".to_owned(),
            party: "1".to_owned(),
            subject: "1".to_owned(),
            email: Some("pay@example.com".to_owned()),
            google: None,
        };
        claims.signed(from).unwrap()
    }

    #[test]
    fn a_token_is_good_for_an_hour() {
        let from = moment("2026-11-23T12:00:00Z").unwrap();
        let token = token(from);
        let after = |seconds| check(&token, from + TimeDelta::seconds(seconds));
        assert_eq!(after(0).unwrap().audience, "https://pay.example.com");
        assert_eq!(after(3_599).unwrap().email.as_deref(), Some("pay@example.com"));
        assert_eq!(after(3_600), Err(Wrong::Expired));
        assert_eq!(after(-29).unwrap().subject, "1");
        assert_eq!(after(-31), Err(Wrong::Early));
    }

    #[test]
    fn what_would_be_a_token_of_google_s_is_known_by_its_head() {
        let from = moment("2026-11-23T12:00:00Z").unwrap();
        let ours = token(from);
        let (text, _) = ours.rsplit_once('.').unwrap();
        assert!(would_be_googles(text.as_bytes()));
        let theirs = key::signed("theirs", "{}").unwrap();
        for other in [theirs.as_bytes(), b"", b"any blob", b"\xff\xfe", b"{}.{}"] {
            assert!(!would_be_googles(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_not_ours_to_the_letter_is_not_good() {
        let from = moment("2026-11-23T12:00:00Z").unwrap();
        let token = token(from);
        let parts: Vec<&str> = token.split('.').collect();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let others = key::signed("theirs", r#"{"iss":"https://accounts.google.com"}"#).unwrap();
        let odd = key::signed(key::id(), r#"{"iss":"https://accounts.google.com","aud":["a"]}"#).unwrap();
        for (token, wrong) in [
            (String::new(), Wrong::Shape),
            ("ya29.emulated-1".to_owned(), Wrong::Shape),
            ("a.b.c".to_owned(), Wrong::Shape),
            (format!("{}.{}.", parts[0], parts[1]), Wrong::Signature),
            (format!("{}.{}.AAAA", parts[0], parts[1]), Wrong::Signature),
            (format!("{none}.{}.", parts[1]), Wrong::Signature),
            (format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode("{}"), parts[2]), Wrong::Signature),
            (others, Wrong::Signature),
            (odd, Wrong::Claims),
        ] {
            assert_eq!(check(&token, from), Err(wrong), "{token}");
        }
    }
}
