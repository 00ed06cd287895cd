//! Everything that many callers can call: what one stands above functions for is worked out once, and shared by all
//! who stand there alike.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::{HashMap, HashMapExt as _};

use super::{
    Access, Candidate, Verdict,
    carried::may_contain_others,
    path::{Level, Path},
};
use crate::model::{Principal, ServiceName};

/// What one caller can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<'w> {
    /// What it can call, by name.
    pub sure: Arc<[&'w ServiceName]>,
    /// What it may call: that is not known.
    pub unsure: Arc<[&'w ServiceName]>,
}

/// What everything above functions gives and refuses a caller, level by level.
type Standing = (bool, Vec<(Verdict, Verdict)>);

/// A world, sorted so that what many callers can call is found quickly.
#[derive(Debug)]
pub struct Reaches<'a, 'w> {
    access: &'a Access<'w>,
    services: Vec<(&'w ServiceName, &'a Path<'w>)>,
    /// The services whose own policy names somebody, by key.
    named: HashMap<&'w str, Vec<usize>>,
    /// The services whose own policy names somebody who may contain others.
    sets: Vec<(&'w Principal, Vec<usize>)>,
    /// What is reached without being named by the function's own policy.
    above: HashMap<Standing, Reach<'w>>,
}

impl<'a, 'w> Reaches<'a, 'w> {
    /// Sorts what policies of functions say themselves.
    pub fn new(access: &'a Access<'w>) -> Self {
        let path = |name: &'w ServiceName| Some((name, access.paths.of(name)?));
        let services: Vec<_> = access.world.services.keys().filter_map(path).collect();
        let mut members: BTreeMap<&'w str, (&'w Principal, Vec<usize>)> = BTreeMap::new();
        for (index, (_, path)) in services.iter().enumerate() {
            for carried in path.own.bindings().iter().filter(|carried| carried.gives() > Verdict::No) {
                for member in &carried.binding.members {
                    members.entry(member.key()).or_insert_with(|| (member, Vec::new())).1.push(index);
                }
            }
        }
        let (mut named, mut sets) = (HashMap::new(), Vec::new());
        for (key, (member, on)) in members {
            if may_contain_others(member) {
                sets.push((member, on));
            } else {
                named.insert(key, on);
            }
        }
        Self { access, services, named, sets, above: HashMap::new() }
    }

    /// What this caller can, or may, call: the same verdicts as [`Access::allows`].
    pub fn of(&mut self, caller: &Principal) -> Reach<'w> {
        let candidate = self.access.candidate(caller).kept();
        let above = self.above(&candidate);
        let mut by_itself: Vec<usize> = self.named.get(caller.key()).cloned().unwrap_or_default();
        let sets = self.sets.iter().filter(|(set, _)| candidate.matches(set) > Verdict::No);
        by_itself.extend(sets.flat_map(|(_, on)| on));
        by_itself.sort_unstable();
        by_itself.dedup();
        let mut changed = Vec::new();
        for (name, path) in by_itself.into_iter().map(|index| self.services[index]) {
            let verdict = self.access.judge(path, &candidate);
            if verdict != above.verdict(name) {
                changed.push((name, verdict));
            }
        }
        above.with(&changed)
    }

    /// What a caller reaches that no function's own policy names, except by naming everybody.
    fn above(&mut self, candidate: &Candidate<'_, 'w>) -> Reach<'w> {
        let at = |(place, level): (usize, &Level<'w>)| {
            let given = candidate.given_at(place, || level.given.to(candidate));
            let refused = if level.denials.is_empty() {
                Verdict::No
            } else {
                candidate.refused_at(place, || level.denials.to(candidate))
            };
            (given, refused)
        };
        let standing = (candidate.is_beyond(), self.access.paths.levels().map(at).collect());
        let Self { access, services, above, .. } = self;
        let reach = above.entry(standing).or_insert_with(|| {
            let (mut sure, mut unsure) = (Vec::new(), Vec::new());
            for (name, path) in services {
                match access.judge_with(path, candidate, || path.own.to_anyone()) {
                    Verdict::Yes => sure.push(*name),
                    Verdict::Unknown => unsure.push(*name),
                    Verdict::No => {}
                }
            }
            Reach { sure: sure.into(), unsure: unsure.into() }
        });
        reach.clone()
    }
}

impl<'w> Reach<'w> {
    /// Whether it can call a function, or may.
    pub fn verdict(&self, function: &ServiceName) -> Verdict {
        if self.sure.binary_search(&function).is_ok() {
            Verdict::Yes
        } else {
            Verdict::from(self.unsure.binary_search(&function).is_ok()).min(Verdict::Unknown)
        }
    }

    fn with(self, changed: &[(&'w ServiceName, Verdict)]) -> Self {
        if changed.is_empty() {
            return self;
        }
        let is_kept =
            |name: &&&'w ServiceName| changed.binary_search_by_key(*name, |(name, _)| *name).is_err();
        let turned = |verdict: Verdict, of: &[&'w ServiceName]| {
            let new = changed.iter().filter(|(_, now)| *now == verdict).map(|(name, _)| *name);
            let mut all: Vec<_> = of.iter().filter(is_kept).copied().chain(new).collect();
            all.sort_unstable();
            all.into()
        };
        Self { sure: turned(Verdict::Yes, &self.sure), unsure: turned(Verdict::Unknown, &self.unsure) }
    }
}
