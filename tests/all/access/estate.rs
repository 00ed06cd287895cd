//! A world of three lines: one function in one project below a folder and an organization.

use std::sync::Arc;

use callmap::{
    access::{Access, Answer, Verdict},
    model::{
        Binding, Condition, Container, DenyPolicy, DenyPolicyName, DenyRule, Policy, Principal, RoleName,
        ServiceName, Time, time,
    },
    world::{Gap, Layer, LayerState, Observed, Service, Settings, Source, SourceKind, World},
};

pub(super) const INVOKER: &str = "roles/run.invoker";

pub(super) fn principal(text: &str) -> Principal {
    Principal::new(text)
}

pub(super) fn pay() -> ServiceName {
    "projects/shop-prod/locations/europe-west1/services/pay".parse().unwrap()
}

pub(super) fn container(text: &str) -> Container {
    text.parse().unwrap()
}

pub(super) fn now() -> Time {
    time::moment("2026-11-23T00:00:00Z").unwrap()
}

pub(super) fn gap() -> Gap {
    Gap::new("permission denied", "some.permission")
}

pub(super) fn chain() -> Vec<Container> {
    ["projects/shop-prod", "folders/77", "organizations/9000"].map(container).to_vec()
}

pub(super) fn condition(expression: &str) -> Condition {
    Condition { title: "when".into(), description: None, expression: expression.into(), location: None }
}

pub(super) fn binding(role: &str, members: &[&str], expression: Option<&str>) -> Binding {
    Binding {
        role: RoleName::new(role),
        members: members.iter().map(|member| principal(member)).collect(),
        condition: expression.map(condition),
    }
}

/// Everything read, nobody granted anything.
pub(super) fn world() -> World {
    let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    world.projects.join("shop-prod", "1041").unwrap();
    world.projects.join("shop-edge", "2082").unwrap();
    world.projects.see("shop-prod");
    for level in chain() {
        world.policies.insert(level, Observed::Known(Policy::empty()));
    }
    world.chains.insert("shop-prod".into(), chain().into());
    let edge = ["projects/shop-edge", "folders/88", "organizations/9000"].map(container);
    world.chains.insert("shop-edge".into(), edge.into());
    let service = Service {
        settings: Observed::Known(Settings::plain()),
        policy: Observed::Known(Policy::empty()),
        ancestors: Observed::Known(chain().into()),
    };
    world.services.insert(pay(), service);
    world
}

pub(super) fn service(world: &mut World) -> &mut Service {
    world.services.get_mut(&pay()).unwrap()
}

/// A binding on the function itself.
pub(super) fn bind(world: &mut World, role: &str, members: &[&str], expression: Option<&str>) {
    let Observed::Known(policy) = &mut service(world).policy else { panic!("the policy is not read") };
    policy.bindings.push(binding(role, members, expression));
}

/// A binding above it.
pub(super) fn bind_above(world: &mut World, level: &str, role: &str, members: &[&str]) {
    let Some(Observed::Known(policy)) = world.policies.get_mut(&container(level)) else {
        panic!("the policy is not read")
    };
    policy.bindings.push(binding(role, members, None));
}

pub(super) fn group(world: &mut World, name: &str, members: &[&str]) {
    let members = members.iter().map(|member| principal(member)).collect();
    world.groups.insert(principal(name), Observed::Known(members));
}

pub(super) fn ask(world: &World, who: &str) -> Answer {
    let access = Access::new(world, now());
    let answer = access.verdict(&principal(who), &pay());
    assert_eq!(access.allows(&principal(who), &pay()), answer.verdict, "both ways of asking agree");
    answer
}

pub(super) fn verdict(world: &World, who: &str) -> Verdict {
    ask(world, who).verdict
}

pub(super) const CALLS: &str = "run.googleapis.com/routes.invoke";

/// A deny rule about calls; an `!` before a principal excepts it.
pub(super) fn deny_rule(principals: &[&str]) -> DenyRule {
    let texts = |is_excepted: bool| -> Vec<Arc<str>> {
        let of_kind = principals.iter().filter(|text| text.starts_with('!') == is_excepted);
        of_kind.map(|text| text.trim_start_matches('!').into()).collect()
    };
    DenyRule {
        denied_principals: texts(false),
        exception_principals: texts(true),
        denied_permissions: vec![CALLS.into()],
        ..DenyRule::default()
    }
}

/// Deny policies were asked for, and this is one of them.
pub(super) fn deny_by(world: &mut World, attachment: &str, rules: Vec<Option<DenyRule>>) {
    world.layers.insert(Layer::DenyPolicies, LayerState::Read);
    let name = DenyPolicyName { attachment: container(attachment), id: Some("no-calls".into()) };
    world.deny_policies.insert(name, Observed::Known(DenyPolicy { rules, text: "{}".into() }));
}

pub(super) fn deny(world: &mut World, attachment: &str, principals: &[&str]) {
    deny_by(world, attachment, vec![Some(deny_rule(principals))]);
}
