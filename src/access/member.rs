//! Whether a member of a binding is the caller, or contains it.

use std::{cell::RefCell, collections::BTreeMap};

use foldhash::HashMap;

use super::{Verdict, agent::has_agent_domain, group::Groups};
use crate::{
    model::{Container, Principal, PrincipalKind, ProjectName, resource::is_project_number},
    world::{Gap, Observed, Projects, World, chain::cut_short},
};

/// A caller that members are held against, with the groups it is in.
#[derive(Debug)]
pub struct Candidate<'a, 'w> {
    pub(super) world: &'w World,
    pub(super) groups: &'a Groups<'w>,
    /// Who.
    pub principal: &'a Principal,
    pub(super) kind: PrincipalKind<'a>,
    /// The groups that contain it, with the group in between.
    within: BTreeMap<&'w str, Option<&'w Principal>>,
    /// The groups that may contain it.
    perhaps_within: BTreeMap<&'w str, Option<&'w Principal>>,
    /// What each level above functions gives it and refuses it, once that was asked; not kept of a caller that is
    /// asked about once.
    levels: Option<RefCell<HashMap<usize, Level>>>,
}

/// What a level above functions gives a caller, and what it refuses it, as far as that was asked.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    given: Option<Verdict>,
    refused: Option<Verdict>,
}

impl<'a, 'w> Candidate<'a, 'w> {
    /// This caller in this world.
    pub fn new(world: &'w World, groups: &'a Groups<'w>, principal: &'a Principal) -> Self {
        let kind = principal.kind();
        let (within, perhaps_within) = (BTreeMap::new(), BTreeMap::new());
        let levels = None;
        let mut candidate = Self { world, groups, principal, kind, within, perhaps_within, levels };
        if !candidate.is_matched_by_name_alone() {
            groups.above(principal.key(), &mut candidate.within);
            for set in groups.sets() {
                match candidate.matches(set) {
                    Verdict::Yes => groups.above(set.key(), &mut candidate.within),
                    Verdict::Unknown => groups.above(set.key(), &mut candidate.perhaps_within),
                    Verdict::No => {}
                }
            }
        }
        candidate
    }

    /// The same caller, who will be asked about more than once: what levels give and refuse it is kept.
    pub(super) fn kept(self) -> Self {
        Self { levels: Some(RefCell::default()), ..self }
    }

    /// What a level above functions gives this caller, worked out once.
    pub(super) fn given_at(&self, level: usize, given: impl Fn() -> Verdict) -> Verdict {
        self.at(level, |level| &mut level.given, given)
    }

    /// What a level above functions refuses this caller, worked out once.
    pub(super) fn refused_at(&self, level: usize, refused: impl Fn() -> Verdict) -> Verdict {
        self.at(level, |level| &mut level.refused, refused)
    }

    fn at(
        &self,
        level: usize,
        part: fn(&mut Level) -> &mut Option<Verdict>,
        work_out: impl Fn() -> Verdict,
    ) -> Verdict {
        let Some(levels) = &self.levels else { return work_out() };
        *part(levels.borrow_mut().entry(level).or_default()).get_or_insert_with(work_out)
    }

    /// Callers that no group or set contains: nobody in particular, and nobody at all.
    fn is_matched_by_name_alone(&self) -> bool {
        self.principal.is_public() || self.principal.is_nobody()
    }

    /// Whether this kind of principal is beyond what callmap knows, so that no verdict about it is a no.
    pub fn is_beyond(&self) -> bool {
        self.kind == PrincipalKind::Other && self.principal.key().starts_with("principal")
    }

    /// Whether a member of a binding is this caller, or contains it.
    pub fn matches(&self, member: &Principal) -> Verdict {
        use PrincipalKind as Kind;
        match (&self.kind, &member.kind()) {
            (Kind::Deleted, _) | (_, Kind::Deleted) => Verdict::No,
            (_, Kind::AllUsers) => Verdict::Yes,
            // Cloud Run takes no federated identity, and a request without a token has none at all.
            (Kind::AllUsers | Kind::Federated, _) | (_, Kind::Federated) => Verdict::No,
            _ if member == self.principal => Verdict::Yes,
            (Kind::AllAuthenticatedUsers, _) => Verdict::No,
            (caller, Kind::AllAuthenticatedUsers) => has_google_account(caller),
            (Kind::User(email), Kind::Domain(domain)) => {
                email.rsplit_once('@').is_some_and(|(_, of)| of == *domain).into()
            }
            (_, Kind::Group(_)) => self.is_in_group(member),
            (caller, Kind::ServiceAccountSet(container)) => self.is_below(caller, container),
            (_, Kind::Other) if is_one_other(member) => Verdict::No,
            (Kind::Other | Kind::ProjectRole(_), Kind::Domain(_))
            | (_, Kind::ProjectRole(_) | Kind::Other) => Verdict::Unknown,
            (_, Kind::User(_) | Kind::ServiceAccount(_) | Kind::Domain(_)) => Verdict::No,
        }
    }

