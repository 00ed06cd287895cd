//! A shop of four functions, everything read and nobody granted anything, to be told from line by line.

use std::{collections::BTreeSet, sync::Arc};

use callmap::{
    callers::{MapText, load},
    model::{Binding, Condition, Container, Policy, Principal, Resource, RoleName, ServiceName},
    plan::{Change, Include, Plan, PlanOptions},
    world::{
        CloudFunction, EventSource, EventSourceKind, EventTarget, Observed, Service, Settings, Source,
        SourceKind, Token, World,
    },
};

use super::estate::Estate;
use crate::partition::estate::{container, now, service};

pub(super) const INVOKER: &str = "roles/run.invoker";
/// The functions of the map that [`shop`] puts before its callers.
const FUNCTIONS: &str = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  pay:\n  web: { runs_as: web@shop-prod.iam.gserviceaccount.com }\n  cart:\n  resize: { trigger: event }\n";

/// A function that somebody calls as; the account of `name`.
pub(super) fn account(name: &str) -> String {
    format!("serviceAccount:{name}@shop-prod.iam.gserviceaccount.com")
}

fn chain() -> [Container; 3] {
    ["projects/shop-prod", "folders/77", "organizations/9000"].map(container)
}

fn world() -> World {
    let mut world = World::nothing(Source { kind: SourceKind::Live, files: Vec::new() });
    world.projects.join("shop-prod", "1041").unwrap();
    world.projects.see("shop-prod");
    let project: Arc<str> = "shop-prod".into();
    for level in chain() {
        world.policies.insert(level.clone(), Observed::Known(Policy::empty()));
        world.projects_below.insert(level, Observed::Known(BTreeSet::from([project.clone()])));
    }
    world.chains.insert(project.clone(), chain().into());
    world.event_source_lists.insert(project.clone(), Observed::Known(()));
    world.workloads.insert(project, Observed::Known(Vec::new()));
    for name in ["pay", "web", "cart", "resize", "extra"] {
        let identity = Some(Principal::new(account(name)));
        let settings = Settings { uid: Some(format!("{name}-1").into()), identity, ..Settings::plain() };
        let service_of = Service {
            settings: Observed::Known(settings),
            policy: Observed::Known(Policy::empty()),
            ancestors: Observed::Known(chain().into()),
        };
        world.services.insert(service(name), service_of);
    }
    let function = "projects/shop-prod/locations/europe-west1/functions/resize".parse().unwrap();
    let served = CloudFunction {
        service: Some(service("resize")),
        is_event_driven: true,
        trigger_identity: Some(Principal::new(account("events"))),
        trigger: None,
        event_type: None,
        policy: None,
    };
    world.functions.insert(function, served);
    bind(&mut world, "resize", INVOKER, &account("events"), None);
    world
}

/// The shop with these callers (and settings) on its map.
pub(super) fn shop(callers: &str) -> Estate {
    written(&format!("{FUNCTIONS}{callers}"))
}

/// The shop with this map.
pub(super) fn written(map: &str) -> Estate {
    let text = MapText { path: "map.yaml".into(), bytes: map.as_bytes().to_vec() };
    let map = load(vec![text], None, now()).unwrap();
    Estate { world: world(), map, options: PlanOptions::default() }
}

fn policy_of<'a>(world: &'a mut World, place: &str) -> &'a mut Policy {
    let policy = match place.parse::<Container>() {
        Ok(container) => world.policies.get_mut(&container).unwrap(),
        Err(_) => &mut world.services.get_mut(&service(place)).unwrap().policy,
    };
    match policy {
        Observed::Known(policy) => policy,
        Observed::Unreadable(_) => panic!("the policy of {place} was not read"),
    }
}

/// A binding of one member, on a function by its short name or on a container.
pub(super) fn bind(
    world: &mut World,
    place: &str,
    role: &str,
    member: &str,
    condition: Option<(&str, &str)>,
) {
    let condition = condition.map(|(title, expression)| Condition {
        title: title.into(),
        description: None,
        expression: expression.into(),
        location: None,
    });
    let members = vec![Principal::new(member)];
    policy_of(world, place).bindings.push(Binding { role: RoleName::new(role), members, condition });
}

impl Estate {
    pub(super) fn bound(mut self, place: &str, role: &str, member: &str) -> Self {
        bind(&mut self.world, place, role, member, None);
        self
    }

    pub(super) fn bound_if(mut self, place: &str, member: &str, title: &str, expression: &str) -> Self {
        bind(&mut self.world, place, INVOKER, member, Some((title, expression)));
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut World)) -> Self {
        change(&mut self.world);
        self
    }

    pub(super) fn set(self, name: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let name: ServiceName = service(name);
        self.with(|world| match &mut world.services.get_mut(&name).unwrap().settings {
            Observed::Known(settings) => change(settings),
            Observed::Unreadable(_) => panic!("the settings of {name} were not read"),
        })
    }

    /// A scheduled job that calls a function.
    pub(super) fn job(self, name: &str, identity: &str) -> Self {
        let source = EventSource {
            kind: EventSourceKind::Job,
            name: "projects/shop-prod/locations/europe-west1/jobs/tick".into(),
            identity: Some(Principal::new(identity)),
            token: Token::Id,
            target: EventTarget::Service(service(name)),
            audience: None,
        };
        self.with(|world| world.event_sources.push(source))
    }

    pub(super) fn asked(mut self, include: &[Include]) -> Self {
        self.options.include = include.iter().copied().collect();
        self
    }
}

fn change_line(change: &Change) -> String {
    let Change { deed, class, role, principal, condition, rule, because: _ } = change;
    let when =
        condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", condition.expression));
    let role = if role.as_str() == INVOKER { String::new() } else { format!(" {role}") };
    let class = if class.as_str() == deed.as_str() { "" } else { class.as_str() };
    let words = [deed.as_str(), class, rule.as_str(), principal.as_str()];
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{}{role}{when}", words.join(" "))
}

fn short(resource: &Resource) -> String {
    let text = resource.to_string();
    text.strip_prefix("projects/shop-prod/locations/europe-west1/services/")
        .map_or(text.clone(), str::to_owned)
}

/// A plan, a line a change: what is done, what is held and why, what waits.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<_> = plan
        .changes()
        .map(|(step, change)| format!("{} {}: {}", step.id, short(&step.resource), change_line(change)))
        .collect();
    lines.extend(plan.held.iter().map(|held| {
        let change = held.change.as_ref().map_or_else(|| "nothing known".to_owned(), change_line);
        format!("held {}: {change}; {}", short(&held.resource), held.reason)
    }));
    lines.extend(
        plan.waiting
            .iter()
            .map(|waiting| format!("waiting {} for {}", waiting.caller, waiting.service.service)),
    );
    lines
}
