//! What names on the command line mean.

use callmap::{
    callers::{CallerMap, DeclaredFunction, Place, Settings},
    model::{Principal, ServiceName},
    world::{
        CloudFunction, FindError, Gap, Names, Observed, Service, Settings as ServiceSettings, Source,
        SourceKind, World,
    },
};

const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";
const LEDGER: &str = "projects/shop-prod/locations/europe-west1/services/ledger";
const LEDGER_US: &str = "projects/shop-prod/locations/us-central1/services/ledger";
const RESIZE: &str = "projects/shop-edge/locations/europe-west1/services/resize-image";

fn world() -> World {
    let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    world.projects.join("shop-prod", "1041").unwrap();
    world.projects.see("shop-prod");
    for (name, urls) in [
        (PAY, vec!["https://pay-abc123-ew.a.run.app", "https://pay.shop.example.com"]),
        (LEDGER, vec![]),
        (LEDGER_US, vec![]),
        (RESIZE, vec!["https://europe-west1-shop-edge.cloudfunctions.net/Resize_Image"]),
    ] {
        let urls = urls.into_iter().map(Into::into).collect();
        let service = Service {
            settings: Observed::Known(ServiceSettings { urls, ..ServiceSettings::plain() }),
            policy: Observed::Unreadable(Gap::new("not asked", "run.services.getIamPolicy")),
            ancestors: Observed::Known([].into()),
        };
        world.services.insert(name.parse().unwrap(), service);
    }
    for (function, service) in [
        ("projects/shop-edge/locations/europe-west1/functions/Resize_Image", RESIZE),
        ("projects/shop-prod/locations/europe-west1/functions/Pay_Now", PAY),
    ] {
        let function = function.parse().unwrap();
        let service = Some(service.parse().unwrap());
        let found = CloudFunction {
            service,
            is_event_driven: false,
            trigger_identity: None,
            trigger: None,
            event_type: None,
            policy: None,
        };
        world.functions.insert(function, found);
    }
    world
}

fn names(world: &World) -> Names<'_> {
    Names { world, map: None, project: None, region: None, me: None }
}

fn declared(name: &str, target: &str, runs_as: Option<&str>) -> DeclaredFunction {
    DeclaredFunction {
        name: name.into(),
        target: target.parse().unwrap(),
        has_regions: false,
        owner: None,
        written_by: None,
        runs_as: runs_as.map(Principal::service_account),
        is_event_driven: false,
        place: Place { file: 0, start: 0, end: 0 },
        runs_as_place: None,
    }
}

fn map(functions: Vec<DeclaredFunction>) -> CallerMap {
    CallerMap {
        files: Vec::new(),
        env: None,
        functions,
        edges: Vec::new(),
        globs: Vec::new(),
        settings: Settings::default(),
    }
}

fn found(names: Names<'_>, text: &str) -> String {
    names.function(text).map_or_else(|error| error.to_string(), |name| name.to_string())
}

#[test]
fn a_function_is_found_by_every_form_of_its_name() {
    let world = world();
    let names = names(&world);
    for (text, expected) in [
        (PAY, PAY),
        ("//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/pay", PAY),
        ("projects/1041/locations/europe-west1/services/pay", PAY),
        ("projects/1041/locations/europe-west1/functions/Pay_Now", PAY),
        ("pay", PAY),
        ("Pay_Now", PAY),
        ("Resize_Image", RESIZE),
        ("us-central1/ledger", LEDGER_US),
        ("europe-west1/Resize_Image", RESIZE),
        ("https://pay-abc123-ew.a.run.app", PAY),
        ("https://PAY-abc123-ew.a.run.app:443/refunds/?x=1#y", PAY),
        ("pay-abc123-ew.a.run.app", PAY),
        ("https://canary---pay-abc123-ew.a.run.app/", PAY),
        ("https://pay.shop.example.com/v1", PAY),
        ("https://ledger-1041.us-central1.run.app", LEDGER_US),
        ("https://blue---ledger-1041.us-central1.run.app", LEDGER_US),
        ("https://europe-west1-shop-edge.cloudfunctions.net/Resize_Image/deep", RESIZE),
        ("https://europe-west1-shop-prod.cloudfunctions.net/Pay_Now", PAY),
    ] {
        assert_eq!(found(names, text), expected, "{text}");
    }
}

#[test]
fn what_names_nothing_or_too_much_is_an_error_with_the_way_out() {
    let world = world();
    let names = names(&world);
    for (text, expected) in [
        ("ledger", format!("`ledger` may be `{LEDGER}` or `{LEDGER_US}`: write the one that is meant")),
        ("ledgr", format!("no function `ledgr` was found: did you mean `{LEDGER}`?")),
        ("asia-east1/pay", format!("no function `asia-east1/pay` was found: did you mean `{PAY}`?")),
        ("zzz", "no function `zzz` was found".to_owned()),
        (
            "projects/shop-prod/locations/asia-east1/services/pay",
            format!(
                "no function `projects/shop-prod/locations/asia-east1/services/pay` was found: did you mean `{PAY}`?"
            ),
        ),
    ] {
        assert_eq!(found(names, text), expected);
    }
    for text in ["a/b/c", "projects/p", "projects/p/locations/l/jobs/j"] {
        assert!(matches!(names.function(text), Err(FindError::NotAName(_))), "{text}");
    }
    // The hash in an address tells nothing, nor does the beginning of another path.
    for text in [
        "https://ledger-abc123-ew.a.run.app",
        "https://europe-west1-shop-edge.cloudfunctions.net/Resize_Image2",
        "https://example.com",
        "https://evil.example.com/pay-abc123-ew.a.run.app",
    ] {
        assert!(matches!(names.function(text), Err(FindError::NoAddress(_))), "{text}");
    }
}

