//! One audit that every format is rendered from, and one of a large and untidy project.

use std::{collections::BTreeMap, sync::Arc};

use callmap::{
    access::{Answer, Callable, Can, Effect, Flip, Invoker, Reason, Verdict, Who},
    callers::Location,
    model::{Condition, Grant, Level, Principal, Resource, RoleName, RuleId, ServiceName, Time, time},
    report::{beside::Beside, heading::Heading},
    rules::{Accepted, Audit, Counts, Finding, fingerprint},
    world::{Gap, Identities, Layer, LayerState, Nature, Source, SourceFile, SourceKind},
};

pub(crate) fn at(text: &str) -> Time {
    time::moment(text).unwrap()
}

pub(crate) fn service(name: &str) -> ServiceName {
    format!("projects/shop-prod/locations/europe-west1/services/{name}").parse().unwrap()
}

/// A function between two revisions, behind the proxy.
pub(crate) fn beside() -> Beside<'static> {
    let accounts = ["new@shop-prod.iam.gserviceaccount.com", "old@shop-prod.iam.gserviceaccount.com"];
    let accounts = accounts.into_iter().map(Principal::service_account).collect();
    Beside {
        nature: Some(Nature::Function),
        ingress: Some("INGRESS_TRAFFIC_INTERNAL_ONLY"),
        is_iap_enabled: Some(true),
        is_split: Some(true),
        identities: Identities { accounts, is_whole: false },
    }
}

pub(crate) fn source() -> Source {
    Source {
        kind: SourceKind::Assets,
        files: vec![
            SourceFile {
                name: "resources.ndjson".into(),
                assets: 1204,
                skipped: BTreeMap::from([("storage.googleapis.com/Bucket".into(), 31)]),
                newest: Some(at("2026-11-22T10:30:00Z")),
            },
            SourceFile { name: "-".into(), assets: 1, skipped: BTreeMap::new(), newest: None },
        ],
    }
}

pub(crate) fn layers() -> BTreeMap<Layer, LayerState> {
    let states = [
        LayerState::Read,
        LayerState::Read,
        LayerState::Refused,
        LayerState::Read,
        LayerState::Read,
        LayerState::Read,
        LayerState::NotAsked,
        LayerState::NotAsked,
        LayerState::NotAsked,
    ];
    Layer::ALL.into_iter().zip(states).collect()
}

/// A finding about a resource, with nothing else.
pub(crate) fn about(rule: RuleId, resource: Resource, message: &str) -> Finding {
    Finding {
        rule,
        level: rule.default_level(),
        function: match &resource {
            Resource::Service(name) => Some(name.clone()),
            Resource::Container(_) | Resource::Other(_) => None,
        },
        fingerprint: fingerprint(rule, &resource, None, None),
        resource,
        caller: None,
        grant: None,
        opens: Arc::from([]),
        message: message.to_owned(),
        evidence: None,
        declared_at: None,
        fix: None,
        accepted: None,
    }
}

pub(crate) fn granted(rule: RuleId, on: Resource, held: &str, member: &str, message: &str) -> Finding {
    let grant = Grant {
        resource: on.clone(),
        role: RoleName::new(held),
        principal: Principal::new(member),
        condition: None,
    };
    let mut finding = about(rule, on, message);
    finding.caller = Some(grant.principal.clone());
    finding.fingerprint = fingerprint(rule, &grant.resource, Some(&grant.principal), Some(&grant));
    finding.fix = Some(format!("remove `{member}` from `{held}` on `{}`", grant.resource));
    finding.grant = Some(grant);
    finding
}

pub(crate) fn declared(rule: RuleId, name: &str, caller: &str, line: usize, message: &str) -> Finding {
    let mut finding = about(rule, service(name).into(), message);
    finding.caller = Some(Principal::new(caller));
    finding.declared_at = Some(Location { file: "policies/shop.yaml".into(), line, column: 5 });
    finding.fix = Some(format!("grant `roles/run.invoker` on `{}` to `{caller}`", service(name)));
    finding
}

fn accept(mut finding: Finding, reason: &str) -> Finding {
    finding.accepted = Some(Accepted { reason: reason.into(), until: "2027-02-01T00:00:00Z".to_owned() });
    finding
}

fn container(name: &str) -> Resource {
    let Ok(resource) = name.parse();
    resource
}

