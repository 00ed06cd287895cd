//! Access tokens for the asking: key files, refresh tokens, federation, impersonation, the metadata server.
//!
//! They are worth nothing, and nothing of what is brought for them is checked beyond its shape. They run out by
//! the clock on the wall, as their holders have no other.

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::{fault::Fault, handle::Handle, request::Request, server::Answer, tokens::Actor};
use crate::model::time;

/// How long a token lasts, in seconds.
const LIFETIME: i64 = 3_599;
/// Where the metadata server's answers begin.
const METADATA: &str = "/computeMetadata/v1/";
const JWT_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const READER: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether what is asked for there, or brought there, is secret.
pub(super) fn is_secret(request: &Request) -> bool {
    matches!(request.path.as_str(), "/token" | "/o/oauth2/token" | "/v1/token")
        || request.path.ends_with(":generateAccessToken")
}

/// The answer of those methods that need no token, being those that give one; `None` of the others.
pub(super) fn open(request: &Request, handle: &Handle) -> Option<Answer> {
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/token" | "/o/oauth2/token") => Some(grant(request, handle)),
        ("POST", "/v1/token") => Some(exchange(request, handle)),
        ("GET", "/" | "/computeMetadata/" | "/computeMetadata/v1/")
            if request.header("metadata-flavor").is_some() =>
        {
            Some(Answer::text(200, "computeMetadata/\n").with("Metadata-Flavor", "Google"))
        }
        ("GET", path) => path.strip_prefix(METADATA).map(|path| metadata(path, request, handle)),
        _ => None,
    }
}

/// The answer to who acts as a service account; `None` where something else is asked for.
pub(super) fn impersonation(request: &Request, handle: &Handle) -> Option<Result<Value, Fault>> {
    let parts = request.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["v1", "projects", _, "serviceAccounts", account] if request.method == "POST" => {
            let email = account.strip_suffix(":generateAccessToken")?;
            Some(act_as(email, request, handle))
        }
        _ => None,
    }
}

fn act_as(email: &str, request: &Request, handle: &Handle) -> Result<Value, Fault> {
    let body = request.json()?;
    let has_scope = body.get("scope").and_then(Value::as_array).is_some_and(|scopes| !scopes.is_empty());
    if !has_scope {
        return Err(Fault::invalid("Scope is required."));
    }
    let resource = format!("projects/-/serviceAccounts/{email}");
    let (is_refused, is_missing) = handle.change(|state| {
        let is_refused = state.is_refused("iam.serviceAccounts.getAccessToken", &resource);
        (is_refused, state.lacks_account(email))
    });
    if is_refused {
        return Err(Fault::denied("iam.serviceAccounts.getAccessToken", &resource));
    }
    if is_missing {
        return Err(Fault::not_found(format!(
            "Unknown service account; Gaia id not found for email {email}"
        )));
    }
    let said = body.get("lifetime").and_then(Value::as_str).and_then(|text| text.strip_suffix('s'));
    let seconds = said.and_then(|text| text.parse::<i64>().ok()).unwrap_or(3_600).clamp(1, 43_200);
    let end = Utc::now() + TimeDelta::seconds(seconds);
    Ok(json!({ "accessToken": token(handle), "expireTime": time::rfc3339(end) }))
}

fn token(handle: &Handle) -> String {
    handle.tokens(|tokens| tokens.mint(Actor::Owner, Utc::now() + TimeDelta::seconds(LIFETIME)))
}

