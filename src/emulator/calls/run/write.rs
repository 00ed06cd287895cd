//! What every write of a service comes to, in whichever shape it was asked for.

use serde_json::{Map, Value, json};

use crate::{
    emulator::{
        calls::{Context, list},
        fault::Fault,
        hash::digits,
        state::{Kind, location, project},
        tokens::{Actor, OWNER},
    },
    model::time,
};

/// The longest name of a service (<https://cloud.google.com/run/docs/deploying#limits>).
const LONGEST: usize = 49;

/// Refuses what is no name of a service, and what there is already.
pub(super) fn check_new(name: &str, context: &Context<'_>) -> Result<(), Fault> {
    let (parent, last) = name.split_once("/services/").unwrap_or_default();
    list::known(parent, "run.services.create", context)?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = last.len() <= LONGEST
        && last.starts_with(|first: char| first.is_ascii_lowercase())
        && !last.ends_with('-')
        && last.bytes().all(is_plain);
    if !is_name {
        return Err(Fault::invalid(format!(
            "Invalid service name \"{last}\": only lowercase letters, digits and dashes; it begins with a letter, does \
             not end with a dash, and has fewer than 50 characters."
        )));
    }
    if location(name).is_none() {
        return Err(Fault::invalid("Location must be a valid Google Cloud region."));
    }
    if context.state.asset(Kind::Service, name).is_some() {
        return Err(Fault::new(409, "ALREADY_EXISTS", format!("Resource '{last}' already exists.")));
    }
    Ok(())
}

/// Refuses what takes more than changing a service: opening or closing it, and running as an account
/// (<https://cloud.google.com/run/docs/authenticating/public>). Both are in the shape of v2.
pub(super) fn permit(
    name: &str,
    before: Option<&Value>,
    after: &Value,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let is_open = |service: &Value| service.get("invokerIamDisabled") == Some(&Value::Bool(true));
    if before.is_some_and(is_open) != is_open(after) {
        context.permit("run.services.setIamPolicy", &[name])?;
    }
    let Some(email) = after.pointer("/template/serviceAccount").and_then(Value::as_str) else {
        return Ok(());
    };
    let account = match context.state.account_name("-", email) {
        Some(name) => name.to_owned(),
        None => format!("projects/{}/serviceAccounts/{email}", project(name).unwrap_or_default()),
    };
    context.permit("iam.serviceAccounts.actAs", &[&account]).map_err(|_| {
        let said = format!(
            "Permission 'iam.serviceaccounts.actAs' denied on service account {email} (or it may not exist)."
        );
        Fault::new(403, "PERMISSION_DENIED", said)
    })
}

/// Who writes.
pub(super) fn writer(context: &Context<'_>) -> String {
    match context.caller {
        Actor::Owner => OWNER.to_owned(),
        Actor::As(principal) => {
            let text = principal.as_str();
            text.split_once(':').map_or(text, |(_, email)| email).to_owned()
        }
    }
}

/// The address of a new service.
pub(super) fn address(name: &str, context: &Context<'_>) -> String {
    let id = project(name).map_or("", |project| context.state.names.id(project));
    let number = context.state.names.number(id).unwrap_or(id);
    let (last, place) = (name.rsplit('/').next().unwrap_or_default(), location(name).unwrap_or_default());
    format!("https://{last}-{number}.{place}.run.app")
}

/// What a revision is called of which the name is left to Cloud Run.
pub(super) fn revision(name: &str, generation: i64) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    let word: String = digits(&format!("{name} {generation}"), 3).chars().take(3).collect();
    format!("{last}-{generation:05}-{word}")
}

/// The time, and the microseconds of a version that there was not before.
pub(super) fn moment(context: &mut Context<'_>) -> (Value, i64) {
    let etag = context.state.next_etag(context.now);
    let micros = crate::emulator::iam::etag::micros(&etag).unwrap_or_default();
    (time::rfc3339(context.now).into(), micros)
}

/// Where the requests go, as they are told to, with the names of the revisions that get them.
pub(super) fn served(traffic: &Value, latest: &str, word: &str, is_latest: impl Fn(&Value) -> bool) -> Value {
    let one = |target: &Value| {
        let mut out = target.as_object().cloned().unwrap_or_default();
        if is_latest(target) {
            out.insert(word.to_owned(), latest.into());
        }
        Value::Object(out)
    };
    traffic.as_array().into_iter().flatten().map(one).collect()
}

/// The fields of an object; none where it is none.
pub(super) fn fields(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// A number that may be a text.
pub(super) fn number(value: Option<&Value>) -> i64 {
    value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok())).unwrap_or(0)
}

/// All requests go to the latest revision.
pub(super) fn usual_traffic() -> Value {
    json!([{ "percent": 100, "latestRevision": true }])
}
