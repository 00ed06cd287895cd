//! The key that stands for Google's, and what is signed with it.
//!
//! It is the testing key of RFC 9500 (<https://www.rfc-editor.org/rfc/rfc9500#section-2.1>), under the label that the
//! RFC gives it: everybody has it, it protects nothing, and scanners for secrets know it.

use std::sync::LazyLock;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use serde_json::{Value, json};

use crate::emulator::hash::digits;

const KEY: &str = include_str!("testing_key.pem");

/// A certificate of the key, signed by itself, as some libraries want it.
pub(in crate::emulator) const CERTIFICATE: &str = include_str!("certificate.pem");

/// `None` would be a file that was damaged.
fn pair() -> Option<&'static RsaKeyPair> {
    static PAIR: LazyLock<Option<RsaKeyPair>> = LazyLock::new(|| {
        let text: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
        RsaKeyPair::from_der(&STANDARD.decode(text).ok()?).ok()
    });
    PAIR.as_ref()
}

/// What the key is called among Google's: forty digits in hexadecimal, as theirs are.
pub(in crate::emulator) fn id() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| digits(CERTIFICATE, 20));
    &ID
}

/// The key as others check it (<https://www.rfc-editor.org/rfc/rfc7517>), under this name.
pub(in crate::emulator) fn jwk(id: &str) -> Value {
    let public = pair().map(|pair| PublicKeyComponents::<Vec<u8>>::from(pair.public()));
    let number = |bytes: &Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    json!({
        "kid": id,
        "use": "sig",
        "kty": "RSA",
        "alg": "RS256",
        "n": public.as_ref().map(|public| number(&public.n)),
        "e": public.as_ref().map(|public| number(&public.e)),
    })
}

/// Claims as a JSON web token, signed under this name of the key; `None` where the key cannot sign.
pub(in crate::emulator) fn signed(id: &str, claims: &str) -> Option<String> {
    let head = json!({ "alg": "RS256", "kid": id, "typ": "JWT" }).to_string();
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    let signature = signature(text.as_bytes())?;
    Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The key's signature of anything; `None` where it cannot sign.
pub(in crate::emulator) fn signature(bytes: &[u8]) -> Option<Vec<u8>> {
    let pair = pair()?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).ok()?;
    Some(signature)
}

/// Whether this is the key's signature of a text.
pub(super) fn is_signature(text: &str, signature: &[u8]) -> bool {
    pair().is_some_and(|pair| {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        key.verify(text.as_bytes(), signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_is_of_the_key() {
        let text: String = CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect();
        let certificate = STANDARD.decode(text).unwrap();
        // Both have it as the same structure of two numbers.
        let key = pair().unwrap().public_key().as_ref();
        assert!(certificate.windows(key.len()).any(|part| part == key));
    }

    #[test]
    fn the_key_is_the_one_of_the_rfc_under_its_own_label() {
        assert_eq!(KEY.lines().next(), Some("-----BEGIN RSA TESTING KEY-----"));
        let public = PublicKeyComponents::<Vec<u8>>::from(pair().unwrap().public());
        let start = &public.n[..8];
        assert_eq!(start, [0xb0, 0xf9, 0xe8, 0x19, 0x43, 0xa7, 0xae, 0x98]);
        assert_eq!(jwk("x")["e"], "AQAB");
        assert_eq!(id().len(), 40);
    }

    #[test]
    fn only_what_was_signed_has_the_signature() {
        let token = signed("x", "{}").unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(is_signature(text, &signature));
        assert!(!is_signature(&format!("{text}A"), &signature));
        assert!(!is_signature(text, &signature[1..]));
    }
}
