//! What Google says when it does not do what it was asked for
//! (<https://cloud.google.com/apis/design/errors>).

use http::StatusCode;
use serde_json::Value;

use super::{CallError, Refusal};

/// More of a message than this helps nobody.
const MOST: usize = 400;

/// The parts of an error that tell something. What has not the form of one tells nothing but its status.
struct Said<'a> {
    message: &'a str,
    status: &'a str,
    details: &'a [Value],
    errors: &'a [Value],
}

impl<'a> Said<'a> {
    fn of(body: &'a Value) -> Self {
        let error = &body["error"];
        let text = |field: &str| error[field].as_str().unwrap_or("");
        let list = |field: &str| error[field].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            message: text("message"),
            status: text("status"),
            details: list("details"),
            errors: list("errors"),
        }
    }

    /// Whether one of the causes, in the newer or the older form, is this one.
    fn has_reason(&self, reason: &str) -> bool {
        self.details.iter().chain(self.errors).any(|cause| cause["reason"] == reason)
    }

    /// A field of `google.rpc.ErrorInfo`.
    fn metadata(&self, field: &str) -> Option<&'a str> {
        self.details.iter().find_map(|detail| detail["metadata"][field].as_str())
    }
}

/// An answer other than 2xx. `body` is its JSON, or null where it is none.
pub(crate) fn refused(status: StatusCode, body: &Value) -> CallError {
    let said = Said::of(body);
    let is_off = said.has_reason("SERVICE_DISABLED")
        || said.has_reason("accessNotConfigured")
        || said.message.contains("it is disabled. Enable it by visiting");
    let refusal = match status.as_u16() {
        401 => Refusal::Unauthenticated,
        403 if is_off => Refusal::Disabled,
        403 if said.status == "RESOURCE_EXHAUSTED" || said.has_reason("RATE_LIMIT_EXCEEDED") => {
            Refusal::Unavailable
        }
        403 => Refusal::Denied,
        404 => Refusal::NotFound,
        409 => Refusal::Aborted,
        429 => Refusal::Unavailable,
        408 | 500.. => Refusal::Lost,
        300..=399 => Refusal::Shape,
        _ => Refusal::Invalid,
    };
    let permission = if refusal == Refusal::Denied { permission(&said) } else { None };
    let message = message(refusal, status, &said);
    CallError { refusal, message: message.into(), permission: permission.map(Into::into) }
}

fn message(refusal: Refusal, status: StatusCode, said: &Said<'_>) -> String {
    let told = one_line(said.message);
    let told = if told.is_empty() { format!("status {}", status.as_u16()) } else { told };
    match refusal {
        Refusal::Disabled => disabled(said),
        Refusal::Unauthenticated => format!("Google does not take the token: {told}"),
        Refusal::Shape => format!("a redirect ({}), which is not followed", status.as_u16()),
        Refusal::Unavailable | Refusal::Lost | Refusal::Late => {
            format!("Google answered {}: {told}", status.as_u16())
        }
        Refusal::Denied | Refusal::NotFound | Refusal::Aborted | Refusal::Invalid => told,
    }
}

/// What turns an API on, where the answer says which one and where.
fn disabled(said: &Said<'_>) -> String {
    let consumer = said.metadata("consumer").map(one_line);
    let project = consumer.as_deref().and_then(|consumer| consumer.strip_prefix("projects/"));
    match (said.metadata("service").map(one_line), project) {
        (Some(service), Some(project)) => {
            format!(
                "`{service}` is off in project `{project}`; \
                 `gcloud services enable {service} --project {project}` turns it on"
            )
        }
        (Some(_), None) | (None, _) => one_line(said.message),
    }
}

/// The permission that is missing, where the answer names one.
fn permission<'a>(said: &Said<'a>) -> Option<&'a str> {
    if let Some(permission) = said.metadata("permission").filter(|permission| is_permission(permission)) {
        return Some(permission);
    }
    if said.has_reason("USER_PROJECT_DENIED") {
        return Some("serviceusage.services.use");
    }
    if !said.message.to_ascii_lowercase().contains("permission") {
        return None;
    }
    let words = said.message.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    words.map(|word| word.trim_matches('.')).find(|word| is_permission(word))
}

