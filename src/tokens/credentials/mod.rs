//! Who callmap is towards Google: Application Default Credentials in Google's order
//! (<https://cloud.google.com/docs/authentication/application-default-credentials>), by yup-oauth2 and what it
//! lacks beside it.
//!
//! Whatever a credential file names is checked before anything is sent to it: tokens and keys go to Google's
//! hosts alone.

pub(super) mod emulated;
pub(super) mod endpoint;
mod environment;
mod error;
mod file;
mod gcloud;
mod impersonated;
mod key;
mod library;
mod metadata;
pub(super) mod source;
#[cfg(test)]
mod tests;
mod tokens;
mod user;

use std::{net::SocketAddr, path::Path};

pub use environment::Environment;
pub use error::{CredentialsError, Warning};
pub use tokens::Tokens;

use super::{Endpoint, Hosts, Party, transport::Transport};
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

/// A credential, and what is known beside it.
pub(super) struct Credential {
    pub(super) source: Source,
    /// The project that calls are counted to.
    pub(super) quota_project: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

/// Looks for credentials. Nothing but a metadata server is asked yet.
pub(crate) async fn find(
    environment: &Environment,
    choice: Choice,
    impersonate: Option<&str>,
    transport: &Transport,
) -> Result<Found, CredentialsError> {
    check_universe(environment)?;
    let found = match choice {
        Choice::Default => default(environment, transport).await?,
        Choice::Gcloud => gcloud(environment),
    };
    let Credential { source, quota_project, warnings } =
        acting_as(impersonate, &[], found, environment, Endpoint::Google, transport)?;
    Ok(Found { tokens: Tokens::new(source), quota_project, warnings })
}

/// Who callmap is towards an emulator: whoever the environment says, and acting as whom.
///
/// # Errors
/// Where that is nobody.
pub(crate) fn find_on_emulator(
    environment: &Environment,
    impersonate: Option<&str>,
    address: SocketAddr,
    transport: &Transport,
) -> Result<Tokens, CredentialsError> {
    let source = emulated::named(environment, address, transport)?.unwrap_or_else(emulated::made_up);
    let found = Credential::of(source);
    let endpoint = Endpoint::Emulator(address);
    Ok(Tokens::new(acting_as(impersonate, &[], found, environment, endpoint, transport)?.source))
}

impl Credential {
    /// A credential that nothing is known of beside it.
    pub(super) fn of(source: Source) -> Self {
        Self { source, quota_project: None, warnings: Vec::new() }
    }
}

/// Of other clouds than the public one nothing is known.
pub(super) fn check_universe(environment: &Environment) -> Result<(), CredentialsError> {
    let universe = environment.universe_domain.as_deref();
    match universe.filter(|name| *name != "googleapis.com") {
        Some(universe) => Err(CredentialsError::Universe(universe.into())),
        None => Ok(()),
    }
}

/// The token of the environment, else what programs find by themselves.
pub(super) async fn default(
    environment: &Environment,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    match &environment.access_token {
        Some(token) => Ok(Credential::of(Source::Given(token.clone()))),
        None => application_default(environment, transport).await,
    }
}

/// What programs find by themselves: a file that is named, the one of gcloud, the machine.
pub(super) async fn application_default(
    environment: &Environment,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    // A file that is named has to be there; the well-known one may be.
    if let Some(path) = &environment.credentials_file {
        return of_file(path, Some("GOOGLE_APPLICATION_CREDENTIALS"), transport).await;
    }
    if let Some(path) = environment.well_known().filter(|file| file.exists()) {
        return of_file(&path, None, transport).await;
    }
    let host = environment.metadata_host.as_deref();
    if let Some(found) = machine(host, environment.is_metadata_tried, transport).await? {
        return Ok(found);
    }
    Err(CredentialsError::Missing { is_logged_in: environment.is_logged_in() })
}

/// A credential file; `named_by` is what says which one, where something does.
pub(super) async fn of_file(
    path: &Path,
    named_by: Option<&str>,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    let file::Loaded { source, quota_project, warning } = file::load(path, named_by, transport).await?;
    Ok(Credential { source, quota_project, warnings: warning.into_iter().collect() })
}

/// The machine that callmap runs on: at this host, else where one may be looked for and is.
pub(super) async fn machine(
    host: Option<&str>,
    is_tried: bool,
    transport: &Transport,
) -> Result<Option<Credential>, CredentialsError> {
    let metadata = Metadata::at(host, transport)?;
    let is_there = host.is_some() || is_tried && metadata.is_there().await;
    Ok(is_there.then(|| Credential::of(Source::Metadata(metadata))))
}

/// Whether a host with or without a port is on this machine, by its address.
pub(super) fn is_loopback(host: &str) -> bool {
    let uri = format!("http://{host}/").parse();
    uri.is_ok_and(|uri| Hosts::Loopback.check(&Party::Metadata, &uri).is_ok())
}

/// The login of gcloud itself.
pub(super) fn gcloud(environment: &Environment) -> Credential {
    let program = environment.gcloud.clone().unwrap_or_else(|| "gcloud".into());
    let source = Source::Gcloud(Gcloud { program });
    Credential { source, quota_project: environment.of_gcloud(), warnings: Vec::new() }
}

/// A credential, or the account that is acted as with it, by way of these others.
pub(super) fn acting_as(
    email: Option<&str>,
    delegates: &[String],
    found: Credential,
    environment: &Environment,
    endpoint: Endpoint,
    transport: &Transport,
) -> Result<Credential, CredentialsError> {
    // What the environment says counts more than what the file says.
    let quota_project = environment.quota_project.clone().or(found.quota_project);
    let Some(email) = email else { return Ok(Credential { quota_project, ..found }) };
    let wrong = |email: &str| {
        CredentialsError::Option(format!("`{email}` is not the e-mail address of a service account").into())
    };
    if let Some(delegate) = delegates.iter().find(|delegate| !impersonated::is_email(delegate)) {
        return Err(wrong(delegate));
    }
    let address = || impersonated::address(email, endpoint).parse().ok();
    let uri = impersonated::is_email(email).then(address).flatten().ok_or_else(|| wrong(email))?;
    let source = Source::Impersonated(Box::new(Impersonated {
        transport: transport.clone(),
        base: found.source,
        uri,
        delegates: delegates.iter().map(|email| impersonated::delegate(email)).collect(),
        quota_project: quota_project.clone(),
    }));
    Ok(Credential { source, quota_project, warnings: found.warnings })
}
