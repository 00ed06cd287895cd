//! The token endpoint: assertions of service accounts and refresh tokens
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>).

use serde_json::{Map, Value, json};

use super::{LIFETIME, SCOPE, unsigned, wrong};
use crate::{
    emulator::{
        handle::Handle,
        id_tokens::{self, Claims, subject_of},
        request::Request,
        server::Answer,
        tokens::{Actor, Mint, OWNER},
    },
    model::Principal,
};

const JWT_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The longest that an assertion may hold, in seconds.
const LONGEST: i64 = 3_600;

/// A token for what is brought.
pub(super) fn grant(request: &Request, handle: &Handle) -> Answer {
    let filled = |key: &str| request.form(key).filter(|value| !value.is_empty());
    match filled("grant_type").as_deref() {
        Some(JWT_GRANT) => {
            let claims = filled("assertion").as_deref().and_then(id_tokens::payload);
            claims.map_or_else(
                || {
                    wrong(
                        400,
                        "invalid_grant",
                        "Invalid JWT: Token must be a short-lived token and in a JWT form",
                    )
                },
                |claims| assertion(&claims, handle),
            )
        }
        Some("refresh_token") => match filled("refresh_token") {
            Some(token) => refresh(&token, filled("client_id"), handle),
            None => wrong(400, "invalid_request", "Missing required parameter: refresh_token"),
        },
        Some(other) => wrong(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")),
        None => wrong(400, "invalid_request", "Missing required parameter: grant_type"),
    }
}

/// What a key file's account asks for. Neither the signature nor the audience is looked at: nobody here has the keys
/// of made-up key files, and clients say Google's own address whatever they were pointed at.
fn assertion(claims: &Map<String, Value>, handle: &Handle) -> Answer {
    let word = |key: &str| claims.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(email) = word("iss") else {
        return wrong(400, "invalid_grant", "Invalid JWT: Failed audience or issuer check.");
    };
    if !has_good_times(claims) {
        let what = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
                    Check your iat and exp values in the JWT claim.";
        return wrong(400, "invalid_grant", what);
    }
    if word("sub").is_some_and(|sub| !sub.eq_ignore_ascii_case(email)) {
        // Only the administrator of a Workspace lets an account act for its people.
        let what = "Client is unauthorized to retrieve access tokens using this method, or client not authorized \
                    for any of the scopes requested.";
        return wrong(401, "unauthorized_client", what);
    }
    let account = handle.read(|state| (!state.lacks_account(email)).then(|| state.account(email)));
    let Some(account) = account.filter(|account| account.email.contains('@')) else {
        return wrong(400, "invalid_grant", "Invalid grant: account not found");
    };
    let mint = Mint::new(handle);
    let principal = Principal::service_account(&account.email);
    if let Some(audience) = word("target_audience") {
        let claims = Claims {
            audience: audience.to_owned(),
            party: account.email.clone(),
            subject: account.subject,
            email: Some(account.email),
            google: None,
        };
        let token = mint.id(principal, claims);
        return token.map_or_else(unsigned, |token| Answer::json(200, &json!({ "id_token": token })));
    }
    if word("scope").is_none() {
        return wrong(400, "invalid_scope", "Empty or missing scope not allowed.");
    }
    let (token, _) = mint.access(Actor::As(principal), LIFETIME);
    Answer::json(200, &json!({ "access_token": token, "expires_in": LIFETIME, "token_type": "Bearer" }))
}

/// Whether the times of an assertion, where it says any, are numbers that are no more than an hour apart.
fn has_good_times(claims: &Map<String, Value>) -> bool {
    let moment = |key: &str| match claims.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(()),
    };
    match (moment("iat"), moment("exp")) {
        #[expect(clippy::cast_precision_loss, reason = "an hour fits")]
        (Ok(Some(from)), Ok(Some(until))) => until > from && until - from <= LONGEST as f64,
        (from, until) => from.is_ok() && until.is_ok(),
    }
}

/// What a person's refresh token gives: one that is an address acts as that person, any other as the estate's owner.
fn refresh(token: &str, client: Option<String>, handle: &Handle) -> Answer {
    let email = token.strip_prefix("user:").unwrap_or(token);
    let is_address = email.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !email.contains(|c: char| c.is_whitespace() || c == '/')
    });
    let user = |email: &str| Principal::new(format!("user:{email}"));
    let (actor, email) = if is_address { (Actor::As(user(email)), email) } else { (Actor::Owner, OWNER) };
    let client = client.unwrap_or_else(|| id_tokens::GCLOUD.to_owned());
    let claims = Claims {
        audience: client.clone(),
        party: client,
        subject: subject_of(email),
        email: Some(email.to_owned()),
        google: None,
    };
    let mint = Mint::new(handle);
    let Some(id_token) = mint.id(user(email), claims) else { return unsigned() };
    let (token, _) = mint.access(actor, LIFETIME);
    Answer::json(
        200,
        &json!({
            "access_token": token,
            "expires_in": LIFETIME,
            "scope": format!("openid https://www.googleapis.com/auth/userinfo.email {SCOPE}"),
            "token_type": "Bearer",
            "id_token": id_token,
        }),
    )
}
