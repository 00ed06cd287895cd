//! The table of the rules said again, from the design and not from the code.

use std::collections::BTreeSet;

use callmap::{
    callers::{Caller, CallerMap},
    model::{Grant, Level, Principal, Resource, RuleId, ServiceName, Time, time},
    world::{Observed, World},
};

use super::estate::{
    CHAIN, GOVERNED, IAP_AGENT, PAY_ACCOUNT, PAY_REVISION, TRIGGER, container, now, service,
};

/// A grant, with the rule that speaks for it and its level.
pub(super) type Spoken = (RuleId, Level, Grant);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    Invoker,
    Wide,
    Perhaps,
    Off,
    FirstGeneration,
    Nothing,
}

fn carries(role: &str) -> Carries {
    match role.rsplit('/').next().unwrap() {
        "run.invoker" | "run.servicesInvoker" | "caller" => Carries::Invoker,
        "owner" | "editor" | "run.admin" | "run.developer" | "deployer" => Carries::Wide,
        "unread" | "run.invoker_withcond_0123456789abcdef" => Carries::Perhaps,
        "off" => Carries::Off,
        "cloudfunctions.invoker" => Carries::FirstGeneration,
        "viewer" | "reader" | "offReader" => Carries::Nothing,
        other => panic!("the table knows no {other}"),
    }
}

fn is_nobody(member: &str) -> bool {
    member.starts_with("deleted:") || member.starts_with("principal://iam.googleapis.com/")
}

fn is_public(member: &str) -> bool {
    member == "allUsers" || member == "allAuthenticatedUsers"
}

