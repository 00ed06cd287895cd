//! Whose credentials are in use.

use http::{Request, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    super::{
        CredentialsError, Endpoint, Party,
        credentials::{endpoint, source::Source},
        transport::Transport,
    },
    Claims,
    choose::Chosen,
    claims::of_email,
};
use crate::model::Principal;

/// Whose tokens these are: as the credential itself says, else as Google does.
pub(super) async fn principal(chosen: &Chosen, endpoint: Endpoint) -> Result<Principal, CredentialsError> {
    let source = &chosen.credential.source;
    if let Some(principal) = source.principal() {
        return Ok(principal);
    }
    match source {
        Source::Metadata(metadata) => Ok(of_email(&metadata.email().await?)),
        Source::Gcloud(gcloud) => Ok(of_email(&gcloud.account().await?)),
        Source::User(_) => {
            // The login may be without `openid`.
            let said = source.identify("").await.ok().and_then(|identity| Claims::of(&identity.given.what));
            match said.and_then(|claims| claims.principal()) {
                Some(principal) => Ok(principal),
                None => asked(source, endpoint, &chosen.transport).await,
            }
        }
        Source::Given(_) | Source::Key(_) | Source::Impersonated(_) => {
            asked(source, endpoint, &chosen.transport).await
        }
        Source::Library(_) => Err(CredentialsError::Option(
            "the identity of a workload pool is no caller of functions: act as a service account \
             (`--impersonate EMAIL`)"
                .into(),
        )),
    }
}

#[derive(Deserialize)]
struct Told {
    email: Option<String>,
}

/// Whose an access token is (<https://developers.google.com/identity/protocols/oauth2>).
async fn asked(
    source: &Source,
    endpoint: Endpoint,
    transport: &Transport,
) -> Result<Principal, CredentialsError> {
    let whose = source.words();
    let token: SecretString = source.fetch().await?.secret;
    let base = match endpoint {
        Endpoint::Google => "https://oauth2.googleapis.com".to_owned(),
        Endpoint::Emulator(address) => format!("http://{address}"),
    };
    // In the body: addresses are written to logs.
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", token.expose_secret())
        .finish();
    let builder =
        Request::post(format!("{base}/tokeninfo")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = endpoint::request(builder, body, &whose)?;
    let answer = endpoint::ask(transport, &Party::Google, &whose, &request).await?;
    let told: Option<Told> = serde_json::from_slice(&answer.what).ok();
    let email = told.and_then(|told| told.email).filter(|email| email.contains('@'));
    email.as_deref().map(of_email).ok_or_else(|| {
        let what = format!(
            "Google does not say whose {whose} is, as it was given without the scope \
             `https://www.googleapis.com/auth/userinfo.email`: name yourself, for example `user:you@example.com`"
        );
        CredentialsError::Option(what.into())
    })
}
