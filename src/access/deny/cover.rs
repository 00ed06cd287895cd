//! How far what a deny rule names covers a caller, who may be a set of callers.

use super::{Denied, principal::agents_of};
use crate::{
    access::{
        Candidate, Verdict,
        agent::{agent_project, has_agent_domain, may_be_agent},
        member::project_is_below,
    },
    model::{Container, Principal, PrincipalKind},
};

impl<'w> Candidate<'_, 'w> {
    /// Whether a caller is covered: yes only where all of it is, unknown where a part of it is or may be.
    pub(in crate::access) fn is_covered(&self, by: &Denied) -> Verdict {
        use PrincipalKind as Kind;
        match (&self.kind, by) {
            (_, Denied::Everybody) => Verdict::Yes,
            (_, Denied::Beyond) => Verdict::Unknown,
            // Without a token nobody in particular calls; the rest come as nobody in particular if at all.
            (_, Denied::Nobody) | (Kind::AllUsers | Kind::Deleted | Kind::Federated, _) => Verdict::No,
            (Kind::Other | Kind::ProjectRole(_), Denied::Member(member)) if member == self.principal => {
                Verdict::Yes
            }
            (Kind::Other, Denied::Agents(container)) if self.principal == &agents_of(container) => {
                Verdict::Yes
            }
            (_, Denied::Customer) | (Kind::Other | Kind::ProjectRole(_), _) => Verdict::Unknown,
            (_, Denied::Agents(container)) => self.is_agent_of(container),
            (_, Denied::Member(member)) => match self.matches(member) {
                Verdict::No if self.is_touched_by(member) => Verdict::Unknown,
                matches => matches,
            },
        }
    }

    /// Whether a part of this caller is, or may be, what is named, though not all of it.
    fn is_touched_by(&self, named: &Principal) -> bool {
        if self.is_one() {
            return false;
        }
        let is_part = |part: &Principal| self.beside(part).matches(self.principal) > Verdict::No;
        is_part(named)
            || self.groups.members(named).into_iter().any(is_part)
            || self.has_member(|member| match member.kind() {
                // Those in it are members of the whole, too.
                PrincipalKind::Group(_) => self.beside(member).matches(named) > Verdict::No,
                _ => self.beside(member).is_covered(&Denied::Member(named.clone())) > Verdict::No,
            })
    }

    fn is_one(&self) -> bool {
        matches!(self.kind, PrincipalKind::User(_) | PrincipalKind::ServiceAccount(_))
    }

    /// Whether this caller is a group with, or perhaps with, such a member.
    fn has_member(&self, is_such: impl Fn(&Principal) -> bool) -> bool {
        matches!(self.kind, PrincipalKind::Group(_))
            && (self.groups.unexpanded(self.principal).is_some()
                || self.groups.members(self.principal).into_iter().any(is_such))
    }

    /// Another caller in the same world.
    fn beside<'b>(&'b self, principal: &'b Principal) -> Candidate<'b, 'w> {
        Candidate::new(self.world, self.groups, principal)
    }

    /// Whether it is a service agent of Google's of a project that is, or lies below, a container.
    fn is_agent_of(&self, container: &Container) -> Verdict {
        match &self.kind {
            PrincipalKind::ServiceAccount(email) => match agent_project(self.principal) {
                Some(number) => {
                    let project = self.world.projects.canonical(number);
                    project_is_below(self.world, &project, container)
                }
                // An agent of a folder or an organization, or one of a service that callmap does not know.
                None if has_agent_domain(email) || may_be_agent(email) => Verdict::Unknown,
                None => Verdict::No,
            },
            PrincipalKind::AllAuthenticatedUsers => Verdict::Unknown,
            PrincipalKind::Group(_) => {
                let agents = Denied::Agents(container.clone());
                let is_agent = |member: &Principal| match member.kind() {
                    PrincipalKind::Group(_) => false,
                    _ => self.beside(member).is_covered(&agents) > Verdict::No,
                };
                if self.has_member(is_agent) { Verdict::Unknown } else { Verdict::No }
            }
            _ => Verdict::No,
        }
    }
}
