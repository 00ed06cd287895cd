//! Everything there is to draw: functions, callers, and what leads from one to the other.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Kind, Node, Place, Shape, State,
    draft::{Draft, Key},
    sources,
};
use crate::{
    access::{RoleClass, Verdict, agent::agent_project, condition::can_hold_from},
    callers::{Caller, DeclaredFunction},
    model::{Container, Grant, Principal, PrincipalKind, RoleName, RuleId, ServiceName, time},
    rules::{Audit, context::Context, declared::Live, partition::Judged},
    world::Nature,
};

/// Draws everything in a context.
pub(super) fn all(context: &Context<'_>, audit: &Audit, has_map: bool) -> Draft {
    let mut gather = Gather {
        context,
        has_map,
        draft: Draft::default(),
        owners: owners(context),
        accepted: accepted(audit),
    };
    gather.functions();
    gather.declared();
    for judged in &context.grants {
        gather.judged(judged);
    }
    gather.unlisted();
    gather.checks();
    sources::add(&mut gather.draft, context, audit);
    gather.draft
}

struct Gather<'c, 'a> {
    context: &'c Context<'a>,
    has_map: bool,
    draft: Draft,
    owners: BTreeMap<Principal, ServiceName>,
    accepted: BTreeSet<&'c Grant>,
}

/// The function that each account belongs to, where it is the account of one function alone.
fn owners(context: &Context<'_>) -> BTreeMap<Principal, ServiceName> {
    let mut owners: BTreeMap<Principal, Option<ServiceName>> = BTreeMap::new();
    for (name, _) in &context.services {
        for account in context.world.identities(name).accounts {
            let first = owners.contains_key(&account);
            owners.insert(account, (!first).then(|| (*name).clone()));
        }
    }
    owners.into_iter().filter_map(|(account, owner)| Some((account, owner?))).collect()
}

/// The nodes that stand for a caller: its own, and those of the functions that run as it.
pub(super) fn callers(context: &Context<'_>, principal: &Principal) -> BTreeSet<Key> {
    let runs_as = |name: &ServiceName| context.world.identities(name).accounts.contains(principal);
    let functions = context.services.iter().filter(|(name, _)| runs_as(name));
    let functions = functions.map(|(name, _)| Key::Function((*name).clone()));
    functions.chain([Key::Principal(principal.clone())]).collect()
}

fn accepted(audit: &Audit) -> BTreeSet<&Grant> {
    let accepted = audit.findings.iter().filter(|finding| finding.accepted.is_some());
    accepted.filter_map(|finding| finding.grant.as_ref()).collect()
}

/// A node that stands in no box.
pub(super) fn node(shape: Shape, lines: Vec<String>) -> Node {
    Node { shape, state: State::Usual, place: None, lines }
}

impl Gather<'_, '_> {
    fn functions(&mut self) {
        let natures = self.context.world.natures();
        for (name, service) in &self.context.services {
            let declared = self.context.declared.governed.get(*name);
            let declared = declared.map(|index| &self.context.map.functions[*index]);
            let is_read = service.settings.known().is_some() && service.policy.known().is_some();
            let state = match declared {
                _ if !is_read => State::NotRead,
                None if self.has_map => State::Unlisted,
                Some(_) | None => State::Usual,
            };
            let is_event_driven = natures.get(*name) == Some(&Nature::EventFunction)
                || self.context.expected.is_event_driven(name);
            self.function(name, declared, state, is_event_driven);
        }
        for (function, live) in self.context.map.functions.iter().zip(&self.context.declared.live) {
            let state = match live {
                Live::Service(_) => continue,
                Live::Missing => State::NotLive,
                Live::Unread => State::NotRead,
            };
            self.function(&function.target, Some(function), state, function.is_event_driven);
        }
    }

    fn function(
        &mut self,
        name: &ServiceName,
        declared: Option<&DeclaredFunction>,
        state: State,
        is_event_driven: bool,
    ) {
        let ServiceName { project, location, service } = name;
        let shown = declared.map_or(service, |function| &function.name);
        let mut lines = vec![shown.to_string()];
        lines.extend(is_event_driven.then(|| Shape::EventFunction.words().0.to_owned()));
        lines.extend(state.word().map(str::to_owned));
        let shape = if is_event_driven { Shape::EventFunction } else { Shape::Function };
        let place = Some(Place { project: project.clone(), region: Some(location.clone()) });
        self.draft.node(&Key::Function(name.clone()), || Node { shape, state, place, lines });
    }

