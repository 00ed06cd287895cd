//! A world goes into a file and comes back as it was.

use std::{collections::BTreeMap, fs, sync::Arc};

use callmap::{
    model::{
        Binding, Condition, Container, DenyPolicy, Policy, Principal, RoleName, ServiceName, time::moment,
    },
    sources::{
        Input,
        assets::{ReadOptions, read},
        snapshot,
    },
    world::{
        CloudFunction, EventSource, EventSourceKind, EventTarget, Extent, Gap, Layer, LayerState, Observed,
        RoleDefinition, Service, Settings, Source, SourceKind, Token, Traffic, World, Written,
    },
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::select,
};

fn written(world: &World) -> String {
    let mut out = Vec::new();
    snapshot::write(world, Some(moment("2026-05-01T00:00:00Z").unwrap()), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read_back(files: &[&str]) -> World {
    let inputs = files.iter().map(|text| Input::from_bytes("snapshot.ndjson", text.as_bytes())).collect();
    read(inputs, ReadOptions::default()).unwrap_or_else(|error| panic!("{error}\n{}", files.join("\n---\n")))
}

/// Everything in it but where it was read from, spelling included.
fn shown(world: &World) -> String {
    let mut world = world.clone();
    world.source = Source { kind: SourceKind::Assets, files: Vec::new() };
    format!("{world:#?}")
}

fn assert_comes_back(world: &World) {
    let text = written(world);
    let back = read_back(&[&text]);
    assert_eq!(shown(&back), shown(world), "{text}");
    assert_eq!(written(&back), text);
    // The same file twice says nothing more.
    assert_eq!(shown(&read_back(&[&text, &text])), shown(world));
}

#[test]
fn every_fixture_comes_back_as_it_was() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_comes_back(&read_back(&[&text]));
        // Half of an export is full of gaps.
        let half: Vec<&str> = text.lines().step_by(2).collect();
        assert_comes_back(&read_back(&[&half.join("\n")]));
        let half: Vec<&str> = text.lines().skip(1).step_by(2).collect();
        assert_comes_back(&read_back(&[&half.join("\n")]));
    }
}

#[test]
fn a_snapshot_is_as_old_as_it_says_and_gaps_name_their_permission() {
    let world = read_back(&[include_str!("../assets/refused.ndjson")]);
    assert_eq!(world.layers[&Layer::Policies], LayerState::Refused);
    let pay: ServiceName = "projects/shop-prod/locations/europe-west1/services/pay".parse().unwrap();
    let gap = world.services[&pay].policy.gap().unwrap();
    assert_eq!(*gap, Gap::new("permission denied", "run.services.getIamPolicy"));
    assert!(world.services[&pay].settings.known().is_some());
    assert!(world.unread_lists.contains_key("projects/shop-prod/locations/us-central1/services"));
    assert!(world.groups[&Principal::new("group:hidden@example.com")].gap().is_some());
    let deny = |name: &str| {
        let name = format!("//cloudresourcemanager.googleapis.com/{name}").parse().unwrap();
        &world.deny_policies[&name]
    };
    assert!(deny("folders/7/denypolicies").gap().is_some());
    assert_eq!(
        &*deny("organizations/9000/denypolicies/no").known().unwrap().text,
        r#"{"rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"]}}]}"#
    );
    assert!(!world.has_seen("shop-edge"));
    assert_eq!(&*world.service_accounts["web@shop-edge.iam.gserviceaccount.com"], "shop-edge");
    let mut spread = world.clone();
    for policy in spread.deny_policies.values_mut() {
        if let Observed::Known(policy) = policy {
            policy.text = policy.text.replace("\":", "\": \n").into();
        }
    }
    let text = written(&spread);
    let back = read_back(&[&text]);
    assert_eq!(shown(&back), shown(&world));
    assert_eq!(back.source.files[0].newest, Some(moment("2026-05-01T00:00:00Z").unwrap()));
}