/// `SERVICE.RESOURCE.VERB`, which is also the form of many hosts.
fn is_permission(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_word = |part: &&str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_host = matches!(parts.last(), Some(&("com" | "app" | "dev" | "net" | "org" | "internal")));
    parts.len() >= 3 && text.len() <= 120 && parts.iter().all(is_word) && !is_host
}

/// Somebody else's text on one line, of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, error: &Value) -> CallError {
        refused(StatusCode::from_u16(status).unwrap(), &json!({ "error": error }))
    }

    #[test]
    fn an_api_that_is_off_is_not_a_permission_that_is_missing() {
        let message = "Cloud Run Admin API has not been used in project 123456789123 before or it is disabled. \
                       Enable it by visiting https://console.developers.google.com/ then retry.";
        let new = of(
            403,
            &json!({"code": 403, "message": message, "status": "PERMISSION_DENIED", "details": [
                {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": "https://example.com"}]},
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                 "domain": "googleapis.com",
                 "metadata": {"service": "run.googleapis.com", "consumer": "projects/123456789123"}},
            ]}),
        );
        assert_eq!((new.refusal, new.permission), (Refusal::Disabled, None));
        assert_eq!(
            &*new.message,
            "`run.googleapis.com` is off in project `123456789123`; \
             `gcloud services enable run.googleapis.com --project 123456789123` turns it on"
        );
        let old = of(403, &json!({"code": 403, "message": message, "status": "PERMISSION_DENIED"}));
        assert_eq!((old.refusal, old.permission), (Refusal::Disabled, None));
    }

    #[test]
    fn the_permission_that_is_missing_is_found_in_googles_words() {
        for (message, permission) in [
            (
                "Permission 'run.services.setIamPolicy' denied on resource 'projects/p/locations/l/services/s' \
                 (or resource may not exist).",
                Some("run.services.setIamPolicy"),
            ),
            (
                "The principal lacks IAM permission \"cloudscheduler.jobs.list\" for the resource \
                 \"projects/shop-prod/locations/europe-west1\".",
                Some("cloudscheduler.jobs.list"),
            ),
            (
                "Permission iam.roles.get is required to perform this operation on role.",
                Some("iam.roles.get"),
            ),
            ("The caller does not have permission", None),
            ("Permission denied for a@shop-prod.iam.gserviceaccount.com on run.googleapis.com", None),
            ("User not authorized to perform this action: run.services.get", None),
        ] {
            let error = of(403, &json!({"code": 403, "message": message, "status": "PERMISSION_DENIED"}));
            assert_eq!(error.refusal, Refusal::Denied);
            assert_eq!(error.permission.as_deref(), permission, "{message}");
        }
        let detailed = of(
            403,
            &json!({"message": "The caller does not have permission", "details": [
                {"reason": "IAM_PERMISSION_DENIED", "metadata": {"permission": "pubsub.subscriptions.list"}},
            ]}),
        );
        assert_eq!(detailed.permission.as_deref(), Some("pubsub.subscriptions.list"));
    }

    #[test]
    fn every_status_has_its_kind_whatever_stands_in_the_body() {
        for (status, refusal) in [
            (400, Refusal::Invalid),
            (401, Refusal::Unauthenticated),
            (403, Refusal::Denied),
            (404, Refusal::NotFound),
            (409, Refusal::Aborted),
            (429, Refusal::Unavailable),
            (503, Refusal::Lost),
            (302, Refusal::Shape),
        ] {
            for body in [json!(null), json!([1]), json!({"error": "text"}), json!({"error": {"message": 1}})]
            {
                let error = refused(StatusCode::from_u16(status).unwrap(), &body);
                assert_eq!(error.refusal, refusal, "{status} {body}");
            }
        }
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let error = of(400, &json!({"message": format!("a\nb\u{1b}[2Jc {}", "x".repeat(9_999))}));
        assert!(error.message.starts_with("a b [2Jc x"), "{}", error.message);
        assert!(error.message.len() < 500 && error.message.ends_with('…'));
    }
}