    /// Whether `allUsers` holds this caller: everybody but who was deleted.
    pub(super) fn matches_anyone(&self) -> Verdict {
        (self.kind != PrincipalKind::Deleted).into()
    }

    fn is_in_group(&self, group: &Principal) -> Verdict {
        let key = group.key();
        if self.within.contains_key(key) {
            Verdict::Yes
        } else if self.perhaps_within.contains_key(key) || self.groups.unexpanded(group).is_some() {
            Verdict::Unknown
        } else {
            Verdict::No
        }
    }

    /// Whether a service account, or a whole set of them, belongs to a container.
    fn is_below(&self, caller: &PrincipalKind<'_>, container: &Container) -> Verdict {
        match caller {
            PrincipalKind::ServiceAccount(email) if has_agent_domain(email) => Verdict::No,
            PrincipalKind::ServiceAccount(email) => match self.world.account_project(email) {
                Some(project) => project_is_below(self.world, &project, container),
                None => Verdict::Unknown,
            },
            PrincipalKind::ServiceAccountSet(Container::Project(project)) => {
                let project = self.world.projects.canonical(project);
                project_is_below(self.world, &project, container)
            }
            PrincipalKind::ServiceAccountSet(inner) => container_is_below(self.world, inner, container),
            PrincipalKind::Other | PrincipalKind::ProjectRole(_) => Verdict::Unknown,
            _ => Verdict::No,
        }
    }

    /// The groups between a group and the caller in it, outermost first, without the group itself.
    pub(super) fn between(&self, group: &Principal) -> Vec<&'w Principal> {
        let ways = if self.within.contains_key(group.key()) { &self.within } else { &self.perhaps_within };
        let mut found = Vec::new();
        let mut next = ways.get(group.key());
        while let Some(Some(inner)) = next {
            found.push(*inner);
            next = ways.get(inner.key());
        }
        found
    }

    /// Why the members of a group were not read, where that was tried.
    pub(super) fn gap(&self, group: &Principal) -> Option<&'w Gap> {
        self.world.groups.get(group).and_then(Observed::gap)
    }

    /// The group whose missing members keep it unknown whether this caller is in a group.
    pub(super) fn unexpanded<'g>(&'g self, group: &'g Principal) -> Option<&'g Principal> {
        self.groups.unexpanded(group)
    }
}

/// Whether `allAuthenticatedUsers` are meant to hold this kind of caller.
fn has_google_account(caller: &PrincipalKind<'_>) -> Verdict {
    match caller {
        PrincipalKind::User(_)
        | PrincipalKind::ServiceAccount(_)
        | PrincipalKind::Group(_)
        | PrincipalKind::Domain(_)
        | PrincipalKind::ServiceAccountSet(_) => Verdict::Yes,
        _ => Verdict::Unknown,
    }
}

/// Whether a member of a kind that callmap does not know is one single identity of its own; not so Google's
/// other spelling of users and groups, `principal://goog/…`.
fn is_one_other(member: &Principal) -> bool {
    member.key().strip_prefix("principal://").is_some_and(|rest| !rest.starts_with("goog/"))
}

pub(super) fn project_is_below(world: &World, project: &ProjectName, container: &Container) -> Verdict {
    match (container, world.chains.get(project)) {
        (Container::Project(other), _) => is_same_project(&world.projects, project, other),
        (_, Some(chain)) => is_above(chain, container),
        (_, None) => Verdict::Unknown,
    }
}

/// Whether a container is one of a chain of ancestors, of which not all may have been seen.
fn is_above(chain: &[Container], container: &Container) -> Verdict {
    match chain.contains(container) {
        false if cut_short(chain).is_some() => Verdict::Unknown,
        is_there => is_there.into(),
    }
}

/// Whether one folder or organization is, or lies below, another, as far as any project shows it.
fn container_is_below(world: &World, inner: &Container, container: &Container) -> Verdict {
    if inner == container {
        return Verdict::Yes;
    }
    if matches!(container, Container::Project(_)) || matches!(inner, Container::Organization(_)) {
        return Verdict::No;
    }
    let above = |chain: &[Container]| -> Option<Verdict> {
        let at = chain.iter().position(|level| level == inner)?;
        Some(is_above(&chain[at..], container)).filter(|verdict| *verdict != Verdict::Unknown)
    };
    world.chains.values().find_map(|chain| above(chain)).unwrap_or(Verdict::Unknown)
}

/// Whether two names are one project: an id and a number may be, until one of them is resolved.
fn is_same_project(projects: &Projects, one: &str, other: &str) -> Verdict {
    let (one, other) = (projects.canonical(one), projects.canonical(other));
    if one == other {
        return Verdict::Yes;
    }
    let are_of_one_kind = is_project_number(&one) == is_project_number(&other);
    let are_resolved = projects.number(&one).is_some() && projects.number(&other).is_some();
    if are_of_one_kind || are_resolved { Verdict::No } else { Verdict::Unknown }
}