    /// Every declared edge that is in force.
    fn declared(&mut self) {
        let mut rules: BTreeMap<(&ServiceName, &Principal), (RuleId, Verdict)> = BTreeMap::new();
        for judged in self.context.edges.iter().filter(|judged| judged.rule != RuleId::ExpiredCaller) {
            rules.insert((&judged.service, &judged.principal), (judged.rule, judged.verdict));
        }
        for edge in self.context.map.edges.iter().filter(|edge| edge.is_in_force(self.context.at)) {
            let until = edge.until.map(|until| format!("until {}", time::rfc3339(until)));
            let to = self.declared_key(edge.function);
            for (from, principal) in self.meant(&edge.caller) {
                let (kind, detail) = match (&self.context.declared.live[edge.function], &principal) {
                    (Live::Missing, _) => (Kind::Missing, Some("not live")),
                    (Live::Unread, _) | (_, None) => (Kind::Unknown, Some("not read")),
                    (Live::Service(service), Some(principal)) => {
                        self.state_of(service, principal, rules.get(&(service, principal)).copied())
                    }
                };
                let is_public = principal.is_some_and(|principal| principal.is_public());
                let kind = if is_public && kind == Kind::Right { Kind::Open } else { kind };
                let details = detail.map(str::to_owned).into_iter().chain(until.clone()).collect::<Vec<_>>();
                let detail = (!details.is_empty()).then(|| details.join(", "));
                self.draft.edge(from, to.clone(), kind, detail);
            }
        }
    }

    /// What an edge in force comes to, by the rule that speaks for it.
    fn state_of(
        &self,
        service: &ServiceName,
        principal: &Principal,
        judged: Option<(RuleId, Verdict)>,
    ) -> (Kind, Option<&'static str>) {
        let live = self.context.world.services.get(service);
        let is_read =
            live.is_some_and(|live| live.settings.known().and(live.policy.known().map(drop)).is_some());
        match judged {
            None if is_read => (Kind::Right, None),
            None => (by_verdict(self.context.access.allows(principal, service)), Some("not read")),
            Some((rule, verdict)) => {
                let detail = match rule {
                    RuleId::BorrowedCaller => Some("borrowed"),
                    RuleId::ConditionalCaller => Some("conditional"),
                    RuleId::MistimedCaller => Some("mistimed"),
                    RuleId::DeniedCaller => Some("denied"),
                    _ => None,
                };
                (by_verdict(verdict), detail)
            }
        }
    }

    /// The nodes that a declared caller is, each with the account it calls as where that is known.
    fn meant(&mut self, caller: &Caller) -> Vec<(Key, Option<Principal>)> {
        let context = self.context;
        match caller {
            Caller::Principal(principal) => vec![(self.caller(principal), Some(principal.clone()))],
            Caller::Function(name) => {
                let identity = |index: &usize| {
                    let pinned = context.map.functions[*index].runs_as.clone();
                    pinned.or_else(|| context.world.identity(context.declared.service(*index)?))
                };
                let named = context.declared.named(name).iter();
                named.map(|index| (self.declared_key(*index), identity(index))).collect()
            }
        }
    }

    /// The node of one of the map's functions.
    fn declared_key(&self, index: usize) -> Key {
        let live = self.context.declared.service(index);
        Key::Function(live.unwrap_or(&self.context.map.functions[index].target).clone())
    }

    /// A grant that a rule speaks for.
    fn judged(&mut self, judged: &Judged) {
        let Judged { grant, class, rule, level: _, is_declared, service, opens } = judged;
        let kind = match rule {
            RuleId::PublicFunction => Kind::Public,
            RuleId::UndeclaredCaller | RuleId::EventFunctionCaller | RuleId::ExpiredCaller => {
                Kind::Undeclared
            }
            RuleId::BroadRole if !is_declared => Kind::Undeclared,
            RuleId::InheritedCaller | RuleId::PrivilegedCaller => Kind::Inherited,
            _ => return,
        };
        let to = match (service, &grant.resource) {
            (Some(service), _) => Key::Function(service.clone()),
            (None, crate::model::Resource::Container(container)) => self.container(container, opens),
            (None, _) => return,
        };
        let is_plain = *class == RoleClass::Invoker && kind != Kind::Inherited;
        let mut details = Vec::new();
        details.extend((!is_plain).then(|| short(&grant.role)));
        details.extend((*rule == RuleId::ExpiredCaller).then(|| "expired".to_owned()));
        details.extend(self.accepted.contains(grant).then(|| "accepted".to_owned()));
        let from = self.caller(&grant.principal);
        self.draft.edge(from, to, kind, (!details.is_empty()).then(|| details.join(", ")));
    }