#[test]
fn a_default_project_and_region_give_short_names_their_meaning() {
    let world = world();
    let names = Names { project: Some("1041"), region: Some("us-central1"), ..names(&world) };
    assert_eq!(found(names, "ledger"), LEDGER_US);
    assert_eq!(found(names, "europe-west1/ledger"), LEDGER);
    assert!(found(names, "Resize_Image").contains("did you mean"));
}

#[test]
fn what_was_not_read_may_be_there() {
    let mut world = world();
    let text = "projects/shop-prod/locations/asia-east1/services/pay";
    world.unread_lists.insert(
        "projects/shop-prod/locations/asia-east1/services".into(),
        Gap::new("denied", "run.services.list"),
    );
    assert_eq!(found(names(&world), text), text);
    let unseen = "projects/other/locations/asia-east1/services/pay";
    assert_eq!(found(names(&world), unseen), unseen);
}

#[test]
fn the_maps_short_names_come_first() {
    let world = world();
    let map = map(vec![
        declared("pay", LEDGER, None),
        declared("resize", "projects/shop-edge/locations/europe-west1/services/Resize_Image", None),
        declared("search", LEDGER, None),
        declared("search", LEDGER_US, None),
        declared("later", "projects/shop-prod/locations/europe-west1/services/later", None),
    ]);
    let names = Names { map: Some(&map), ..names(&world) };
    assert_eq!(found(names, "pay"), LEDGER);
    assert_eq!(found(names, "resize"), RESIZE);
    assert_eq!(found(names, "us-central1/search"), LEDGER_US);
    assert!(
        matches!(names.function("search"), Err(FindError::Ambiguous { candidates, .. }) if candidates.len() == 2)
    );
    assert_eq!(names.function("later"), Err(FindError::NotLive("later".to_owned())));
    assert_eq!(found(names, "Pay_Now"), PAY);
    assert_eq!(found(names, "resiz"), "no function `resiz` was found: did you mean `resize`?");
}

fn caller(names: Names<'_>, text: &str) -> String {
    names.caller(text).map_or_else(|error| error.to_string(), |caller| caller.to_string())
}

#[test]
fn a_caller_is_a_principal_of_any_kind() {
    let world = world();
    let names = names(&world);
    for text in [
        "user:Alice@example.com",
        "allUsers",
        "allAuthenticatedUsers",
        "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
        "deleted:user:alice@example.com?uid=7",
        "iamThing:x",
    ] {
        assert_eq!(names.caller(text).unwrap().as_str(), text);
    }
    for (text, expected) in [
        ("allusers", "`allusers` is not how this caller is written: did you mean `allUsers`?"),
        (
            "serviceaccount:Web@x.iam.gserviceaccount.com",
            "`serviceaccount:Web@x.iam.gserviceaccount.com` is not how this caller is written: did you mean `serviceAccount:Web@x.iam.gserviceaccount.com`?",
        ),
        (
            "alice@example.com",
            "`alice@example.com` does not say what kind of caller it is: write `user:alice@example.com` or `group:alice@example.com`",
        ),
        (
            "web@x.iam.gserviceaccount.com",
            "`web@x.iam.gserviceaccount.com` does not say what kind of caller it is: write `serviceAccount:web@x.iam.gserviceaccount.com`",
        ),
        ("user:", "`user:` names nobody: write `kind:name`"),
    ] {
        assert_eq!(caller(names, text), expected);
    }
}

#[test]
fn me_is_who_is_asking() {
    let world = world();
    assert_eq!(names(&world).caller("me"), Err(FindError::NoMe));
    let me = Principal::new("user:alice@example.com");
    assert_eq!(Names { me: Some(&me), ..names(&world) }.caller("me"), Ok(me.clone()));
}

#[test]
fn a_function_calls_as_what_the_map_pins_or_else_as_what_is_live() {
    let mut world = world();
    let edge = "checkout@shop-prod.iam.gserviceaccount.com";
    let map = map(vec![
        declared("checkout", PAY, Some(edge)),
        declared("ledger", LEDGER, None),
        declared("both", LEDGER, Some(edge)),
        declared("both", LEDGER_US, None),
        declared("resize", RESIZE, None),
    ]);
    let us: ServiceName = LEDGER_US.parse().unwrap();
    if let Observed::Known(settings) = &mut world.services.get_mut(&us).unwrap().settings {
        settings.identity = Some(Principal::service_account("ledger@shop-prod.iam.gserviceaccount.com"));
    }
    let names = Names { map: Some(&map), ..names(&world) };
    assert_eq!(caller(names, "function:checkout"), format!("serviceAccount:{edge}"));
    // The project's default account.
    let default = "serviceAccount:1041-compute@developer.gserviceaccount.com";
    assert_eq!(caller(names, "function:ledger"), default);
    assert_eq!(caller(names, "function:pay"), default);
    assert_eq!(
        caller(names, "function:us-central1/both"),
        "serviceAccount:ledger@shop-prod.iam.gserviceaccount.com"
    );
    assert!(matches!(names.caller("function:both"), Err(FindError::Ambiguous { .. })));
    // The number of shop-edge is not known.
    assert!(matches!(names.caller("function:resize"), Err(FindError::NoAccount(_))));
    assert!(matches!(names.caller("function:nothing-like-it"), Err(FindError::NoFunction { .. })));
}
