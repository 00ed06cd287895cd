//! Estates to plan for: those of the rules, with holes, holds and flags of every kind.

use std::collections::BTreeSet;

use callmap::{
    access::Access,
    callers::{Acceptance, Caller, CallerMap, Place, Writer},
    model::{
        Binding, Condition, DenyPolicy, DenyPolicyName, DenyRule, Principal, Resource, RoleName, RuleId,
        ServiceName, time,
    },
    plan::{self, Include, Made, MapDigest, Plan, PlanOptions, Step, check, check::Violation, edit},
    rules::{Scope, context::Context, run},
    world::{
        EventSource, EventSourceKind, EventTarget, Extent, Layer, LayerState, Observed, SourceKind, Token,
        Traffic, World, Written,
    },
};
use proptest::{collection::btree_set, prelude::*, sample::select};

use crate::partition::estate::{
    GOVERNED, MEMBERS, ROLES, container, gap, now, places, policy_of, service, some_estate,
};

/// Everything that one plan is made from.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    pub(crate) world: World,
    pub(crate) map: CallerMap,
    pub(crate) options: PlanOptions,
}

const STRAY: &str = "serviceAccount:x@elsewhere.iam.gserviceaccount.com";

/// Conditions of all kinds: some hold at times, some never do, some cannot be known or read.
const CONDITIONS: [&str; 11] = [
    "request.time.getHours(\"Europe/Berlin\") >= 9",
    "request.time > timestamp(\"2026-11-24T00:00:00Z\") && request.time < timestamp(\"2026-12-24T00:00:00Z\")",
    "request.time < timestamp(\"2026-12-01T00:00:00Z\") || request.path == \"/\"",
    "request.host == \"pay.example.com\"",
    "resource.matchTag(\"9000/env\", \"prod\")",
    "resource.name.startsWith(\"projects/shop-prod\")",
    "resource.type != \"storage.googleapis.com/Bucket\"",
    "destination.ip == \"10.0.0.1\"",
    "request.time <",
    "false",
    "true",
];
const DENIED: [&str; 6] = [
    "principalSet://goog/public:all",
    "principal://goog/subject/alice@example.com",
    "principalSet://goog/group/ops@example.com",
    "principal://iam.googleapis.com/projects/-/serviceAccounts/pay@shop-prod.iam.gserviceaccount.com",
    "principalSet://goog/cloudIdentityCustomerId/C01",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
];

