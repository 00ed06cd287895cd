//! The order pipeline of the sample estate: what an audit tells of it, what a plan mends, and that what is live then
//! is discovered as the map that was committed.

use std::collections::{BTreeMap, BTreeSet};

use callmap::{
    callers::{Caller, CallerMap, MapText, load},
    emulator::estate,
    model::{Principal, ServiceName, Time},
    plan::{PlanOptions, discover::discover},
    report::map_text,
    rules::{Audit, Scope, run},
    sources::{
        Input,
        assets::{ReadOptions, read},
    },
    world::{Observed, World},
};

use crate::plan::estate::{Estate, carry_out, plan};

fn world() -> World {
    let input = Input::from_bytes("shop.ndjson", estate::ASSETS);
    let mut world = read(vec![input], ReadOptions::default()).unwrap();
    for project in estate::PROJECTS.into_iter().chain(["shop-edge"]) {
        world.event_source_lists.insert(project.into(), Observed::Known(()));
    }
    world
}

fn committed() -> CallerMap {
    let text = |(path, text): (&str, &str)| MapText { path: path.into(), bytes: text.as_bytes().to_vec() };
    load(estate::MAP.map(text).to_vec(), None, estate::time()).unwrap()
}

fn audit(map: &CallerMap, world: &World) -> Audit {
    run(map, world, estate::time(), Scope::new(map, world, &[])).unwrap()
}

/// The findings that speak of these words, as `rule: message`.
fn of(audit: &Audit, words: &str) -> Vec<String> {
    let lines = audit.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message));
    lines.filter(|line| line.contains(words)).collect()
}

#[test]
fn each_story_of_the_pipeline_is_one_line() {
    let (map, world) = (committed(), world());
    let audit = audit(&map, &world);
    for (about, line) in [
        (
            "storefront@",
            "missing-caller: `serviceAccount:storefront@shop-prod.iam.gserviceaccount.com` is declared for \
             `checkout`, holds no invoker role on it, and will get 403",
        ),
        (
            "resize-uploads",
            "trigger-blocked: Eventarc trigger `resize-uploads` calls `resize` as \
             `serviceAccount:events@shop-prod.iam.gserviceaccount.com`, which gets 403 there",
        ),
        (
            "orders-to-fulfil",
            "trigger-blocked: Pub/Sub subscription `orders-to-fulfil` calls `fulfil` with a token for \
             `https://orders.shop.example.com` and gets 401: it takes \
             `https://fulfil-100000000001.europe-west1.run.app`",
        ),
        (
            "`nightly`",
            "undeclared-caller: `serviceAccount:nightly@shop-prod.iam.gserviceaccount.com` can call `reports` by \
             `roles/run.invoker` and is not declared; used by Scheduler job `nightly`",
        ),
        (
            "`cart`, `checkout`",
            "shared-identity: 2 functions run as `checkout@shop-prod.iam.gserviceaccount.com`: `cart`, `checkout`; \
             so beyond the map `cart` may call `ledger` and `payments`",
        ),
    ] {
        let told = of(&audit, about);
        assert_eq!(told.iter().filter(|told| **told == line).count(), 1, "{about}: {told:#?}");
    }
}

/// What a map says of functions and callers, by full names: what each function runs as and whether events alone call
/// it, and every edge with its end.
fn said(map: &CallerMap, world: &World) -> (Functions, BTreeSet<(Principal, ServiceName, Option<Time>)>) {
    let live = |target: &ServiceName| world.projects.canonical_service(target);
    let functions = map.functions.iter().map(|function| {
        let runs_as = function.runs_as.clone().or_else(|| world.identity(&live(&function.target)));
        (live(&function.target), (runs_as, function.is_event_driven))
    });
    let account = |name: &str| {
        let of_name = map.functions.iter().filter(|function| *function.name == *name);
        let accounts: BTreeSet<_> =
            of_name.map(|function| world.identity(&live(&function.target)).unwrap()).collect();
        assert_eq!(accounts.len(), 1, "{name}");
        accounts.into_iter().next().unwrap()
    };
    let edges = map.edges.iter().map(|edge| {
        let caller = match &edge.caller {
            Caller::Principal(principal) => principal.clone(),
            Caller::Function(name) => account(name),
        };
        (caller, live(&map.functions[edge.function].target), edge.until)
    });
    (functions.collect(), edges.collect())
}

type Functions = BTreeMap<ServiceName, (Option<Principal>, bool)>;

#[test]
fn what_is_live_after_a_plan_is_discovered_as_the_committed_map() {
    let mut estate = Estate { world: world(), map: committed(), options: PlanOptions::default() };
    let plan = plan(&estate);
    for step in &plan.steps {
        carry_out(&mut estate.world, step);
    }
    let Estate { world, map, options: _ } = estate;
    let found = discover(&world, &Scope::everything(&world), estate::time());
    let mut text = Vec::new();
    map_text::render(&found, &[], &mut text).unwrap();
    let discovered =
        load(vec![MapText { path: "found.yaml".into(), bytes: text }], None, estate::time()).unwrap();
    let (functions, edges) = said(&map, &world);
    let (mut found_functions, mut found_edges) = said(&discovered, &world);
    // What is on no map, and the one caller that a job still lives on, are for people to decide.
    let undecided: BTreeSet<_> =
        found_functions.keys().filter(|name| !functions.contains_key(*name)).cloned().collect();
    let names: Vec<_> = undecided.iter().map(|name| &*name.service).collect();
    assert_eq!(names, ["promo", "returns"]);
    found_functions.retain(|name, _| !undecided.contains(name));
    found_edges.retain(|(_, name, _)| !undecided.contains(name));
    assert_eq!(found_functions, functions);
    let more: Vec<_> =
        found_edges.difference(&edges).map(|(who, name, _)| format!("{who} {}", name.service)).collect();
    assert_eq!(more, ["serviceAccount:nightly@shop-prod.iam.gserviceaccount.com reports"]);
    let fewer: Vec<_> = edges.difference(&found_edges).collect();
    assert_eq!(fewer, Vec::<&(Principal, ServiceName, Option<Time>)>::new());
}
