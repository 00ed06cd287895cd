//! All three shapes, by small examples, and what is none of them.

use super::*;
use crate::world::{Source, SourceKind};

fn told(text: &str) -> Result<Told, String> {
    match recognise(Input::from_bytes("t.json", text)).unwrap() {
        Recognised::Terraform(input) => read(input).map_err(|error| error.to_string()),
        Recognised::Other(_) => Err("not recognised".to_owned()),
    }
}

/// Address, resource and extent of each in short, and the count of those that are known later.
fn lines(text: &str) -> Vec<String> {
    let Told { file: _, written, unknown } = told(text).unwrap();
    let mut lines: Vec<String> = written.iter().map(line).collect();
    lines.extend((unknown > 0).then(|| format!("unknown {unknown}")));
    lines
}

fn line(written: &Written) -> String {
    let Written { resource, extent, address, file: _ } = written;
    let members = |binding: &Binding| {
        let mut words: Vec<_> = binding.members.iter().map(ToString::to_string).collect();
        words.extend(binding.condition.as_ref().map(|condition| format!("if {}", condition.expression)));
        format!("{} = {}", binding.role, words.join(" "))
    };
    let extent = match extent {
        Extent::Policy(None) => "policy ?".to_owned(),
        Extent::Policy(Some(all)) => {
            format!("policy {}", all.iter().map(members).collect::<Vec<_>>().join("; "))
        }
        Extent::Binding { binding, is_whole } => {
            format!("binding {}{}", members(binding), if *is_whole { "" } else { " ?" })
        }
        Extent::Member { role, principal, condition: _ } => format!("member {role} = {principal}"),
        Extent::Service { is_check_disabled } => format!("service {is_check_disabled:?}"),
    };
    format!("{address} | {resource} | {extent}")
}

const SHOWN_STATE: &str = r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{"outputs":{},"root_module":{
  "resources":[
    {"address":"google_cloud_run_v2_service.pay","mode":"managed","type":"google_cloud_run_v2_service","name":"pay",
     "values":{"project":"shop-prod","location":"europe-west1","name":"pay","invoker_iam_disabled":true}},
    {"address":"google_cloud_run_v2_service_iam_binding.pay","mode":"managed","type":"google_cloud_run_v2_service_iam_binding","name":"pay",
     "values":{"project":"shop-prod","location":"europe-west1","name":"projects/shop-prod/locations/europe-west1/services/pay",
       "role":"roles/run.invoker","members":["user:alice@example.com"],"condition":[]}},
    {"address":"data.google_iam_policy.x","mode":"data","type":"google_cloud_run_v2_service_iam_binding","name":"x","values":{"project":1}},
    {"address":"google_storage_bucket.b","mode":"managed","type":"google_storage_bucket","name":"b","values":{"project":7}}],
  "child_modules":[{"address":"module.shop","child_modules":[{"address":"module.shop.module.iam[\"a\"]","resources":[
    {"address":"module.shop.module.iam[\"a\"].google_project_iam_member.m[\"ci\"]","mode":"managed","type":"google_project_iam_member","name":"m","index":"ci",
     "values":{"project":"projects/shop-prod","role":"roles/editor","member":"user:ci@example.com",
       "condition":[{"title":"t","description":"","expression":"true"}]}}]}]}]}}}"#;