/// Something that is not as plain as it could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Oddity {
    /// Conditions are titled as callmap's own.
    OwnTitles,
    SourcesUnread,
    WorkloadsUnread,
    Workloads,
    ProjectsUnread,
    ListUnread,
    PolicyUnread(&'static str),
    SettingsUnread(&'static str),
    AncestorsUnread(&'static str),
    LevelUnread(&'static str),
    WrittenElsewhere(usize),
    OtherIdentity,
    Unpinned,
    DefaultIdentity,
    SharedIdentity,
    Split,
    Job(&'static str),
    Group(&'static str),
    /// A group in a ring with another, which holds somebody.
    Ring(&'static str),
    /// One more binding, on a function or above, under a condition that is more than a bound.
    Bound(usize, &'static str, &'static str, &'static str),
    /// A deny policy on a level.
    Denied(&'static str, &'static str),
    Accepted(RuleId, &'static str),
    KeptByMap,
    Ignored(RuleId),
    Terraform(usize, usize, &'static str),
}

fn some_oddity() -> impl Strategy<Value = Oddity> {
    let function = || select(&GOVERNED[..]);
    let rules = [
        RuleId::MissingCaller,
        RuleId::BorrowedCaller,
        RuleId::UndeclaredCaller,
        RuleId::PublicFunction,
        RuleId::InheritedCaller,
        RuleId::ExpiredCaller,
        RuleId::MistimedCaller,
        RuleId::DeadGrant,
    ];
    let level = || select(&["projects/shop-prod", "folders/77", "organizations/9000"][..]);
    prop_oneof![
        3 => Just(Oddity::OwnTitles),
        1 => Just(Oddity::SourcesUnread),
        1 => Just(Oddity::WorkloadsUnread),
        1 => Just(Oddity::Workloads),
        1 => Just(Oddity::ProjectsUnread),
        1 => Just(Oddity::ListUnread),
        1 => function().prop_map(Oddity::PolicyUnread),
        1 => function().prop_map(Oddity::SettingsUnread),
        1 => function().prop_map(Oddity::AncestorsUnread),
        1 => level().prop_map(Oddity::LevelUnread),
        1 => (0..GOVERNED.len()).prop_map(Oddity::WrittenElsewhere),
        1 => Just(Oddity::OtherIdentity),
        2 => Just(Oddity::Unpinned),
        1 => Just(Oddity::DefaultIdentity),
        1 => Just(Oddity::SharedIdentity),
        1 => Just(Oddity::Split),
        2 => function().prop_map(Oddity::Job),
        2 => select(&MEMBERS[2..9]).prop_map(Oddity::Group),
        1 => select(&MEMBERS[2..9]).prop_map(Oddity::Ring),
        4 => (0..places().len(), select(&ROLES[..3]), select(&MEMBERS[..]), select(&CONDITIONS[..]))
            .prop_map(|(place, role, member, expression)| Oddity::Bound(place, role, member, expression)),
        2 => (level(), select(&DENIED[..])).prop_map(|(level, who)| Oddity::Denied(level, who)),
        2 => (select(rules.to_vec()), select(&MEMBERS[..])).prop_map(|(rule, who)| Oddity::Accepted(rule, who)),
        1 => Just(Oddity::KeptByMap),
        1 => select(vec![RuleId::MissingCaller, RuleId::BorrowedCaller, RuleId::TriggerBlocked])
            .prop_map(Oddity::Ignored),
        3 => (0..places().len(), 0..EXTENTS, select(&MEMBERS[..]))
            .prop_map(|(place, extent, member)| Oddity::Terraform(place, extent, member)),
    ]
}

/// How many ways Terraform has to write a policy.
const EXTENTS: usize = 5;

/// One of the ways in which Terraform writes a policy, about one member of one role.
fn extent(number: usize, member: &str) -> Extent {
    let role = RoleName::new(ROLES[0]);
    let binding = Binding { role: role.clone(), members: vec![Principal::new(member)], condition: None };
    match number {
        0 => Extent::Policy(None),
        1 => Extent::Policy(Some(vec![binding])),
        2 => Extent::Binding { binding, is_whole: true },
        3 => Extent::Binding { binding, is_whole: false },
        _ => Extent::Member { role, principal: Principal::new(member), condition: None },
    }
}

fn set(world: &mut World, name: &str, change: impl FnOnce(&mut callmap::world::Settings)) {
    if let Observed::Known(settings) = &mut world.services.get_mut(&service(name)).unwrap().settings {
        change(settings);
    }
}

fn titled(world: &mut World) {
    for place in places() {
        let Observed::Known(policy) = policy_of(world, &place) else { continue };
        for condition in policy.bindings.iter_mut().filter_map(|binding| binding.condition.as_mut()) {
            condition.title = "callmap: until".into();
        }
    }
}

fn make_odd(estate: &mut Estate, oddity: Oddity) {
    let Estate { world, map, options: _ } = estate;
    let account = |email: &str| Some(Principal::service_account(email));
    match oddity {
        Oddity::OwnTitles => titled(world),
        Oddity::SourcesUnread => drop(world.event_source_lists.remove("shop-prod")),
        Oddity::WorkloadsUnread => drop(world.workloads.remove("shop-edge")),
        Oddity::Workloads => {
            let job = "projects/shop-prod/locations/europe-west1/jobs/nightly".into();
            world.workloads.insert("shop-prod".into(), Observed::Known(vec![job]));
        }
        Oddity::ProjectsUnread => {
            world.projects_below.insert(container("folders/77"), Observed::Unreadable(gap()));
        }
        Oddity::ListUnread => {
            let list = "projects/shop-edge/locations/europe-west1/services".into();
            world.unread_lists.insert(list, gap());
        }
        Oddity::PolicyUnread(name) => {
            world.services.get_mut(&service(name)).unwrap().policy = Observed::Unreadable(gap());
        }
        Oddity::SettingsUnread(name) => {
            world.services.get_mut(&service(name)).unwrap().settings = Observed::Unreadable(gap());
        }
        Oddity::AncestorsUnread(name) => {
            world.services.get_mut(&service(name)).unwrap().ancestors = Observed::Unreadable(gap());
        }
        Oddity::LevelUnread(level) => {
            world.policies.insert(container(level), Observed::Unreadable(gap()));
        }
        Oddity::WrittenElsewhere(function) => map.functions[function].written_by = Some(Writer::Terraform),
        Oddity::OtherIdentity => set(world, "pay", |pay| {
            pay.identity = account("swapped@shop-prod.iam.gserviceaccount.com");
        }),
        Oddity::Unpinned => map.functions[0].runs_as = None,
        Oddity::DefaultIdentity => {
            map.functions[0].runs_as = None;
            set(world, "pay", |pay| pay.identity = None);
        }
        Oddity::SharedIdentity => set(world, "desk", |desk| {
            desk.identity = account("pay@shop-prod.iam.gserviceaccount.com");
        }),
        Oddity::Split => set(world, "pay", |pay| pay.traffic = Traffic::Split { revisions: BTreeSet::new() }),
        Oddity::Job(name) => world.event_sources.push(EventSource {
            kind: EventSourceKind::Job,
            name: "projects/shop-prod/locations/europe-west1/jobs/tick".into(),
            identity: Some(Principal::new(STRAY)),
            token: Token::Id,
            target: EventTarget::Service(service(name)),
            audience: None,
        }),
        Oddity::Group(member) => {
            let members = Observed::Known(vec![Principal::new(member)]);
            world.groups.insert(Principal::new("group:ops@example.com"), members);
        }
        Oddity::Ring(member) => {
            let (one, other) =
                (Principal::new("group:ops@example.com"), Principal::new("group:leads@example.com"));
            world.groups.insert(one.clone(), Observed::Known(vec![other.clone()]));
            world.groups.insert(other, Observed::Known(vec![one, Principal::new(member)]));
        }
        Oddity::Bound(place, role, member, expression) => {
            let Observed::Known(policy) = policy_of(world, &places()[place]) else { return };
            policy.bindings.push(Binding {
                role: RoleName::new(role),
                members: vec![Principal::new(member)],
                condition: Some(Condition {
                    title: "when".into(),
                    description: None,
                    expression: expression.into(),
                    location: None,
                }),
            });
        }
        Oddity::Denied(level, who) => {
            let rule = DenyRule {
                denied_principals: vec![who.into()],
                denied_permissions: vec!["run.googleapis.com/routes.invoke".into()],
                ..DenyRule::default()
            };
            let policy = DenyPolicy { rules: vec![Some(rule)], text: "{}".into() };
            let name = DenyPolicyName { attachment: container(level), id: Some("stop".into()) };
            world.deny_policies.insert(name, Observed::Known(policy));
            world.layers.insert(Layer::DenyPolicies, LayerState::Read);
        }
        Oddity::Accepted(rule, who) => map.settings.accepted.push(Acceptance {
            rule,
            caller: Some(Caller::Principal(Principal::new(who))),
            resource: None,
            functions: Vec::new(),
            role: None,
            reason: "known".into(),
            until: time::moment("2027-01-01T00:00:00Z").unwrap(),
            place: Place { file: 0, start: 60, end: 61 },
        }),
        Oddity::KeptByMap => map.settings.expiry = callmap::callers::Expiry::Map,
        Oddity::Ignored(rule) => drop(map.settings.levels.insert(rule, callmap::model::Level::Ignore)),
        Oddity::Terraform(place, number, member) => {
            let Ok(resource) = places()[place].parse();
            let (address, file) = ("google_iam.x".into(), "state.json".into());
            world.writers.add(Written { resource, extent: extent(number, member), address, file });
        }
    }
}

fn some_options() -> impl Strategy<Value = PlanOptions> {
    let all = [Include::Public, Include::Inherited, Include::InheritedJobs, Include::Dead, Include::Agents];
    let ignored = prop::option::of(select(&[STRAY][..]));
    (btree_set(select(all.to_vec()), 0..=5), prop::bool::weighted(0.1), ignored).prop_map(
        |(include, is_only_adds, ignored)| PlanOptions {
            is_only_adds,
            include,
            ignored_in_sources: ignored.into_iter().map(Principal::new).collect(),
        },
    )
}

/// Everything read, then a few oddities.
pub(crate) fn some_plan_estate() -> impl Strategy<Value = Estate> {
    (some_estate(), some_options(), proptest::collection::vec(some_oddity(), 0..4)).prop_map(
        |((mut world, map), options, oddities)| {
            for project in ["shop-prod", "shop-edge"] {
                world.event_source_lists.insert(project.into(), Observed::Known(()));
                world.workloads.insert(project.into(), Observed::Known(Vec::new()));
            }
            for level in ["folders/77", "organizations/9000"] {
                let projects = BTreeSet::from(["shop-prod".into(), "shop-edge".into()]);
                world.projects_below.insert(container(level), Observed::Known(projects));
            }
            let mut estate = Estate { world, map, options };
            for oddity in oddities {
                make_odd(&mut estate, oddity);
            }
            estate
        },
    )
}

pub(crate) fn made(options: &PlanOptions) -> Made {
    Made {
        at: now(),
        judged_at: None,
        source: SourceKind::Live,
        env: None,
        scope: Vec::new(),
        tool: "0.0.0".into(),
        map: MapDigest { sha256: "0".repeat(64), files: vec!["map.yaml".into()] },
        options: options.clone(),
    }
}

/// Does something with the context of an estate.
pub(crate) fn with_context<T>(estate: &Estate, act: impl FnOnce(&Context<'_>) -> T) -> T {
    let Estate { world, map, options: _ } = estate;
    let access = Access::new(world, now());
    let context = Context::new(map, world, &access, now(), Scope::new(map, world, &[])).unwrap();
    act(&context)
}

pub(crate) fn plan(estate: &Estate) -> Plan {
    with_context(estate, |context| {
        let audit = run::judge(context);
        plan::make(context, &audit.findings, made(&estate.options))
    })
}

/// What is wrong with a plan from outside, in the world as it is.
pub(crate) fn violations(estate: &Estate, plan: &Plan) -> Vec<Violation> {
    with_context(estate, |context| {
        let audit = run::judge(context);
        check::violations(context, &audit.findings, plan, &estate.options)
    })
}

/// Carries out a step.
pub(crate) fn carry_out(world: &mut World, step: &Step) {
    let policy = match &step.resource {
        Resource::Service(name) => &mut world.services.get_mut(name).unwrap().policy,
        Resource::Container(container) => world.policies.get_mut(container).unwrap(),
        Resource::Other(name) => panic!("{name} has no policy to write"),
    };
    let Observed::Known(policy) = policy else { panic!("{} was not read", step.resource) };
    *policy = edit::changed(policy, &step.changes);
}

/// Everybody who is declared for a function now.
pub(crate) fn declared(estate: &Estate) -> Vec<(Principal, ServiceName)> {
    with_context(estate, |context| {
        let edges = context.map.edges.iter().filter(|edge| edge.is_in_force(now()));
        edges
            .filter_map(|edge| Some((edge, context.declared.service(edge.function)?)))
            .flat_map(|(edge, name)| {
                context.declared.principals(edge).iter().map(|who| (who.clone(), name.clone()))
            })
            .collect()
    })
}
