//! One caller, asked about for many functions: what stands above them is held against it once.

use foldhash::{HashMap, HashMapExt as _};

use super::{Access, Answer, Candidate, Flip, Verdict, flip, weigh::Weighing};
use crate::model::{Principal, RoleName, ServiceName};

/// A caller in a world.
#[derive(Debug)]
pub struct Caller<'a, 'w> {
    access: &'a Access<'w>,
    pub(super) candidate: Candidate<'a, 'w>,
}

impl<'w> Access<'w> {
    /// This caller, to be asked about for many functions.
    pub fn caller<'a>(&'a self, principal: &'a Principal) -> Caller<'a, 'w> {
        Caller { access: self, candidate: self.candidate(principal).kept() }
    }
}

/// Callers that are asked about again and again.
#[derive(Debug)]
pub struct Callers<'a, 'w> {
    access: &'a Access<'w>,
    known: HashMap<&'a Principal, Caller<'a, 'w>>,
}

impl<'a, 'w> Callers<'a, 'w> {
    /// Nobody was asked about yet.
    pub fn new(access: &'a Access<'w>) -> Self {
        Self { access, known: HashMap::new() }
    }

    /// This caller, sorted once.
    pub fn of(&mut self, principal: &'a Principal) -> &Caller<'a, 'w> {
        self.known.entry(principal).or_insert_with(|| self.access.caller(principal))
    }
}

impl Caller<'_, '_> {
    /// Can it call this function? The same as [`Access::allows`].
    pub fn allows(&self, function: &ServiceName) -> Verdict {
        let path = self.access.paths.of(function);
        path.map_or(Verdict::Unknown, |path| self.access.judge(path, &self.candidate))
    }

    /// Could it, if there were no deny policies?
    pub fn is_allowed(&self, function: &ServiceName) -> Verdict {
        let path = self.access.paths.of(function);
        path.map_or(Verdict::Unknown, |path| self.access.judge_allowed(path, &self.candidate))
    }

    /// Do deny policies refuse its calls of this function, whatever lets it through? No where they were not asked for.
    pub fn is_denied(&self, function: &ServiceName) -> Verdict {
        let path = self.access.paths.of(function);
        path.map_or(Verdict::No, |path| self.access.refused(path, &self.candidate))
    }

    /// Does a rule that was read refuse its calls of this function, or may it? What was not read is not counted.
    pub fn is_denied_by_rule(&self, function: &ServiceName) -> Verdict {
        let path = self.access.paths.of(function).into_iter();
        let rules =
            path.flat_map(|path| self.access.paths.above(path)).flat_map(|level| &level.denials.rules);
        rules.map(|rule| rule.to(&self.candidate)).max().unwrap_or(Verdict::No)
    }

    /// Can it call this function, and why?
    pub fn verdict(&self, function: &ServiceName) -> Answer {
        match self.access.paths.of(function) {
            Some(path) => Weighing::new(self.access, function, path, &self.candidate).answer(),
            None => Answer { verdict: Verdict::Unknown, reasons: vec![self.access.unseen(function)] },
        }
    }

    /// The one change that would turn the verdict round, or why there is none. `role` is what callmap grants.
    pub fn flip(&self, function: &ServiceName, role: &RoleName) -> Flip {
        match self.access.paths.of(function) {
            Some(path) => {
                let weighing = Weighing::new(self.access, function, path, &self.candidate);
                flip::find(&weighing, &self.candidate, function, role)
            }
            None => flip::unseen(&self.access.unseen(function)),
        }
    }
}
