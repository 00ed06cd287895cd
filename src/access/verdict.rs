//! The verdict itself: can this caller call this function?

use super::{
    Answer, Effect, Reason, RoleBook, Verdict,
    group::Groups,
    member::Candidate,
    path::{Path, Paths},
};
use crate::{
    model::{Principal, Resource, ServiceName, Time},
    world::{Gap, World},
};

/// A world at a time, sorted so that many verdicts are quick.
#[derive(Debug)]
pub struct Access<'w> {
    /// What was observed.
    pub world: &'w World,
    /// What roles give in it.
    pub roles: RoleBook<'w>,
    /// When.
    pub at: Time,
    pub(super) groups: Groups<'w>,
    pub(super) paths: Paths<'w>,
}

impl<'w> Access<'w> {
    /// Sorts this world. It goes over every policy once; ask it many questions.
    pub fn new(world: &'w World, at: Time) -> Self {
        let roles = RoleBook::new(world);
        Self { world, roles, at, groups: Groups::new(world), paths: Paths::new(world, roles, at) }
    }

    /// The groups of this world.
    pub fn groups(&self) -> &Groups<'w> {
        &self.groups
    }

    /// Whether a member of a binding is this principal, or contains it.
    pub fn matches(&self, member: &Principal, principal: &Principal) -> Verdict {
        self.candidate(principal).matches(member)
    }

    /// Can this caller call this function? The same verdict as [`Access::verdict`], without its reasons. One caller
    /// is asked about for many functions by [`Access::caller`].
    pub fn allows(&self, principal: &Principal, function: &ServiceName) -> Verdict {
        match self.paths.of(function) {
            Some(path) => self.judge(path, &self.candidate(principal)),
            None => Verdict::Unknown,
        }
    }

    /// Can this caller call this function, and why?
    pub fn verdict(&self, principal: &Principal, function: &ServiceName) -> Answer {
        self.caller(principal).verdict(function)
    }

    pub(super) fn candidate<'a>(&'a self, principal: &'a Principal) -> Candidate<'a, 'w> {
        Candidate::new(self.world, &self.groups, principal)
    }

    /// The greatest of: open; anonymous, unless that is denied; and what the caller is allowed, unless that is
    /// denied.
    pub(super) fn judge(&self, path: &Path<'w>, candidate: &Candidate<'_, 'w>) -> Verdict {
        self.judge_with(path, candidate, || path.own.to(candidate))
    }

    /// The same where what the function's own policy gives the caller is known.
    pub(super) fn judge_with(
        &self,
        path: &Path<'w>,
        candidate: &Candidate<'_, 'w>,
        own: impl FnOnce() -> Verdict,
    ) -> Verdict {
        if path.open == Verdict::Yes {
            return Verdict::Yes;
        }
        let (anonymous, mut allow) = self.given(path, candidate, own());
        let anonymous = anonymous.min(!path.denied_to_anyone);
        if path.is_deniable && allow > anonymous {
            allow = allow.min(!self.refused(path, candidate));
        }
        path.open.max(anonymous).max(allow)
    }

    /// The same by allow policies alone.
    pub(super) fn judge_allowed(&self, path: &Path<'w>, candidate: &Candidate<'_, 'w>) -> Verdict {
        let (anonymous, allow) = self.given(path, candidate, path.own.to(candidate));
        path.open.max(anonymous).max(allow)
    }

    /// What allow policies give a request without a token, and this caller. Where nothing is denied, one yes is
    /// enough.
    fn given(&self, path: &Path<'w>, candidate: &Candidate<'_, 'w>, own: Verdict) -> (Verdict, Verdict) {
        let has_more_above = path.service.ancestors.gap().is_some();
        let least = if has_more_above { Verdict::Unknown } else { Verdict::No };
        let mut anonymous = path.own.to_anyone().max(least);
        let mut allow = own.max(least);
        if candidate.is_beyond() {
            allow = allow.max(Verdict::Unknown);
        }
        for (place, level) in self.paths.places(path) {
            if !path.is_deniable && allow.max(anonymous) == Verdict::Yes {
                break;
            }
            anonymous = anonymous.max(level.given.to_anyone());
            if allow < Verdict::Yes {
                allow = allow.max(candidate.given_at(place, || level.given.to(candidate)));
            }
        }
        (anonymous, allow)
    }

    /// Whether deny policies refuse this caller.
    pub(super) fn refused(&self, path: &Path<'w>, candidate: &Candidate<'_, 'w>) -> Verdict {
        let mut refused = path.least_denied;
        for (place, level) in self.paths.places(path) {
            if refused == Verdict::Yes {
                break;
            }
            if !level.denials.is_empty() {
                refused = refused.max(candidate.refused_at(place, || level.denials.to(candidate)));
            }
        }
        refused
    }

    pub(super) fn unseen(&self, function: &ServiceName) -> Reason {
        let ServiceName { project, location, service: _ } = function;
        let lists = [
            format!("projects/{project}/locations/{location}/services"),
            format!("projects/{project}/services"),
        ];
        let unread = lists.iter().find_map(|list| Some((list, self.world.unread_lists.get(&**list)?)));
        match unread {
            Some((list, gap)) => unread_reason(
                Resource::Other(list.as_str().into()),
                "the list of services, and so this function,",
                gap,
            ),
            None => Reason {
                effect: Effect::Unknown,
                resource: Some(function.clone().into()),
                role: None,
                member: None,
                condition: None,
                detail: "it is not among the services that were seen".to_owned(),
                gap: None,
            },
        }
    }
}

/// Something that was not read, as a reason.
pub(super) fn unread_reason(resource: Resource, what: &str, gap: &Gap) -> Reason {
    Reason {
        effect: Effect::Unknown,
        resource: Some(resource),
        role: None,
        member: None,
        condition: None,
        detail: format!("{what} could not be read: {}", why(gap)),
        gap: Some(gap.clone()),
    }
}

/// Why something was not read, and what reading it takes.
pub(super) fn why(gap: &Gap) -> String {
    let Gap { why, permission } = gap;
    match permission {
        Some(permission) => format!("{why} (this takes `{permission}`)"),
        None => why.to_string(),
    }
}
