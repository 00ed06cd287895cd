//! Who callmap is towards Google: Application Default Credentials in Google's order
//! (<https://cloud.google.com/docs/authentication/application-default-credentials>), by yup-oauth2 and what it
//! lacks beside it.
//!
//! Whatever a credential file names is checked before anything is sent to it: tokens and keys go to Google's
//! hosts alone.

mod endpoint;
mod environment;
mod error;
mod file;
mod gcloud;
mod impersonated;
mod library;
mod metadata;
mod source;
#[cfg(test)]
mod tests;
mod tokens;
mod user;

pub use environment::Environment;
pub use error::{CredentialsError, Warning};
pub use tokens::Tokens;

use super::transport::Transport;
use gcloud::Gcloud;
use impersonated::Impersonated;
use metadata::Metadata;
use source::Source;

/// Whose credentials are used (`--credentials`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What programs find by themselves: Application Default Credentials.
    Default,
    /// The login of gcloud itself.
    Gcloud,
}

/// What was found.
pub(crate) struct Found {
    pub(crate) tokens: Tokens,
    /// The project that calls are counted to.
    pub(crate) quota_project: Option<String>,
    pub(crate) warnings: Vec<Warning>,
}

/// Looks for credentials. Nothing but a metadata server is asked yet.
pub(crate) async fn find(
    environment: &Environment,
    choice: Choice,
    impersonate: Option<&str>,
    transport: &Transport,
) -> Result<Found, CredentialsError> {
    let universe = environment.universe_domain.as_deref();
    if let Some(universe) = universe.filter(|name| *name != "googleapis.com") {
        return Err(CredentialsError::Universe(universe.into()));
    }
    let (source, of_file, warnings) = match choice {
        Choice::Default => default(environment, transport).await?,
        Choice::Gcloud => {
            let program = environment.gcloud.clone().unwrap_or_else(|| "gcloud".into());
            (Source::Gcloud(Gcloud { program }), environment.of_gcloud(), Vec::new())
        }
    };
    // What the environment says counts more than what the file says.
    let quota_project = environment.quota_project.clone().or(of_file);
    let source = match impersonate {
        None => source,
        Some(email) => impersonated(email, source, quota_project.clone(), transport)?,
    };
    Ok(Found { tokens: Tokens::new(source), quota_project, warnings })
}

type Default = (Source, Option<String>, Vec<Warning>);

async fn default(environment: &Environment, transport: &Transport) -> Result<Default, CredentialsError> {
    if let Some(token) = &environment.access_token {
        return Ok((Source::Given(token.clone()), None, Vec::new()));
    }
    // A file that is named has to be there; the well-known one may be.
    let well_known = || environment.well_known().filter(|file| file.exists());
    if let Some(path) = environment.credentials_file.clone().or_else(well_known) {
        let file::Loaded { source, quota_project, warning } = file::load(&path, transport).await?;
        return Ok((source, quota_project, warning.into_iter().collect()));
    }
    let metadata = Metadata::at(environment.metadata_host.as_deref(), transport)?;
    let is_named = environment.metadata_host.is_some();
    if is_named || environment.is_metadata_tried && metadata.is_there().await {
        return Ok((Source::Metadata(metadata), None, Vec::new()));
    }
    Err(CredentialsError::Missing { is_logged_in: environment.is_logged_in() })
}

fn impersonated(
    email: &str,
    base: Source,
    quota_project: Option<String>,
    transport: &Transport,
) -> Result<Source, CredentialsError> {
    let uri = impersonated::is_email(email).then(|| impersonated::address(email).parse().ok()).flatten();
    let uri = uri.ok_or_else(|| {
        CredentialsError::Option(format!("`{email}` is not the e-mail address of a service account").into())
    })?;
    let transport = transport.clone();
    let delegates = Vec::new();
    Ok(Source::Impersonated(Box::new(Impersonated { transport, base, uri, delegates, quota_project })))
}
