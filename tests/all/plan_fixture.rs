//! One plan that every format is rendered from.

use std::collections::BTreeSet;

use callmap::{
    callers::Location,
    model::{Condition, Principal, Resource, RoleName, RuleId},
    plan::{
        CallerIdentity, Change, Class, Deed, Footing, Held, Include, Made, MapDigest, Plan, PlanOptions,
        Protected, ServiceState, Step, StepId, Waiting,
    },
    world::SourceKind,
};

use crate::fixture::{at, service};

pub(crate) const INVOKER: &str = "roles/run.invoker";
const CHECKOUT: &str = "serviceAccount:checkout@shop-prod.iam.gserviceaccount.com";

pub(crate) fn resource(name: &str) -> Resource {
    let Ok(resource) = name.parse();
    resource
}

pub(crate) fn change(deed: Deed, class: Class, member: &str, rule: RuleId, because: &str) -> Change {
    Change {
        deed,
        class,
        role: RoleName::new(INVOKER),
        principal: Principal::new(member),
        condition: None,
        rule,
        because: because.to_owned(),
    }
}

fn until(mut change: Change) -> Change {
    change.condition = Some(Condition {
        title: "callmap: until".into(),
        description: None,
        expression: "request.time < timestamp(\"2026-12-01T18:00:00Z\")".into(),
        location: None,
    });
    change
}

fn hostile(mut change: Change) -> Change {
    change.condition = Some(Condition {
        title: "by day\u{1b}[2K".into(),
        description: Some("only\nby day".into()),
        expression: "request.path.startsWith(\"/day|<b>\")".into(),
        location: Some("policy.yaml:3".into()),
    });
    change.role = RoleName::new("roles/run.servicesInvoker");
    change
}

/// A service as it was when the plan was made.
pub(crate) fn state() -> ServiceState {
    ServiceState {
        uid: Some("6b1c8a3e".into()),
        is_check_disabled: false,
        is_iap_enabled: false,
        sources: BTreeSet::from([
            (
                "projects/shop-prod/subscriptions/orders".into(),
                Some(Principal::new("serviceAccount:push@shop-prod.iam.gserviceaccount.com")),
            ),
            ("projects/shop-prod/locations/europe-west1/queues/mail".into(), None),
        ]),
    }
}

fn payments() -> Step {
    Step {
        id: StepId(1),
        resource: service("payments").into(),
        needs: Vec::new(),
        changes: vec![
            change(
                Deed::Add,
                Class::Add,
                CHECKOUT,
                RuleId::MissingCaller,
                "it is declared, and has no invoker role",
            ),
            until(change(
                Deed::Add,
                Class::Add,
                "user:Alice@example.com",
                RuleId::BorrowedCaller,
                "it is declared until 2026-12-01T18:00:00Z, and can call only through `group:payments-team@example.com`",
            )),
            change(
                Deed::Remove,
                Class::Remove,
                "serviceAccount:old-frontend@shop-prod.iam.gserviceaccount.com",
                RuleId::UndeclaredCaller,
                "it is not declared",
            ),
            hostile(change(
                Deed::Remove,
                Class::Remove,
                "user:mallory@example.net\u{202e}\u{1b}[2K|`<b>@octocat",
                RuleId::UndeclaredCaller,
                "it is not declared|<b>\u{1b}[2K@octocat",
            )),
            change(
                Deed::Remove,
                Class::Dead,
                "deleted:user:bob@example.com?uid=123456789012345678901",
                RuleId::DeadGrant,
                "it gives nothing",
            ),
        ],
        footing: Footing {
            service: Some(state()),
            callers: vec![CallerIdentity {
                service: service("checkout"),
                identity: Principal::new(CHECKOUT),
            }],
        },
        protects: vec![
            Protected {
                service: service("payments"),
                principal: Principal::new("user:Alice@example.com"),
                until: Some(at("2026-12-01T18:00:00Z")),
            },
            Protected { service: service("payments"), principal: Principal::new(CHECKOUT), until: None },
        ],
        also_opens: Vec::new(),
        also_runs: Vec::new(),
    }
}

