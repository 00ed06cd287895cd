//! Which accounts the map's functions of one name run as: those that its edges mean, and those of other revisions.
//!
//! Whoever answers now as `function:NAME` is meant by it: where the map pins an account that one alone, else the
//! template's and that of every revision that gets requests or has a tag. Beside a pinned account, those of revisions
//! that still answer are expected and get nothing. A template that runs as another account than the pinned one is
//! neither: another rule says so.

use std::collections::BTreeSet;

use crate::{
    callers::DeclaredFunction,
    model::{Principal, ServiceName},
    world::{Identities, World},
};

/// The accounts that the functions of one name run as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Those that `function:NAME` means, in order. Empty where none is known.
    pub meant: Vec<Principal>,
    /// Those of revisions that answer beside a pinned account.
    pub others: BTreeSet<Principal>,
    /// Whether its traffic is split to a revision that runs, or may run, as another account than the template.
    pub is_split: bool,
    /// Whether some of these revisions run as accounts that are not known.
    pub has_unknown: bool,
}

impl Accounts {
    /// Of functions with the services that they are, where these are live.
    pub(super) fn of<'a>(
        functions: impl Iterator<Item = (&'a DeclaredFunction, Option<&'a ServiceName>)>,
        world: &World,
    ) -> Self {
        let (mut accounts, mut meant) = (Self::default(), BTreeSet::new());
        for (function, service) in functions {
            let live = service.map(|service| (world.identity(service), world.identities(service)));
            let (template, Identities { accounts: known, is_whole }) =
                live.unwrap_or((None, Identities { accounts: BTreeSet::new(), is_whole: false }));
            if service.is_some_and(|service| world.is_split(service)) {
                accounts.is_split |= known.len() > 1 || !is_whole;
                accounts.has_unknown |= !is_whole;
            }
            match &function.runs_as {
                None => meant.extend(known),
                Some(pinned) => {
                    let others = known.into_iter().filter(|other| template.as_ref() != Some(other));
                    accounts.others.extend(others.filter(|other| other != pinned));
                    meant.insert(pinned.clone());
                }
            }
        }
        accounts.others.retain(|other| !meant.contains(other));
        accounts.meant = meant.into_iter().collect();
        accounts
    }
}
