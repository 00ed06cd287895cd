//! The key of a service account: yup-oauth2 gets access tokens with it, and ID tokens, which it does not get, are
//! exchanged here for a JWT that the account signs itself
//! (<https://cloud.google.com/functions/docs/securing/authenticating#exchanging_a_self-signed_jwt_for_a_google-signed_id_token>).

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::Utc;
use http::{Request, Uri, header::CONTENT_TYPE};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{Party, transport::Transport},
    CredentialsError,
    endpoint::{self, Stamped},
    file::KeyFile,
    library::Library,
    tokens::Token,
};
use crate::model::Time;

/// Where keys are exchanged, unless the file says otherwise, and whom assertions are for in any case.
pub(super) const TOKENS: &str = "https://oauth2.googleapis.com/token";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// No assertion is taken that holds longer, in seconds.
const LIFETIME: i64 = 3_600;

/// The key of a service account.
pub(in crate::tokens) struct Key {
    library: Library,
    transport: Transport,
    uri: Uri,
    email: String,
    /// What Google calls the key.
    id: Option<String>,
    private: SecretString,
    words: String,
}

#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

impl Key {
    pub(super) async fn of(file: &KeyFile<'_>, transport: &Transport) -> Result<Self, CredentialsError> {
        Ok(Self {
            library: Library::key(file, transport).await?,
            transport: transport.clone(),
            uri: file.google("token_uri", Some(TOKENS), transport.hosts())?,
            email: file.text("client_email")?.to_owned(),
            id: file.part("private_key_id").as_str().map(str::to_owned),
            private: file.text("private_key")?.into(),
            words: format!("the key in `{}`", file.path.display()),
        })
    }

    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        self.library.fetch().await
    }

    /// An ID token of the account.
    pub(super) async fn identify(&self, audience: &str) -> Result<Stamped<SecretString>, CredentialsError> {
        let whose = format!("`{}`", self.email);
        let assertion = self.assertion(audience, Utc::now()).ok_or_else(|| CredentialsError::Refused {
            whose: whose.as_str().into(),
            what: "nothing can be signed with `private_key`, which is no RSA key of 2048 bits or more: fetch the \
                   file again"
                .into(),
        })?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT)
            .append_pair("assertion", assertion.expose_secret())
            .finish();
        let builder = Request::post(&self.uri).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = endpoint::request(builder, body, &whose)?;
        let Stamped { what, date } = endpoint::ask(&self.transport, &Party::Google, &whose, &request).await?;
        let answer: Answer = serde_json::from_slice(&what).map_err(|_| endpoint::no_token(&whose))?;
        Ok(Stamped { what: answer.id_token.into(), date })
    }

    /// What the account says of itself and signs; `None` where the key cannot sign. It is for Google's own endpoint,
    /// whatever the file calls it.
    fn assertion(&self, audience: &str, now: Time) -> Option<SecretString> {
        let head = match &self.id {
            Some(id) => json!({ "alg": "RS256", "kid": id, "typ": "JWT" }),
            None => json!({ "alg": "RS256", "typ": "JWT" }),
        };
        let claims = json!({
            "iss": self.email,
            "aud": TOKENS,
            "iat": now.timestamp(),
            "exp": now.timestamp() + LIFETIME,
            "target_audience": audience,
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(head), part(claims));
        let pair = pair(&self.private)?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }

    pub(super) fn email(&self) -> &str {
        &self.email
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }
}

/// The key that a PEM holds, in the form of Google's files or the older one.
fn pair(pem: &SecretString) -> Option<RsaKeyPair> {
    let is_older = pem.expose_secret().contains("BEGIN RSA ");
    let lines = pem.expose_secret().lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let text = SecretString::from(lines.collect::<String>());
    let bytes = SecretSlice::from(STANDARD.decode(text.expose_secret()).ok()?);
    let read = if is_older { RsaKeyPair::from_der } else { RsaKeyPair::from_pkcs8 };
    read(bytes.expose_secret()).ok()
}
