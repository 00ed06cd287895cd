//! Tokens of service accounts, for whoever may act as them
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts>).

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use chrono::{SubsecRound as _, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Context;
use crate::{
    emulator::{
        fault::Fault,
        id_tokens::{Claims, key, would_be_googles},
        state::Account,
        tokens::Actor,
    },
    model::{Principal, time},
};

/// The longest that a token lasts, in seconds, where no organization policy lets it last longer.
const LONGEST: i64 = 3_600;
/// The longest that a token of an account's own making lasts: twelve hours.
const LONGEST_JWT: i64 = 43_200;

/// What is asked of a service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum CredentialsCall {
    /// `generateAccessToken`.
    AccessToken,
    /// `generateIdToken`.
    IdToken,
    /// `signJwt`.
    Jwt,
    /// `signBlob`.
    Blob,
}

impl CredentialsCall {
    fn permission(self) -> &'static str {
        match self {
            Self::AccessToken => "iam.serviceAccounts.getAccessToken",
            Self::IdToken => "iam.serviceAccounts.getOpenIdToken",
            Self::Jwt => "iam.serviceAccounts.signJwt",
            Self::Blob => "iam.serviceAccounts.signBlob",
        }
    }
}

/// A token of the account of this relative name.
pub(super) fn answer(call: CredentialsCall, name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    let body = context.request.json()?;
    match call {
        CredentialsCall::AccessToken => {
            let seconds = lifetime(&body)?;
            let account = held(call, name, &body, context)?;
            if seconds > LONGEST {
                return Err(Fault::invalid(format!(
                    "Access tokens for service account {} can not have lifetimes of more than 1 hour. Use the Org \
                     Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up \
                     to 12 hours.",
                    account.email
                )));
            }
            let actor = Actor::As(Principal::service_account(&account.email));
            let (token, until) = context.mint.access(actor, seconds);
            // Google's libraries read a time of whole seconds there, and no other.
            let until = until.trunc_subsecs(0);
            Ok(json!({ "accessToken": token, "expireTime": time::rfc3339(until) }))
        }
        CredentialsCall::IdToken => {
            let audience = body.get("audience").and_then(Value::as_str).unwrap_or_default();
            if audience.is_empty() {
                return Err(Fault::invalid("Audience is required."));
            }
            let account = held(call, name, &body, context)?;
            let is = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
            let party = if is("useEmailAzp") { &account.email } else { &account.subject };
            let claims = Claims {
                audience: audience.to_owned(),
                party: party.clone(),
                subject: account.subject.clone(),
                email: is("includeEmail").then(|| account.email.clone()),
                google: is("organizationNumberIncluded").then(|| organization(&account, context)),
            };
            let principal = Principal::service_account(&account.email);
            let token = context.mint.id(principal, claims).ok_or_else(unsigned)?;
            Ok(json!({ "token": token }))
        }
        CredentialsCall::Jwt => {
            let payload = body.get("payload").and_then(Value::as_str).unwrap_or_default();
            check_claims(payload)?;
            let account = held(call, name, &body, context)?;
            // Under another name than ID tokens: the front door takes no token that an account made itself.
            let id = account.key_id();
            let token = key::signed(&id, payload).ok_or_else(unsigned)?;
            Ok(json!({ "keyId": id, "signedJwt": token }))
        }
        CredentialsCall::Blob => {
            let blob = blob(&body)?;
            let account = held(call, name, &body, context)?;
            let signature = key::signature(&blob).ok_or_else(unsigned)?;
            Ok(json!({ "keyId": account.key_id(), "signedBlob": STANDARD.encode(signature) }))
        }
    }
}

/// The account, where the caller may act as it: directly, or by way of the delegates, each of whom may act as the next.
///
/// Who is at the beginning or in the middle of a chain needs `iam.serviceAccounts.implicitDelegation` on the next one
/// (<https://cloud.google.com/iam/docs/create-short-lived-credentials-delegated>).
fn held(
    call: CredentialsCall,
    name: &str,
    body: &Value,
    context: &mut Context<'_>,
) -> Result<Account, Fault> {
    let delegates = body.get("delegates").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut caller = context.caller.clone();
    for delegate in &delegates {
        let name = delegate.as_str().filter(|name| name.starts_with("projects/-/serviceAccounts/"));
        let name =
            name.ok_or_else(|| Fault::invalid("Invalid delegates: use projects/-/serviceAccounts/ACCOUNT."))?;
        let account = permitted("iam.serviceAccounts.implicitDelegation", name, &caller, context)?;
        caller = Actor::As(Principal::service_account(&account.email));
    }
    permitted(call.permission(), name, &caller, context)
}

