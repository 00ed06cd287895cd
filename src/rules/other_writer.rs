//! What is put right by hand and undone by somebody else's tool.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding, Rule,
    context::Context,
    iam_check_disabled,
    partition::Judged,
    phrase, repair,
    writers::{self, Sign},
};
use crate::{
    access::RoleClass,
    model::{FunctionName, Grant, Level, Principal, Resource, RuleId, ServiceName},
    world::{Extent, Service, Written},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::OtherWriter,
    title: "what is put right by hand comes back",
    why: "Terraform, Firebase and `gcloud functions deploy` write policies too. Of Terraform, a state or a plan \
          (`--from`) tells which of its resources: an `…_iam_policy` puts a whole policy back at its next apply, an \
          `…_iam_binding` the members of its role, an `…_iam_member` its one grant; a service's own resource puts its \
          invoker check back. Labels of the function tell of the others, and of Terraform where no state does: those \
          may undo a change. It is said where there is something to change, or where Terraform would take a declared \
          caller away.",
    fix: "Make the change where the policy is written, and say `written_by` in the map.",
    find,
};

/// Names that a message shows of one kind.
const SHOWN: usize = 3;

fn find(context: &Context<'_>) -> Vec<Finding> {
    let differences = Differences::new(context);
    let resources: BTreeSet<&Resource> =
        differences.excess.keys().chain(differences.wanted.keys()).chain(&differences.unchecked).collect();
    let mut found = Vec::new();
    for resource in resources {
        found.extend(of_terraform(context, resource, &differences));
        found.extend(of_sign(context, resource, &differences));
    }
    found
}

/// What is not as the map says, by the policy it is in.
#[derive(Default)]
struct Differences {
    /// Grants that are there and should not be.
    excess: BTreeMap<Resource, Vec<Grant>>,
    /// Grants that should be there, each with whether it is.
    wanted: BTreeMap<Resource, Vec<(Grant, bool)>>,
    /// Services whose invoker check is off and should not be.
    unchecked: BTreeSet<Resource>,
}

impl Differences {
    fn new(context: &Context<'_>) -> Self {
        let mut all = Self::default();
        for judged in context.grants.iter().filter(|judged| is_to_change(context, judged)) {
            all.excess.entry(judged.grant.resource.clone()).or_default().push(judged.grant.clone());
        }
        for judged in &context.edges {
            if let RuleId::MissingCaller | RuleId::BorrowedCaller | RuleId::MistimedCaller = judged.rule {
                let end = context.declared.end_of(&judged.service, &judged.principal).flatten();
                let grant = repair::own(context, &judged.service, &judged.principal, end);
                all.wanted.entry(grant.resource.clone()).or_default().push((grant, false));
            }
        }
        for (name, service) in &context.services {
            let resource = Resource::Service((*name).clone());
            if iam_check_disabled::is_undeclared(context, name, service) {
                all.unchecked.insert(resource.clone());
            }
            if context.world.writers.of(&resource).iter().any(Written::is_of_policy) {
                let there = rightful_grants(context, name, service).into_iter().map(|grant| (grant, true));
                all.wanted.entry(resource).or_default().extend(there);
            }
        }
        all
    }
}

/// Whether a grant is one that somebody is asked to take out.
fn is_to_change(context: &Context<'_>, judged: &Judged) -> bool {
    !judged.is_declared && context.level_or(judged.rule, judged.level) >= Level::Warning
}

/// The own grants on a function of those who are declared for it, or expected there.
fn rightful_grants(context: &Context<'_>, name: &ServiceName, service: &Service) -> Vec<Grant> {
    let resource = Resource::Service(name.clone());
    let bindings = service.policy.known().into_iter().flat_map(|policy| &policy.bindings);
    let own = bindings.filter(|binding| context.roles.class(&binding.role) == RoleClass::Invoker);
    own.flat_map(|binding| {
        let is_rightful = |member: &&Principal| {
            context.declared.is_declared(name, member) || context.expected.is_expected(name, member)
        };
        binding.members.iter().filter(is_rightful).map(|member| Grant::of(&resource, binding, member))
    })
    .collect()
}

/// A way to undo what somebody did by hand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    /// A grant that should not be there is put back.
    Back,
    /// A grant of a declared caller is taken away once somebody puts it in.
    Away,
    /// A grant that is there and should be is taken away.
    Lost,
    /// The invoker check is turned off again.
    Check,
}

