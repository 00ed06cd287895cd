//! Whom a service runs as while its traffic is split: the accounts of its revisions, from the emulator and from a file,
//! and what is said where they cannot be read.

use callmap::{
    model::{Principal, ServiceName},
    sources::{google::Asked, snapshot},
    world::{Gap, Identities, Layer, LayerState, Observed, World},
};
use serde_json::json;

use super::{ESTATE, asked, at, commands, emulator, from_file, live, live_of, odd};

const PAYMENTS: &str = "projects/shop-prod/locations/europe-north1/services/payments";
const OLD: &str = "old@shop-prod.iam.gserviceaccount.com";

/// The estate with `payments` between its latest revision, one with an account of its own, and by a tag one with the
/// default account.
fn split() -> String {
    let traffic = json!([
        { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 90 },
        { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "payments-00001", "percent": 10 },
        { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "payments-00002", "tag": "bare" },
    ]);
    let uid = r#""uid":"aaaa-0002","#;
    assert!(ESTATE.contains(uid));
    let estate = ESTATE.replace(uid, &format!("{uid}\"traffic\":{traffic},"));
    let line = |name: &str, data: serde_json::Value| {
        json!({ "name": format!("//run.googleapis.com/{name}"), "asset_type": "run.googleapis.com/Revision",
            "resource": { "version": "v1", "data": data }, "ancestors": ["projects/1041", "folders/7", "organizations/9000"] })
    };
    let metadata = json!({ "labels": { "serving.knative.dev/service": "payments" }, "namespace": "1041" });
    let first = json!({ "metadata": metadata, "spec": { "serviceAccountName": OLD } });
    let second = json!({ "name": format!("{PAYMENTS}/revisions/payments-00002"), "service": "payments" });
    let beside = "projects/1041/locations/europe-north1/revisions/payments-00001";
    format!(
        "{}\n{}\n{}\n",
        estate.trim_end(),
        line(beside, first),
        line(&format!("{PAYMENTS}/revisions/payments-00002"), second)
    )
}

fn payments() -> ServiceName {
    PAYMENTS.parse().unwrap()
}

/// The accounts that `payments` runs as, and whether they are all.
fn accounts(world: &World) -> (Vec<String>, bool) {
    let Identities { accounts, is_whole } = world.identities(&payments());
    (accounts.iter().filter_map(Principal::email).map(str::to_owned).collect(), is_whole)
}

#[test]
fn a_split_service_runs_as_the_accounts_of_its_revisions_live_and_from_a_file() {
    let text = split();
    let (file, emulator) = (from_file(&text), emulator(&text));
    let read = live(&emulator);
    assert_eq!(read.revisions, file.revisions);
    assert_eq!(read.revisions.keys().collect::<Vec<_>>(), [&payments()]);
    let all =
        ["1041-compute@developer.gserviceaccount.com", OLD, "payments@shop-prod.iam.gserviceaccount.com"];
    assert_eq!(accounts(&read), (all.map(str::to_owned).to_vec(), true));
    assert_eq!(read.layers[&Layer::Services], LayerState::Read);
    // Those of other services are not asked for.
    let asked = super::targets(&emulator).into_iter().filter(|target| target.contains("/revisions/"));
    let asked: Vec<_> = asked.collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(
        asked.iter().all(|target| target.starts_with(&format!("GET /v2/{PAYMENTS}/revisions/payments-0000")))
    );
}

