//! Everything that one caller can call.

use std::{collections::BTreeSet, sync::Arc};

use super::{Access, Reason, Verdict, verdict::unread_reason, who::via};
use crate::model::{Principal, Resource, ServiceName};

/// Every function that one caller can, or may, call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Can {
    /// The caller.
    pub caller: Principal,
    /// Whether nothing unread decides: no list of services is missing, and no verdict is unknown for want of
    /// something unread.
    pub is_complete: bool,
    /// What it can or may call, by name. Nothing with the verdict no.
    pub functions: Vec<Callable>,
    /// What deny policies keep it from calling: what it could, or might, call by allow policies alone, with the
    /// verdict no and what stops it.
    pub denied: Vec<Callable>,
    /// What could not be read and decides, each once.
    pub unread: Vec<Reason>,
}

/// A function that a caller can, or may, call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callable {
    /// Which.
    pub function: ServiceName,
    /// Yes or unknown; no of what is denied.
    pub verdict: Verdict,
    /// Through what: the reasons that let it through or may, what decided first. Of what is denied, what stops it.
    pub via: Vec<Reason>,
}

impl Access<'_> {
    /// Those of these functions that a caller cannot call, or is not known to; and the most that is known of them
    /// all: no, or unknown.
    pub fn locked(&self, caller: &Principal, functions: &[ServiceName]) -> (Arc<[ServiceName]>, Verdict) {
        let candidate = self.candidate(caller);
        let mut most = Verdict::No;
        let mut is_locked = |function: &&ServiceName| {
            let path = self.paths.of(function);
            let verdict = path.map_or(Verdict::Unknown, |path| self.judge(path, &candidate));
            let is_locked = verdict != Verdict::Yes;
            if is_locked {
                most = most.max(verdict);
            }
            is_locked
        };
        let locked = functions.iter().filter(|function| is_locked(function)).cloned().collect();
        (locked, most)
    }

    /// Every function in this world that a caller can, or may, call.
    pub fn can(&self, caller: &Principal) -> Can {
        let asked = self.caller(caller);
        let (mut functions, mut denied) = (Vec::new(), Vec::new());
        let mut unread = BTreeSet::new();
        let lists = self.world.unread_lists.iter().filter(|(list, _)| list.ends_with("/services"));
        for (list, gap) in lists {
            unread.insert(unread_reason(Resource::Other(list.clone()), "this list of services", gap));
        }
        for function in self.world.services.keys() {
            let verdict = asked.allows(function);
            if verdict == Verdict::No && asked.is_allowed(function) == Verdict::No {
                continue;
            }
            let via = via(asked.verdict(function).reasons, verdict);
            if verdict == Verdict::Unknown {
                unread.extend(via.iter().filter(|reason| reason.gap.is_some()).cloned());
            }
            let found = if verdict == Verdict::No { &mut denied } else { &mut functions };
            found.push(Callable { function: function.clone(), verdict, via });
        }
        let unread: Vec<Reason> = unread.into_iter().collect();
        Can { caller: caller.clone(), is_complete: unread.is_empty(), functions, denied, unread }
    }
}