/// A resource of Terraform's with all that it undoes.
type Undone<'a> = (&'a Written, BTreeMap<Deed, BTreeSet<&'a Principal>>);

/// What the resources of Terraform's undo in one policy, as one finding.
fn of_terraform(context: &Context<'_>, resource: &Resource, differences: &Differences) -> Option<Finding> {
    let service = service_of(context, resource);
    let is_said = service.is_some_and(|service| repair::writer(context, service).is_some());
    let undone = undone(context, resource, differences, is_said);
    if undone.is_empty() {
        return None;
    }
    let mut said: Vec<String> = undone.values().take(SHOWN).map(told).collect();
    let mut repairs: Vec<String> = undone.values().take(SHOWN).map(repair_of).collect();
    let rest = undone.len().saturating_sub(SHOWN);
    if rest > 0 {
        let (more, undo) = if rest == 1 { ("resource", "undoes") } else { ("resources", "undo") };
        said.push(format!("{rest} more {more} {undo} other changes"));
        repairs.push("see to the other resources likewise".to_owned());
    }
    let writes_roles =
        |(written, _): &Undone<'_>| matches!(written.extent, Extent::Policy(_) | Extent::Binding { .. });
    // What is said of a map's function is said of its service, and of all of its policy.
    let is_sayable = matches!(resource, Resource::Service(_)) && undone.values().any(writes_roles);
    if is_sayable && !is_said {
        repairs.push("then say `written_by: terraform` in the map".to_owned());
    }
    let label = label(context, resource);
    let message =
        format!("Terraform undoes at its next apply what is done by hand on {label}: {}", said.join("; "));
    let mut finding = finding(context, resource, service, message);
    finding.fix = Some(format!("in Terraform, {}", repairs.join("; ")));
    Some(finding)
}

/// What each resource of Terraform's undoes, by its address. Where the map says that Terraform writes a policy, only
/// what happens whether somebody changes anything or not.
fn undone<'a>(
    context: &'a Context<'_>,
    resource: &Resource,
    differences: &'a Differences,
    is_said: bool,
) -> BTreeMap<&'a str, Undone<'a>> {
    let writers = &context.world.writers;
    let mut undone: BTreeMap<&str, Undone<'a>> = BTreeMap::new();
    let mut note = |written: &'a Written, deed: Deed, principal: Option<&'a Principal>| {
        let (_, deeds) = undone.entry(&written.address).or_insert_with(|| (written, BTreeMap::new()));
        deeds.entry(deed).or_default().extend(principal);
    };
    for (grant, is_there) in differences.wanted.get(resource).into_iter().flatten() {
        let deed = if *is_there { Deed::Lost } else { Deed::Away };
        if let Some(written) = writers.takes_away(grant).filter(|_| *is_there || !is_said) {
            note(written, deed, Some(&grant.principal));
        }
    }
    if is_said {
        return undone;
    }
    for grant in differences.excess.get(resource).into_iter().flatten() {
        if let Some(written) = writers.puts_back(grant) {
            note(written, Deed::Back, Some(&grant.principal));
        }
    }
    if let Resource::Service(name) = resource
        && differences.unchecked.contains(resource)
        && let Some((written, is_off)) = writers::of_check(context.world, name)
        && is_off != Some(false)
    {
        note(written, Deed::Check, None);
    }
    undone
}

/// What a resource of Terraform's does at its next apply.
fn told((written, deeds): &Undone<'_>) -> String {
    let is_certain = match &written.extent {
        Extent::Policy(bindings) => bindings.is_some(),
        Extent::Binding { is_whole, .. } => *is_whole,
        Extent::Member { .. } => true,
        Extent::Service { is_check_disabled } => is_check_disabled.is_some(),
    };
    let words = deeds.iter().map(|(deed, principals)| {
        let names = names(principals);
        match deed {
            Deed::Back if is_certain => format!("puts back {names}"),
            Deed::Back => format!("may put back {names}"),
            Deed::Away if is_certain => format!("takes {names} away again"),
            Deed::Away => format!("may take {names} away again"),
            Deed::Lost => {
                let takes = if is_certain { "takes" } else { "may take" };
                format!("{takes} away {names}, who should be able to call")
            }
            Deed::Check if is_certain => "turns the invoker check off again".to_owned(),
            Deed::Check => "may turn the invoker check off again".to_owned(),
        }
    });
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    format!("`{}` {}", written.address, phrase::listed(&words))
}