fn findings() -> Vec<Finding> {
    let mut above = granted(
        RuleId::PrivilegedCaller,
        container("projects/shop-prod"),
        "projects/shop-prod/roles/deployer",
        "group:platform@example.com",
        "`group:platform@example.com` can call 2 functions by `projects/shop-prod/roles/deployer` on `projects/shop-prod`",
    );
    above.opens = [service("checkout"), service("payments")].into();
    let mut slept = granted(
        RuleId::ConditionalCaller,
        service("checkout").into(),
        "roles/run.invoker",
        "user:alice@example.com",
        "`user:alice@example.com` has an own grant on `checkout` whose condition may or may not hold",
    );
    slept.grant.as_mut().unwrap().condition = Some(Condition {
        title: "only by day".into(),
        description: None,
        expression: "request.path.startsWith(\"/day\")".into(),
        location: None,
    });
    slept.declared_at = Some(Location { file: "policies/shop.yaml".into(), line: 19, column: 5 });
    let mut gap = about(
        RuleId::Unreadable,
        container("folders/1070"),
        "the allow policy of `folders/1070` could not be read: it stands on no line, and 3 functions lie below it",
    );
    gap.fix =
        Some("needs `resourcemanager.folders.getIamPolicy` (in `roles/iam.securityReviewer`)".to_owned());
    let gap_accepted = about(
        RuleId::Unreadable,
        container("organizations/9000"),
        "the allow policy of `organizations/9000` could not be read: permission denied",
    );
    vec![
        declared(
            RuleId::MissingCaller,
            "payments",
            "serviceAccount:checkout@shop-prod.iam.gserviceaccount.com",
            14,
            "`serviceAccount:checkout@shop-prod.iam.gserviceaccount.com` is declared for `payments`, has no invoker role on it, and will get 403",
        ),
        granted(
            RuleId::PublicFunction,
            service("checkout").into(),
            "roles/run.invoker",
            "allUsers",
            "anybody can call `checkout`",
        ),
        granted(
            RuleId::UndeclaredCaller,
            service("payments").into(),
            "roles/run.invoker",
            "serviceAccount:old-frontend@shop-prod.iam.gserviceaccount.com",
            "`serviceAccount:old-frontend@shop-prod.iam.gserviceaccount.com` can call `payments`, and is not declared",
        ),
        granted(
            RuleId::UndeclaredCaller,
            service("payments").into(),
            "roles/run.servicesInvoker",
            "user:mallory@example.net\u{202e}\u{1b}[2K|`<b>@octocat",
            "`user:mallory@example.net\u{202e}\u{1b}[2K|<b>@octocat` can call `payments`, and is not declared",
        ),
        gap,
        above,
        slept,
        about(
            RuleId::UndeclaredFunction,
            service("legacy-report").into(),
            "`shop-prod/europe-west1/legacy-report` is on no map; 3 callers can call it",
        ),
        about(
            RuleId::BehindIap,
            service("storefront").into(),
            "callers of `storefront` come through the Identity-Aware Proxy, whose policy was not read",
        ),
        accept(gap_accepted, "the organization is read by security alone, SEC-12"),
        accept(
            granted(
                RuleId::InheritedCaller,
                container("projects/shop-prod"),
                "roles/run.invoker",
                "group:oncall@example.com",
                "`group:oncall@example.com` can call 2 functions through `roles/run.invoker` on `projects/shop-prod`",
            ),
            "break-glass, SEC-88 | @octocat",
        ),
    ]
}

/// The audit that every format is rendered from.
pub(crate) fn audit() -> Audit {
    Audit {
        at: at("2026-11-23T09:00:00Z"),
        env: Some("prod".into()),
        source: source(),
        layers: layers(),
        is_complete: false,
        counts: Counts {
            functions: 9,
            matching: 6,
            in_scope: 10,
            edges: 17,
            gen1: 3,
            split: 2,
            split_unknown: 1,
        },
        relaxed: vec![(RuleId::DeadGrant, Level::Note), (RuleId::PublicFunction, Level::Warning)],
        findings: findings(),
        waiting: 1,
        map_files: vec!["policies/shop.yaml".into(), "policies/edge.yaml".into()],
        stale_files: Vec::new(),
        old_roles: None,
    }
}

/// Everything as it was declared, and everything read.
pub(crate) fn clean() -> Audit {
    let layers = Layer::ALL.into_iter().map(|layer| (layer, LayerState::Read)).collect();
    Audit {
        layers,
        is_complete: true,
        counts: Counts { functions: 9, matching: 9, in_scope: 9, edges: 17, ..Counts::default() },
        relaxed: Vec::new(),
        findings: Vec::new(),
        waiting: 0,
        ..audit()
    }
}