#[test]
fn a_state_that_is_shown_tells_its_resources_in_all_modules() {
    assert_eq!(
        lines(SHOWN_STATE),
        [
            "google_cloud_run_v2_service.pay | projects/shop-prod/locations/europe-west1/services/pay | \
             service Some(true)",
            "google_cloud_run_v2_service_iam_binding.pay | \
             projects/shop-prod/locations/europe-west1/services/pay | \
             binding roles/run.invoker = user:alice@example.com",
            "module.shop.module.iam[\"a\"].google_project_iam_member.m[\"ci\"] | projects/shop-prod | \
             member roles/editor = user:ci@example.com",
        ]
    );
    assert_eq!(lines(r#"{"format_version":"1.0"}"#), [""; 0]);
}

#[test]
fn a_state_file_tells_every_instance_by_its_address() {
    let state = r#"{"version":4,"terraform_version":"1.9.0","serial":3,"lineage":"a","outputs":{},"resources":[
      {"module":"module.m[0]","mode":"managed","type":"google_cloud_run_service_iam_member","name":"c","provider":"p","instances":[
        {"index_key":0,"attributes":{"project":"shop-prod","location":"europe-west1","service":"v1/projects/shop-prod/locations/europe-west1/services/pay","role":"roles/run.invoker","member":"allUsers"}},
        {"index_key":1,"deposed":"0a1b","attributes":{"project":"shop-prod","location":"l","service":"s","role":"r","member":"allUsers"}}]},
      {"mode":"managed","type":"google_cloudfunctions2_function_iam_policy","name":"f","instances":[
        {"index_key":"a.b","attributes":{"project":"shop-prod","location":"europe-west1","cloud_function":"Send_Mail",
         "policy_data":"{\"bindings\":[{\"role\":\"roles/cloudfunctions.invoker\",\"members\":[\"allUsers\"],\"condition\":{\"title\":\"t\",\"expression\":\"false\"}}]}"}}]},
      {"mode":"managed","type":"google_folder_iam_binding","name":"f","instances":[
        {"attributes":{"folder":"folders/12","role":"roles/viewer","members":["user:a@example.com"]}}]},
      {"mode":"managed","type":"google_organization_iam_policy","name":"o","instances":[
        {"attributes":{"org_id":"9000","policy_data":"{}"}}]},
      {"mode":"managed","type":"google_cloudfunctions2_function","name":"f","instances":[
        {"attributes":{"project":"shop-prod","location":"europe-west1","name":"Send_Mail",
         "service_config":[{"service":"projects/shop-prod/locations/europe-west1/services/send-mail"}]}}]},
      {"mode":"managed","type":"google_cloud_run_service","name":"old","instances":[
        {"attributes":{"project":"shop-prod","location":"europe-west1","name":"old",
         "metadata":[{"annotations":{"run.googleapis.com/invoker-iam-disabled":"true","x":null}}]}}]},
      {"mode":"data","type":"google_project_iam_policy","name":"d","instances":[{"attributes":{"project":"x","policy_data":"?"}}]}]}"#;
    let pay = "projects/shop-prod/locations/europe-west1/services";
    assert_eq!(
        lines(state),
        [
            format!(
                "module.m[0].google_cloud_run_service_iam_member.c[0] | {pay}/pay | \
                 member roles/run.invoker = allUsers"
            ),
            "google_cloudfunctions2_function_iam_policy.f[\"a.b\"] | \
             projects/shop-prod/locations/europe-west1/functions/Send_Mail | \
             policy roles/cloudfunctions.invoker = allUsers if false"
                .to_owned(),
            "google_folder_iam_binding.f | folders/12 | binding roles/viewer = user:a@example.com".to_owned(),
            "google_organization_iam_policy.o | organizations/9000 | policy ".to_owned(),
            format!("google_cloudfunctions2_function.f | {pay}/send-mail | service None"),
            format!("google_cloud_run_service.old | {pay}/old | service Some(true)"),
        ]
    );
}

#[test]
fn a_plan_tells_what_will_be_and_counts_what_is_known_later() {
    let service = r#""project":"shop-prod","location":"europe-west1","name":"pay""#;
    let iam = "google_cloud_run_v2_service_iam";
    let resource = |kind: &str, name: &str, values: &str| {
        format!(
            r#"{{"address":"{kind}.{name}","mode":"managed","type":"{kind}","name":"{name}","values":{{{values}}}}}"#
        )
    };
    let role = r#""role":"roles/run.invoker""#;
    let planned = [
        resource(&format!("{iam}_member"), "later", &format!("{service},{role}")),
        resource(&format!("{iam}_member"), "gone", &format!("{service},{role},\"member\":\"allUsers\"")),
        resource(&format!("{iam}_member"), "kept", &format!("{service},{role},\"member\":\"allUsers\"")),
        resource(
            &format!("{iam}_binding"),
            "some",
            &format!("{service},{role},\"members\":[\"user:a@example.com\",null]"),
        ),
        resource(&format!("{iam}_binding"), "none", &format!("{service},{role}")),
        resource(&format!("{iam}_policy"), "all", service),
        resource("google_project_iam_policy", "p", "\"policy_data\":\"{}\""),
        resource("google_cloud_run_v2_service", "s", service),
        resource("google_cloud_run_v2_service", "t", &format!("{service},\"invoker_iam_disabled\":null")),
    ];
    let change = |name: &str, actions: &str| {
        format!(r#"{{"address":"{iam}_member.{name}","change":{{"actions":[{actions}],"before":null}}}}"#)
    };
    let changes = [change("gone", "\"forget\""), change("kept", "\"delete\",\"create\"")];
    let plan = format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{}]}}}},"resource_changes":[{}],
        "prior_state":{{"format_version":"1.0","values":{{"root_module":{{"resources":[{}]}}}}}}}}"#,
        planned.join(","),
        changes.join(","),
        planned[1]
    );
    let pay = "projects/shop-prod/locations/europe-west1/services/pay";
    assert_eq!(
        lines(&plan),
        [
            format!("{iam}_member.kept | {pay} | member roles/run.invoker = allUsers"),
            format!("{iam}_binding.some | {pay} | binding roles/run.invoker = user:a@example.com ?"),
            format!("{iam}_binding.none | {pay} | binding roles/run.invoker =  ?"),
            format!("{iam}_policy.all | {pay} | policy ?"),
            format!("google_cloud_run_v2_service.s | {pay} | service None"),
            format!("google_cloud_run_v2_service.t | {pay} | service Some(false)"),
            "unknown 2".to_owned(),
        ]
    );
}

