//! The words of commands that show a function who is calling: `call`, `token`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Map, live::Live, project, questions::Region};
use crate::{
    commands::{CallOptions, IdentityOptions, TokenOptions, WorldOptions},
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

#[derive(Debug, Args)]
pub(in crate::cli) struct Call {
    /// What: its URL, a short name of the map, `REGION/NAME`, a function id, or a full resource.
    pub(in crate::cli) function: String,
    /// The method. [default: GET, or POST with `--data`]
    #[arg(short = 'X', long = "request", value_name = "METHOD", help_heading = "Request")]
    method: Option<String>,
    /// What is sent as the body: a text, what stands in a file (`@FILE`), or standard input (`@-`). Without a header
    /// that says what it is, that is told from what it looks like: JSON, text, or neither.
    #[arg(short, long, value_name = "TEXT", help_heading = "Request")]
    data: Option<String>,
    /// A header, `Name: value`. Repeatable. With an `Authorization` of your own, the token goes into
    /// `X-Serverless-Authorization`, where Cloud Run looks first.
    #[arg(short = 'H', long = "header", value_name = "HEADER", help_heading = "Request")]
    headers: Vec<String>,
    /// The path behind the function's address, and perhaps a query: `/orders?open=1`.
    #[arg(long, value_name = "PATH", help_heading = "Request")]
    path: Option<String>,
    /// Send no token.
    #[arg(long, conflicts_with_all = ["via", "key", "delegate", "audience", "impersonate"])]
    #[arg(help_heading = "ID token")]
    no_token: bool,
    /// Print the status and the headers of the answer before its body.
    #[arg(short, long, help_heading = "Output")]
    include: bool,
    #[command(flatten)]
    identity: Identity,
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

impl Call {
    pub(in crate::cli) fn options(self) -> CallOptions {
        let Self { function, method, data, headers, path, no_token, include, identity } = self;
        CallOptions {
            function,
            identity: identity.options(),
            method,
            data,
            headers,
            path,
            has_token: !no_token,
            is_head_shown: include,
        }
    }
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
