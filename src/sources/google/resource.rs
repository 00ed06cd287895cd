//! One resource as it is now, for whoever changes its policy: read, understood, and replaced.

use serde_json::Value;

use super::{CallError, Google, Refusal, answer::one_line};
use crate::{
    model::{Policy, Principal, Resource, ServiceName},
    sources::{
        intern::Interner,
        wire::{
            self,
            policy::PolicyWire,
            service::{self, ServiceWire},
            text::Digits,
        },
    },
    world::Settings,
};

/// What an answer is not.
fn shape(what: &str) -> CallError {
    CallError::new(Refusal::Shape, format!("the answer is not what it should be: {}", one_line(what)))
}

/// A policy as Google sent it, and what it means.
fn policy(body: &[u8]) -> Result<(Value, Policy), CallError> {
    let text = std::str::from_utf8(body).map_err(|_| shape("it is not UTF-8"))?;
    let raw: Value = serde_json::from_str(text).map_err(|error| shape(&error.to_string()))?;
    let wire: PolicyWire<'_> = wire::read(text, "").map_err(|error| shape(&error.0))?;
    Ok((raw, wire::policy::policy(wire, &mut Interner::default())))
}

impl Google {
    /// The policy of a service, project, folder or organization, at version 3: every field as it came, and what
    /// callmap understands of it.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn policy_of(&self, resource: &Resource) -> Result<(Value, Policy), CallError> {
        let body = match resource {
            Resource::Service(name) => self.service_policy(name).await?,
            Resource::Container(container) => self.container_policy(container).await?,
            Resource::Other(name) => return Err(without_policy(name)),
        };
        policy(&body)
    }

    /// Replaces the policy of a resource by this one, and answers what is stored then. Sent once.
    ///
    /// # Errors
    /// [`Refusal::Lost`] where it may have been written or not; all others: it was not.
    pub async fn replace_policy(
        &self,
        resource: &Resource,
        new: &Value,
    ) -> Result<(Value, Policy), CallError> {
        let body = match resource {
            Resource::Service(name) => self.set_service_policy(name, new).await?,
            Resource::Container(container) => self.set_container_policy(container, new).await?,
            Resource::Other(name) => return Err(without_policy(name)),
        };
        policy(&body).map_err(|error| CallError { refusal: Refusal::Lost, ..error })
    }

    /// A service as it is set; `None` where there is none of this name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn settings_of(&self, name: &ServiceName) -> Result<Option<Settings>, CallError> {
        let body = match self.service(name).await {
            Err(error) if error.refusal == Refusal::NotFound => return Ok(None),
            answer => answer?,
        };
        let text = std::str::from_utf8(&body).map_err(|_| shape("it is not UTF-8"))?;
        let wire: ServiceWire<'_> = wire::read(text, "").map_err(|error| shape(&error.0))?;
        service::answer(&wire, &mut Interner::default()).map(Some).map_err(|why| shape(&why))
    }

    /// The account that services of a project run as where they name none
    /// (<https://cloud.google.com/run/docs/securing/service-identity>).
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn default_identity_of(&self, project: &str) -> Result<Principal, CallError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase", expecting = "a project")]
        struct ProjectWire {
            project_number: Digits,
        }
        let body = self.project(project).await?;
        let ProjectWire { project_number: Digits(number) } =
            serde_json::from_slice(&body).map_err(|error| shape(&error.to_string()))?;
        Ok(Principal::service_account(&format!("{number}-compute@developer.gserviceaccount.com")))
    }
}

fn without_policy(name: &str) -> CallError {
    CallError::new(Refusal::Invalid, format!("`{name}` is nothing whose policy callmap reads"))
}