#[test]
fn what_is_no_state_is_told_in_plain_words() {
    let deep = format!("{{\"format_version\":\"1.0\",\"values\":{}", "{\"root_module\":".repeat(200));
    let module = format!(
        "{{\"format_version\":\"1.0\",\"values\":{{\"root_module\":{}1{}}}}}",
        "{\"child_modules\":[".repeat(100),
        "]}".repeat(100)
    );
    let member = r#"{"version":4,"terraform_version":"1","resources":[{"type":"google_project_iam_member","name":"m","instances":[{"attributes":{"project":"p","role":7}}]}]}"#;
    for (text, wanted) in [
        (r#"{"format_version":"2.0"}"#, "t.json: has the format version `2.0`"),
        (r#"{"version":3,"terraform_version":"0.11.14","modules":[]}"#, "is a state of version 3"),
        (r#"{"serial":1,"lineage":"a","encrypted_data":"x"}"#, "encrypted"),
        (r#"{"planned_values":{}}"#, "neither a state nor a whole plan"),
        (r#"{"format_version":"1.0","values":"#, "EOF"),
        (r#"{"format_version":"1.0","values":7}"#, "`values`: invalid type: integer `7`, expected an object"),
        (&deep, "EOF"),
        (&module, "recursion limit exceeded"),
        (member, "`google_project_iam_member.m`: `role`: invalid type: integer"),
        (
            r#"{"version":4,"terraform_version":"1","resources":[{"type":"google_project_iam_policy","name":"m","instances":[{"attributes":{"project":"p","policy_data":"{"}}]}]}"#,
            "`policy_data`",
        ),
    ] {
        let wrong = told(text).unwrap_err();
        assert!(wrong.contains(wanted), "{text}\n{wrong}");
    }
}

#[test]
fn a_compressed_state_is_told_too_and_other_files_keep_every_byte() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(SHOWN_STATE.as_bytes()).unwrap();
    let Recognised::Terraform(input) =
        recognise(Input::from_bytes("t.gz", encoder.finish().unwrap())).unwrap()
    else {
        panic!("not recognised")
    };
    assert_eq!(read(input).unwrap().written.len(), 3);
    let lines = "{\"name\":\"a\"}\n".repeat(20_000);
    let Recognised::Other(input) = recognise(Input::from_bytes("a.ndjson", lines.as_str())).unwrap() else {
        panic!("recognised")
    };
    assert_eq!(input.whole().unwrap(), lines.as_bytes());
}

#[test]
fn laid_over_a_world_names_are_those_of_the_world() {
    let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    world.projects.join("shop-prod", "1041").unwrap();
    let state = SHOWN_STATE
        .replace("projects/shop-prod/locations", "projects/1041/locations")
        .replace("\"role\":\"roles/editor\"", "\"role\":\"projects/1041/roles/x\"");
    lay_over(&mut world, vec![told(&state).unwrap(), told(&state).unwrap()]);
    let lines: Vec<_> = world.writers.iter().map(line).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("1041")), "{lines:?}");
}

#[test]
fn a_state_that_was_cut_off_anywhere_is_an_error_and_nothing_worse() {
    for end in (0..SHOWN_STATE.len() - 1).filter(|end| SHOWN_STATE.is_char_boundary(*end)) {
        assert!(told(&SHOWN_STATE[..end]).is_err(), "{}", &SHOWN_STATE[..end]);
    }
}
