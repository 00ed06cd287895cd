//! Small estates: facts put together into a world.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use callmap::{
    access::Verdict,
    model::{
        Binding, Condition, Container, DenyPolicy, DenyPolicyName, DenyRule, Policy, Principal, RoleName,
        ServiceName, Time,
    },
    world::{
        Gap as Why, Layer, LayerState, Observed, RoleDefinition, Service, Settings, Source, SourceKind,
        World, chain::cut_short,
    },
};
use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::{
    Naive,
    condition::Tree,
    fact::{CHAINS, Denied, FUNCTIONS, Fact, GROUPS, Gap, Given, LEVELS, PROJECTS, ROLES, at},
};

/// Facts, and the time that is asked about.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    pub(super) facts: Vec<Fact>,
    pub(super) at: Time,
}

pub(super) fn some_estate() -> impl Strategy<Value = Estate> {
    let facts = vec(any::<[u8; 16]>(), 1..20);
    (0..4_usize, facts).prop_map(|(time, facts)| {
        let at = at(time);
        Estate { facts: facts.iter().map(|bytes| Fact::drawn(bytes, at)).collect(), at }
    })
}

/// A world, and what the expressions in it mean.
pub(crate) struct Built {
    pub(crate) world: World,
    conditions: BTreeMap<String, Verdict>,
    denials: BTreeMap<String, Verdict>,
}

impl Built {
    pub(super) fn naive(&self) -> Naive<'_> {
        Naive { world: &self.world, conditions: &self.conditions, denials: &self.denials }
    }

    /// The function of this number, under the name that it goes by.
    pub(super) fn function(&self, number: usize) -> ServiceName {
        self.world.projects.canonical_service(&FUNCTIONS[number].parse().unwrap())
    }

    fn level(&self, number: usize) -> Container {
        self.world.projects.canonical_container(&LEVELS[number].parse().unwrap())
    }

    fn condition(tree: &Tree, meanings: &mut BTreeMap<String, Verdict>, means: Verdict) -> Condition {
        let expression = tree.text();
        meanings.insert(expression.clone(), means);
        Condition { title: "when".into(), description: None, expression: expression.into(), location: None }
    }

    fn binding(&mut self, given: &Given) -> Binding {
        Binding {
            role: RoleName::new(given.role),
            members: given.members.iter().map(|member| Principal::new(*member)).collect(),
            condition: given
                .condition
                .as_ref()
                .map(|tree| Self::condition(tree, &mut self.conditions, tree.grants())),
        }
    }

    fn rule(&mut self, denied: &Denied) -> DenyRule {
        let all = |texts: &[&'static str]| texts.iter().map(|text| (*text).into()).collect::<Vec<Arc<str>>>();
        DenyRule {
            denied_principals: all(&denied.principals),
            exception_principals: all(&denied.except),
            denied_permissions: all(&denied.permissions),
            exception_permissions: all(&denied.except_permissions),
            condition: denied
                .condition
                .as_ref()
                .map(|tree| Self::condition(tree, &mut self.denials, tree.denies())),
        }
    }

    /// The policy on a function, or on a level after these, where it is there and was read.
    fn policy(&mut self, place: usize) -> Option<&mut Policy> {
        let observed = match place.checked_sub(FUNCTIONS.len()) {
            None => {
                let name = self.function(place);
                &mut self.world.services.get_mut(&name)?.policy
            }
            Some(level) => {
                let level = self.level(level);
                self.world.policies.get_mut(&level)?
            }
        };
        match observed {
            Observed::Known(policy) => Some(policy),
            Observed::Unreadable(_) => None,
        }
    }
}

fn why() -> Why {
    Why::new("permission denied", "some.permission")
}

