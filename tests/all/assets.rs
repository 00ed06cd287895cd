//! Exports and snapshots become worlds.

use super::estate::Estate;
use callmap::{
    model::Principal,
    sources::{
        Input, ReadError,
        assets::{ReadOptions, read},
    },
    world::{EventSourceKind, EventTarget, Layer, LayerState, Observed, Service, Traffic, World},
};

const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";

fn world(files: &[&str]) -> Result<World, String> {
    let inputs = files
        .iter()
        .zip(1..)
        .map(|(text, number)| Input::from_bytes(&format!("{number}.ndjson"), text.as_bytes()))
        .collect();
    read(inputs, ReadOptions::default()).map_err(|error: ReadError| error.to_string())
}

fn service<'a>(world: &'a World, name: &str) -> &'a Service {
    &world.services[&name.parse().unwrap()]
}

fn gap<T>(observed: &Observed<T>) -> (&str, &str) {
    let gap = observed.gap().unwrap();
    (&gap.why, gap.permission.as_deref().unwrap())
}

fn resource(name: &str) -> String {
    format!(
        r#"{{"name":"//run.googleapis.com/{name}","asset_type":"run.googleapis.com/Service","resource":{{"version":"v2","data":{{"template":{{}}}}}},"ancestors":["projects/1041","folders/7","organizations/9000"]}}"#
    )
}

fn policy(name: &str, member: &str) -> String {
    format!(
        r#"{{"name":"//run.googleapis.com/{name}","asset_type":"run.googleapis.com/Service","iam_policy":{{"bindings":[{{"role":"roles/run.invoker","members":["{member}"]}}]}},"ancestors":["projects/1041","folders/7","organizations/9000"]}}"#
    )
}

fn lines(lines: &[String]) -> String {
    lines.join("\n")
}

#[test]
fn a_whole_export_becomes_a_world() {
    let world = world(&[include_str!("../assets/shop.ndjson")]).unwrap();
    let pay = service(&world, PAY);
    let settings = pay.settings.known().unwrap();
    assert!(!settings.is_check_disabled);
    assert_eq!(settings.identity, Some(Principal::service_account("pay@shop-prod.iam.gserviceaccount.com")));
    assert_eq!(settings.traffic, Traffic::Latest);
    assert_eq!(settings.ingress.as_deref(), Some("INGRESS_TRAFFIC_INTERNAL_ONLY"));
    let policy = pay.policy.known().unwrap();
    assert_eq!((policy.version, policy.etag.as_deref()), (Some(3), Some("BwYzyXWVuTE=")));
    let roles: Vec<&str> = policy.bindings.iter().map(|binding| binding.role.as_str()).collect();
    assert_eq!(roles, ["roles/run.invoker", "roles/run.invoker"]);
    assert_eq!(
        policy.bindings[0].members[0].as_str(),
        "serviceAccount:Web@shop-prod.iam.gserviceaccount.com"
    );
    assert_eq!(policy.bindings[0].members[1].as_str(), "martian:zorg");
    let condition = policy.bindings[1].condition.as_ref().unwrap();
    assert_eq!(&*condition.title, "callmap: until");
    assert_eq!(condition.description.as_deref(), Some("refunds"));
    assert_eq!(condition.location.as_deref(), Some("map.yaml"));
    let chain: Vec<String> = pay.ancestors.known().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(chain, ["projects/shop-prod", "folders/7", "organizations/9000"]);
    assert_eq!(world.projects.number("shop-prod"), Some("1041"));
    assert!(world.policies.values().all(|policy| policy.known().is_some()));
    assert_eq!(world.policies.len(), 3);
    assert_eq!(&*world.service_accounts["pay@shop-prod.iam.gserviceaccount.com"], "shop-prod");
    assert_eq!(world.gen1_functions, 2);
    let (_, role) = world.roles.first_key_value().unwrap();
    assert_eq!(role.known().unwrap().permissions().len(), 1);
    assert!(world.roles.values().filter(|role| role.known().unwrap().is_off()).count() == 2);
    let (name, function) = world.functions.first_key_value().unwrap();
    assert_eq!(name.to_string(), "projects/shop-prod/locations/europe-west1/functions/Resize_It");
    assert_eq!(function.service.as_ref().unwrap().to_string(), PAY.replace("/pay", "/resize-it"));
    assert!(function.is_event_driven && function.policy.is_some());
    let sources: Vec<_> = world.event_sources.iter().map(|source| (source.kind, &source.target)).collect();
    assert!(matches!(
        sources[..],
        [
            (EventSourceKind::Trigger, EventTarget::Service(_)),
            (EventSourceKind::Trigger, EventTarget::Function(_)),
            (EventSourceKind::Subscription, EventTarget::Url(_)),
            (EventSourceKind::Job, EventTarget::Url(_)),
            (EventSourceKind::Queue, EventTarget::Url(_)),
            (EventSourceKind::Queue, EventTarget::Other),
        ]
    ));
    assert_eq!(world.source.files[0].skipped["compute.googleapis.com/Instance"], 1);
    assert_eq!(world.layers[&Layer::Groups], LayerState::NotAsked);
    assert_eq!(world.layers[&Layer::Ancestors], LayerState::Read);
}

