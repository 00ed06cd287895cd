//! Security tokens of others for one of Google's (<https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token>).

use chrono::Utc;
use serde_json::{Value, json};

use super::{LIFETIME, wrong};
use crate::{
    emulator::{
        handle::Handle,
        id_tokens,
        request::Request,
        server::Answer,
        tokens::{Actor, Mint},
    },
    model::Principal,
};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The exchange, asked for as a form or as JSON.
pub(super) fn exchange(request: &Request, handle: &Handle) -> Answer {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let said = |form: &str, json: &str| {
        let told = request.form(form).or_else(|| body.get(json).and_then(Value::as_str).map(str::to_owned));
        told.filter(|text| !text.is_empty())
    };
    if said("grant_type", "grantType").as_deref() != Some(EXCHANGE) {
        return wrong(400, "unsupported_grant_type", "Invalid grant_type");
    }
    let subject = said("subject_token", "subjectToken");
    let audience = said("audience", "audience");
    // An access token of Google's own is exchanged for a lesser one, which is for nobody else.
    let is_own = said("subject_token_type", "subjectTokenType").as_deref() == Some(ACCESS_TOKEN);
    let actor = match (subject, audience) {
        (Some(token), _) if is_own => handle.tokens(|tokens| tokens.actor(&token, Utc::now())),
        (Some(token), Some(audience)) => Some(federated(&token, &audience).map_or(Actor::Owner, Actor::As)),
        (_, _) => return wrong(400, "invalid_request", "Invalid value for \"audience\"."),
    };
    let Some(actor) = actor else {
        return wrong(400, "invalid_grant", "The subject token has expired.");
    };
    let (token, _) = Mint::new(handle).access(actor, LIFETIME);
    Answer::json(
        200,
        &json!({
            "access_token": token,
            "issued_token_type": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
        }),
    )
}

/// Whom a token of somebody else's names in the pool of the provider that it is brought for
/// (<https://cloud.google.com/iam/docs/principal-identifiers>). `None` of a token that is no JSON web token.
fn federated(token: &str, audience: &str) -> Option<Principal> {
    let claims = id_tokens::payload(token)?;
    let subject = claims.get("sub").and_then(Value::as_str).filter(|text| !text.is_empty())?;
    let provider = audience.strip_prefix("//iam.googleapis.com/")?;
    let (pool, provider) = provider.split_once("/providers/")?;
    let is_pool = match pool.split('/').collect::<Vec<_>>()[..] {
        ["projects", project, "locations", location, "workloadIdentityPools", pool] => {
            [project, location, pool].iter().all(|part| !part.is_empty())
        }
        ["locations", location, "workforcePools", pool] => !location.is_empty() && !pool.is_empty(),
        _ => false,
    };
    let is_whole = is_pool && !provider.is_empty() && !provider.contains('/');
    is_whole.then(|| Principal::new(format!("principal://iam.googleapis.com/{pool}/subject/{subject}")))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn a_token_of_a_pool_names_its_subject_there() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = |claims: &str| format!("{}.{}.{}", part("{}"), part(claims), part("x"));
        let ci = token(r#"{"sub":"repo:shop/pay"}"#);
        let named = |audience: &str| federated(&ci, audience).map(|principal| principal.as_str().to_owned());
        let pool = "projects/1001/locations/global/workloadIdentityPools/ci";
        assert_eq!(
            named(&format!("//iam.googleapis.com/{pool}/providers/hub")),
            Some(format!("principal://iam.googleapis.com/{pool}/subject/repo:shop/pay"))
        );
        let pool = "locations/global/workforcePools/staff";
        assert_eq!(
            named(&format!("//iam.googleapis.com/{pool}/providers/sso")),
            Some(format!("principal://iam.googleapis.com/{pool}/subject/repo:shop/pay"))
        );
        for audience in ["", "//iam.googleapis.com/projects/1/providers/x", "https://example.com/providers/x"]
        {
            assert_eq!(named(audience), None, "{audience}");
        }
        let audience = format!("//iam.googleapis.com/{pool}/providers/sso");
        for nobody in ["theirs", "a.b.c", &token("{}"), &token(r#"{"sub":7}"#)] {
            assert_eq!(federated(nobody, &audience), None, "{nobody}");
        }
    }
}
