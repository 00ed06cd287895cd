//! Plan files: what is written is read as itself, and whatever else is refused with the path to it.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use callmap::{
    callers::Location,
    model::{Condition, Principal, RoleName, RuleId, ServiceName, time},
    plan::{
        CallerIdentity, Change, Class, Deed, Footing, Held, Include, Made, MapDigest, Plan, PlanOptions,
        Protected, ServiceState, Step, StepId, Waiting,
    },
    report::{heading::Heading, json},
    sources::{Input, plan_file},
    world::SourceKind,
};
use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{fixture, plan_fixture};

fn written(plan: &Plan) -> String {
    let (source, layers) = (fixture::source(), fixture::layers());
    let heading = Heading {
        source: &source,
        layers: &layers,
        env: None,
        at: plan.made.at,
        stale: &[],
        old_roles: None,
    };
    let mut text = Vec::new();
    json::plan(plan, &heading, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn read(text: impl Into<Vec<u8>>) -> Result<Plan, String> {
    plan_file::read(Input::from_bytes("plan.json", text)).map_err(|error| error.to_string())
}

/// The fixture in JSON.
fn value() -> Value {
    static VALUE: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(&written(&plan_fixture::plan())).unwrap());
    VALUE.clone()
}

/// What is said of the fixture once this was done to it.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut value = value();
    change(&mut value);
    read(value.to_string()).unwrap_err()
}

