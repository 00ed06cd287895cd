//! The words of commands that change something: `accept`.

use clap::Args;

use super::{Map, Scope, World, end};
use crate::{commands::AcceptOptions, model::Time};

#[derive(Debug, Args)]
pub(in crate::cli) struct Accept {
    /// Which findings: their fingerprints, or the first digits of them.
    #[arg(value_name = "FINGERPRINT", required_unless_present = "all", conflicts_with = "all")]
    fingerprints: Vec<String>,
    /// Every open finding, but for what is public, unchecked or unread.
    #[arg(long)]
    all: bool,
    /// Why it is accepted.
    #[arg(long, value_name = "REASON")]
    reason: String,
    /// Until when: a date or an RFC 3339 time. [default: 90 days from now]
    #[arg(long, value_name = "TIME", value_parser = end)]
    until: Option<Time>,
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
}

impl Accept {
    pub(in crate::cli) fn options(self) -> AcceptOptions {
        let Self { fingerprints, all, reason, until, map, world, scope } = self;
        AcceptOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            fingerprints: (!all).then_some(fingerprints),
            reason,
            until,
        }
    }
}