fn storefront() -> Step {
    Step {
        id: StepId(2),
        resource: service("storefront").into(),
        needs: Vec::new(),
        changes: vec![change(
            Deed::Add,
            Class::Public,
            "allUsers",
            RuleId::MissingCaller,
            "it is declared, and has no invoker role",
        )],
        footing: Footing {
            service: Some(ServiceState { uid: None, sources: BTreeSet::new(), ..state() }),
            callers: Vec::new(),
        },
        protects: Vec::new(),
        also_opens: Vec::new(),
        also_runs: Vec::new(),
    }
}

fn project() -> Step {
    Step {
        id: StepId(3),
        resource: resource("projects/shop-prod"),
        needs: vec![StepId(1), StepId(2)],
        changes: vec![change(
            Deed::Remove,
            Class::Inherited,
            "group:oncall@example.com",
            RuleId::InheritedCaller,
            "it opens every function below, whoever is declared there",
        )],
        footing: Footing::default(),
        protects: vec![Protected {
            service: service("payments"),
            principal: Principal::new("user:Alice@example.com"),
            until: None,
        }],
        also_opens: vec![service("legacy-report"), service("reports")],
        also_runs: vec!["projects/shop-prod/locations/europe-west1/jobs/nightly".into()],
    }
}

fn held() -> Vec<Held> {
    let remove =
        |member| change(Deed::Remove, Class::Remove, member, RuleId::UndeclaredCaller, "it is not declared");
    let push = "serviceAccount:push@shop-prod.iam.gserviceaccount.com";
    vec![
        Held {
            resource: service("payments").into(),
            change: Some(remove(push)),
            rule: RuleId::UndeclaredCaller,
            principal: Some(Principal::new(push)),
            reason: "`projects/shop-prod/subscriptions/orders` calls `payments` as it; declare it, or name it with `--ignore-event-sources`".into(),
        },
        Held {
            resource: service("checkout").into(),
            change: Some(change(
                Deed::Add,
                Class::Public,
                "allUsers",
                RuleId::MissingCaller,
                "it is declared, and has no invoker role",
            )),
            rule: RuleId::MissingCaller,
            principal: Some(Principal::new("allUsers")),
            reason: "declared public callers are granted only with `--include-public`".into(),
        },
        Held {
            resource: service("reports").into(),
            change: None,
            rule: RuleId::IdentityChanged,
            principal: None,
            reason: "`checkout` runs as another account than the map pins\u{1b}[2J".into(),
        },
    ]
}

/// The plan that every format is rendered from.
pub(crate) fn plan() -> Plan {
    Plan {
        made: Made {
            at: at("2026-11-23T09:00:00Z"),
            judged_at: None,
            source: SourceKind::Live,
            env: Some("prod".into()),
            scope: vec!["folders/1070".parse().unwrap(), "projects/shop-dev".parse().unwrap()],
            tool: "0.1.0".into(),
            map: MapDigest {
                sha256: "0123456789abcdef".repeat(4),
                files: vec!["policies/edge.yaml".into(), "policies/shop.yaml".into()],
            },
            options: PlanOptions {
                is_only_adds: false,
                include: BTreeSet::from([Include::Inherited, Include::Public, Include::Dead]),
                ignored_in_sources: BTreeSet::from([Principal::new(
                    "serviceAccount:Old@shop-prod.iam.gserviceaccount.com",
                )]),
            },
        },
        steps: vec![payments(), storefront(), project()],
        held: held(),
        waiting: vec![Waiting {
            service: service("refunds"),
            caller: "function:checkout".into(),
            declared_at: Location { file: "policies/shop.yaml".into(), line: 14, column: 5 },
        }],
        is_complete: true,
    }
}

/// Nothing to do, and everything read.
pub(crate) fn nothing() -> Plan {
    let mut plan = plan();
    plan.made.options = PlanOptions::default();
    Plan { steps: Vec::new(), held: Vec::new(), waiting: Vec::new(), ..plan }
}

/// More than a comment on a pull request holds.
pub(crate) fn long() -> Plan {
    let plan = plan();
    let step = |number: u32| {
        let name = format!("function-{number}");
        Step { id: StepId(number), resource: service(&name).into(), ..payments() }
    };
    Plan {
        steps: (1..=120).map(step).collect(),
        held: plan.held.iter().cycle().take(300).cloned().collect(),
        waiting: plan.waiting.iter().cycle().take(50).cloned().collect(),
        ..plan
    }
}
