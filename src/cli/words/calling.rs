//! The words of commands that show a function who is calling: `token`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Map, live::Live, project, questions::Region};
use crate::{
    commands::{IdentityOptions, TokenOptions, WorldOptions},
    model::Container,
    tokens::id,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Token {
    /// What: its URL, a short name of the map, `REGION/NAME`, a function id, or a full resource.
    pub(in crate::cli) function: String,
    #[command(flatten)]
    identity: Identity,
    /// Print it as the header of a request: `Authorization: Bearer …`.
    #[arg(long, help_heading = "Output")]
    header: bool,
}

/// Which function, and who calls it.
#[derive(Debug, Args)]
#[command(next_help_heading = "ID token")]
pub(in crate::cli) struct Identity {
    /// How the token is come by: the first credentials in Google's order (`auto`), gcloud's own login, Application
    /// Default Credentials of whatever kind, the metadata server, a service account's key, or impersonation.
    #[arg(long, value_enum, value_name = "WAY", default_value_t = Via::Auto)]
    via: Via,
    /// The file with a service account's key, instead of the one that `GOOGLE_APPLICATION_CREDENTIALS` names.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// An account on the way to the one of `--impersonate`, each of which may act as the next. Repeatable, in order.
    #[arg(long, value_name = "EMAIL")]
    delegate: Vec<String>,
    /// For whom the token is, instead of the function's address: a custom audience, or the OAuth client of IAP.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    audience: Option<String>,
    #[command(flatten)]
    map: Map,
    /// The project of names that do not say theirs.
    #[arg(long, value_name = "PROJECT", value_parser = project, help_heading = "Scope")]
    project: Option<Container>,
    #[command(flatten)]
    region: Region,
    #[command(flatten)]
    live: Live,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Via {
    Auto,
    Gcloud,
    Adc,
    Metadata,
    Key,
    Impersonate,
}

impl Token {
    pub(in crate::cli) fn options(self) -> (String, TokenOptions) {
        let Self { function, identity, header } = self;
        (function, TokenOptions { identity: identity.options(), is_header: header })
    }
}

impl Identity {
    pub(in crate::cli) fn options(self) -> IdentityOptions {
        let Self { via, key, delegate, audience, map, project, region, live } = self;
        IdentityOptions {
            map: map.options(),
            world: WorldOptions {
                is_demo: false,
                served: None,
                from: Vec::new(),
                groups: None,
                at: None,
                max_data_age: None,
                live: live.options(),
            },
            wider: project.into_iter().collect(),
            region: region.region,
            via: match via {
                Via::Auto => id::Via::Auto,
                Via::Gcloud => id::Via::Gcloud,
                Via::Adc => id::Via::Adc,
                Via::Metadata => id::Via::Metadata,
                Via::Key => id::Via::Key,
                Via::Impersonate => id::Via::Impersonate,
            },
            key,
            delegates: delegate,
            audience,
        }
    }
}