fn grant(request: &Request, handle: &Handle) -> Answer {
    let wrong =
        |error: &str, what: &str| Answer::json(400, &json!({ "error": error, "error_description": what }));
    let filled = |key: &str| request.form(key).filter(|value| !value.is_empty());
    let scope = match filled("grant_type").as_deref() {
        Some(JWT_GRANT) => match filled("assertion").as_deref().and_then(claims) {
            Some(claims) if claims.get("iss").is_some_and(Value::is_string) => None,
            Some(_) => return wrong("invalid_grant", "Invalid JWT: Failed audience or issuer check."),
            None => {
                return wrong(
                    "invalid_grant",
                    "Invalid JWT: Token must be a short-lived token and in a JWT form",
                );
            }
        },
        Some("refresh_token") if filled("refresh_token").is_some() => Some("openid"),
        Some("refresh_token") => {
            return wrong("invalid_request", "Missing required parameter: refresh_token");
        }
        Some(other) => return wrong("unsupported_grant_type", &format!("Invalid grant_type: {other}")),
        None => return wrong("invalid_request", "Missing required parameter: grant_type"),
    };
    let mut answer = json!({ "access_token": token(handle), "expires_in": LIFETIME, "token_type": "Bearer" });
    if let Some(scope) = scope {
        answer["scope"] = json!(format!("{scope} https://www.googleapis.com/auth/cloud-platform"));
    }
    Answer::json(200, &answer)
}

/// What a signed assertion says, padded or not. Its signature, its audience and its times are not looked at.
fn claims(assertion: &str) -> Option<Value> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [head, claims, _] = parts[..] else { return None };
    let read = |part: &str| serde_json::from_slice::<Value>(&READER.decode(part).ok()?).ok();
    read(head).filter(Value::is_object)?;
    read(claims).filter(Value::is_object)
}

/// Security tokens of others for one of Google's.
fn exchange(request: &Request, handle: &Handle) -> Answer {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let said = |form: &str, json: &str| {
        let told = request.form(form).or_else(|| body.get(json).and_then(Value::as_str).map(str::to_owned));
        told.filter(|text| !text.is_empty())
    };
    let grant = said("grant_type", "grantType");
    if grant.as_deref() != Some("urn:ietf:params:oauth:grant-type:token-exchange") {
        let what = json!({ "error": "unsupported_grant_type", "error_description": "Invalid grant_type" });
        return Answer::json(400, &what);
    }
    if said("subject_token", "subjectToken").is_none() || said("audience", "audience").is_none() {
        let what =
            json!({ "error": "invalid_request", "error_description": "Invalid value for \"audience\"." });
        return Answer::json(400, &what);
    }
    Answer::json(
        200,
        &json!({
            "access_token": token(handle),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": LIFETIME,
        }),
    )
}

/// The metadata server of a machine that runs as the default account of the first project.
fn metadata(path: &str, request: &Request, handle: &Handle) -> Answer {
    if request.header("metadata-flavor") != Some("Google") {
        return Answer::text(403, "Missing required header: Metadata-Flavor\n");
    }
    let (id, number) = handle.change(|state| state.first_project());
    let email = format!("{}-compute@developer.gserviceaccount.com", number.as_deref().unwrap_or("0"));
    let account = path.strip_prefix("instance/service-accounts/").and_then(|rest| rest.split_once('/'));
    let account = account.filter(|(name, _)| *name == "default" || *name == email).map(|(_, rest)| rest);
    let answer = match (path, account) {
        (_, Some("token")) => Answer::json(
            200,
            &json!({ "access_token": token(handle), "expires_in": LIFETIME, "token_type": "Bearer" }),
        ),
        (_, Some("" | "?recursive=true")) => Answer::json(
            200,
            &json!({
                "aliases": ["default"],
                "email": email,
                "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
            }),
        ),
        (_, Some("email")) => Answer::text(200, &email),
        (_, Some("scopes")) => Answer::text(200, "https://www.googleapis.com/auth/cloud-platform\n"),
        ("instance/service-accounts/", _) => Answer::text(200, &format!("default/\n{email}/\n")),
        ("project/project-id", _) => Answer::text(200, &id),
        ("project/numeric-project-id", _) => Answer::text(200, number.as_deref().unwrap_or("0")),
        ("universe/universe-domain" | "universe/universe_domain", _) => Answer::text(200, "googleapis.com"),
        _ => Answer::text(404, "Not Found\n"),
    };
    answer.with("Metadata-Flavor", "Google")
}
