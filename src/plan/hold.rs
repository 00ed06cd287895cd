//! What stands in the way of a change, in words.

use super::{
    Deed, Include,
    law::opened,
    proposal::{Case, Repinned},
};
use crate::{
    access::{Verdict, agent::agent_project},
    callers::{Caller, Writer},
    model::{Grant, Policy, Principal, PrincipalKind, ProjectName, Resource, ServiceName},
    rules::{declared::Live, repair, writers},
    world::{Observed, Written},
};

/// Why nothing of this policy is changed, where that is so: somebody else writes it, or it is not known.
pub(super) fn of_resource(case: &Case<'_>, resource: &Resource) -> Option<String> {
    let world = case.context.world;
    let policy = match resource {
        Resource::Service(name) => {
            match repair::writer(case.context, name) {
                Some(Writer::Terraform) => {
                    return Some("terraform writes this policy: change it there".to_owned());
                }
                Some(Writer::Other) => {
                    return Some("somebody else writes this policy: change it there".to_owned());
                }
                None => {}
            }
            let service = world.services.get(name);
            if let Some(gap) = service.and_then(|service| service.settings.gap()) {
                return Some(format!("its settings could not be read: {}", gap.why));
            }
            service.map(|service| &service.policy)
        }
        Resource::Container(container) => world.policies.get(container),
        Resource::Other(_) => return Some("callmap does not write policies of this kind".to_owned()),
    };
    match policy {
        Some(Observed::Known(policy)) => of_policy(case, policy),
        Some(Observed::Unreadable(gap)) => Some(format!("its policy could not be read: {}", gap.why)),
        None => Some("its policy was not seen".to_owned()),
    }
}

/// Why a change of one grant is left to Terraform, where one of its resources would undo it at its next apply.
pub(super) fn of_writer(case: &Case<'_>, deed: Deed, grant: &Grant) -> Option<String> {
    let world = case.context.world;
    let undoes = |written: &Written, what: &str, there: &str| {
        format!("Terraform's `{}` {what} at its next apply: {there}", written.address)
    };
    match deed {
        Deed::Remove => {
            let written = world.writers.puts_back(grant)?;
            Some(undoes(written, "puts it back", "take it out there"))
        }
        Deed::Add => {
            if let Some(written) = world.writers.takes_away(grant) {
                return Some(undoes(written, "takes it away", "add it there"));
            }
            let written = writers::blind_to_conditions(world, &grant.resource);
            let written = written.filter(|_| grant.condition.is_some())?;
            Some(format!(
                "Terraform's `{}` reads this policy without its conditions: say `written_by: terraform`, and the map \
                 keeps the end",
                written.address
            ))
        }
    }
}

/// Why a change is made, with what may undo it by the labels of its function.
pub(super) fn with_doubt(case: &Case<'_>, deed: Deed, grant: &Grant, because: String) -> String {
    match writers::doubt(case.context, grant, deed == Deed::Remove) {
        Some(sign) => format!("{because}; {}", sign.deed()),
        None => because,
    }
}

/// Why a policy that was read is not known well enough to be written.
fn of_policy(case: &Case<'_>, policy: &Policy) -> Option<String> {
    if policy.has_withheld_conditions() {
        return Some("its policy was read without its conditions: read it at policy version 3".to_owned());
    }
    let mut roles: Vec<_> = policy.bindings.iter().map(|binding| &binding.role).collect();
    roles.sort_unstable();
    roles.into_iter().find_map(|role| {
        Some(format!("what `{role}` carries is not known: {}", case.context.roles.gap(role)?.why))
    })
}

/// Why a declared caller is not granted anything, where that is so: it is a function, and its account is not one
/// to be granted anything. Where several edges mean the caller, one without doubt is enough.
pub(super) fn of_caller(case: &Case<'_>, service: &ServiceName, principal: &Principal) -> Option<String> {
    let context = case.context;
    let function = *context.declared.governed.get(service)?;
    let edges = context.declared.edges[function].iter().map(|edge| &context.map.edges[*edge]);
    let meant = edges
        .filter(|edge| edge.is_in_force(context.at) && context.declared.principals(edge).contains(principal));
    let mut first = None;
    for edge in meant {
        let hold = match &edge.caller {
            Caller::Principal(_) => None,
            Caller::Function(name) => of_function(case, name, service, principal),
        };
        match hold {
            None => return None,
            Some(hold) => first = first.or(Some(hold)),
        }
    }
    first
}