/// Sixty functions with two hundred findings under eleven rules.
pub(crate) fn untidy() -> Audit {
    let rules = [
        RuleId::UndeclaredCaller,
        RuleId::BorrowedCaller,
        RuleId::MissingCaller,
        RuleId::UndeclaredCaller,
        RuleId::PublicFunction,
        RuleId::UndeclaredFunction,
        RuleId::DeadGrant,
        RuleId::BroadRole,
        RuleId::ImpersonableCaller,
        RuleId::BehindIap,
        RuleId::SharedIdentity,
        RuleId::ExpiredCaller,
    ];
    let mut findings = findings();
    for (number, rule) in rules.iter().cycle().take(190).enumerate() {
        let name = format!("function-{}", number % 60);
        let caller = format!("serviceAccount:caller-{number}@shop-prod.iam.gserviceaccount.com");
        let message = format!("`{caller}` and `{name}` do not agree, for which there is a reason");
        findings.push(granted(*rule, service(&name).into(), "roles/run.invoker", &caller, &message));
    }
    findings.sort_by_key(|finding| finding.rule);
    let counts =
        Counts { functions: 60, matching: 12, in_scope: 64, edges: 140, gen1: 3, ..Counts::default() };
    Audit { findings, counts, ..audit() }
}

pub(crate) fn heading<'a>(source: &'a Source, layers: &'a BTreeMap<Layer, LayerState>) -> Heading<'a> {
    Heading { source, layers, env: Some("prod"), at: at("2026-11-23T09:00:00Z"), stale: &[], old_roles: None }
}

fn reasons() -> Vec<Reason> {
    vec![
        Reason {
            effect: Effect::Allow,
            resource: Some(service("payments").into()),
            role: Some(RoleName::new("roles/run.invoker")),
            member: Some(Principal::new("group:payments-team@example.com")),
            condition: Some(Condition {
                title: "callmap: until\u{1b}[2J".into(),
                description: None,
                expression: "request.time < timestamp(\"2026-12-01T18:00:00Z\")".into(),
                location: None,
            }),
            detail: "`user:Alice@example.com` is a member of the group; the condition holds".into(),
            gap: None,
        },
        Reason {
            effect: Effect::Unknown,
            resource: Some(container("organizations/9000")),
            role: None,
            member: None,
            condition: None,
            detail: "its allow policy could not be read: permission denied".into(),
            gap: Some(Gap::new("permission denied", "resourcemanager.organizations.getIamPolicy")),
        },
        Reason {
            effect: Effect::Void,
            resource: Some(container("projects/shop-prod")),
            role: Some(RoleName::new("roles/viewer")),
            member: Some(Principal::new("user:alice@example.com")),
            condition: None,
            detail: "the role does not carry `run.routes.invoke`".into(),
            gap: None,
        },
    ]
}

fn denial() -> Reason {
    Reason {
        effect: Effect::Deny,
        resource: Some(container("folders/77")),
        role: None,
        member: None,
        condition: Some(Condition {
            title: "in prod".into(),
            description: None,
            expression: "resource.matchTag(\"9000/env\", \"prod\")".into(),
            location: None,
        }),
        detail:
            "the deny policy `no-night-calls` refuses its calls: it names `principalSet://goog/public:all`, \
                 which is everybody"
                .into(),
        gap: None,
    }
}

pub(crate) fn answer() -> Answer {
    Answer { verdict: Verdict::Yes, reasons: reasons() }
}

pub(crate) fn flip() -> Flip {
    Flip::Remove {
        resource: service("payments").into(),
        role: RoleName::new("roles/run.invoker"),
        member: Principal::new("group:payments-team@example.com"),
        condition: None,
        leaves: Verdict::Unknown,
    }
}

pub(crate) fn who() -> Who {
    let group = Principal::new("group:payments-team@example.com");
    let [allow, unread, _] = reasons().try_into().unwrap();
    let invoker =
        |principal: &str, verdict, via| Invoker { principal: Principal::new(principal), verdict, via };
    Who {
        function: service("payments"),
        is_complete: false,
        callers: vec![
            invoker("group:payments-team@example.com", Verdict::Yes, vec![allow.clone()]),
            invoker("user:Alice@example.com", Verdict::Yes, vec![allow, unread.clone()]),
            invoker("user:mallory@example.net\u{202e}", Verdict::Unknown, vec![unread.clone()]),
        ],
        denied: vec![invoker("user:night@example.com", Verdict::No, vec![denial()])],
        unread: vec![unread],
        unexpanded: vec![group],
    }
}

pub(crate) fn can() -> Can {
    let [allow, unread, _] = reasons().try_into().unwrap();
    let callable = |name, verdict, via| Callable { function: service(name), verdict, via };
    Can {
        caller: Principal::new("user:Alice@example.com"),
        is_complete: false,
        functions: vec![
            callable("checkout", Verdict::Unknown, vec![unread.clone()]),
            callable("payments", Verdict::Yes, vec![allow]),
        ],
        denied: vec![callable("payroll", Verdict::No, vec![denial()])],
        unread: vec![unread],
    }
}