#[test]
fn a_gap_beside_what_it_says_is_missing_is_an_error() {
    let refused = include_str!("../assets/refused.ndjson");
    for (line, what) in [
        (
            r#"{"name":"//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/pay","asset_type":"run.googleapis.com/Service","iam_policy":{}}"#,
            "policy",
        ),
        (
            r#"{"name":"//cloudresourcemanager.googleapis.com/folders/7","asset_type":"cloudresourcemanager.googleapis.com/Folder","iam_policy":{}}"#,
            "policy",
        ),
        (
            r#"{"name":"group:hidden@example.com","asset_type":"callmap/Group","resource":{"data":{"members":[]}}}"#,
            "group",
        ),
        (
            r#"{"name":"//run.googleapis.com/projects/1041/locations/europe-west1/services/pay","asset_type":"callmap/Unreadable","why":"x","permission":"run.services.get"}"#,
            "settings",
        ),
    ] {
        let inputs = vec![Input::from_bytes("a", refused), Input::from_bytes("b", line)];
        let error = read(inputs, ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains(&format!("the {what} of")) && error.contains("b:1"), "{error}");
    }
    for line in [
        r#"{"name":"x","asset_type":"callmap/Unreadable","why":"x"}"#,
        r#"{"name":"x","asset_type":"callmap/Unreadable","permission":"run.services.get"}"#,
        r#"{"name":"x","asset_type":"callmap/Unreadable","why":"x","permission":"run.services.get"}"#,
        r#"{"name":"x","asset_type":"callmap/Moon"}"#,
        r#"{"name":"user:x","asset_type":"callmap/Group","resource":{"data":{"members":[]}}}"#,
        r#"{"name":"group:x@example.com","asset_type":"callmap/Group"}"#,
    ] {
        let error = read(vec![Input::from_bytes("a", line)], ReadOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("a:1: "), "{error}");
    }
}

