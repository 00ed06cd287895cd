//! Callers by what the command line calls them.

use std::collections::BTreeSet;

use super::{FindError, Names};
use crate::model::Principal;

/// The kinds that are written `kind:name`. Others are carried as they are.
const KINDS: [&str; 11] = [
    "user",
    "serviceAccount",
    "group",
    "domain",
    "deleted",
    "principal",
    "principalSet",
    "principalHierarchy",
    "projectOwner",
    "projectEditor",
    "projectViewer",
];
const PUBLIC: [&str; 2] = ["allUsers", "allAuthenticatedUsers"];

impl Names<'_> {
    /// The caller that a text names: a principal, `function:NAME` or `me`.
    ///
    /// # Errors
    /// Where it names nobody, or who it names cannot be known.
    pub fn caller(&self, text: &str) -> Result<Principal, FindError> {
        if text == "me" {
            return self.me.cloned().ok_or(FindError::NoMe);
        }
        if let Some(name) = text.strip_prefix("function:") {
            return self.account(name);
        }
        let misspelled = |right: String| FindError::Misspelled { text: text.to_owned(), right };
        if let Some(public) = PUBLIC.into_iter().find(|public| public.eq_ignore_ascii_case(text)) {
            return if public == text {
                Ok(Principal::new(public))
            } else {
                Err(misspelled(public.to_owned()))
            };
        }
        let Some((kind, name)) = text.split_once(':') else { return Err(no_kind(text)) };
        if kind.is_empty() || name.is_empty() {
            return Err(FindError::NoName(text.to_owned()));
        }
        match KINDS.into_iter().find(|known| known.eq_ignore_ascii_case(kind)) {
            Some(known) if known != kind => Err(misspelled(format!("{known}:{name}"))),
            _ => Ok(Principal::new(text)),
        }
    }

    /// The account a function runs as: what the map pins, else what is live.
    fn account(&self, name: &str) -> Result<Principal, FindError> {
        let (region, short) =
            name.split_once('/').map_or((None, name), |(region, name)| (Some(region), name));
        let declared = self.map.iter().flat_map(|map| &map.functions).filter(|function| {
            *function.name == *short && region.is_none_or(|region| *function.target.location == *region)
        });
        let accounts: Vec<Option<Principal>> = declared
            .map(|function| {
                function.runs_as.clone().or_else(|| self.world.identity(&self.live(&function.target)))
            })
            .collect();
        let accounts =
            if accounts.is_empty() { vec![self.world.identity(&self.function(name)?)] } else { accounts };
        let known: Option<BTreeSet<Principal>> = accounts.into_iter().collect();
        let mut known = known.ok_or_else(|| FindError::NoAccount(name.to_owned()))?;
        match (known.pop_first(), known.is_empty()) {
            (Some(only), true) => Ok(only),
            (first, _) => {
                let candidates = first.into_iter().chain(known).map(|account| account.to_string()).collect();
                Err(FindError::Ambiguous { text: format!("function:{name}"), candidates })
            }
        }
    }
}

fn no_kind(text: &str) -> FindError {
    let kinds: &[&str] = if text.ends_with(".gserviceaccount.com") {
        &["serviceAccount"]
    } else if text.contains('@') {
        &["user", "group"]
    } else if text.contains('.') {
        &["domain"]
    } else {
        &["user", "function"]
    };
    let forms = kinds.iter().map(|kind| format!("{kind}:{text}")).collect();
    FindError::NoKind { text: text.to_owned(), forms }
}