/// Every place in a value, as it is told and as it is found.
fn places(value: &Value, told: &str, found: &str, into: &mut Vec<(String, String)>) {
    into.push((told.to_owned(), found.to_owned()));
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let dot = if told.is_empty() { "" } else { "." };
                places(
                    field,
                    &format!("{told}{dot}{name}"),
                    &format!("{found}/{}", name.replace('/', "~1")),
                    into,
                );
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places(item, &format!("{told}[{at}]"), &format!("{found}/{at}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all_places() -> Vec<(String, String)> {
    let mut all = Vec::new();
    places(&value(), "", "", &mut all);
    assert!(all.len() > 150);
    all
}

/// Fields of objects whose keys are free.
fn is_entry(told: &str) -> bool {
    told.starts_with("read.") || told.contains(".skipped.")
}

#[test]
fn the_plan_of_the_fixture_is_read_as_it_was_written() {
    for plan in [plan_fixture::plan(), plan_fixture::nothing()] {
        let again = read(written(&plan)).unwrap();
        // Members are compared as Google compares them, and must be spelled as they were.
        assert_eq!(format!("{again:#?}"), format!("{plan:#?}"));
        assert_eq!(again, plan);
    }
}

#[test]
fn a_time_that_was_asked_for_is_told_from_when_the_plan_was_made() {
    let mut plan = plan_fixture::plan();
    plan.made.judged_at = Some(fixture::at("2026-12-24T00:00:00Z"));
    let text = written(&plan);
    assert!(
        text.contains(r#""at": "2026-12-24T00:00:00Z""#)
            && text.contains(r#""made_at": "2026-11-23T09:00:00Z""#)
    );
    assert_eq!(read(text).unwrap(), plan);
}

#[test]
fn a_field_that_is_missing_is_named() {
    for (told, found) in all_places() {
        let Some((parent, name)) = found.rsplit_once('/') else { continue };
        if is_entry(&told) || name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let error = changed(|value| {
            value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        });
        let outer = told.strip_suffix(name).unwrap().trim_end_matches('.');
        let expected = match (name, outer) {
            ("format", "") => "plan.json: is not a plan of callmap: it has no `format`".to_owned(),
            (_, "") => format!("plan.json: missing field `{name}`"),
            (_, outer) => format!("plan.json: `{outer}`: missing field `{name}`"),
        };
        assert!(error.starts_with(&expected), "{told}: {error}");
    }
}

#[test]
fn a_field_that_nobody_knows_is_named() {
    for (told, found) in all_places() {
        if !value().pointer(&found).unwrap().is_object() || told == "read" || told.ends_with(".skipped") {
            continue;
        }
        let error = changed(|value| {
            value.pointer_mut(&found).unwrap()["surprise"] = json!(1);
        });
        let dot = if told.is_empty() { "" } else { "." };
        let expected = format!("plan.json: `{told}{dot}surprise`: unknown field `surprise`");
        assert!(error.starts_with(&expected), "{told}: {error}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_named() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!("\u{1b}x"),
        json!([]),
        json!([[]]),
        json!({"x": {}}),
    ];
    let nullable = [
        "env",
        "newest",
        "condition",
        "description",
        "location",
        "service",
        "uid",
        "identity",
        "until",
        "change",
        "caller",
    ];
    for (told, found) in all_places() {
        let now = value().pointer(&found).unwrap().clone();
        let name = told.rsplit('.').next().unwrap();
        for wrong in &wrong {
            let is_same_type = match (&now, wrong) {
                // A text that may be any.
                (Value::String(_), Value::String(_)) => !is_word(&told),
                (Value::Null, Value::Null | Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => true,
                (_, Value::Null) => nullable.contains(&name),
                (Value::Array(_), Value::Array(wrong)) => wrong.is_empty(),
                _ => false,
            };
            if is_same_type || told.is_empty() {
                continue;
            }
            let error = changed(|value| *value.pointer_mut(&found).unwrap() = wrong.clone());
            if told == "format" {
                assert!(
                    error.starts_with("plan.json: is not a plan of callmap")
                        || error.contains("is of the format"),
                    "{error}"
                );
                continue;
            }
            let expected = format!("plan.json: `{told}");
            assert!(error.starts_with(&expected), "{told} = {wrong}: {error}");
        }
    }
}

/// Whether only some texts may stand here.
fn is_word(told: &str) -> bool {
    let name = told.rsplit('.').next().unwrap();
    let name = name.split('[').next().unwrap();
    let is_step = told.starts_with("steps[");
    match name {
        "format" | "kind" | "at" | "made_at" | "newest" | "until" | "sha256" | "scope" | "include" | "id"
        | "needs" | "change" | "class" | "rule" | "function" | "also_opens" => true,
        "resource" => is_step,
        _ => told.starts_with("read."),
    }
}

#[test]
fn what_no_plan_says_is_refused_where_it_stands() {
    let cases: [(&str, Value, &str); 24] = [
        ("/made_at", json!("2026-11-23T09:00:00"), "`made_at`: `2026-11-23T09:00:00` has no time zone"),
        ("/at", json!("now"), "`at`: `now` is not a date or a time"),
        ("/map_digest/sha256", json!("ABC"), "`map_digest.sha256`: `ABC` is not a digest of 64 hex digits"),
        ("/scope/0", json!("folders/shop"), "`scope[0]`: `folders/shop` is not a name of the form"),
        (
            "/scope/1",
            json!("projects/.."),
            "`scope[1]`: `projects/..` holds what no name of Google Cloud holds",
        ),
        ("/options/include/1", json!("public"), "`options.include[1]`: stands there twice"),
        (
            "/options/include/0",
            json!("everything"),
            "`options.include[0]`: `everything` is no kind of change that is to be asked for, which is one of `public`, `inherited`, `inherited-jobs`, `dead`, `agents`",
        ),
        ("/source/kind", json!("cloud"), "`source.kind`: `cloud` is no kind of source"),
        ("/read/roles", json!("maybe"), "`read.roles`: `maybe` is no state of a layer"),
        ("/steps/1/id", json!("s1"), "`steps[1].id`: `s1` stands there twice"),
        ("/steps/1/id", json!("s02"), "`steps[1].id`: `s02` is not the name of a step, such as `s1`"),
        ("/steps/1/id", json!("s0"), "`steps[1].id`: `s0` is not the name of a step"),
        ("/steps/1/id", json!("s4294967296"), "`steps[1].id`: `s4294967296` is not the name of a step"),
        ("/steps/2/needs/1", json!("s9"), "`steps[2].needs[1]`: no step `s9` stands before `s3`"),
        ("/steps/2/needs/1", json!("s3"), "`steps[2].needs[1]`: no step `s3` stands before `s3`"),
        ("/steps/2/needs/1", json!("s1"), "`steps[2].needs[1]`: `s1` stands there twice"),
        ("/steps/0/needs", json!(["s2"]), "`steps[0].needs[0]`: no step `s2` stands before `s1`"),
        (
            "/steps/1/resource",
            json!("projects/shop-prod/locations/europe-west1/services/payments"),
            "`steps[1].resource`: `projects/shop-prod/locations/europe-west1/services/payments` has two steps, and one is all",
        ),
        (
            "/steps/0/resource",
            json!("projects/shop-prod/secrets/key"),
            "`steps[0].resource`: `projects/shop-prod/secrets/key` is neither a service",
        ),
        (
            "/steps/0/resource",
            json!("projects/shop-prod/locations/europe-west1/services/pay?x=1"),
            "`steps[0].resource`: `projects/shop-prod/locations/europe-west1/services/pay?x=1` holds what no name",
        ),
        (
            "/steps/0/resource",
            json!("projects/shop-dev"),
            "`steps[0].footing.service`: `projects/shop-dev` is no service",
        ),
        (
            "/steps/0/footing/service",
            json!(null),
            "`steps[0].footing.service`: a step on a service rests on how that is set",
        ),
        ("/steps/0/changes", json!([]), "`steps[0].changes`: a step changes something"),
        ("/steps/0/changes/0/member", json!(""), "`steps[0].changes[0].member`: is an empty member"),
    ];
    for (place, wrong, expected) in cases {
        let error = changed(|value| *value.pointer_mut(place).unwrap() = wrong);
        assert!(error.starts_with(&format!("plan.json: {expected}")), "{place}: {error}");
    }
    let error = changed(|value| {
        let first = value["steps"][0]["changes"][0].clone();
        value["steps"][0]["changes"][1] = first;
    });
    assert_eq!(error, "plan.json: `steps[0].changes[1]`: this grant is changed twice");
    let error = changed(|value| {
        let first = value["steps"][0]["footing"]["service"]["sources"][0].clone();
        value["steps"][0]["footing"]["service"]["sources"][1] = first;
    });
    assert_eq!(error, "plan.json: `steps[0].footing.service.sources[1]`: stands there twice");
}

#[test]
fn a_class_goes_its_own_way_only() {
    for class in Class::ALL {
        for deed in Deed::ALL {
            let set = |value: &mut Value| {
                value["class"] = json!(class.as_str());
                value["change"] = json!(deed.as_str());
            };
            let is_right = match class {
                Class::Add => true,
                Class::Public => deed == Deed::Add,
                Class::Remove | Class::Inherited | Class::Dead => deed == Deed::Remove,
            };
            for (place, path) in
                [("/steps/0/changes/0", "steps[0].changes[0]"), ("/held/0/change", "held[0].change")]
            {
                let mut value = value();
                set(value.pointer_mut(place).unwrap());
                match read(value.to_string()) {
                    Ok(_) => assert!(is_right, "{class:?} {deed:?}"),
                    Err(error) => {
                        assert!(!is_right, "{error}");
                        assert!(
                            error.starts_with(&format!(
                                "plan.json: `{path}.class`: class `{}` has no",
                                class.as_str()
                            )),
                            "{error}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_no_plan_says_what_it_is() {
    let version = written(&plan_fixture::plan()).replace("callmap-plan/1", "callmap-plan/2");
    let other = written(&plan_fixture::plan()).replace("callmap-plan/1", "callmap-audit/1");
    let twice =
        written(&plan_fixture::plan()).replacen("\"complete\"", "\"complete\": true, \"complete\"", 1);
    let key = written(&plan_fixture::plan()).replacen("\"roles\"", "\"roles\": \"read\", \"roles\"", 1);
    let cut = written(&plan_fixture::plan());
    let behind = cut.clone() + "{}";
    for (text, expected) in [
        (
            version.as_str(),
            "is a plan of the format `callmap-plan/2`, and this version of callmap reads `callmap-plan/1`: make the plan again",
        ),
        (
            &other,
            "is of the format `callmap-audit/1`, not a plan; give a file that `callmap plan --save` wrote",
        ),
        (&twice, "duplicate field `complete`"),
        (&key, "`read`: a key stands there twice"),
        (&cut[..cut.len() / 2], "is not a plan of callmap: EOF while parsing"),
        (&behind, "is not a plan of callmap: trailing characters"),
        ("", "is not a plan of callmap: EOF while parsing a value; give"),
        ("callmap: 1\n", "is not a plan of callmap: expected value; give"),
        ("[]", "is not a plan of callmap: invalid type: list, expected an object"),
        ("{}", "is not a plan of callmap: it has no `format`"),
        (r#"{"format":"callmap-plan/1"}"#, "missing field `tool`"),
        (r#"{"format":["callmap-plan/1"]}"#, "is not a plan of callmap: it has no `format`"),
        (
            r#"{"format":"callmap-plan/1","format":"callmap-plan/1"}"#,
            "is not a plan of callmap: duplicate field `format`",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(&format!("plan.json: {expected}")), "{error}");
    }
    assert!(read(b"\xff\xfe{\0}\0".to_vec()).unwrap_err().contains("is not UTF-8 text"));
    assert!(read(format!("\u{feff}{}", written(&plan_fixture::plan()))).is_ok());
}

#[test]
fn a_file_made_to_exhaust_is_refused_at_once() {
    let deep = |open: &str| format!(r#"{{"format":"callmap-plan/1","steps":{}"#, open.repeat(1_000_000));
    for text in [
        deep("["),
        deep(r#"{"steps":"#),
        "[".repeat(1_000_000),
        format!(r#"{{"format":{}"#, "[".repeat(1_000_000)),
    ] {
        assert!(read(text).unwrap_err().starts_with("plan.json: "), "refused");
    }
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut text = written(&plan_fixture::plan());
    text = text.replacen("\"steps\": [", &format!("\"steps\": [{closed}, "), 1);
    assert!(read(text).unwrap_err().starts_with("plan.json: "));
    let long = " ".repeat(64 * 1024 * 1024 - 10) + &written(&plan_fixture::nothing());
    assert!(read(long).unwrap_err().starts_with("plan.json: is longer than 64 MiB, which no plan is"));
}

#[test]
fn the_schema_takes_the_fixture_and_nothing_that_is_missing() {
    let (_, schema) = json::schemas().into_iter().find(|(name, _)| *name == "callmap-plan-1").unwrap();
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    assert!(validator.is_valid(&value()));
    for (told, found) in all_places() {
        let Some((parent, name)) = found.rsplit_once('/') else { continue };
        if is_entry(&told) || name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let mut value = value();
        value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        assert!(!validator.is_valid(&value), "{told}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9-]{1,12}",
        "\\PC{1,8}",
        any::<String>().prop_filter("filled", |text| !text.is_empty())
    ]
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,10}"
}

fn service() -> impl Strategy<Value = ServiceName> {
    (name(), name(), name()).prop_map(|(project, location, service)| ServiceName {
        project: project.into(),
        location: location.into(),
        service: service.into(),
    })
}

fn principal() -> impl Strategy<Value = Principal> {
    prop_oneof![text(), text().prop_map(|name| format!("user:{name}"))].prop_map(Principal::new)
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..4_000_000_000, prop_oneof![Just(0u32), 0u32..1_000_000_000])
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

fn shared() -> impl Strategy<Value = Arc<str>> {
    any::<String>().prop_map(Into::into)
}

fn condition() -> impl Strategy<Value = Condition> {
    (shared(), option::of(shared()), shared(), option::of(shared())).prop_map(
        |(title, description, expression, location)| Condition { title, description, expression, location },
    )
}

fn one_change() -> impl Strategy<Value = Change> {
    let classes = select(vec![
        (Class::Add, Deed::Add),
        (Class::Add, Deed::Remove),
        (Class::Public, Deed::Add),
        (Class::Remove, Deed::Remove),
        (Class::Inherited, Deed::Remove),
        (Class::Dead, Deed::Remove),
    ]);
    (classes, text(), principal(), option::of(condition()), select(RuleId::ALL), any::<String>()).prop_map(
        |((class, deed), role, principal, condition, rule, because)| Change {
            deed,
            class,
            role: RoleName::new(role),
            principal,
            condition,
            rule,
            because,
        },
    )
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec(one_change(), 1..4).prop_map(|changes| {
        let mut seen = Vec::new();
        let mut kept = Vec::new();
        for change in changes {
            let grant = (change.role.clone(), change.principal.clone(), change.condition.clone());
            if !seen.contains(&grant) {
                seen.push(grant);
                kept.push(change);
            }
        }
        kept
    })
}

fn service_state() -> impl Strategy<Value = ServiceState> {
    let sources = proptest::collection::btree_set((shared(), option::of(principal())), 0..3);
    (option::of(shared()), any::<bool>(), any::<bool>(), sources).prop_map(
        |(uid, is_check_disabled, is_iap_enabled, sources)| ServiceState {
            uid,
            is_check_disabled,
            is_iap_enabled,
            sources,
        },
    )
}

fn protected() -> impl Strategy<Value = Protected> {
    (service(), principal(), option::of(moment())).prop_map(|(service, principal, until)| Protected {
        service,
        principal,
        until,
    })
}

/// Steps on services first, the last of them above, each needing some of those before it.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let callers = vec((service(), principal()), 0..2);
    let one = (
        service(),
        changes(),
        service_state(),
        callers,
        vec(protected(), 0..3),
        (vec(service(), 0..2), vec("projects/[a-z]{1,3}/locations/l/jobs/[a-z]{1,3}", 0..2)),
        any::<u32>(),
    );
    vec(one, 0..5).prop_map(|drafts| {
        let mut steps: Vec<Step> = Vec::new();
        let count = drafts.len();
        for (at, (service, changes, state, callers, protects, (also_opens, also_runs), bits)) in
            drafts.into_iter().enumerate()
        {
            let is_above = at + 1 == count && at > 0;
            let resource =
                if is_above { plan_fixture::resource("organizations/9000") } else { service.into() };
            if steps.iter().any(|step| step.resource == resource) {
                continue;
            }
            let needs =
                steps.iter().map(|step| step.id).filter(|id| bits & (1 << (id.0 % 32)) != 0).collect();
            let caller = |(service, identity)| CallerIdentity { service, identity };
            steps.push(Step {
                id: StepId(u32::try_from(at).unwrap() * 7 + 1),
                resource,
                needs,
                changes,
                footing: Footing {
                    service: (!is_above).then_some(state),
                    callers: callers.into_iter().map(caller).collect(),
                },
                protects,
                also_opens,
                also_runs: also_runs.into_iter().map(Into::into).collect(),
            });
        }
        steps
    })
}

fn held() -> impl Strategy<Value = Held> {
    (service(), option::of(one_change()), select(RuleId::ALL), option::of(principal()), any::<String>())
        .prop_map(|(resource, change, rule, principal, reason)| Held {
            resource: resource.into(),
            change,
            rule,
            principal,
            reason,
        })
}

fn waiting() -> impl Strategy<Value = Waiting> {
    (service(), shared(), shared(), any::<u32>(), any::<u32>()).prop_map(
        |(service, caller, file, line, column)| Waiting {
            service,
            caller,
            declared_at: Location { file, line: line as usize, column: column as usize },
        },
    )
}

fn made() -> impl Strategy<Value = Made> {
    let options = (
        any::<bool>(),
        proptest::collection::btree_set(select(&Include::ALL[..]), 0..5),
        proptest::collection::btree_set(principal(), 0..3),
    );
    let scope = vec(
        select(vec!["projects/example.com:shop", "folders/12", "organizations/9", "projects/1041"]),
        0..3,
    );
    let map = ("[0-9a-f]{64}", vec(shared(), 0..3));
    let times = (moment(), option::of(moment()));
    (times, select(&SourceKind::ALL[..]), option::of(shared()), scope, shared(), map, options).prop_map(
        |((at, judged_at), source, env, scope, tool, (sha256, files), (is_only_adds, include, ignored))| {
            Made {
                at,
                // A time that was asked for and is the time it was made says nothing.
                judged_at: judged_at.filter(|judged| *judged != at),
                source,
                env,
                scope: scope.into_iter().map(|name| name.parse().unwrap()).collect(),
                tool,
                map: MapDigest { sha256, files },
                options: PlanOptions { is_only_adds, include, ignored_in_sources: ignored },
            }
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    (made(), steps(), vec(held(), 0..3), vec(waiting(), 0..3), any::<bool>()).prop_map(
        |(made, steps, held, waiting, is_complete)| Plan { made, steps, held, waiting, is_complete },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_itself(plan in plans()) {
        let text = written(&plan);
        let again = read(text.clone()).unwrap();
        prop_assert_eq!(format!("{:?}", &again), format!("{:?}", &plan));
        prop_assert_eq!(&again, &plan);
        prop_assert_eq!(written(&again), text);
    }

    #[test]
    fn a_byte_that_changed_is_a_plan_or_an_error(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut text = written(&plan_fixture::plan()).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(plan) = read(text) {
            prop_assert_eq!(read(written(&plan)).unwrap(), plan);
        }
    }
}

#[test]
fn layers_and_files_of_the_world_stand_in_the_document() {
    let value = value();
    let read: BTreeMap<String, String> = serde_json::from_value(value["read"].clone()).unwrap();
    assert_eq!(read["ancestors"], "refused");
    assert_eq!(
        value["source"]["files"][0]["newest"],
        json!(time::rfc3339(fixture::at("2026-11-22T10:30:00Z")))
    );
    assert_eq!(value["env"], "prod");
}