#[test]
fn a_deny_policy_of_a_wrong_form_is_an_error_with_its_line() {
    let line = |name: &str, data: &str| {
        format!(r#"{{"name":"{name}","asset_type":"callmap/DenyPolicy","resource":{{"data":{data}}}}}"#)
    };
    let at = "//cloudresourcemanager.googleapis.com/folders/7/denypolicies/no";
    let rule = |rule: &str| format!(r#"{{"rules":[{{"denyRule":{rule}}}]}}"#);
    for (name, data) in [
        (at, rule(r#"{"deniedPrincipals":"principalSet://goog/public:all"}"#)),
        (at, rule(r#"{"deniedPrincipals":[7]}"#)),
        (at, rule(r#"{"exceptionPermissions":{}}"#)),
        (at, rule(r#"{"denialCondition":"true"}"#)),
        (at, rule("[]")),
        (at, r#"{"rules":{}}"#.to_owned()),
        (at, r#"{"rules":[7]}"#.to_owned()),
        (at, "[]".to_owned()),
        (at, "null".to_owned()),
        ("//cloudresourcemanager.googleapis.com/folders/7/denypolicies/", "{}".to_owned()),
        ("//cloudresourcemanager.googleapis.com/folders/x/denypolicies/no", "{}".to_owned()),
        ("policies/cloudresourcemanager.googleapis.com%2Ffolders%2F7/denypolicies/no", "{}".to_owned()),
        ("group:a@example.com", "{}".to_owned()),
    ] {
        let text = format!("\n{}", line(name, &data));
        let error = read(vec![Input::from_bytes("a", text)], ReadOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("a:2: "), "{data}: {error}");
    }
}

#[test]
fn a_deny_policy_is_one_by_number_and_by_id_and_of_two_contents_an_error() {
    let join = r#"{"name":"//cloudresourcemanager.googleapis.com/projects/1041","asset_type":"cloudresourcemanager.googleapis.com/Project","resource":{"data":{"projectId":"shop-prod","projectNumber":"1041"}}}"#;
    let line = |project: &str, who: &str| {
        format!(
            r#"{{"name":"//cloudresourcemanager.googleapis.com/projects/{project}/denypolicies/no","asset_type":"callmap/DenyPolicy","resource":{{"data":{{"rules":[{{"denyRule":{{"deniedPrincipals":["{who}"]}}}},{{"laterRule":{{"a":1}}}}]}}}}}}"#
        )
    };
    let both = |one: &str, other: &str| {
        let text = format!("{join}\n{}\n{}", line("1041", one), line("shop-prod", other));
        read(vec![Input::from_bytes("a", text)], ReadOptions::default())
    };
    let world =
        both("principal://goog/subject/a@example.com", "principal://goog/subject/a@example.com").unwrap();
    let [(name, policy)] = &world.deny_policies.iter().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(name.to_string(), "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/no");
    // A rule of a kind to come is kept as it came.
    assert!(policy.known().unwrap().rules[1].is_none());
    assert!(written(&world).contains(r#"{"laterRule":{"a":1}}"#));
    let error = both("principal://goog/subject/a@example.com", "principal://goog/subject/b@example.com");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("the deny policy") && error.contains("a:2") && error.contains("a:3"), "{error}");
}

#[test]
fn a_groups_file_fills_in_and_may_not_contradict() {
    let group = Principal::new("group:hidden@example.com");
    let refused = include_str!("../assets/refused.ndjson");
    let with = |text: &str, members: Vec<Principal>| {
        let groups = Some(BTreeMap::from([(group.clone(), members)]));
        read(vec![Input::from_bytes("a", text)], ReadOptions { groups, ..ReadOptions::default() })
    };
    let world = with(refused, vec![Principal::new("user:a@example.com")]).unwrap();
    assert_eq!(world.groups[&group].known().unwrap().len(), 1);
    let line = r#"{"name":"group:hidden@example.com","asset_type":"callmap/Group","resource":{"data":{"members":[]}}}"#;
    assert!(with(line, Vec::new()).is_ok());
    assert!(with(line, vec![Principal::new("user:a@example.com")]).is_err());
}

fn gap() -> impl Strategy<Value = Gap> {
    let permission = select(vec![
        Some("run.services.get"),
        Some("run.services.getIamPolicy"),
        Some("resourcemanager.projects.get"),
        Some("run.services.list"),
        Some("run.revisions.get"),
        Some("iam.roles.get"),
        Some("odd.permission"),
        None,
    ]);
    ("[ -~]{0,12}", permission)
        .prop_map(|(why, permission)| Gap { why: why.into(), permission: permission.map(Into::into) })
}

fn observed<T: std::fmt::Debug>(known: impl Strategy<Value = T>) -> impl Strategy<Value = Observed<T>> {
    prop_oneof![3 => known.prop_map(Observed::Known), 1 => gap().prop_map(Observed::Unreadable)]
}

fn principal() -> impl Strategy<Value = Principal> {
    prop_oneof![
        "(user|serviceAccount|group|martian):[A-Za-z\"\\\\é]{1,4}@example.com".prop_map(Principal::new),
        select(vec!["allUsers", "deleted:user:a@example.com?uid=1", "principal://x/Y"])
            .prop_map(Principal::new),
    ]
}

fn account() -> impl Strategy<Value = Principal> {
    "[A-Za-z]{1,4}@shop-prod.iam.gserviceaccount.com".prop_map(|email| Principal::service_account(&email))
}

fn word() -> impl Strategy<Value = Arc<str>> {
    "[ -~é\n]{1,8}".prop_map(Into::into)
}

fn policy() -> impl Strategy<Value = Policy> {
    let condition = (word(), option::of(word()), word(), option::of(word())).prop_map(
        |(title, description, expression, location)| Condition { title, description, expression, location },
    );
    let role = select(vec!["roles/run.invoker", "projects/shop-prod/roles/x", "roles/x_withcond_00ff"]);
    let binding = (role, vec(principal(), 0..3), option::of(condition))
        .prop_map(|(role, members, condition)| Binding { role: RoleName::new(role), members, condition });
    (option::of(0..4_i64), option::of("[A-Za-z0-9=]{0,8}"), vec(binding, 0..3))
        .prop_map(|(version, etag, bindings)| Policy { version, etag: etag.map(Into::into), bindings })
}

fn uid() -> impl Strategy<Value = Arc<str>> {
    "[0-9a-f]{4}-[0-9a-f]{4}".prop_map(Into::into)
}

/// Of projects: whether their event sources were listed, and their jobs and instances; what is below a folder; policies
/// of accounts.
fn besides() -> impl Strategy<Value = World> {
    let project = || select(vec!["shop-prod", "77"]).prop_map(Arc::<str>::from);
    let names = vec("projects/77/locations/l/(jobs|instances)/[a-z]{1,3}", 0..3).prop_map(|mut names| {
        names.sort();
        names.dedup();
        names.into_iter().map(Into::into).collect::<Vec<Arc<str>>>()
    });
    let below = proptest::collection::btree_set("[a-z]{3}-[a-z]{3}".prop_map(Arc::<str>::from), 0..3);
    let container = select(vec!["folders/7", "organizations/9000"]).prop_map(|name| name.parse().unwrap());
    let accounts = "[a-b]@shop-(prod|edge)\\.iam\\.gserviceaccount\\.com".prop_map(Arc::<str>::from);
    (
        proptest::collection::btree_map(project(), observed(Just(())), 0..3),
        proptest::collection::btree_map(project(), observed(names), 0..3),
        proptest::collection::btree_map(container, observed(below), 0..3),
        proptest::collection::btree_map(accounts, observed(policy()), 0..4),
    )
        .prop_map(|(event_source_lists, workloads, projects_below, account_policies)| World {
            event_source_lists,
            workloads,
            projects_below,
            account_policies,
            ..World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() })
        })
}

fn settings() -> impl Strategy<Value = Settings> {
    let lists = (vec("https://[a-z]{1,6}\\.run\\.app", 0..2), vec(word(), 0..2));
    (
        (any::<[bool; 3]>(), option::of(btree_set("r-[1-3]", 0..3))),
        option::of(account()),
        (option::of(word()), option::of(word()), option::of(uid())),
        lists,
        proptest::collection::btree_map(word(), word(), 0..3),
    )
        .prop_map(
            |(
                ([check, iap, url], split),
                identity,
                (ingress, target, uid),
                (mut urls, audiences),
                labels,
            )| {
                urls.dedup();
                Settings {
                    uid,
                    is_check_disabled: check,
                    identity,
                    traffic: split.map_or(Traffic::Latest, |names| Traffic::Split {
                        revisions: names.into_iter().map(Into::into).collect(),
                    }),
                    ingress,
                    is_iap_enabled: iap,
                    urls: urls.into_iter().map(Into::into).collect(),
                    custom_audiences: audiences,
                    is_default_url_disabled: url,
                    function_target: target,
                    labels,
                }
            },
        )
}

fn event_source() -> impl Strategy<Value = EventSource> {
    let url = || word().prop_map(EventTarget::Url);
    let service = select(vec!["shop-prod", "77"]).prop_map(|project| {
        EventTarget::Service(format!("projects/{project}/locations/l/services/s").parse().unwrap())
    });
    let function = Just(EventTarget::Function("projects/77/locations/l/functions/F".parse().unwrap()));
    let shape = prop_oneof![
        (Just(EventSourceKind::Trigger), prop_oneof![url(), service, function, Just(EventTarget::Other)]),
        (Just(EventSourceKind::Subscription), url()),
        (Just(EventSourceKind::Job), prop_oneof![url(), Just(EventTarget::Other)]),
        (Just(EventSourceKind::Queue), prop_oneof![url(), Just(EventTarget::Other)]),
    ];
    let token = select(vec![Token::Id, Token::Access, Token::None]);
    (shape, "[a-z]{1,3}", token, option::of(account()), option::of(word())).prop_map(
        |((kind, target), name, token, identity, audience)| {
            let is_proven = identity.is_some() || matches!(target, EventTarget::Function(_));
            let token = match (kind, token) {
                (EventSourceKind::Trigger, _) if is_proven => Token::Id,
                (EventSourceKind::Trigger, _) | (EventSourceKind::Subscription, Token::Access) => Token::None,
                (_, token) => token,
            };
            EventSource {
                kind,
                name: format!("projects/shop-prod/locations/l/x/{name}").into(),
                identity: identity.filter(|_| token != Token::None),
                token,
                target,
                audience: audience.filter(|_| kind != EventSourceKind::Trigger && token == Token::Id),
            }
        },
    )
}

/// Whom revisions run as.
fn revisions() -> impl Strategy<Value = BTreeMap<Arc<str>, Observed<Option<Principal>>>> {
    btree_map("r-[1-3]".prop_map(Arc::<str>::from), observed(option::of(account())), 0..4)
}

/// What stands below the three projects of the made-up worlds, one of which is known by its number alone.
fn services() -> impl Strategy<Value = Vec<(ServiceName, Service)>> {
    let project = select(vec!["shop-prod", "shop-edge", "77"]);
    let ancestors = option::of(gap());
    let one = (project, "[a-z]{1,3}", observed(settings()), observed(policy()), ancestors);
    vec(
        one.prop_map(|(project, name, settings, policy, ancestors)| {
            let name = format!("projects/{project}/locations/europe-west1/services/{name}").parse().unwrap();
            let ancestors = match ancestors {
                Some(gap) => Observed::Unreadable(gap),
                None => Observed::Known(chain(project)),
            };
            (name, Service { settings, policy, ancestors })
        }),
        0..5,
    )
}

fn chain(project: &str) -> Arc<[Container]> {
    [
        Container::Project(project.into()),
        Container::Folder("7".into()),
        Container::Organization("9000".into()),
    ]
    .into()
}

fn world() -> impl Strategy<Value = World> {
    let containers = vec(observed(policy()), 5);
    let roles = proptest::collection::btree_map(
        select(vec!["roles/odd", "projects/shop-prod/roles/x", "organizations/9000/roles/y"])
            .prop_map(RoleName::new),
        observed((vec("[a-z]{1,3}\\.[a-z]", 0..3), any::<bool>()).prop_map(|(permissions, is_off)| {
            RoleDefinition::new(permissions.into_iter().map(Into::into), is_off)
        })),
        0..3,
    );
    let groups = proptest::collection::btree_map(
        "group:[A-Za-z]{1,3}@example.com".prop_map(Principal::new),
        observed(vec(principal(), 0..3)),
        0..3,
    );
    let trigger =
        (option::of(account()), option::of(Just("projects/77/locations/l/triggers/t")), option::of(word()));
    let functions = vec((option::of(Just("s")), option::of(trigger), option::of(policy())), 0..3);
    let states =
        vec(select(vec![LayerState::Read, LayerState::Refused, LayerState::NotAsked]), Layer::ALL.len());
    let deny = option::of(observed(Just(DenyPolicy { rules: Vec::new(), text: r#"{"rules":[]}"#.into() })));
    let lists = vec(gap(), 0..3);
    (
        (services(), containers, roles, groups),
        (functions, vec(event_source(), 0..4), states, deny, lists),
        (0..3_usize, any::<[bool; 3]>(), besides(), vec(revisions(), 5)),
    )
        .prop_map(|((services, containers, roles, groups), rest, (gen1, seen, besides, revisions))| {
            let (functions, event_sources, states, deny, lists) = rest;
            let mut world = besides;
            world.projects.join("shop-prod", "1041").unwrap();
            world.projects.join("shop-unseen", "1042").unwrap();
            for (project, is_seen) in ["shop-prod", "shop-edge", "77"].into_iter().zip(seen) {
                if is_seen || services.iter().any(|(name, _)| &*name.project == project) {
                    world.projects.see(project);
                }
            }
            let names = [
                "projects/shop-prod",
                "projects/shop-edge",
                "projects/77",
                "folders/7",
                "organizations/9000",
            ];
            world.policies = names.into_iter().map(|name| name.parse().unwrap()).zip(containers).collect();
            for ((name, service), mut read) in services.into_iter().zip(revisions) {
                // Of those that are not named nobody asks, and of those that are not all.
                let traffic = service.settings.known().map(|settings| &settings.traffic);
                read.retain(|revision, _| {
                    matches!(traffic, Some(Traffic::Split { revisions }) if revisions.contains(revision))
                });
                world.revisions.remove(&name);
                if !read.is_empty() {
                    world.revisions.insert(name.clone(), read);
                }
                if service.ancestors.known().is_some() {
                    world.chains.insert(name.project.clone(), chain(&name.project));
                }
                world.services.insert(name, service);
            }
            for (number, (service, trigger, policy)) in functions.into_iter().enumerate() {
                let name = format!("projects/shop-prod/locations/l/functions/F_{number}").parse().unwrap();
                let service =
                    service.map(|name| format!("projects/77/locations/l/services/{name}").parse().unwrap());
                let is_event_driven = trigger.is_some();
                let (trigger_identity, carrier, event_type) = trigger.unwrap_or_default();
                world.functions.insert(
                    name,
                    CloudFunction {
                        service,
                        is_event_driven,
                        trigger_identity,
                        trigger: carrier.map(Into::into),
                        event_type,
                        policy,
                    },
                );
            }
            world.event_sources = event_sources;
            world.event_sources.sort();
            world.event_sources.dedup_by(|one, other| (one.kind, &one.name) == (other.kind, &other.name));
            world.layers = Layer::ALL.into_iter().zip(states).collect();
            world.gen1_functions = gen1;
            world.roles = roles;
            world.groups = groups;
            let attachment = "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/d";
            world.deny_policies =
                deny.into_iter().map(|policy| (attachment.parse().unwrap(), policy)).collect();
            let names = ["projects/shop-prod/locations/us-central1/services", "folders/7/projects"];
            world.unread_lists = names.into_iter().map(Into::into).zip(lists).collect();
            world.service_accounts.insert("a@shop-edge.iam.gserviceaccount.com".into(), "shop-edge".into());
            world
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_world_comes_back_as_it_was(world in world()) {
        assert_comes_back(&world);
    }

    #[test]
    fn lines_in_any_order_and_over_any_files_are_one_world(
        order in Just((0..include_str!("../assets/shop.ndjson").lines().count()).collect::<Vec<_>>()).prop_shuffle(),
        cuts in vec(0..20_usize, 0..3),
    ) {
        let text = include_str!("../assets/shop.ndjson");
        let lines: Vec<&str> = text.lines().collect();
        let mut files: Vec<Vec<&str>> = vec![Vec::new(); cuts.len() + 1];
        for (place, number) in order.iter().enumerate() {
            let file = cuts.iter().filter(|cut| **cut < place).count();
            files[file].push(lines[*number]);
        }
        let files: Vec<String> = files.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        // Every service of this export has its policy line, so that it does not matter which file it is in.
        prop_assert_eq!(shown(&read_back(&files)), shown(&read_back(&[text])));
    }

    #[test]
    fn a_damaged_file_is_an_error_or_a_world_and_never_a_crash(
        place in any::<prop::sample::Index>(),
        bytes in vec(any::<u8>(), 0..4),
        cut in 0..6_usize,
    ) {
        for text in [include_str!("../assets/shop.ndjson"), include_str!("../assets/refused.ndjson")] {
            let list = format!("[{}]", text.trim_end().replace('\n', ",\n"));
            for whole in [text, &list] {
                let mut damaged = whole.as_bytes().to_vec();
                let at = place.index(damaged.len());
                let end = damaged.len().min(at + cut);
                damaged.splice(at..end, bytes.iter().copied());
                let damaged = vec![Input::from_bytes("damaged", damaged)];
                if let Err(error) = read(damaged, ReadOptions::default()) {
                    prop_assert!(error.to_string().starts_with("damaged"));
                }
            }
        }
    }
}

#[test]
fn who_else_writes_policies_comes_back_as_it_was() {
    let mut world = read_back(&[include_str!("../assets/refused.ndjson")]);
    let binding = |members: &[&str], condition: Option<&str>| Binding {
        role: RoleName::new("roles/run.invoker"),
        members: members.iter().map(|member| Principal::new(*member)).collect(),
        condition: condition.map(|expression| Condition {
            title: "t".into(),
            description: Some("d".into()),
            expression: expression.into(),
            location: None,
        }),
    };
    let Binding { role, condition, .. } = binding(&[], Some("true"));
    let extents = [
        Extent::Policy(None),
        Extent::Policy(Some(Vec::new())),
        Extent::Policy(Some(vec![binding(&["allUsers"], None), binding(&[], Some("false"))])),
        Extent::Binding { binding: binding(&["user:Alice@example.com"], Some("true")), is_whole: true },
        Extent::Binding { binding: binding(&[], None), is_whole: false },
        Extent::Member { role, principal: Principal::new("user:Bob@example.com"), condition },
        Extent::Service { is_check_disabled: None },
        Extent::Service { is_check_disabled: Some(true) },
    ];
    let resources = [
        "projects/shop-prod/locations/europe-west1/services/pay",
        "projects/shop-prod/locations/europe-west1/functions/Send_Mail",
        "projects/shop-prod",
        "organizations/9000",
    ];
    for (number, extent) in extents.into_iter().enumerate() {
        let Ok(resource) = resources[number % resources.len()].parse();
        let address = format!("module.m[\"{number}\"].x").into();
        world.writers.add(Written { resource, extent, address, file: "state.json".into() });
    }
    world.writers.unknown.insert("plan.json".into(), 2);
    let text = written(&world);
    let back = read_back(&[&text]);
    assert_eq!(shown(&back), shown(&world), "{text}");
    assert_eq!(written(&back), text);
    for (line, what) in [
        (
            r#""name":"projects/p","resource":{"data":{"file":"f","address":"a","writes":"member"}}"#,
            "one binding",
        ),
        (
            r#""name":"projects/p","resource":{"data":{"file":"f","address":"a","writes":"moon"}}"#,
            "`moon` is not known",
        ),
        (r#""name":"projects/p","resource":{"data":{"file":"f","writes":"policy"}}"#, "address"),
        (
            r#""name":"projects/p","resource":{"data":{"file":"f","address":"a","writes":"member"}},"iam_policy":{"bindings":[{"role":"r","members":["a","b"]}]}"#,
            "one member",
        ),
    ] {
        let line = format!(r#"{{"asset_type":"callmap/Writer",{line}}}"#);
        let input = Input::from_bytes("snapshot.ndjson", line.as_bytes());
        let error = read(vec![input], ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}
