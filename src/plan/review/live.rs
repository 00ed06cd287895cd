//! The map laid against a world: what declared callers are in it, and whom it lets in that nobody declared.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use foldhash::{HashMap, HashMapExt as _};

use super::{
    Function, Gap, Members, Reached, Review, Row, Standing,
    declared::{Gathered, wanted},
    is_human,
};
use crate::{
    access::{Callers, Effect, Reach, Reaches, Reason, Verdict, condition, via},
    callers::Edge,
    model::{Grant, Principal, PrincipalKind, Resource, RuleId, ServiceName, Time},
    rules::{Audit, context::Context, declared::Live, partition::Judged},
};

/// Every temporary and human caller: what the map declares of them, and those that are live without being declared.
/// What could not be read is what the audit of the same map and world says.
pub fn live<'w>(context: &Context<'w>, audit: &Audit) -> Review<'w> {
    let members = |principal: &Principal| members(context, principal);
    let mut reviewed = Reviewed { context, reaches: Reaches::new(context.access), known: HashMap::new() };
    let mut rows = reviewed.declared().rows(members);
    rows.extend(reviewed.undeclared());
    let mut reach: BTreeMap<Principal, Reached<'w>> = BTreeMap::new();
    for caller in rows.iter().filter_map(|row| row.principal.as_ref()) {
        if !reach.contains_key(caller) {
            let reached = Reached { reach: reviewed.reach(caller), declared: BTreeSet::new() };
            reach.insert(caller.clone(), reached);
        }
    }
    for (service, function) in &context.declared.governed {
        for (caller, _) in context.declared.callers_now(*function) {
            if let Some(reached) = reach.get_mut(caller) {
                reached.declared.insert(service.clone());
            }
        }
    }
    let gaps = audit.findings.iter().filter(|finding| finding.rule == RuleId::Unreadable);
    let gap = |finding: &crate::rules::Finding| Gap {
        resource: finding.resource.clone(),
        message: finding.message.clone(),
    };
    let has_open_gaps = audit.has_open_gaps();
    Review { rows, reach, gaps: gaps.map(gap).collect(), has_open_gaps }.sorted()
}

/// Functions that a grant opens, with what its caller is there and whom to ask about them.
type Opened = Vec<(Standing, BTreeSet<Arc<str>>, Arc<[Function]>)>;
/// The governed functions below what stands above them, by where the list of them is.
type Below = HashMap<usize, Arc<[Function]>>;

/// A world, and what was worked out of it.
struct Reviewed<'c, 'w> {
    context: &'c Context<'w>,
    reaches: Reaches<'w, 'w>,
    known: HashMap<Principal, Reach<'w>>,
}

impl<'c, 'w> Reviewed<'c, 'w> {
    fn reach(&mut self, caller: &Principal) -> Reach<'w> {
        let Self { reaches, known, .. } = self;
        known.entry(caller.clone()).or_insert_with(|| reaches.of(caller)).clone()
    }

    /// What the map declares, with what it is in the world.
    fn declared(&self) -> Gathered<'c> {
        let context = self.context;
        let mut gathered = Gathered::new(context.map, context.at);
        let mut callers = Callers::new(context.access);
        for edge in wanted(context.map) {
            let meant = context.declared.principals(edge);
            let service = match &context.declared.live[edge.function] {
                Live::Service(service) => service,
                gone @ (Live::Missing | Live::Unread) => {
                    let is_missing = *gone == Live::Missing;
                    let standing = if is_missing { Standing::NotLive } else { Standing::Unknown };
                    let target = &context.map.functions[edge.function].target;
                    for principal in meant_or_nobody(meant) {
                        gathered.add(edge, principal.cloned(), target.clone(), standing, None);
                    }
                    continue;
                }
            };
            for principal in meant_or_nobody(meant) {
                let (standing, through) = match principal {
                    Some(principal) => standing(context, edge, callers.of(principal), service),
                    None => (Standing::Unknown, None),
                };
                gathered.add(edge, principal.cloned(), service.clone(), standing, through);
            }
        }
        gathered
    }

    /// Who is let in that the map does not declare: people, and anybody for a time.
    fn undeclared(&mut self) -> Vec<Row> {
        let context = self.context;
        let named: BTreeSet<&Principal> = (0..context.map.functions.len())
            .flat_map(|function| context.declared.callers_of(function))
            .collect();
        let mut shared: HashMap<(usize, usize, usize), Opened> = HashMap::new();
        let mut below = Below::new();
        let mut rows = Vec::new();
        for judged in context.grants.iter().filter(|judged| judged.rule != RuleId::DeadGrant) {
            let end = condition::ends(judged.grant.condition.as_ref(), context.at);
            let is_open = condition::holds_at(judged.grant.condition.as_ref(), context.at) == Verdict::Yes;
            let let_in = let_in(context, &judged.grant.principal, end);
            if let_in.is_empty() {
                continue;
            }
            let opened = opened(context, judged, &mut below);
            for principal in let_in {
                let reach = self.reach(principal);
                let is_named = named.contains(principal) || named.contains(&judged.grant.principal);
                let of = || told_apart(context, judged, principal, &reach, &opened);
                // Those who stand alike above many functions are told apart from them once.
                let found = if is_named || judged.service.is_some() || !is_open {
                    of()
                } else {
                    let [sure, unsure] = [&reach.sure, &reach.unsure].map(|names| names.as_ptr().addr());
                    shared.entry((judged.opens.as_ptr().addr(), sure, unsure)).or_insert_with(of).clone()
                };
                rows.extend(found.into_iter().map(|found| row(context, judged, principal, end, found)));
            }
        }
        rows
    }
}