impl Estate {
    pub(super) fn built(&self) -> Built {
        let world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        let mut built = Built { world, conditions: BTreeMap::new(), denials: BTreeMap::new() };
        self.lay_out(&mut built);
        for fact in &self.facts {
            match fact {
                Fact::Given(place, given) => {
                    let binding = built.binding(given);
                    if let Some(policy) = built.policy(*place) {
                        policy.bindings.push(binding);
                    }
                }
                Fact::Joins(group, member) => {
                    let group = built.world.groups.entry(Principal::new(GROUPS[*group]));
                    if let Observed::Known(members) = group.or_insert(Observed::Known(Vec::new())) {
                        members.push(Principal::new(*member));
                    }
                }
                Fact::Denied(level, policy, rule) => deny(&mut built, *level, *policy, rule.as_ref()),
                Fact::CheckOff(function) => {
                    let name = built.function(*function);
                    if let Some(service) = built.world.services.get_mut(&name)
                        && let Observed::Known(settings) = &mut service.settings
                    {
                        settings.is_check_disabled = true;
                    }
                }
                Fact::Account(email, project) => {
                    let project = built.world.projects.canonical(project);
                    built.world.service_accounts.insert((*email).into(), project);
                }
                Fact::Live(_) | Fact::Above(..) | Fact::Numberless(_) | Fact::Unread(_) => {}
            }
        }
        for fact in &self.facts {
            if let Fact::Unread(gap) = fact {
                forget(&mut built, *gap);
            }
        }
        built.world.layers = layers(&built.world);
        built
    }

    /// Projects, functions, levels and roles, all of them read and empty.
    fn lay_out(&self, built: &mut Built) {
        let world = &mut built.world;
        let is_numberless = |project: usize| {
            self.facts.iter().any(|fact| matches!(fact, Fact::Numberless(number) if *number == project))
        };
        for (number, project) in PROJECTS.iter().enumerate() {
            if !is_numberless(number) {
                world.projects.join(project.0, project.1).unwrap();
            }
        }
        for level in LEVELS {
            let level = world.projects.canonical_container(&level.parse().unwrap());
            world.policies.insert(level, Observed::Known(Policy::empty()));
        }
        for (number, project) in ["shop-prod", "shop-edge", "3033"].iter().enumerate() {
            let kind = self.facts.iter().find_map(|fact| match fact {
                Fact::Above(project, kind) if *project == number => Some(*kind),
                _ => None,
            });
            let project = world.projects.canonical(project);
            let above = CHAINS[kind.unwrap_or(0)].iter().map(|level| level.parse().unwrap());
            let chain: Vec<Container> =
                [Container::Project(project.clone())].into_iter().chain(above).collect();
            world.projects.see(&project);
            world.chains.insert(project, chain.into());
        }
        let live: BTreeSet<usize> = self
            .facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Live(function) => Some(*function),
                _ => None,
            })
            .chain([0])
            .collect();
        for function in live {
            let name = world.projects.canonical_service(&FUNCTIONS[function].parse().unwrap());
            let chain = world.chains[&name.project].clone();
            let service = Service {
                settings: Observed::Known(Settings::plain()),
                policy: Observed::Known(Policy::empty()),
                ancestors: cut_short(&chain).map_or(Observed::Known(chain), Observed::Unreadable),
            };
            world.services.insert(name, service);
        }
        for (role, permission, is_off) in [
            ("projects/shop-prod/roles/caller", "run.routes.invoke", false),
            ("projects/shop-prod/roles/reader", "run.services.get", false),
            ("projects/shop-prod/roles/off", "run.routes.invoke", true),
        ] {
            let definition = RoleDefinition::new(vec![permission.into()], is_off);
            world.roles.insert(RoleName::new(role), Observed::Known(definition));
        }
    }
}

fn deny_policy(built: &Built, level: usize, policy: usize) -> DenyPolicyName {
    DenyPolicyName { attachment: built.level(level), id: Some(format!("deny-{policy}").into()) }
}

fn deny(built: &mut Built, level: usize, policy: usize, rule: Option<&Denied>) {
    let name = deny_policy(built, level, policy);
    let rule = rule.map(|denied| built.rule(denied));
    let policy = built.world.deny_policies.entry(name);
    let empty = DenyPolicy { rules: Vec::new(), text: "{}".into() };
    if let Observed::Known(policy) = policy.or_insert(Observed::Known(empty)) {
        policy.rules.push(rule);
        policy.text = text(&policy.rules).into();
    }
}