#[test]
fn a_service_without_resource_content_has_unread_settings() {
    let world = world(&[&policy(PAY, "user:a@example.com")]).unwrap();
    assert_eq!(
        gap(&service(&world, PAY).settings),
        ("no RESOURCE content in the export", "run.services.get")
    );
}

#[test]
fn a_service_without_a_policy_line_is_unread_unless_its_own_file_shows_that_policies_were_exported() {
    let other = PAY.replace("/pay", "/other");
    let alien = policy("projects/edge/locations/europe-west1/services/x", "user:a@example.com")
        .replace("projects/1041", "projects/77");
    let project = r#"{"name":"//cloudresourcemanager.googleapis.com/projects/shop-prod","asset_type":"cloudresourcemanager.googleapis.com/Project","iam_policy":{}}"#;
    let is_empty = |files: &[&str]| {
        let world = world(files).unwrap();
        let policy = &service(&world, PAY).policy;
        assert!(policy.known().is_none_or(|policy| policy.bindings.is_empty()));
        policy.known().is_some()
    };
    let pay = resource(PAY);
    assert!(!is_empty(&[&pay]));
    // Another service of its project, in one file.
    assert!(is_empty(&[&lines(&[pay.clone(), policy(&other, "user:a@example.com")])]));
    assert!(is_empty(&[&pay, &policy(&other, "user:a@example.com")]));
    // Only a service of another project.
    assert!(!is_empty(&[&lines(&[pay.clone(), alien.clone()])]));
    // Its project's policy, and a service's, in one file.
    assert!(is_empty(&[&pay, &lines(&[project.to_owned(), alien.clone()])]));
    // The same in two files: neither shows that the policies of this project's services were asked for.
    assert!(!is_empty(&[&pay, project, &alien]));
    assert!(!is_empty(&[&lines(&[pay.clone(), project.to_owned()])]));
}

