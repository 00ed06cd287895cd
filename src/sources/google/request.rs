//! The calls that callmap makes, as values: what is asked, and how the Google crates ask the same.

use google_cloudresourcemanager1::api as manager;
use google_run2::api as run;
use serde_json::{Value, json};

use super::{Api, CallError, names, policy};
use crate::model::{Container, ServiceName};

/// So many services are asked for at once: as many as Google's own tools ask for.
pub(super) const PAGE: i32 = 100;

/// One call. It can always be made raw.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) api: Api,
    /// From `/`, encoded.
    pub(super) path: String,
    /// Not encoded.
    pub(super) query: Vec<(String, String)>,
    /// A call with a body is a `POST`.
    pub(super) body: Option<Value>,
    /// The same call in the words of a Google crate, where it has them.
    pub(super) typed: Option<Typed>,
}

/// A call of google-run2 or google-cloudresourcemanager1.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Services { parent: String, page: Option<String> },
    Service(String),
    Revision(String),
    ServicePolicy(String),
    SetServicePolicy(String, run::GoogleIamV1SetIamPolicyRequest),
    Project(String),
    Ancestry(String),
    ProjectPolicy(String),
    SetProjectPolicy(String, manager::SetIamPolicyRequest),
    OrganizationPolicy(String),
    SetOrganizationPolicy(String, manager::SetIamPolicyRequest),
}

impl Request {
    /// A read of any API.
    pub(super) fn get(api: Api, path: &str, query: &[(&str, &str)]) -> Result<Self, CallError> {
        names::check_path(path)?;
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Ok(Self { api, path: path.to_owned(), query, body: None, typed: None })
    }

    /// A question with a body, to any API.
    pub(super) fn post(api: Api, path: &str, body: Value) -> Result<Self, CallError> {
        Ok(Self { body: Some(body), ..Self::get(api, path, &[])? })
    }

    /// The policy of a service account, in whichever project it is, at version 3
    /// (<https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/getIamPolicy>).
    pub(super) fn account_policy(email: &str) -> Result<Self, CallError> {
        // An address has one `@`, which a path of a call may have encoded alone.
        let (name, domain) = email.split_once('@').unwrap_or((email, ""));
        names::check(&[name, domain])?;
        let path = format!("/v1/projects/-/serviceAccounts/{name}%40{domain}:getIamPolicy");
        let query = [("options.requestedPolicyVersion", "3")];
        Ok(Self { body: Some(json!({})), ..Self::get(Api::Iam, &path, &query)? })
    }

    fn typed(self, typed: Typed) -> Self {
        Self { typed: Some(typed), ..self }
    }

    /// One page of the services of a region.
    pub(super) fn services(project: &str, location: &str, page: Option<&str>) -> Result<Self, CallError> {
        names::check(&[project, location])?;
        let parent = format!("projects/{project}/locations/{location}");
        let size = PAGE.to_string();
        let mut query = vec![("pageSize", size.as_str())];
        query.extend(page.map(|page| ("pageToken", page)));
        let request = Self::get(Api::Run, &format!("/v2/{parent}/services"), &query)?;
        Ok(request.typed(Typed::Services { parent, page: page.map(str::to_owned) }))
    }

    /// One service.
    pub(super) fn service(name: &ServiceName) -> Result<Self, CallError> {
        let name = checked(name)?;
        Ok(Self::get(Api::Run, &format!("/v2/{name}"), &[])?.typed(Typed::Service(name)))
    }

    /// One revision of a service.
    pub(super) fn revision(service: &ServiceName, revision: &str) -> Result<Self, CallError> {
        names::check(&[revision])?;
        let name = format!("{}/revisions/{revision}", checked(service)?);
        Ok(Self::get(Api::Run, &format!("/v2/{name}"), &[])?.typed(Typed::Revision(name)))
    }