fn has_ended(grant: &Grant) -> bool {
    grant.condition.as_ref().is_some_and(|condition| condition.expression.contains("2026-01-01"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Never,
    Once,
    Now,
}

/// What the map says of a caller of a function.
fn said(map: &CallerMap, name: &ServiceName, member: &Principal) -> Said {
    let Some(index) = GOVERNED.iter().position(|known| service(known) == *name) else { return Said::Never };
    let of = map.edges.iter().filter(|edge| edge.function == index).filter(|edge| match &edge.caller {
        Caller::Principal(principal) => principal == member,
        Caller::Function(_) => member.key() == PAY_ACCOUNT,
    });
    let ends: Vec<_> = of.map(|edge| edge.until).collect();
    if ends.iter().any(|until| until.is_none_or(|until| until > now())) {
        Said::Now
    } else if ends.is_empty() {
        Said::Never
    } else {
        Said::Once
    }
}

/// Whether the map says now that `pay` may call a function.
fn is_called_by_pay(map: &CallerMap, name: &ServiceName) -> bool {
    let function = GOVERNED.iter().position(|known| service(known) == *name);
    let mut edges = map.edges.iter().filter(|edge| Some(edge.function) == function);
    edges.any(|edge| {
        let is_now = edge.until.is_none_or(|until| until > now());
        is_now && matches!(&edge.caller, Caller::Function(name) if **name == *"pay")
    })
}

fn is_expected(map: &CallerMap, name: &ServiceName, member: &Principal) -> bool {
    (member.key() == PAY_REVISION && is_called_by_pay(map, name))
        || (*name == service("resize") && member.key() == TRIGGER)
        || (*name == service("desk") && member.key() == IAP_AGENT)
}

/// The rule for one grant on a function in scope.
fn on_function(map: &CallerMap, name: &ServiceName, grant: &Grant) -> Option<(RuleId, Level)> {
    let is_governed = GOVERNED.iter().any(|known| service(known) == *name);
    let member = &grant.principal;
    let what = carries(grant.role.as_str());
    let said = said(map, name, member);
    let is_fine = said == Said::Now || is_expected(map, name, member);
    let is_dead = is_nobody(member.key()) || has_ended(grant);
    match what {
        Carries::Nothing => None,
        Carries::Off | Carries::FirstGeneration => is_governed.then_some((RuleId::DeadGrant, Level::Warning)),
        // What may carry nothing cannot be called dead.
        Carries::Perhaps if is_dead => None,
        _ if is_dead => is_governed.then_some((RuleId::DeadGrant, Level::Warning)),
        Carries::Invoker if is_public(member.key()) && is_fine => None,
        _ if is_public(member.key()) => Some((RuleId::PublicFunction, Level::Error)),
        _ if !is_governed => None,
        Carries::Invoker if is_fine => None,
        Carries::Invoker if said == Said::Once => Some((RuleId::ExpiredCaller, Level::Error)),
        Carries::Invoker if *name == service("resize") => Some((RuleId::EventFunctionCaller, Level::Error)),
        Carries::Invoker => Some((RuleId::UndeclaredCaller, Level::Error)),
        Carries::Wide | Carries::Perhaps if is_fine => Some((RuleId::BroadRole, Level::Warning)),
        Carries::Wide | Carries::Perhaps => Some((RuleId::BroadRole, Level::Error)),
    }
}

fn is_external(map: &CallerMap, member: &str) -> bool {
    map.settings.domains.is_some()
        && (member.ends_with("@contractor.example")
            || member.ends_with("@elsewhere.iam.gserviceaccount.com")
            || member.starts_with("serviceAccount:service-2082@")
            || member.starts_with("principalSet://agents.")
            || member.starts_with("iamThing:"))
}

/// The rule for one grant above functions in scope.
fn above(map: &CallerMap, opens: &[ServiceName], grant: &Grant) -> Option<(RuleId, Level)> {
    let member = &grant.principal;
    let what = carries(grant.role.as_str());
    let is_fine =
        opens.iter().all(|name| said(map, name, member) == Said::Now || is_expected(map, name, member));
    let is_dead = is_nobody(member.key()) || has_ended(grant);
    let role = grant.role.as_str();
    match what {
        Carries::Nothing | Carries::FirstGeneration => None,
        Carries::Off => Some((RuleId::DeadGrant, Level::Warning)),
        Carries::Perhaps if is_dead => None,
        _ if is_dead => Some((RuleId::DeadGrant, Level::Warning)),
        _ if is_public(member.key()) => Some((RuleId::PublicFunction, Level::Error)),
        Carries::Invoker if is_fine => Some((RuleId::InheritedCaller, Level::Warning)),
        Carries::Invoker => Some((RuleId::InheritedCaller, Level::Error)),
        _ if is_fine => Some((RuleId::PrivilegedCaller, Level::Note)),
        _ if role.starts_with("projects/") => Some((RuleId::PrivilegedCaller, Level::Error)),
        _ if is_external(map, member.key()) => Some((RuleId::PrivilegedCaller, Level::Error)),
        _ if member.key().contains("@gcp-sa-iap.") => Some((RuleId::PrivilegedCaller, Level::Note)),
        _ if ["roles/owner", "roles/editor", "roles/run.admin"].contains(&role) => {
            Some((RuleId::PrivilegedCaller, Level::Note))
        }
        _ => Some((RuleId::PrivilegedCaller, Level::Warning)),
    }
}

/// Every grant that a rule should speak for.
pub(super) fn spoken_for(world: &World, map: &CallerMap) -> BTreeSet<Spoken> {
    let mut spoken = BTreeSet::new();
    let names: Vec<ServiceName> = GOVERNED.into_iter().chain(["extra"]).map(service).collect();
    for name in &names {
        for grant in grants(&name.clone().into(), &world.services[name].policy) {
            spoken.extend(on_function(map, name, &grant).map(|(rule, level)| (rule, level, grant)));
        }
    }
    for level in CHAIN {
        let resource = Resource::from(container(level));
        for grant in grants(&resource, &world.policies[&container(level)]) {
            spoken.extend(above(map, &names, &grant).map(|(rule, level)| (rule, level, grant)));
        }
    }
    spoken
}

pub(super) fn grants(resource: &Resource, policy: &Observed<callmap::model::Policy>) -> Vec<Grant> {
    let mut grants = Vec::new();
    for binding in policy.known().into_iter().flat_map(|policy| &policy.bindings) {
        for principal in &binding.members {
            grants.push(Grant {
                resource: resource.clone(),
                role: binding.role.clone(),
                principal: principal.clone(),
                condition: binding.condition.clone(),
            });
        }
    }
    grants
}

/// When the access of a caller ends by all of its edges; `None` is never.
fn ends(map: &CallerMap, function: usize, caller: &Principal) -> Option<Time> {
    let edges = map.edges.iter().filter(|edge| {
        edge.function == function
            && match &edge.caller {
                Caller::Principal(principal) => principal == caller,
                Caller::Function(_) => *caller == Principal::new(PAY_ACCOUNT),
            }
    });
    edges.map(|edge| edge.until).try_fold(now(), |last, until| Some(last.max(until?)))
}

/// Whether grants of these conditions together count just until a time, asked at every moment that matters.
fn is_on_time(conditions: &[Option<String>], end: Option<Time>) -> bool {
    let moments =
        ["2026-11-23T09:00:00Z", "2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z", "2026-12-15T00:00:00Z"];
    let later = ["2027-01-01T00:00:00Z", "2027-06-01T00:00:00Z"];
    moments.into_iter().chain(later).all(|moment| {
        let counts = |condition: &Option<String>| {
            let Some(text) = condition else { return true };
            // Times of one form compare as text.
            match (
                text.strip_prefix("request.time < timestamp(\""),
                text.strip_prefix("request.time > timestamp(\""),
            ) {
                (Some(rest), _) => moment < rest.trim_end_matches("\")"),
                (_, Some(rest)) => moment > rest.trim_end_matches("\")"),
                _ => false,
            }
        };
        let is_declared = end.is_none_or(|end| time::moment(moment).unwrap() < end);
        conditions.iter().any(counts) == is_declared
    })
}

/// The rules about a caller that the map declares, each with the function and the caller, given what the
/// verdict says.
pub(super) fn edges(
    world: &World,
    map: &CallerMap,
    verdict: impl Fn(&Principal, &ServiceName) -> callmap::access::Verdict,
) -> BTreeSet<(RuleId, ServiceName, Principal)> {
    use callmap::access::Verdict;
    let mut found = BTreeSet::new();
    for edge in &map.edges {
        let name = service(GOVERNED[edge.function]);
        let caller = match &edge.caller {
            Caller::Principal(principal) => principal.clone(),
            Caller::Function(_) => Principal::new(PAY_ACCOUNT),
        };
        let can = verdict(&caller, &name);
        let grants = grants(&name.clone().into(), &world.services[&name].policy);
        let mine: Vec<_> = grants
            .iter()
            .filter(|grant| grant.principal == caller && carries(grant.role.as_str()) == Carries::Invoker)
            .collect();
        let when = |grant: &Grant| grant.condition.as_ref().map(|condition| condition.expression.to_string());
        let is_now = |grant: &&Grant| {
            when(grant).is_none_or(|text| {
                text.contains("< timestamp(\"2027") || text.contains("< timestamp(\"2026-12")
            })
        };
        let is_sometimes = |grant: &&Grant| when(grant).is_some_and(|text| text.contains("request.path"));
        let is_public = said(map, &name, &Principal::new("allUsers")) == Said::Now;
        let rule = if edge.is_in_force(now()) {
            if mine.iter().copied().any(|grant| is_now(&grant)) {
                let end = ends(map, edge.function, &caller);
                let times: Vec<_> = mine.iter().map(|grant| when(grant)).collect();
                if is_on_time(&times, end) {
                    continue;
                }
                RuleId::MistimedCaller
            } else if mine.iter().copied().any(|grant| is_sometimes(&grant)) {
                RuleId::ConditionalCaller
            } else if can != Verdict::Yes {
                RuleId::MissingCaller
            } else if is_public {
                continue;
            } else {
                RuleId::BorrowedCaller
            }
        } else {
            let speaks_already = mine.iter().any(|grant| !has_ended(grant));
            if said(map, &name, &caller) == Said::Now || speaks_already || can == Verdict::No {
                continue;
            }
            RuleId::ExpiredCaller
        };
        found.insert((rule, name, caller));
    }
    found
}