#[test]
fn ancestors_that_were_not_told_or_have_no_policy_are_unread() {
    let world = world(&[&lines(&[
        resource(PAY),
        resource(&PAY.replace("/pay", "/lone"))
            .replace(r#","ancestors":["projects/1041","folders/7","organizations/9000"]"#, ""),
    ])])
    .unwrap();
    assert_eq!(
        gap(&service(&world, &PAY.replace("/pay", "/lone")).ancestors),
        ("no `ancestors` in the export", "resourcemanager.projects.get")
    );
    let gaps: Vec<_> =
        world.policies.iter().map(|(name, policy)| (name.to_string(), gap(policy).1)).collect();
    assert_eq!(
        gaps,
        [
            ("projects/shop-prod".to_owned(), "resourcemanager.projects.getIamPolicy"),
            ("folders/7".to_owned(), "resourcemanager.folders.getIamPolicy"),
            ("organizations/9000".to_owned(), "resourcemanager.organizations.getIamPolicy"),
        ]
    );
}

#[test]
fn the_newer_of_two_lines_wins_in_any_order_and_two_of_one_age_are_an_error() {
    let at = |member: &str, time: &str| {
        policy(PAY, member).replacen('{', &format!(r#"{{"update_time":"2026-05-{time}T00:00:00Z","#), 1)
    };
    let (old, new) = (at("user:old@example.com", "01"), at("user:new@example.com", "02"));
    for files in [[&*old, &*new], [&*new, &*old]] {
        let world = world(&files).unwrap();
        let policy = service(&world, PAY).policy.known().unwrap();
        assert_eq!(policy.bindings[0].members, [Principal::new("user:new@example.com")]);
    }
    assert!(world(&[&old, &old]).is_ok());
    let error = world(&[&old, &format!("\n{}", at("user:new@example.com", "01"))]).unwrap_err();
    assert!(error.starts_with("1.ndjson:1: ") && error.contains("2.ndjson:2 says otherwise"), "{error}");
    assert!(world(&[&policy(PAY, "user:a@example.com"), &policy(PAY, "user:b@example.com")]).is_err());
    // Settings and policy of one service are two things.
    assert!(world(&[&resource(PAY), &old]).is_ok());
}

#[test]
fn a_broken_line_is_told_by_file_and_line_and_the_first_of_several() {
    for (text, line, part) in [
        ("{\"name\":1}\n".to_owned(), 1, "`name`"),
        (format!("{}\n\r\n{{\"name\" \"x\"}}\n{{\n", resource(PAY)), 3, "is not JSON"),
        (format!("{}\n{{\"name\":", resource(PAY)), 2, "cut off"),
        (format!("{}\n{{}}\n{{", resource(PAY)), 2, "without `asset_type`"),
        (
            resource(PAY).replace("\"template\":{}", "\"invokerIamDisabled\":\"maybe\",\"template\":{}"),
            1,
            "`resource.data.invokerIamDisabled`",
        ),
        (
            policy(PAY, "x").replace("[{\"role\":\"roles/run.invoker\",\"members\":[\"x\"]}]", "\"none\""),
            1,
            "`iam_policy.bindings`",
        ),
        (policy(PAY, "x").replace("\"role\":\"roles/run.invoker\",", ""), 1, "missing field `role`"),
        (policy(PAY, "x").replace("\"x\"", "7"), 1, "members[0]"),
        (policy(PAY, "x").replace("services/pay\"", "services\""), 1, "is not a name of the form"),
        (policy(PAY, "x").replace("\"folders/7\"", "\"folder/7\""), 1, "`ancestors`"),
        (policy(PAY, "x").replacen('{', "{\"update_time\":\"yesterday\",", 1), 1, "`update_time`"),
        (policy(PAY, "x").replacen('{', "{\"name\":\"y\",", 1), 1, "duplicate field `name`"),
    ] {
        let error = world(&[&text]).unwrap_err();
        assert!(error.starts_with(&format!("1.ndjson:{line}: ")) && error.contains(part), "{error}");
    }
    let many = format!("{}\n", resource(PAY)).repeat(9000);
    let error = world(&[&many, &format!("{many}x\n{many}y\n"), "{"]).unwrap_err();
    assert!(error.starts_with("2.ndjson:9001: is not JSON"), "{error}");
    let bad = [resource(PAY).as_bytes(), b"\n\xff\n"].concat();
    let error = read(vec![Input::from_bytes("a", bad)], ReadOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with("a:2: holds bytes that are not UTF-8"), "{error}");
}

#[test]
fn a_file_that_is_something_else_says_what_it_looks_like() {
    for (text, part) in [
        ("", "is empty"),
        ("\u{feff}\n  \n", "is empty"),
        (r#"{"format_version":"1.2","planned_values":{},"resource_changes":[]}"#, "Terraform plan"),
        ("{\n \"bindings\": [],\n \"etag\": \"ACAB\"\n}\n", "an allow policy alone"),
        (r#"{"results":[{"resource":"//x","policy":{}}]}"#, "the answer of a search"),
        (r#"{"error":{"code":403}}"#, "an error that Google answered"),
        ("callmap: 1\nproject: x\n", "is a caller map"),
        ("group:a@example.com:\n  - user:x\n", "looks like YAML"),
        ("<!doctype html>\n", "looks like HTML"),
        ("[package]\nname = 1\n", "is not JSON"),
        ("hello", "is not JSON"),
    ] {
        let error = world(&[text]).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
    let wide: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = read(vec![Input::from_bytes("a", wide)], ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("is UTF-16 text"), "{error}");
}

#[test]
fn every_wrapping_gives_the_same_world() {
    let shop = include_str!("../assets/shop.ndjson");
    let plain = world(&[shop]).unwrap();
    let assets: Vec<serde_json::Value> =
        shop.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let list = serde_json::Value::Array(assets.clone());
    let pretty = assets.iter().map(|asset| format!("{asset:#}")).collect::<Vec<_>>().join("\n");
    let pages = format!(
        "{}\n{:#}",
        serde_json::json!({"readTime": "x", "assets": assets[..9], "nextPageToken": "t"}),
        serde_json::json!({"assets": assets[9..]})
    );
    let camel = |text: &str| {
        text.replace("\"asset_type\"", "\"assetType\"")
            .replace("\"iam_policy\"", "\"iamPolicy\"")
            .replace("\"update_time\"", "\"updateTime\"")
    };
    let reversed = shop.lines().rev().collect::<Vec<_>>().join("\r\n\r\n\u{feff}");
    let (first, second): (String, String) = {
        let (even, odd): (Vec<_>, Vec<_>) = shop.lines().zip(0..).partition(|(_, number)| number % 2 == 0);
        let text =
            |lines: Vec<(&str, i32)>| lines.iter().map(|(line, _)| *line).collect::<Vec<_>>().join("\n");
        (text(even), text(odd))
    };
    for (what, files) in [
        ("a list", vec![list.to_string()]),
        ("a pretty list", vec![format!("{list:#}")]),
        ("values over several lines", vec![pretty]),
        ("pages", vec![pages.clone()]),
        ("camel case", vec![camel(shop)]),
        ("camel pages", vec![camel(&pages)]),
        ("reversed with marks", vec![reversed]),
        ("two files", vec![second.clone(), first.clone()]),
        ("twice", vec![shop.to_owned(), shop.to_owned()]),
    ] {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let mut other = world(&files).unwrap_or_else(|error| panic!("{what}: {error}"));
        other.source = plain.source.clone();
        assert_eq!(format!("{other:#?}"), format!("{plain:#?}"), "{what}");
    }
    let open = pages.split('\n').next().unwrap();
    assert!(world(&[open]).unwrap_err().contains("more pages follow"));
}

#[test]
fn gzip_is_known_by_its_bytes_and_a_cut_off_stream_says_so() {
    use std::io::Write as _;
    let packed = |text: &str| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let mut bytes = packed(&format!("{}\n", resource(PAY)));
    bytes.extend(packed(&policy(PAY, "user:a@example.com")));
    let two = read(vec![Input::from_bytes("x.json", bytes.clone())], ReadOptions::default()).unwrap();
    assert!(service(&two, PAY).settings.known().is_some() && service(&two, PAY).policy.known().is_some());
    bytes.truncate(bytes.len() - 6);
    let error = read(vec![Input::from_bytes("x.json", bytes)], ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "x.json: ends inside its gzip data: it was cut off; fetch it again");
}

#[test]
fn ids_and_numbers_that_contradict_each_other_are_an_error() {
    let other = policy(PAY, "user:a@example.com").replace("projects/1041", "projects/1042");
    let error = world(&[&lines(&[resource(PAY), other])]).unwrap_err();
    assert!(error.starts_with("1.ndjson:2: project `shop-prod` goes by both `1041` and `1042`"), "{error}");
    let moved = policy(PAY, "user:a@example.com").replace("folders/7", "folders/8");
    let error = world(&[&lines(&[resource(PAY), moved])]).unwrap_err();
    assert!(error.contains("the `ancestors` of project `shop-prod`"), "{error}");
}

#[test]
fn a_service_by_number_and_by_id_is_one_service() {
    let world =
        world(&[&lines(&[resource(PAY), policy(&PAY.replace("shop-prod", "1041"), "user:a@example.com")])])
            .unwrap();
    assert_eq!(world.services.len(), 1);
    assert!(service(&world, PAY).policy.known().is_some());
}

/// A service whose traffic goes to `pay-00001`, and to `pay-00002` by a tag.
fn split() -> String {
    let target = |revision: &str, share: &str| {
        format!(r#"{{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION","revision":"{revision}",{share}}}"#)
    };
    let (first, second) = (target("pay-00001", r#""percent":100"#), target("pay-00002", r#""tag":"next""#));
    resource(PAY).replace(r#""template":{}"#, &format!(r#""template":{{}},"traffic":[{first},{second}]"#))
}

/// A line of a revision.
fn revision(name: &str, data: &str) -> String {
    format!(
        r#"{{"name":"//run.googleapis.com/{name}","asset_type":"run.googleapis.com/Revision","resource":{{"version":"v1","data":{data}}},"ancestors":["projects/1041","folders/7","organizations/9000"]}}"#
    )
}

/// A revision as the inventory exports it.
fn knative(name: &str, service: &str, account: &str) -> String {
    format!(
        r#"{{"apiVersion":"serving.knative.dev/v1","kind":"Revision","metadata":{{"name":"{name}","namespace":"1041","labels":{{"serving.knative.dev/service":"{service}","cloud.googleapis.com/location":"europe-west1"}}}},"spec":{{"containerConcurrency":80,"timeoutSeconds":300,"serviceAccountName":"{account}"}},"status":{{"serviceName":"{service}"}}}}"#
    )
}

const OLD: &str = "old@shop-prod.iam.gserviceaccount.com";
const BESIDE: &str = "projects/shop-prod/locations/europe-west1/revisions";

/// The revisions of a world: of which service, by which name, and as whom or why not.
fn revisions(world: &World) -> Vec<(String, String, String)> {
    let account = |account: &Observed<Option<Principal>>| match account {
        Observed::Known(account) => account.as_ref().map_or("default".to_owned(), ToString::to_string),
        Observed::Unreadable(gap) => gap.why.to_string(),
    };
    let of = world.revisions.iter().flat_map(|(service, all)| {
        all.iter().map(move |(name, told)| (service.service.to_string(), name.to_string(), account(told)))
    });
    of.collect()
}

#[test]
fn of_all_revisions_those_are_kept_that_traffic_is_split_to() {
    let old = format!("serviceAccount:{OLD}");
    let told = |name: &str, account: &str| ("pay".to_owned(), name.to_owned(), account.to_owned());
    let v2 = format!(r#"{{"name":"{PAY}/revisions/pay-00001","service":"{PAY}","serviceAccount":"{OLD}"}}"#);
    for first in [
        revision(&format!("{BESIDE}/pay-00001"), &knative("pay-00001", "pay", OLD)),
        revision(&format!("{PAY}/revisions/pay-00001"), &knative("pay-00001", "pay", OLD)),
        revision(&format!("{}/revisions/pay-00001", PAY.replace("shop-prod", "1041")), &v2),
        revision(&format!("{PAY}/revisions/pay-00001"), r#"{"service":"pay","service_account":"OLD"}"#)
            .replace("OLD", OLD),
    ] {
        let world = world(&[&lines(&[
            split(),
            first.clone(),
            // One that gets nothing, one of another service, one of a service whose traffic is not split.
            revision(&format!("{BESIDE}/pay-00003"), &knative("pay-00003", "pay", OLD)),
            revision(&format!("{BESIDE}/pay-00002"), &knative("pay-00002", "payments", OLD)),
            resource(&PAY.replace("/pay", "/lone")),
            revision(&format!("{BESIDE}/lone-00001"), &knative("lone-00001", "lone", OLD)),
        ])])
        .unwrap();
        assert_eq!(revisions(&world), [told("pay-00001", &old)], "{first}");
        assert_eq!((world.source.files[0].assets, world.source.files[0].skipped.len()), (6, 0));
        let identities = world.identities(&PAY.parse().unwrap());
        assert!(!identities.is_whole && identities.accounts.contains(&Principal::service_account(OLD)));
    }
    let both = lines(&[
        revision(&format!("{BESIDE}/pay-00002"), &knative("pay-00002", "pay", "")),
        revision(&format!("{BESIDE}/pay-00001"), &knative("pay-00001", "pay", OLD)),
    ]);
    // In any order, over any files.
    for files in [[&*both, &*split()], [&*split(), &*both]] {
        let world = world(&files).unwrap();
        assert_eq!(revisions(&world), [told("pay-00001", &old), told("pay-00002", "default")]);
        let identities = world.identities(&PAY.parse().unwrap());
        assert!(identities.is_whole);
        let emails: Vec<_> = identities.accounts.iter().filter_map(Principal::email).collect();
        assert_eq!(emails, ["1041-compute@developer.gserviceaccount.com", OLD]);
    }
}

#[test]
fn a_revision_that_is_told_twice_or_not_at_all_is_as_anything_else() {
    let at = |account: &str, time: &str| {
        revision(&format!("{BESIDE}/pay-00001"), &knative("pay-00001", "pay", account)).replacen(
            '{',
            &format!(r#"{{"update_time":"2026-05-{time}T00:00:00Z","#),
            1,
        )
    };
    let (early, late) = (at("early@example.com", "01"), at("late@example.com", "02"));
    for files in [[&*early, &*late], [&*late, &*early]] {
        let world = world(&[&split(), files[0], files[1]]).unwrap();
        assert_eq!(revisions(&world)[0].2, "serviceAccount:late@example.com");
    }
    let error = world(&[&split(), &early, &at("late@example.com", "01")]).unwrap_err();
    assert!(error.contains("the revision `pay-00001` of") && error.contains("3.ndjson:1"), "{error}");
    let gap = |name: &str| {
        format!(
            r#"{{"name":"//run.googleapis.com/{name}","asset_type":"callmap/Unreadable","why":"permission denied","permission":"run.revisions.get"}}"#
        )
    };
    let refused = gap(&format!("{PAY}/revisions/pay-00001"));
    let unread = world(&[&split(), &refused]).unwrap();
    assert_eq!(revisions(&unread)[0].2, "permission denied");
    assert_eq!(unread.layers[&Layer::Services], LayerState::Refused);
    let error = world(&[&split(), &early, &refused]).unwrap_err();
    assert!(error.contains("the revision of") && error.contains("3.ndjson:1"), "{error}");
    // Nobody asks for one that nothing is sent to.
    assert!(revisions(&world(&[&split(), &gap(&format!("{PAY}/revisions/pay-00009"))]).unwrap()).is_empty());
    // A resource without a part that would tell is unread; one without data, or without a service, says nothing.
    let bare =
        |data: &str| world(&[&split(), &revision(&format!("{PAY}/revisions/pay-00001"), data)]).unwrap();
    assert_eq!(revisions(&bare("{}"))[0].2, "its RESOURCE content has no `service`");
    assert!(revisions(&bare("null")).is_empty());
    let nobodys = revision(&format!("{BESIDE}/pay-00001"), r#"{"metadata":{},"spec":{}}"#);
    assert!(revisions(&world(&[&split(), &nobodys]).unwrap()).is_empty());
    for (name, data) in [
        (PAY.to_owned(), "{}"),
        (format!("{PAY}/revisions/"), "{}"),
        (format!("{PAY}/revisions/a/b"), "{}"),
        ("projects/p/revisions/a".to_owned(), "{}"),
        (format!("{BESIDE}/pay-00001"), r#"{"spec":{"serviceAccountName":7}}"#),
        (format!("{BESIDE}/pay-00001"), r#"{"metadata":{"labels":["serving.knative.dev/service"]}}"#),
    ] {
        let error = world(&[&split(), &revision(&name, data)]).unwrap_err();
        assert!(error.starts_with("2.ndjson:1: "), "{name} {data}: {error}");
    }
    for name in [PAY, BESIDE, &format!("{BESIDE}/pay-00001")] {
        assert!(world(&[&split(), &gap(name)]).unwrap_err().starts_with("2.ndjson:1: "), "{name}");
    }
    let odd = split().replace(r#""revision":"pay-00001""#, r#""revision":"pay/""#);
    assert_eq!(world(&[&odd]).unwrap().revisions.len(), 0);
}

#[test]
fn hostile_files_end_in_an_error_or_a_world() {
    let deep = format!(
        "{{\"asset_type\":\"x\",\"name\":\"y\",\"resource\":{}1{}}}",
        "[".repeat(1_000_000),
        "]".repeat(1_000_000)
    );
    assert!(world(&[&deep]).is_ok());
    let deep = resource(PAY)
        .replace("\"template\":{}", &format!("\"template\":{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert!(world(&[&deep]).is_err());
    assert!(world(&[&"[".repeat(1_000_000)]).is_err());
    assert!(world(&[&"{\"assets\":[".repeat(100_000)]).is_err());
    assert!(world(&[&"{".repeat(1_000_000)]).is_err());
}

#[test]
fn the_map_of_a_made_up_estate_has_no_mistakes() {
    let mut bytes = Vec::new();
    Estate { services: 400, projects: 20 }.write_map(&mut bytes).unwrap();
    let text = callmap::callers::MapText { path: "map.yaml".into(), bytes };
    let maps = callmap::callers::check(vec![text], chrono::DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(maps[0].functions.len(), 400);
}

#[test]
fn a_made_up_estate_reads_as_it_was_made() {
    let estate = Estate { services: 400, projects: 20 };
    let mut text = Vec::new();
    estate.write_assets(&mut text).unwrap();
    let world = read(vec![Input::from_bytes("assets.ndjson", text)], ReadOptions::default()).unwrap();
    assert_eq!(world.services.len(), 400);
    assert!(world.layers.values().all(|state| *state != LayerState::Refused));
    for number in [0, 7, 399] {
        let service = service(&world, &estate.resource(number));
        let members: Vec<&str> =
            service.policy.known().unwrap().bindings[0].members.iter().map(Principal::as_str).collect();
        assert_eq!(members, estate.callers(number));
        let own = format!("projects/{}", Estate::project_id(number % 20));
        assert_eq!(service.ancestors.known().unwrap()[0].to_string(), own);
    }
}