/// A deny policy as the API would give it.
fn text(rules: &[Option<DenyRule>]) -> String {
    let rule = |rule: &Option<DenyRule>| {
        let Some(rule) = rule else { return json!({ "newRule": {} }) };
        let all = |texts: &[Arc<str>]| texts.iter().map(|text| json!(**text)).collect::<Vec<_>>();
        let mut told = json!({
            "deniedPrincipals": all(&rule.denied_principals),
            "exceptionPrincipals": all(&rule.exception_principals),
            "deniedPermissions": all(&rule.denied_permissions),
            "exceptionPermissions": all(&rule.exception_permissions),
        });
        if let Some(condition) = &rule.condition {
            told["denialCondition"] =
                json!({ "title": *condition.title, "expression": *condition.expression });
        }
        json!({ "denyRule": told })
    };
    json!({ "rules": rules.iter().map(rule).collect::<Vec<_>>() }).to_string()
}

/// What came of each layer.
fn layers(world: &World) -> BTreeMap<Layer, LayerState> {
    let state = |is_asked: bool, is_whole: bool| match (is_asked, is_whole) {
        (false, _) => LayerState::NotAsked,
        (true, true) => LayerState::Read,
        (true, false) => LayerState::Refused,
    };
    let services = || world.services.values();
    let is_known = |policy: &Observed<Policy>| policy.known().is_some();
    BTreeMap::from([
        (Layer::Services, state(true, services().all(|service| service.settings.known().is_some()))),
        (Layer::Policies, state(true, services().all(|service| is_known(&service.policy)))),
        (
            Layer::Ancestors,
            state(
                true,
                services().all(|service| service.ancestors.known().is_some())
                    && world.policies.values().all(is_known),
            ),
        ),
        (Layer::Roles, state(true, world.roles.values().all(|role| role.known().is_some()))),
        (Layer::Functions, LayerState::NotAsked),
        (Layer::EventSources, LayerState::NotAsked),
        (
            Layer::Groups,
            state(!world.groups.is_empty(), world.groups.values().all(|group| group.known().is_some())),
        ),
        (
            Layer::DenyPolicies,
            state(
                !world.deny_policies.is_empty(),
                world.deny_policies.values().all(|policy| policy.known().is_some()),
            ),
        ),
    ])
}

/// Takes out what was not read.
fn forget(built: &mut Built, gap: Gap) {
    let service = |built: &mut Built, number: usize, act: &dyn Fn(&mut Service)| {
        let name = built.function(number);
        if let Some(service) = built.world.services.get_mut(&name) {
            act(service);
        }
    };
    match gap {
        Gap::Settings(number) => {
            service(built, number, &|service| service.settings = Observed::Unreadable(why()));
        }
        Gap::Policy(number) => {
            service(built, number, &|service| service.policy = Observed::Unreadable(why()));
        }
        Gap::Ancestors(number) => {
            service(built, number, &|service| service.ancestors = Observed::Unreadable(why()));
        }
        Gap::Level(number) => {
            let level = built.level(number);
            built.world.policies.insert(level, Observed::Unreadable(why()));
        }
        Gap::NoLevel(number) => {
            let level = built.level(number);
            built.world.policies.remove(&level);
        }
        Gap::Chain(number) => {
            let project = built.world.projects.canonical(["shop-prod", "shop-edge", "3033"][number]);
            built.world.chains.remove(&project);
        }
        Gap::Role(number) => {
            built.world.roles.insert(RoleName::new(ROLES[number]), Observed::Unreadable(why()));
        }
        Gap::Group(number) => {
            built.world.groups.insert(Principal::new(GROUPS[number]), Observed::Unreadable(why()));
        }
        Gap::DenyPolicies(number) => {
            let attachment = built.level(number);
            built.world.deny_policies.retain(|name, _| name.attachment != attachment);
            let name = DenyPolicyName { attachment, id: None };
            built.world.deny_policies.insert(name, Observed::Unreadable(why()));
        }
        Gap::DenyPolicy(level, policy) => {
            let name = deny_policy(built, level, policy);
            if let Some(policy) = built.world.deny_policies.get_mut(&name) {
                *policy = Observed::Unreadable(why());
            }
        }
    }
}