/// Why the account of a function is not granted anything on `target`.
fn of_function(case: &Case<'_>, name: &str, target: &ServiceName, account: &Principal) -> Option<String> {
    let context = case.context;
    if let Some(changed) = changed_identity(case, account, Some(name)) {
        return Some(changed);
    }
    let of_name = context.declared.named(name);
    let runs_as_it = |index: usize| {
        let service = context.declared.service(index);
        service.is_some_and(|service| context.world.identities(service).accounts.contains(account))
    };
    let is_pinned =
        of_name.iter().any(|index| context.map.functions[*index].runs_as.as_ref() == Some(account));
    if !of_name.iter().any(|index| runs_as_it(*index)) {
        return Some(format!(
            "whether `{name}` runs as this account is not known: it is not live, or not read"
        ));
    }
    if is_pinned {
        return None;
    }
    if account.email().is_some_and(|email| email.to_lowercase().ends_with(DEFAULT_ACCOUNT)) {
        return Some(format!(
            "`{name}` runs as the default compute account, as much else may: give it an account of its own, or \
             pin this one with `runs_as`"
        ));
    }
    let other =
        context.running_as.get(account)?.iter().find(|other| is_outside(case, other, name, target))?;
    Some(format!(
        "`{name}` shares this account with `{}`: give it an account of its own, or pin this one with `runs_as`",
        context.label(other)
    ))
}

/// Why a public member is not granted anything, where it is one: nobody needs it, or nobody asked for it.
pub(super) fn of_public(case: &Case<'_>, service: &ServiceName, principal: &Principal) -> Option<String> {
    if !principal.is_public() {
        return None;
    }
    let settings = case.context.world.services.get(service).and_then(|found| found.settings.known());
    if settings.is_none_or(|settings| settings.is_check_disabled) {
        return Some("the invoker check is off: everybody can call already".to_owned());
    }
    (!case.includes(Include::Public)).then(|| "it would be public: needs `--include-public`".to_owned())
}

/// That a grant would not help, because a deny policy stops its holder.
pub(super) fn of_denied(case: &Case<'_>, service: &ServiceName, principal: &Principal) -> Option<String> {
    let is_denied = repair::is_denied(case.context, principal, service);
    is_denied.then(|| "a deny policy stops it whatever is granted: `callmap explain` says which".to_owned())
}

const DEFAULT_ACCOUNT: &str = "-compute@developer.gserviceaccount.com";

/// Whether a function is neither of this name, nor the target, nor declared for the target itself.
fn is_outside(case: &Case<'_>, other: &ServiceName, name: &str, target: &ServiceName) -> bool {
    let context = case.context;
    if other == target {
        return false;
    }
    let Some(index) = context.declared.governed.get(other) else { return true };
    let other = &context.map.functions[*index].name;
    let is_declared = || {
        let function = context.declared.governed.get(target);
        let edges = function.into_iter().flat_map(|function| &context.declared.edges[*function]);
        edges
            .map(|edge| &context.map.edges[*edge])
            .any(|edge| edge.is_in_force(context.at) && edge.caller.function() == Some(other))
    };
    **other != *name && !is_declared()
}

/// That a function runs as another account than the map pins, where one of the two is this account; of one
/// function, or of any.
fn changed_identity(case: &Case<'_>, account: &Principal, of: Option<&str>) -> Option<String> {
    let context = case.context;
    let is_about = |repinned: &&Repinned<'_>| {
        let Repinned { name, service: _, pinned, live } = repinned;
        of.is_none_or(|of| of == *name) && (live == account || *pinned == account)
    };
    let Repinned { service, .. } = case.repinned.iter().find(is_about)?;
    Some(format!(
        "`{}` does not run as the account that the map pins: find out who changed it",
        context.label(service)
    ))
}

/// Why a grant is not taken out, whatever it is.
pub(super) fn of_removal(case: &Case<'_>, grant: &Grant) -> Option<String> {
    if case.is_accepted(grant) {
        return Some("the map accepts it".to_owned());
    }
    let principal = &grant.principal;
    if case.context.ours.has_agent(principal) && !case.includes(Include::Agents) {
        return Some("it is a service agent of google's: needs `--include-agents`".to_owned());
    }
    if !may_be_an_account(principal) {
        return None;
    }
    if let Some(why) = of_nameless(case, grant) {
        return Some(why);
    }
    if !matches!(principal.kind(), PrincipalKind::ServiceAccount(_)) {
        return of_split(case, grant).or_else(|| of_unread_sources(case, grant));
    }
    changed_identity(case, principal, None)
        .or_else(|| of_split(case, grant))
        .or_else(|| of_sources(case, grant))
}

