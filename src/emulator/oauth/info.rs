//! What tells about tokens: whose they are, and how they are checked
//! (<https://developers.google.com/identity/openid-connect/openid-connect#discovery>).

use chrono::Utc;
use serde_json::{Value, json};

use super::{SCOPE, wrong};
use crate::{
    emulator::{
        handle::Handle,
        id_tokens::{self, key, subject_of},
        request::Request,
        server::Answer,
        tokens::{Actor, OWNER},
    },
    model::Principal,
};

/// How long the keys are kept by those who fetched them, in seconds.
const KEPT: &str = "public, max-age=20000";

/// Where the keys of service accounts are.
const ACCOUNTS: &str = "/service_accounts/v1/";

/// Whether a path is one that a token is brought to in the words of a query or a form.
pub(super) fn is_about_token(path: &str) -> bool {
    path == "/tokeninfo" || (path.starts_with("/oauth2/") && path.ends_with("/tokeninfo"))
}

/// The answer; `None` where nothing of the kind is asked for.
pub(super) fn answer(request: &Request, handle: &Handle) -> Option<Answer> {
    let path = request.path.as_str();
    match (request.method.as_str(), path) {
        ("GET", "/oauth2/v3/certs") => Some(public(&json!({ "keys": [key::jwk(key::id())] }))),
        ("GET", "/oauth2/v1/certs") => Some(public(&json!({ key::id(): key::CERTIFICATE }))),
        ("GET", "/.well-known/openid-configuration") => Some(public(&configuration())),
        ("GET", path) if path.starts_with(ACCOUNTS) => account_key(path, handle),
        ("GET" | "POST", path) if is_about_token(path) => Some(token_info(request, handle)),
        (
            "GET" | "POST",
            "/v1/userinfo" | "/oauth2/v1/userinfo" | "/oauth2/v2/userinfo" | "/oauth2/v3/userinfo",
        ) => Some(user_info(request, handle)),
        _ => None,
    }
}

/// The key that an account signs with, in one shape or the other.
fn account_key(path: &str, handle: &Handle) -> Option<Answer> {
    let path = path.strip_prefix(ACCOUNTS)?;
    let (word, account) = path.strip_prefix("metadata/").unwrap_or(path).split_once('/')?;
    let id = handle.read(|state| state.account(account).key_id());
    match word {
        "jwk" => Some(public(&json!({ "keys": [key::jwk(&id)] }))),
        "x509" => Some(public(&json!({ id: key::CERTIFICATE }))),
        _ => None,
    }
}

fn public(body: &Value) -> Answer {
    Answer::json(200, body).with("cache-control", KEPT)
}

fn configuration() -> Value {
    json!({
        "issuer": "https://accounts.google.com",
        "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
        "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "response_types_supported": ["code", "token", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "iss", "sub"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    })
}

/// The address and the number of who brings an access token, where it has an address.
fn holder(actor: &Actor, handle: &Handle) -> Option<(String, String)> {
    match actor {
        Actor::Owner => Some((OWNER.to_owned(), subject_of(OWNER))),
        Actor::As(principal) => {
            let email = principal.email()?.to_owned();
            let is_account = principal == &Principal::service_account(&email);
            let subject = if is_account {
                handle.read(|state| state.account(&email).subject)
            } else {
                subject_of(&email)
            };
            Some((email, subject))
        }
    }
}

/// What a token is: of an ID token what it says, of an access token whose it is and how long it lasts.
fn token_info(request: &Request, handle: &Handle) -> Answer {
    let said = |key: &str| {
        let told = request.query(key).map(str::to_owned).or_else(|| request.form(key));
        told.filter(|text| !text.is_empty())
    };
    let now = Utc::now();
    if let Some(token) = said("id_token") {
        return match id_tokens::check(&token, now) {
            Ok(checked) => {
                let mut claims = Value::Object(checked.claims);
                // Numbers and the like are texts there.
                for value in claims.as_object_mut().into_iter().flat_map(|claims| claims.values_mut()) {
                    if value.is_number() || value.is_boolean() {
                        *value = value.to_string().into();
                    }
                }
                Answer::json(200, &claims)
            }
            Err(_) => wrong(400, "invalid_token", "Invalid Value"),
        };
    }
    let Some(token) = said("access_token").or_else(|| request.bearer().map(str::to_owned)) else {
        return wrong(400, "invalid_request", "either access_token, id_token, or token_handle required");
    };
    let Some((actor, until)) = handle.tokens(|tokens| tokens.seen(&token, now)) else {
        return wrong(400, "invalid_token", "Invalid Value");
    };
    let left = until.map_or(super::LIFETIME, |until| (until - now).num_seconds());
    let scope = format!("https://www.googleapis.com/auth/userinfo.email {SCOPE} openid");
    let holder = holder(&actor, handle);
    let (email, subject) = holder.as_ref().map(|(email, subject)| (email, subject)).unzip();
    // The versions before have other names for it, and numbers.
    let is_old = request.path.starts_with("/oauth2/v1/") || request.path.starts_with("/oauth2/v2/");
    let mut info = if is_old {
        json!({
            "issued_to": id_tokens::GCLOUD,
            "audience": id_tokens::GCLOUD,
            "user_id": subject,
            "scope": scope,
            "expires_in": left,
            "email": email,
            "verified_email": email.map(|_| true),
            "access_type": "online",
        })
    } else {
        json!({
            "azp": id_tokens::GCLOUD,
            "aud": id_tokens::GCLOUD,
            "sub": subject,
            "scope": scope,
            "exp": (now.timestamp() + left).to_string(),
            "expires_in": left.to_string(),
            "email": email,
            "email_verified": email.map(|_| "true"),
            "access_type": "online",
        })
    };
    if let Value::Object(fields) = &mut info {
        fields.retain(|_, value| !value.is_null());
    }
    Answer::json(200, &info)
}

fn user_info(request: &Request, handle: &Handle) -> Answer {
    let actor = request.bearer().and_then(|token| handle.tokens(|tokens| tokens.actor(token, Utc::now())));
    let Some((email, subject)) = actor.and_then(|actor| holder(&actor, handle)) else {
        return wrong(401, "invalid_request", "Invalid Credentials");
    };
    let is_old = !request.path.contains("v3") && request.path != "/v1/userinfo";
    Answer::json(
        200,
        &if is_old {
            json!({ "id": subject, "email": email, "verified_email": true })
        } else {
            json!({ "sub": subject, "email": email, "email_verified": true })
        },
    )
}