fn permitted(
    permission: &str,
    name: &str,
    caller: &Actor,
    context: &mut Context<'_>,
) -> Result<Account, Fault> {
    let (project, word) = name
        .strip_prefix("projects/")
        .and_then(|rest| rest.split_once("/serviceAccounts/"))
        .unwrap_or(("-", name));
    let account = context.state.account(word);
    let dashed = format!("projects/-/serviceAccounts/{}", account.email);
    let asked = Context { state: &mut *context.state, caller, ..*context };
    if asked.permit(permission, &[&account.name, &dashed]).is_err() {
        return Err(denied(permission));
    }
    let is_elsewhere = project != "-"
        && !account.name.starts_with(&format!("projects/{}/", context.state.names.id(project)));
    if is_elsewhere || context.state.lacks_account(&account.email) || !account.email.contains('@') {
        let what = format!("Unknown service account; Gaia id not found for email {}", account.email);
        return Err(Fault::not_found(what));
    }
    Ok(account)
}

/// 403, as this API says it.
fn denied(permission: &str) -> Fault {
    let details = vec![json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "iam.googleapis.com",
        "metadata": { "permission": permission },
    })];
    let message = format!("Permission '{permission}' denied on resource (or it may not exist).");
    Fault { details, ..Fault::new(403, "PERMISSION_DENIED", message) }
}

fn unsigned() -> Fault {
    Fault::new(500, "INTERNAL", "The emulator cannot sign a token.")
}

/// How long an access token is to last, in seconds.
fn lifetime(body: &Value) -> Result<i64, Fault> {
    let has_scope = body.get("scope").and_then(Value::as_array).is_some_and(|scopes| !scopes.is_empty());
    if !has_scope {
        return Err(Fault::invalid("Scope is required."));
    }
    match body.get("lifetime") {
        None | Some(Value::Null) => Ok(LONGEST),
        Some(said) => {
            let seconds = said.as_str().and_then(|text| text.strip_suffix('s'));
            let whole =
                seconds.and_then(|text| text.split('.').next()).and_then(|text| text.parse::<i64>().ok());
            whole.filter(|seconds| *seconds > 0).ok_or_else(|| {
                Fault::invalid(format!(
                    "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), {said}"
                ))
            })
        }
    }
}

/// What an account may sign: an object whose end, where it says one, is a time that is near.
fn check_claims(payload: &str) -> Result<(), Fault> {
    let claims: Option<serde_json::Map<String, Value>> = serde_json::from_str(payload).ok();
    let claims = claims.ok_or_else(|| Fault::invalid("Payload must be a serialized JSON object."))?;
    let Some(end) = claims.get("exp") else { return Ok(()) };
    let now = Utc::now();
    let latest = now + TimeDelta::seconds(LONGEST_JWT);
    match end.as_i64() {
        Some(end) if (now.timestamp()..=latest.timestamp()).contains(&end) => Ok(()),
        _ => Err(Fault::invalid(
            "The expiration time (exp) claim must be an integer timestamp that is not in the past and no more than \
             12 hours in the future.",
        )),
    }
}

/// The bytes to be signed, in one alphabet of base64 or the other.
fn blob(body: &Value) -> Result<Vec<u8>, Fault> {
    let text = body.get("payload").and_then(Value::as_str).unwrap_or_default();
    let blob = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    let blob =
        blob.map_err(|_| Fault::invalid("Invalid value at 'payload' (TYPE_BYTES), Base64 decoding failed."))?;
    // The accounts here sign with the one key that there is.
    if would_be_googles(&blob) {
        return Err(Fault::invalid("The emulator signs nothing that would pass for a token of Google's."));
    }
    Ok(blob)
}

/// The number of the organization that an account is in, in Google's own claim.
fn organization(account: &Account, context: &Context<'_>) -> Value {
    let project = account.name.split("/serviceAccounts/").next().unwrap_or_default();
    let above = context.state.names.above(project);
    let number = above.iter().find_map(|name| name.strip_prefix("organizations/"));
    json!({ "organization_number": number.and_then(|number| number.parse::<u64>().ok()) })
}
