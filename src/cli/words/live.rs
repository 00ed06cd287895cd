//! The words for reading Google Cloud: whose credentials, and how much at once.

use std::num::NonZeroUsize;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::{
    commands::{Beside, LiveOptions},
    model::time,
    sources::google::Choice,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "Google Cloud")]
pub(super) struct Live {
    /// How many calls are under way at once. [default: 16]
    #[arg(long, value_name = "N")]
    concurrency: Option<NonZeroUsize>,
    /// How long the whole run may take: `90s`, `5m`. What is not read by then is a gap.
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    timeout: Option<TimeDelta>,
    /// Whose credentials are used: Application Default Credentials, or gcloud's own login.
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t = Credentials::Adc)]
    credentials: Credentials,
    /// Act as this service account.
    #[arg(long, value_name = "EMAIL")]
    impersonate: Option<String>,
    /// The project that calls are counted to.
    #[arg(long, value_name = "PROJECT")]
    quota_project: Option<String>,
    /// Refuse an emulator.
    #[arg(long = "require-live", id = "require_live")]
    is_required: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Credentials {
    Adc,
    Gcloud,
}

impl Live {
    pub(super) fn options(self) -> LiveOptions {
        let Self { concurrency, timeout, credentials, impersonate, quota_project, is_required } = self;
        LiveOptions {
            concurrency,
            timeout,
            credentials: match credentials {
                Credentials::Adc => Choice::Default,
                Credentials::Gcloud => Choice::Gcloud,
            },
            impersonate,
            quota_project,
            is_required,
            beside: Beside::USUAL,
        }
    }
}