/// What to change in a resource of Terraform's.
fn repair_of((written, deeds): &Undone<'_>) -> String {
    let Written { address, extent, .. } = written;
    if let Extent::Member { .. } = extent {
        return format!("take out `{address}`");
    }
    let mut words = Vec::new();
    let added: BTreeSet<&Principal> =
        [Deed::Away, Deed::Lost].iter().filter_map(|deed| deeds.get(deed)).flatten().copied().collect();
    if !added.is_empty() {
        words.push(format!("add {}", names(&added)));
    }
    if let Some(removed) = deeds.get(&Deed::Back) {
        words.push(format!("remove {}", names(removed)));
    }
    if deeds.contains_key(&Deed::Check) {
        words.push("turn the invoker check on".to_owned());
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    format!("`{address}`: {}", phrase::listed(&words))
}

/// What may undo changes by the labels of a function, as one finding.
fn of_sign(context: &Context<'_>, resource: &Resource, differences: &Differences) -> Option<Finding> {
    let Resource::Service(name) = resource else { return None };
    if repair::writer(context, name).is_some() {
        return None;
    }
    let (sign, label) = writers::sign(context.world, name)?;
    let excess = differences.excess.get(resource).into_iter().flatten();
    let mut undone: BTreeSet<&Principal> =
        excess.filter(|grant| sign.may_put_back(grant)).map(|grant| &grant.principal).collect();
    let wanted = differences.wanted.get(resource).into_iter().flatten();
    undone.extend(wanted.filter(|(grant, _)| sign.may_take_away(grant)).map(|(grant, _)| &grant.principal));
    let is_unchecked = sign == Sign::Terraform && differences.unchecked.contains(resource);
    if undone.is_empty() && !is_unchecked {
        return None;
    }
    let function = context.label(name);
    let (message, fix) = match sign {
        Sign::Terraform => {
            let what = if undone.is_empty() { "its invoker check".to_owned() } else { names(&undone) };
            (
                format!(
                    "Terraform made `{function}` (label `{label}`) and may undo what is done by hand on it: {what}"
                ),
                "find its state and lay it over with `--from`; or say `written_by: terraform` in the map",
            )
        }
        Sign::Firebase => (
            format!(
                "Firebase deploys `{function}` (label `{label}`): where its code says `invoker`, each deploy sets \
                 who holds `roles/run.invoker`, and may undo what is done by hand: {}",
                names(&undone)
            ),
            "say `invoker` in its code; then say `written_by: other` in the map",
        ),
        Sign::FunctionsApi => (
            format!(
                "`{function}` is deployed through the Functions API (label `{label}`): `gcloud functions deploy \
                 --allow-unauthenticated` makes it public again"
            ),
            "deploy it with `--no-allow-unauthenticated`",
        ),
    };
    let mut finding = finding(context, resource, Some(name), message);
    finding.fix = Some(fix.to_owned());
    Some(finding)
}

fn finding(
    context: &Context<'_>,
    resource: &Resource,
    service: Option<&ServiceName>,
    message: String,
) -> Finding {
    let mut finding = context.at_resource(RULE.id, resource.clone(), None, message);
    finding.function = service.cloned();
    let place = service.and_then(|service| context.place(service));
    finding.declared_at = place.map(|place| context.map.locate(place));
    finding
}

/// The service that a resource is, or that serves it where it is a function of the Functions API.
fn service_of<'a>(context: &'a Context<'_>, resource: &'a Resource) -> Option<&'a ServiceName> {
    match resource {
        Resource::Service(name) => Some(name),
        Resource::Container(_) => None,
        Resource::Other(name) => {
            let function: FunctionName = name.parse().ok()?;
            context.world.functions.get(&function)?.service.as_ref()
        }
    }
}

fn label(context: &Context<'_>, resource: &Resource) -> String {
    match resource {
        Resource::Service(name) => format!("`{}`", context.label(name)),
        Resource::Container(_) | Resource::Other(_) => format!("`{resource}`"),
    }
}

/// The first of some principals, and how many more there are.
fn names(principals: &BTreeSet<&Principal>) -> String {
    let mut words: Vec<String> =
        principals.iter().take(SHOWN).map(|principal| format!("`{principal}`")).collect();
    let rest = principals.len().saturating_sub(SHOWN);
    words.extend((rest > 0).then(|| format!("{rest} more")));
    phrase::listed(&words.iter().map(String::as_str).collect::<Vec<_>>())
}