    /// The policy of a service, at version 3: without that, conditions are left out.
    pub(super) fn service_policy(name: &ServiceName) -> Result<Self, CallError> {
        let name = checked(name)?;
        let query = [("options.requestedPolicyVersion", "3")];
        let request = Self::get(Api::Run, &format!("/v2/{name}:getIamPolicy"), &query)?;
        Ok(request.typed(Typed::ServicePolicy(name)))
    }

    /// Another policy for a service. There is no update mask: what is sent is the whole policy, and Google
    /// takes bindings and etag out of it and leaves the audit configuration as it is.
    pub(super) fn set_service_policy(name: &ServiceName, policy: &Value) -> Result<Self, CallError> {
        let name = checked(name)?;
        let request = Self::post(Api::Run, &format!("/v2/{name}:setIamPolicy"), json!({ "policy": policy }))?;
        Ok(match policy::typed(policy) {
            None => request,
            Some(policy) => request.typed(Typed::SetServicePolicy(
                name,
                run::GoogleIamV1SetIamPolicyRequest { policy: Some(policy), update_mask: None },
            )),
        })
    }

    /// A project, by id or number.
    pub(super) fn project(project: &str) -> Result<Self, CallError> {
        names::check(&[project])?;
        let request = Self::get(Api::ResourceManager, &format!("/v1/projects/{project}"), &[])?;
        Ok(request.typed(Typed::Project(project.to_owned())))
    }

    /// What stands above a project, itself first.
    pub(super) fn ancestry(project: &str) -> Result<Self, CallError> {
        names::check(&[project])?;
        let path = format!("/v1/projects/{project}:getAncestry");
        let request = Self::post(Api::ResourceManager, &path, json!({}))?;
        Ok(request.typed(Typed::Ancestry(project.to_owned())))
    }

    /// The policy of a project, folder or organization, at version 3. Folders are asked for raw: v1 has none.
    pub(super) fn container_policy(container: &Container) -> Result<Self, CallError> {
        let body = json!({ "options": { "requestedPolicyVersion": 3 } });
        let (path, id) = container_path(container)?;
        let request = Self::post(Api::ResourceManager, &format!("{path}:getIamPolicy"), body)?;
        Ok(match container {
            Container::Project(_) => request.typed(Typed::ProjectPolicy(id)),
            Container::Folder(_) => request,
            Container::Organization(_) => request.typed(Typed::OrganizationPolicy(id)),
        })
    }

    /// Another policy for a project, folder or organization, without an update mask as above.
    pub(super) fn set_container_policy(container: &Container, policy: &Value) -> Result<Self, CallError> {
        let (path, id) = container_path(container)?;
        let request =
            Self::post(Api::ResourceManager, &format!("{path}:setIamPolicy"), json!({ "policy": policy }))?;
        let typed = policy::typed(policy)
            .map(|policy| manager::SetIamPolicyRequest { policy: Some(policy), update_mask: None });
        Ok(match (container, typed) {
            (Container::Folder(_), _) | (_, None) => request,
            (Container::Project(_), Some(typed)) => request.typed(Typed::SetProjectPolicy(id, typed)),
            (Container::Organization(_), Some(typed)) => {
                request.typed(Typed::SetOrganizationPolicy(id, typed))
            }
        })
    }
}

fn checked(name: &ServiceName) -> Result<String, CallError> {
    let ServiceName { project, location, service } = name;
    names::check(&[project, location, service])?;
    Ok(name.to_string())
}

/// The path of a container, and its name as the crate of v1 asks for it.
fn container_path(container: &Container) -> Result<(String, String), CallError> {
    let (Container::Project(id) | Container::Folder(id) | Container::Organization(id)) = container;
    names::check(&[id])?;
    let (version, crates) = match container {
        Container::Project(id) => ("v1", id.to_string()),
        Container::Folder(_) => ("v2", container.to_string()),
        Container::Organization(_) => ("v1", container.to_string()),
    };
    Ok((format!("/{version}/{container}"), crates))
}
