//! Credential files: what kind they are, and what stands in them. Nothing of their content is ever shown.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{
    super::{Hosts, Party, transport::Transport},
    CredentialsError, Warning,
    impersonated::{self, Impersonated},
    key::Key,
    library::Library,
    source::Source,
    user::User,
};

/// No credential file is longer.
const LONGEST: u64 = 256 * 1024;

/// A credential, as a file or a part of one.
pub(super) struct KeyFile<'a> {
    pub(super) path: &'a Path,
    value: &'a Value,
}

/// What a file gave.
pub(in crate::tokens) struct Loaded {
    pub(in crate::tokens) source: Source,
    pub(in crate::tokens) quota_project: Option<String>,
    pub(in crate::tokens) warning: Option<Warning>,
}

/// Reads a credential file of any kind that Google's tools write; `named_by` is what says which one, where something
/// does.
pub(in crate::tokens) async fn load(
    path: &Path,
    named_by: Option<&str>,
    transport: &Transport,
) -> Result<Loaded, CredentialsError> {
    let text = read(path, named_by)?;
    // The reader's message could show what stands there.
    let value: Value = serde_json::from_str(text.expose_secret()).map_err(|error| {
        CredentialsError::file(path, format!("this credential file is not JSON from line {}", error.line()))
    })?;
    let file = KeyFile { path, value: &value };
    if let Some(universe) = value["universe_domain"].as_str().filter(|name| *name != "googleapis.com") {
        return Err(CredentialsError::Universe(universe.into()));
    }
    let quota_project = value["quota_project_id"].as_str().map(str::to_owned);
    let source = source(&file, transport, quota_project.as_deref()).await?;
    let holds_secret = file.kind() != Some("external_account");
    let warning = (holds_secret && is_open(path)).then(|| Warning::Readable(path.to_owned()));
    Ok(Loaded { source, quota_project, warning })
}

fn read(path: &Path, named_by: Option<&str>) -> Result<SecretString, CredentialsError> {
    let failed = |error: std::io::Error| {
        let repair = match (error.kind(), named_by) {
            (std::io::ErrorKind::NotFound, Some(name)) => format!(": put right `{name}`"),
            _ => String::new(),
        };
        CredentialsError::file(path, format!("the credential file could not be read: {error}{repair}"))
    };
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LONGEST {
        return Err(CredentialsError::file(path, "is too long for a credential file"));
    }
    Ok(SecretString::from(text))
}

/// Whether others than its owner may read a file.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// What a credential gives tokens by.
async fn source(
    file: &KeyFile<'_>,
    transport: &Transport,
    quota_project: Option<&str>,
) -> Result<Source, CredentialsError> {
    match file.kind() {
        Some("service_account") => Ok(Source::Key(Box::new(Key::of(file, transport).await?))),
        Some("authorized_user") => Ok(Source::User(User::of(file, transport)?)),
        Some("external_account") => {
            let base = Source::Library(Library::external(file, transport).await?);
            match file.value.get("service_account_impersonation_url") {
                None | Some(Value::Null) => Ok(base),
                Some(_) => impersonating(file, transport, base, quota_project),
            }
        }
        Some("impersonated_service_account") => {
            let inner = KeyFile { path: file.path, value: file.part("source_credentials") };
            if inner.kind() == Some("impersonated_service_account") {
                return Err(CredentialsError::file(
                    file.path,
                    "`source_credentials` impersonate in their turn: name the accounts in `delegates`",
                ));
            }
            let base = Box::pin(source(&inner, transport, quota_project)).await?;
            impersonating(file, transport, base, quota_project)
        }
        Some(_) => Err(CredentialsError::file(
            file.path,
            "its `type` is not one that callmap knows (`service_account`, `authorized_user`, \
             `external_account`, `impersonated_service_account`); give callmap a token with \
             `GOOGLE_OAUTH_ACCESS_TOKEN`",
        )),
        None => Err(CredentialsError::file(
            file.path,
            "has no `type`: it is no credential file; `gcloud auth application-default login` writes one",
        )),
    }
}

fn impersonating(
    file: &KeyFile<'_>,
    transport: &Transport,
    base: Source,
    quota_project: Option<&str>,
) -> Result<Source, CredentialsError> {
    let uri = file.google("service_account_impersonation_url", None, transport.hosts())?;
    let delegates = file.part("delegates").as_array().into_iter().flatten();
    let delegates = delegates.filter_map(|email| email.as_str()).map(impersonated::delegate).collect();
    Ok(Source::Impersonated(Box::new(Impersonated {
        transport: transport.clone(),
        base,
        uri,
        delegates,
        quota_project: quota_project.map(str::to_owned),
    })))
}

impl KeyFile<'_> {
    fn kind(&self) -> Option<&str> {
        self.value["type"].as_str()
    }

    /// A part of it; null where there is none.
    pub(super) fn part(&self, field: &str) -> &Value {
        &self.value[field]
    }

    /// A text that has to be there.
    pub(super) fn text(&self, field: &'static str) -> Result<&str, CredentialsError> {
        let text = self.value[field].as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| CredentialsError::file(self.path, format!("`{field}` is missing")))
    }

    /// An address of Google's, or the usual one where the file says none.
    pub(super) fn google(
        &self,
        field: &'static str,
        usual: Option<&str>,
        hosts: Hosts,
    ) -> Result<Uri, CredentialsError> {
        let text = match (self.value[field].as_str(), usual) {
            (Some(text), _) => text,
            (None, Some(usual)) => usual,
            (None, None) => self.text(field)?,
        };
        self.address(field, text, &Party::Google, hosts)
    }

    /// An address that something is sent to, checked before anything is.
    pub(super) fn address(
        &self,
        field: &'static str,
        text: &str,
        party: &Party,
        hosts: Hosts,
    ) -> Result<Uri, CredentialsError> {
        let uri: Uri = text
            .parse()
            .map_err(|_| CredentialsError::file(self.path, format!("`{field}` is not an address")))?;
        let path: PathBuf = self.path.to_owned();
        hosts.check(party, &uri).map_err(|error| CredentialsError::Host { path, field, error })?;
        Ok(uri)
    }
}
