//! Why callmap cannot say who it is, and what should be known about how it does.

use std::{fmt, path::PathBuf, sync::Arc};

use super::super::{CallError, Refusal, hosts::HostError};

/// Why there is no token. All of these are exit code 2, and none of them holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// TLS cannot tell who is who.
    #[error(
        "the system has no store of trusted certificates ({0}): install one, such as the package \
         `ca-certificates`, or name one with `SSL_CERT_FILE`"
    )]
    Roots(Arc<str>),
    /// Nothing was found anywhere.
    #[error("there are no credentials for Google Cloud: {}", advice(*.is_logged_in))]
    Missing {
        /// Whether gcloud is logged in on this machine, for itself alone.
        is_logged_in: bool,
    },
    /// A credential file cannot be used.
    #[error("`{}`: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        what: Arc<str>,
    },
    /// A credential file names a host that nothing is sent to.
    #[error("`{}`: `{field}`: {error}", path.display())]
    Host {
        /// The file.
        path: PathBuf,
        /// The field with the address.
        field: &'static str,
        /// What is wrong with it.
        error: HostError,
    },
    /// A Google Cloud that is not the public one.
    #[error("the universe domain is `{0}`, and callmap knows `googleapis.com` alone")]
    Universe(Arc<str>),
    /// What was asked for cannot be meant.
    #[error("{0}")]
    Option(Arc<str>),
    /// The credentials were not taken, or no token came.
    #[error("no token for {whose}: {what}")]
    Refused {
        /// Whose token was asked for.
        whose: Arc<str>,
        /// What was said, and what to do.
        what: Arc<str>,
    },
}

fn advice(is_logged_in: bool) -> &'static str {
    if is_logged_in {
        "gcloud is logged in, but for itself alone: run `gcloud auth application-default login`, or use that \
         login with `--credentials gcloud`"
    } else {
        "run `gcloud auth application-default login`, or name a credential file with \
         `GOOGLE_APPLICATION_CREDENTIALS`"
    }
}

impl CredentialsError {
    /// A file that is not what it should be.
    pub(in crate::tokens) fn file(path: &std::path::Path, what: impl Into<Arc<str>>) -> Self {
        Self::File { path: path.to_owned(), what: what.into() }
    }

    /// As what comes of a call that needed the token.
    pub(crate) fn into_call(self) -> CallError {
        CallError::new(Refusal::Unauthenticated, self.to_string())
    }
}

/// What somebody should know about the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A file with a key or a login in it can be read by others on the machine.
    Readable(PathBuf),
    /// The clock of this machine and another one differ: by how much and which way, in words.
    Clock(Arc<str>),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readable(path) => {
                let path = path.display();
                write!(f, "`{path}` holds credentials and others can read it: `chmod 600 {path}`")
            }
            Self::Clock(skew) => {
                write!(f, "{skew}: set it right, as tokens of another time are refused")
            }
        }
    }
}