    /// The node of what stands above functions, with what lies between.
    fn container(&mut self, container: &Container, opens: &[ServiceName]) -> Key {
        let key = Key::Container(container.clone());
        let functions = match opens.len() {
            1 => "1 function".to_owned(),
            count => format!("all {count} functions"),
        };
        if let Container::Project(project) = container {
            let place = Some(Place { project: project.clone(), region: None });
            let lines = vec![format!("{functions} of {project}")];
            let node = || Node { shape: Shape::Everything, state: State::Usual, place, lines };
            self.draft.node(&key, node);
            return key;
        }
        if self.draft.nodes.contains_key(&key) {
            return key;
        }
        let lines = vec![container.to_string(), format!("{functions} below")];
        self.draft.node(&key, || node(Shape::Container, lines));
        for below in opens.chunk_by(|one, other| one.project == other.project) {
            let Some(project) = below.first().map(|name| Container::Project(name.project.clone())) else {
                continue;
            };
            let of_project = self.context.above.get(&project).cloned();
            let project = self.container(&project, of_project.as_deref().unwrap_or(below));
            self.draft.edge(key.clone(), project, Kind::Above, None);
        }
        key
    }

    /// Grants on functions that no map governs.
    fn unlisted(&mut self) {
        let context = self.context;
        let kind = if self.has_map { Kind::Undeclared } else { Kind::Granted };
        for (name, service) in &context.services {
            if context.declared.governed.contains_key(*name) {
                continue;
            }
            let expected = context.expected.of(name);
            for binding in service.policy.known().into_iter().flat_map(|policy| &policy.bindings) {
                let class = context.roles.class(&binding.role);
                if !class.may_invoke() || !can_hold_from(binding.condition.as_ref(), context.at) {
                    continue;
                }
                let detail = (class != RoleClass::Invoker).then(|| short(&binding.role));
                for principal in &binding.members {
                    // Of public members a rule speaks everywhere.
                    if principal.is_nobody() || principal.is_public() || expected.has(principal) {
                        continue;
                    }
                    let from = self.caller(principal);
                    self.draft.edge(from, Key::Function((*name).clone()), kind, detail.clone());
                }
            }
        }
    }

    /// Functions whose invoker check is off.
    fn checks(&mut self) {
        let everybody = Principal::new("allUsers");
        for (name, service) in &self.context.services {
            if service.settings.known().is_some_and(|settings| settings.is_check_disabled) {
                let kind = if self.context.declared.is_declared(name, &everybody) {
                    Kind::Open
                } else {
                    Kind::Public
                };
                let from = self.caller(&everybody);
                self.draft.edge(from, Key::Function((*name).clone()), kind, Some("check off".to_owned()));
            }
        }
    }

    /// The node of a caller: the function whose account it is, where it is one function's alone.
    fn caller(&mut self, principal: &Principal) -> Key {
        if let Some(owner) = self.owners.get(principal) {
            return Key::Function(owner.clone());
        }
        let key = Key::Principal(principal.clone());
        self.draft.node(&key, || {
            let (shape, line) = match principal.kind() {
                PrincipalKind::AllUsers => (Shape::Public, "anybody"),
                PrincipalKind::AllAuthenticatedUsers => (Shape::Public, "anybody with a Google account"),
                PrincipalKind::User(email) => (Shape::User, email),
                PrincipalKind::Group(email) => (Shape::Group, email),
                PrincipalKind::ServiceAccount(email) if agent_project(principal).is_some() => {
                    (Shape::Agent, email)
                }
                PrincipalKind::ServiceAccount(email) => (Shape::Account, email),
                _ => (Shape::Other, principal.as_str()),
            };
            node(shape, vec![line.to_owned()])
        });
        key
    }
}

fn by_verdict(verdict: Verdict) -> Kind {
    match verdict {
        Verdict::Yes => Kind::Right,
        Verdict::Unknown => Kind::Unknown,
        Verdict::No => Kind::Missing,
    }
}

/// A role without the word that all of Google's begin with.
fn short(role: &RoleName) -> String {
    let name = role.as_str();
    name.strip_prefix("roles/").unwrap_or(name).to_owned()
}