#[test]
fn a_revision_that_is_refused_is_a_gap_and_comes_back_as_one() {
    let emulator = emulator(&split());
    emulator
        .change(|state| state.refuse("run.revisions.get", &format!("{PAYMENTS}/revisions/payments-00001")));
    let world = live_of(&emulator, &asked());
    let gap = world.revisions[&payments()]["payments-00001"].gap();
    assert_eq!(gap, Some(&Gap::new("permission denied", "run.revisions.get")));
    assert_eq!(world.revisions[&payments()]["payments-00002"], Observed::Known(None));
    assert_eq!(world.layers[&Layer::Services], LayerState::Refused);
    assert!(!accounts(&world).1);
    let mut file = Vec::new();
    snapshot::write(&world, Some(at()), &mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let mut back = from_file(&file);
    back.source = world.source.clone();
    assert_eq!(back, world);
    // The snapshot is a state of an emulator, too, that refuses the same.
    let again = live_of(&super::emulator(&file), &asked());
    assert_eq!(again.revisions, world.revisions);
}

#[test]
fn a_revision_that_is_gone_or_is_none_is_a_gap_that_says_so() {
    let of = |name: &'static str, status: u16, body: serde_json::Value| {
        let traffic =
            json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": name, "percent": 100 }]);
        let service =
            json!({ "name": "projects/p/locations/l/services/pay", "template": {}, "traffic": traffic });
        let world = odd::read(move |path| match path.split('?').next().unwrap() {
            "/v2/projects/p/locations/l/services" => Some((200, json!({ "services": [service] }))),
            path if path.contains("/revisions/") => Some((status, body.clone())),
            _ => None,
        });
        let world = world.unwrap();
        assert!(!world.unread_lists.contains_key("projects/p/locations/l/services"));
        let all: Vec<_> = world.revisions.into_values().flatten().collect();
        all
    };
    let error =
        |code: u16, status: &str| json!({ "error": { "code": code, "message": "no", "status": status } });
    let gone = of("pay-1", 404, error(404, "NOT_FOUND"));
    let [(name, Observed::Unreadable(gap))] = &gone[..] else { panic!("{gone:?}") };
    assert_eq!(&**name, "pay-1");
    assert!(gap.why.contains("there is no revision of this name") && gap.permission.is_none(), "{gap:?}");
    for (status, body) in [
        (403, error(403, "PERMISSION_DENIED")),
        (200, json!({})),
        (200, json!([])),
        (200, json!({ "service": "pay", "serviceAccount": 7 })),
    ] {
        let told = of("pay-1", status, body.clone());
        assert!(matches!(&told[..], [(_, Observed::Unreadable(_))]), "{body}: {told:?}");
    }
    let told = of("pay-1", 200, json!({ "name": "projects/7/x", "service": "pay", "serviceAccount": OLD }));
    assert_eq!(told, [("pay-1".into(), Observed::Known(Some(Principal::service_account(OLD))))]);
    // A name that would lead elsewhere is never asked for.
    for name in ["..", "a b", "a?b=c", "ä"] {
        let told = of(name, 200, json!({ "service": "pay" }));
        assert!(matches!(&told[..], [(_, Observed::Unreadable(_))]), "{name}: {told:?}");
    }
}

#[test]
fn the_program_says_what_a_function_is_and_whom_it_runs_as() {
    let emulator = emulator(&split());
    let host = emulator.address().to_string();
    let dir = commands::shop();
    let name = |words: &[&str]| commands::run(dir.path(), Some(&host), words);
    let (code, out, err) = name(&["who", PAYMENTS]);
    assert_eq!(code, 0, "{out}{err}");
    let line = "a service, its traffic split: runs as `1041-compute@developer.gserviceaccount.com`";
    assert!(out.contains(line) && out.contains(OLD), "{out}");
    let (_, out, _) = name(&["explain", "user:dora@example.com", PAYMENTS, "--format", "json"]);
    let context = &commands::json(&out)["context"];
    assert_eq!(context["nature"], "service");
    assert_eq!((&context["traffic_is_split"], &context["runs_as_is_complete"]), (&json!(true), &json!(true)));
    assert_eq!(context["runs_as"][1], format!("serviceAccount:{OLD}"));
    let (_, out, _) = name(&["who", "Resize_Images", "--format", "markdown"]);
    assert!(out.contains("It is an event function."), "{out}");
    let only = Asked { projects: ["shop-prod".into()].into(), ..Asked::default() };
    assert_eq!(live_of(&emulator, &only).nature(&payments()).as_str(), "service");
}
