//! Services as the Admin API's first and second versions write them.

use super::{super::ShapeError, *};
use crate::world::Traffic;

fn read(json: &str) -> Result<Observed<Settings>, ShapeError> {
    let resource = super::super::read(json, "resource")?;
    Ok(service(resource, &mut Interner::default()).settings)
}

fn known(json: &str) -> Settings {
    read(json).unwrap().known().unwrap().clone()
}

#[test]
fn both_shapes_give_the_same_settings() {
    let knative = known(
        r#"{"data":{"apiVersion":"serving.knative.dev/v1","kind":"Service",
        "metadata":{"name":"pay","namespace":"1041","labels":{"team":"payments"},"annotations":{
            "run.googleapis.com/invoker-iam-disabled":"True","run.googleapis.com/iap-enabled":"true",
            "run.googleapis.com/ingress":"all","run.googleapis.com/ingress-status":"internal",
            "run.googleapis.com/urls":"[\"https://pay-1041.europe-west1.run.app\",\"https://pay-x.a.run.app\"]",
            "run.googleapis.com/custom-audiences":"[\"https://pay.example.com\"]",
            "run.googleapis.com/default-url-disabled":"true",
            "run.googleapis.com/build-function-target":"{\"worker\":\"charge\"}"}},
        "spec":{"template":{"spec":{"serviceAccountName":"pay@shop-prod.iam.gserviceaccount.com"}},
            "traffic":[{"percent":100,"latestRevision":true}]},
        "status":{"url":"https://pay-x.a.run.app","latestReadyRevisionName":"pay-00002","latestCreatedRevisionName":"pay-00002",
            "traffic":[{"revisionName":"pay-00002","percent":100,"latestRevision":true}]}}}"#,
    );
    let v2 = known(
        r#"{"data":{"name":"projects/shop-prod/locations/europe-west1/services/pay","labels":{"team":"payments"},
        "invokerIamDisabled":true,"iapEnabled":true,"ingress":"INGRESS_TRAFFIC_INTERNAL_ONLY",
        "uri":"https://pay-x.a.run.app","urls":["https://pay-1041.europe-west1.run.app","https://pay-x.a.run.app"],
        "customAudiences":["https://pay.example.com"],"defaultUriDisabled":true,"buildConfig":{"functionTarget":"charge"},
        "template":{"serviceAccount":"pay@shop-prod.iam.gserviceaccount.com"},
        "traffic":[{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST","percent":100}]}}"#,
    );
    assert_eq!(knative, v2);
    assert!(v2.is_check_disabled && v2.is_iap_enabled && v2.is_default_url_disabled);
    assert_eq!(v2.urls.len(), 2);
    assert_eq!(v2.function_target.as_deref(), Some("charge"));
}

#[test]
fn a_switch_of_a_wrong_type_is_an_error_with_its_name() {
    let error = read(r#"{"data":{"template":{},"invokerIamDisabled":"maybe"}}"#).unwrap_err();
    assert_eq!(
        error.0,
        "`resource.data.invokerIamDisabled`: invalid type: string \"maybe\", expected a boolean"
    );
    let error = read(
        r#"{"data":{"metadata":{"annotations":{"run.googleapis.com/invoker-iam-disabled":true}},"spec":{}}}"#,
    );
    assert!(error.unwrap_err().0.contains("annotations.run.googleapis.com/invoker-iam-disabled"));
}

#[test]
fn a_switch_in_snake_case_still_counts() {
    assert!(known(r#"{"data":{"template":{},"invoker_iam_disabled":true}}"#).is_check_disabled);
}

#[test]
fn a_switch_of_unknown_meaning_and_a_missing_part_leave_settings_unread() {
    for (json, part) in [
        (
            r#"{"data":{"metadata":{"annotations":{"run.googleapis.com/invoker-iam-disabled":"maybe"}},"spec":{"template":{"spec":{}}}}}"#,
            "maybe",
        ),
        (
            r#"{"data":{"metadata":{"annotations":{"run.googleapis.com/urls":"x"}},"spec":{"template":{"spec":{}}}}}"#,
            "urls",
        ),
        (r#"{"data":{"metadata":{}}}"#, "`spec`"),
        (r#"{"data":{"spec":{}}}"#, "`metadata`"),
        (r#"{"data":{"metadata":{},"spec":{}}}"#, "`spec.template.spec`"),
        (r#"{"data":{}}"#, "`template`"),
        (r#"{"version":"v1"}"#, "no data"),
    ] {
        let observed = read(json).unwrap();
        assert!(observed.gap().unwrap().why.contains(part), "{json}");
    }
}

#[test]
fn traffic_is_split_where_a_revision_other_than_the_latest_has_some_or_a_tag() {
    let of = |traffic: &str| known(&format!(r#"{{"data":{{"template":{{}},{traffic}}}}}"#)).traffic;
    let revision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";
    assert_eq!(of(r#""traffic":[]"#), Traffic::Latest);
    for pinned in [
        format!(r#""traffic":[{{"type":"{revision}","revision":"pay-1","percent":100}}]"#),
        format!(r#""traffic":[{{"type":"{revision}","revision":"pay-1","tag":"old"}}]"#),
        format!(r#""traffic":[{{"type":"{revision}","percent":100}}]"#),
        format!(r#""trafficStatuses":[{{"type":"{revision}","revision":"pay-1","percent":1}}]"#),
        r#""latestReadyRevision":"projects/p/x/pay-1","latestCreatedRevision":"projects/p/x/pay-2""#
            .to_owned(),
    ] {
        assert!(matches!(of(&pinned), Traffic::Split { .. }), "{pinned}");
    }
    for latest in [
        format!(
            r#""latestReadyRevision":"projects/p/x/pay-1","traffic":[{{"type":"{revision}","revision":"pay-1","percent":100}}]"#
        ),
        format!(r#""traffic":[{{"type":"{revision}","revision":"pay-1","percent":0}}]"#),
        format!(
            r#""traffic":[{{"type":"{revision}","percent":100}}],"trafficStatuses":[{{"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST","percent":100}}]"#
        ),
    ] {
        assert_eq!(of(&latest), Traffic::Latest, "{latest}");
    }
}

#[test]
fn the_entry_point_of_a_function_is_a_name_or_the_first_of_its_containers() {
    let of = |target: &str| {
        let annotation = serde_json::json!({ "run.googleapis.com/build-function-target": target });
        let shape = format!(
            r#"{{"data":{{"metadata":{{"annotations":{annotation}}},"spec":{{"template":{{"spec":{{}}}}}}}}}}"#
        );
        known(&shape).function_target.map(|target| target.to_string())
    };
    for (text, target) in [
        ("resize", Some("resize")),
        (r#"{"worker":"resize"}"#, Some("resize")),
        (r#"{"worker":"resize","another":"other"}"#, Some("resize")),
        (r#"{"another":null,"worker":"resize"}"#, Some("resize")),
        (r#""resize""#, Some("resize")),
        ("7", Some("7")),
        ("{", Some("{")),
        ("{}", None),
        ("", None),
    ] {
        assert_eq!(of(text).as_deref(), target, "{text}");
    }
}
