//! Errors in Google's shape (<https://cloud.google.com/apis/design/errors>).

use serde_json::{Value, json};

/// An error as Google answers it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// The HTTP status.
    pub(super) code: u16,
    /// The canonical word for it, such as `PERMISSION_DENIED`.
    pub(super) status: &'static str,
    /// The sentence.
    pub(super) message: String,
    /// What else is said, each with its `@type`.
    pub(super) details: Vec<Value>,
}

impl Fault {
    /// An error without details.
    pub(super) fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into(), details: Vec::new() }
    }

    /// 400: the request makes no sense.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// 404: there is no such thing.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", message)
    }

    /// 403, as most APIs say it: a thing that is not there looks the same.
    pub(super) fn denied(permission: &str, resource: &str) -> Self {
        let message =
            format!("Permission '{permission}' denied on resource '{resource}' (or resource may not exist).");
        Self::new(403, "PERMISSION_DENIED", message)
    }

    /// 403, as the API of a permission says it.
    pub(super) fn no_access(permission: &str, resource: &str) -> Self {
        let message = match permission.split('.').next() {
            Some("resourcemanager") => return Self::no_permission(),
            Some("pubsub") => "User not authorized to perform this action.".to_owned(),
            Some("cloudscheduler" | "cloudtasks") => format!(
                "The principal (user or service account) lacks IAM permission \"{permission}\" for the resource \
                 \"{resource}\" (or the resource may not exist)."
            ),
            Some(_) | None => return Self::denied(permission, resource),
        };
        Self::new(403, "PERMISSION_DENIED", message)
    }

    /// 403, as Resource Manager says it.
    pub(super) fn no_permission() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// 403: the API is off, which is not the same as having no access. `consumer` is the project's number.
    pub(super) fn api_off(api: &str, consumer: &str) -> Self {
        let url = format!("https://console.developers.google.com/apis/api/{api}/overview?project={consumer}");
        let title = api_title(api);
        let message = format!(
            "{title} has not been used in project {consumer} before or it is disabled. Enable it by visiting \
             {url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate \
             to our systems and retry."
        );
        let details = vec![
            json!({
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{ "description": "Google developers console API activation", "url": url }],
            }),
            json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": { "service": api, "consumer": format!("projects/{consumer}") },
            }),
        ];
        Self { details, ..Self::new(403, "PERMISSION_DENIED", message) }
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let Self { code, status, message, details } = self;
        let mut error = json!({ "code": code, "message": message, "status": status });
        if !details.is_empty() {
            error["details"] = Value::Array(details.clone());
        }
        json!({ "error": error })
    }
}

/// What Google calls an API in a sentence.
fn api_title(api: &str) -> &str {
    match api {
        "run.googleapis.com" => "Cloud Run Admin API",
        "cloudresourcemanager.googleapis.com" => "Cloud Resource Manager API",
        "cloudfunctions.googleapis.com" => "Cloud Functions API",
        "iam.googleapis.com" => "Identity and Access Management (IAM) API",
        "eventarc.googleapis.com" => "Eventarc API",
        "pubsub.googleapis.com" => "Cloud Pub/Sub API",
        "cloudscheduler.googleapis.com" => "Cloud Scheduler API",
        "cloudtasks.googleapis.com" => "Cloud Tasks API",
        "cloudidentity.googleapis.com" => "Cloud Identity API",
        "iamcredentials.googleapis.com" => "IAM Service Account Credentials API",
        other => other,
    }
}