/// Somebody whom a grant lets in without being declared.
fn row(
    context: &Context<'_>,
    judged: &Judged,
    principal: &Principal,
    end: Option<Time>,
    (standing, owners, functions): (Standing, BTreeSet<Arc<str>>, Arc<[Function]>),
) -> Row {
    Row {
        until: end,
        is_expired: false,
        caller: principal.as_str().into(),
        principal: Some(principal.clone()),
        is_human: is_human(principal),
        functions,
        reason: None,
        owners,
        declared_at: None,
        standing,
        through: Some((by(&judged.grant, standing, judged.service.as_ref()), 0)),
        members: members(context, principal),
    }
}

/// Those whom an edge means, or nobody in particular where that is not known.
fn meant_or_nobody(meant: &[Principal]) -> impl Iterator<Item = Option<&Principal>> {
    let nobody = meant.is_empty().then_some(None);
    meant.iter().map(Some).chain(nobody)
}

/// What a declared caller is in the world, and through what.
fn standing(
    context: &Context<'_>,
    edge: &Edge,
    caller: &crate::access::Caller<'_, '_>,
    service: &ServiceName,
) -> (Standing, Option<(Reason, usize)>) {
    let answer = caller.verdict(service);
    let verdict = answer.verdict;
    let reasons = via(answer.reasons, verdict);
    let standing = match verdict {
        Verdict::Yes => Standing::Can,
        Verdict::Unknown => Standing::Unknown,
        Verdict::No if !edge.is_in_force(context.at) => Standing::NoLonger,
        Verdict::No if !reasons.is_empty() => Standing::Denied,
        Verdict::No => Standing::NotYet,
    };
    let more = reasons.len().saturating_sub(1);
    let through = reasons.into_iter().next().map(|mut reason| {
        // What stands on the function itself is alike on each.
        reason.resource.take_if(|resource| *resource == Resource::Service(service.clone()));
        (reason, more)
    });
    (standing, through)
}

/// The governed functions that a grant opens.
fn opened(context: &Context<'_>, judged: &Judged, below: &mut Below) -> Arc<[Function]> {
    let of = |services: &[ServiceName]| {
        let governed = services.iter().filter(|service| context.declared.governed.contains_key(*service));
        let function = |service: &ServiceName| Function {
            name: context.label(service).into(),
            service: service.clone(),
        };
        governed.map(function).collect()
    };
    match &judged.service {
        Some(service) => of(std::slice::from_ref(service)),
        None => below.entry(judged.opens.as_ptr().addr()).or_insert_with(|| of(&judged.opens)).clone(),
    }
}

/// Whom a grant lets in that a review is about: people, those of a group by name, too; anybody where it ends.
fn let_in<'a>(context: &Context<'a>, principal: &'a Principal, end: Option<Time>) -> Vec<&'a Principal> {
    let itself = (end.is_some() || is_human(principal)).then_some(principal);
    let is_group = matches!(principal.kind(), PrincipalKind::Group(_));
    let listed = if is_group { context.access.groups().members(principal) } else { Vec::new() };
    let people = listed.into_iter().filter(|member| is_human(member));
    itself
        .into_iter()
        .chain(people.filter(|member| !matches!(member.kind(), PrincipalKind::Group(_))))
        .collect()
}

/// Of the functions that a grant opens those for which neither its caller nor its member is declared, by what the caller is.
fn told_apart(
    context: &Context<'_>,
    judged: &Judged,
    principal: &Principal,
    reach: &Reach<'_>,
    opened: &[Function],
) -> Opened {
    let is_declared = |function: &Function| {
        let index = context.declared.governed.get(&function.service);
        let is_one =
            |who: &Principal| index.is_some_and(|index| context.declared.caller(*index, who).is_some());
        is_one(principal) || is_one(&judged.grant.principal)
    };
    let is_asleep = condition::holds_at(judged.grant.condition.as_ref(), context.at) == Verdict::No;
    let mut found =
        [(Standing::Can, Vec::new()), (Standing::Unknown, Vec::new()), (Standing::NotYet, Vec::new())];
    for function in opened.iter().filter(|function| !is_declared(function)) {
        let place = match reach.verdict(&function.service) {
            _ if is_asleep => 2,
            Verdict::Yes => 0,
            Verdict::Unknown => 1,
            // A deny policy has the last word.
            Verdict::No => continue,
        };
        found[place].1.push(function.clone());
    }
    let found = found.into_iter().filter(|(_, functions)| !functions.is_empty());
    found.map(|(standing, functions)| (standing, owners(context, &functions), functions.into())).collect()
}

/// Whom to ask about functions, as the map says.
fn owners(context: &Context<'_>, functions: &[Function]) -> BTreeSet<Arc<str>> {
    let index = |function: &Function| context.declared.governed.get(&function.service);
    functions.iter().filter_map(|function| context.map.functions[*index(function)?].owner.clone()).collect()
}

/// A grant as what lets somebody through.
fn by(grant: &Grant, standing: Standing, here: Option<&ServiceName>) -> Reason {
    let Grant { resource, role, principal, condition } = grant;
    Reason {
        effect: if standing == Standing::Can { Effect::Allow } else { Effect::Unknown },
        resource: here.is_none().then(|| resource.clone()),
        role: Some(role.clone()),
        member: Some(principal.clone()),
        condition: condition.clone(),
        detail: String::new(),
        gap: None,
    }
}

/// Who is in a group; `None` of anybody else.
fn members(context: &Context<'_>, principal: &Principal) -> Option<Members> {
    if !matches!(principal.kind(), PrincipalKind::Group(_)) {
        return None;
    }
    let groups = context.access.groups();
    Some(if groups.is_expanded(principal) {
        Members::Known(groups.members(principal).into_iter().cloned().collect())
    } else {
        Members::Unknown
    })
}