/// That a function is declared as a caller and may live on this grant, though no own grant of it can be told: its
/// account is not known, or is not the one that the map pins. A function that is not live calls nobody.
fn of_nameless(case: &Case<'_>, grant: &Grant) -> Option<String> {
    let context = case.context;
    for service in opened(context, &grant.resource) {
        let function = *context.declared.governed.get(service)?;
        let edges = context.declared.edges[function].iter().map(|edge| &context.map.edges[*edge]);
        for edge in edges.filter(|edge| edge.is_in_force(context.at)) {
            let Some(name) = edge.caller.function() else { continue };
            let label = context.label(service);
            let mut of_name = context.declared.named(name).iter();
            if context.declared.principals(edge).is_empty()
                && of_name.any(|index| context.declared.live[*index] != Live::Missing)
            {
                return Some(format!(
                    "`{name}` may call `{label}` through it, and which account it runs as is not known"
                ));
            }
            let lives_on_it =
                |account: &Principal| context.access.matches(&grant.principal, account) > Verdict::No;
            if case.repinned.iter().any(|other| *other.name == **name && lives_on_it(&other.live)) {
                return Some(format!(
                    "`{name}` may call `{label}` through it, and does not run as the account that the map pins: \
                     find out who changed it"
                ));
            }
        }
    }
    None
}

/// That an event source may live on this grant: which ones call an event function, and as whom, is not known.
fn of_unread_sources(case: &Case<'_>, grant: &Grant) -> Option<String> {
    let context = case.context;
    let mut event_driven =
        opened(context, &grant.resource).filter(|service| context.expected.is_event_driven(service));
    let is_unread = |service: &&ServiceName| {
        !matches!(context.world.event_source_lists.get(&service.project), Some(Observed::Known(())))
    };
    let service = event_driven.find(is_unread)?;
    Some(format!(
        "the event source of `{}` may call through it, and those of `{}` were not all read",
        context.label(service),
        service.project
    ))
}

/// Whether a member may be, or contain, the account that a function runs as.
fn may_be_an_account(member: &Principal) -> bool {
    match member.kind() {
        PrincipalKind::AllUsers
        | PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::ServiceAccount(_)
        | PrincipalKind::Group(_)
        | PrincipalKind::ServiceAccountSet(_)
        | PrincipalKind::ProjectRole(_)
        | PrincipalKind::Other => true,
        PrincipalKind::User(_)
        | PrincipalKind::Domain(_)
        | PrincipalKind::Federated
        | PrincipalKind::Deleted => false,
    }
}

/// That the traffic of a declared caller is split, and that the account of a revision that still answers lives on this
/// grant without being declared, or may, as it is not known.
fn of_split(case: &Case<'_>, grant: &Grant) -> Option<String> {
    let context = case.context;
    if agent_project(&grant.principal).is_some() {
        return None;
    }
    for service in opened(context, &grant.resource) {
        let function = *context.declared.governed.get(service)?;
        let edges = context.declared.edges[function].iter().map(|edge| &context.map.edges[*edge]);
        let callers =
            edges.filter(|edge| edge.is_in_force(context.at)).filter_map(|edge| edge.caller.function());
        for name in callers {
            let Some(accounts) = context.declared.accounts(name) else { continue };
            let is_account = matches!(grant.principal.kind(), PrincipalKind::ServiceAccount(_));
            let lives_on_it = |account: &&Principal| {
                **account == grant.principal || super::above::lives_on(context, grant, account, service)
            };
            if let Some(account) = accounts.others.iter().find(lives_on_it) {
                let how = if is_account { "as it".to_owned() } else { format!("through it as `{account}`") };
                return Some(format!("the traffic of `{name}` is split, and a revision still calls {how}"));
            }
            if accounts.has_unknown {
                let what = if is_account { "be" } else { "let in" };
                return Some(format!(
                    "the traffic of `{name}` is split: it may {what} the account of one of its revisions"
                ));
            }
        }
    }
    None
}

/// That an event source calls as this account, or that it is not known whether one does.
fn of_sources(case: &Case<'_>, grant: &Grant) -> Option<String> {
    let context = case.context;
    let principal = &grant.principal;
    if case.options.ignored_in_sources.contains(principal) {
        return None;
    }
    let services = super::above::below(context, &grant.resource);
    for service in &services {
        if let Some(sources) = context.expected.identities(service).get(principal) {
            let call = context.sources_call(service, sources);
            return Some(format!(
                "{call} `{}` as it: declare it, or name it with `--ignore-event-sources`",
                context.label(service)
            ));
        }
    }
    let account = principal.email().and_then(|email| context.world.account_project(email));
    let ours = account.filter(|project| context.ours.has_project(project));
    let mut projects: Vec<&ProjectName> = services.iter().map(|service| &service.project).collect();
    projects.dedup();
    projects.extend(&ours);
    let is_unread = |project: &&&ProjectName| {
        !matches!(context.world.event_source_lists.get(**project), Some(Observed::Known(())))
    };
    let project = projects.iter().find(is_unread)?;
    Some(format!("whether an event source calls as it is not known: those of `{project}` were not all read"))
}
