//! Calls through google-run2 and google-cloudresourcemanager1.
//!
//! What is handed on is what Google sent, not what the crates made of it: their types drop every field that is
//! newer than they are.

use std::time::Duration;

use bytes::Bytes;
use google_cloudresourcemanager1::{
    CloudResourceManager,
    api::{GetAncestryRequest, GetIamPolicyRequest, GetPolicyOptions},
};
use google_run2::{
    CloudRun,
    common::{self, Delegate, Error, Response, Retry},
};
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{CallError, Conn, Refusal, answer, request::Typed, retry::Failure, transport};

/// The two crates, each with its address and the shared source of tokens.
pub(super) struct Hubs {
    pub(super) run: CloudRun<Conn>,
    pub(super) manager: CloudResourceManager<Conn>,
}

/// What the crates see of an answer and do not hand on.
#[derive(Default)]
struct Seen {
    status: Option<StatusCode>,
    wait: Option<Duration>,
}

impl Delegate for Seen {
    fn http_failure(&mut self, response: &Response, _: Option<&Value>) -> Retry {
        self.status = Some(response.status());
        self.wait = transport::retry_after(response.headers());
        // When a call is tried again is decided in one place, which is not here.
        Retry::Abort
    }
}

impl Hubs {
    /// Makes the call once.
    pub(super) async fn call(&self, typed: &Typed) -> Result<Bytes, Failure> {
        let Self { run, manager } = self;
        let mut seen = Seen::default();
        match typed {
            Typed::Services { parent, page } => {
                let call = run.projects().locations_services_list(parent).page_size(super::request::PAGE);
                let call = page.iter().fold(call, |call, page| call.page_token(page));
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::Service(name) => {
                let call = run.projects().locations_services_get(name);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::Revision(name) => {
                let call = run.projects().locations_services_revisions_get(name);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::ServicePolicy(name) => {
                let call = run.projects().locations_services_get_iam_policy(name);
                let call = call.options_requested_policy_version(3);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::SetServicePolicy(name, request) => {
                let call = run.projects().locations_services_set_iam_policy(request.clone(), name);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::Project(id) => {
                answered(manager.projects().get(id).delegate(&mut seen).doit().await, &seen).await
            }
            Typed::Ancestry(id) => {
                let call = manager.projects().get_ancestry(GetAncestryRequest::default(), id);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::ProjectPolicy(id) => {
                let call = manager.projects().get_iam_policy(at_version_3(), id);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::SetProjectPolicy(id, request) => {
                let call = manager.projects().set_iam_policy(request.clone(), id);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::OrganizationPolicy(name) => {
                let call = manager.organizations().get_iam_policy(at_version_3(), name);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
            Typed::SetOrganizationPolicy(name, request) => {
                let call = manager.organizations().set_iam_policy(request.clone(), name);
                answered(call.delegate(&mut seen).doit().await, &seen).await
            }
        }
    }
}

fn at_version_3() -> GetIamPolicyRequest {
    GetIamPolicyRequest { options: Some(GetPolicyOptions { requested_policy_version: Some(3) }) }
}

/// The body as Google sent it.
async fn answered<T>(result: common::Result<(Response, T)>, seen: &Seen) -> Result<Bytes, Failure> {
    let error = match result {
        Ok((response, _)) => {
            // It was read already, and stands in memory.
            let body = response.into_body().collect().await;
            return body.map(http_body_util::Collected::to_bytes).map_err(|_| Failure::lost(transport::CUT));
        }
        Err(error) => error,
    };
    let refused = |status: Option<StatusCode>, body: &Value| {
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Failure { error: answer::refused(status, body), wait: seen.wait }
    };
    Err(match error {
        Error::HttpError(error) => transport::broken(&error),
        Error::BadRequest(body) => refused(seen.status, &body),
        Error::Failure(response) => refused(Some(response.status()), &Value::Null),
        // Never shown: it holds the whole body.
        Error::JsonDecodeError(body, _) => return transport::json(body.into()),
        Error::Io(_) => Failure::lost(transport::CUT),
        Error::MissingToken(_) | Error::MissingAPIKey => {
            CallError::new(Refusal::Unauthenticated, "there is no token for this call").into()
        }
        Error::UploadSizeLimitExceeded(..) | Error::Cancelled | Error::FieldClash(_) => {
            CallError::new(Refusal::Invalid, "the call could not be put together").into()
        }
    })
}
