//! How long a million verdicts take: a hundred callers against 10,000 functions, with conditions, nested groups,
//! folders and deny policies on the way.
//!
//! ```sh
//! cargo bench --bench verdicts
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use std::{fmt::Write as _, sync::LazyLock};

use callmap::{
    access::{Access, Verdict},
    model::{Principal, ServiceName, Time, time::moment},
    sources::{
        Input,
        assets::{ReadOptions, read},
    },
    world::World,
};
use divan::{Bencher, black_box, counter::ItemsCount};

const PROJECTS: usize = 50;
const FUNCTIONS_IN_EACH: usize = 200;
const CALLERS: usize = 100;
const GROUPS: usize = 40;

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let lines = estate().into_bytes();
    read(vec![Input::from_bytes("assets.ndjson", lines)], ReadOptions::default()).unwrap()
});

fn main() {
    divan::main();
}

fn at() -> Time {
    moment("2026-11-23T09:00:00Z").unwrap()
}

/// Half of them accounts, a third people, the rest groups.
fn caller(number: usize) -> String {
    match number % 6 {
        0..=2 => format!("serviceAccount:web-{number}@shop-{}.iam.gserviceaccount.com", number % PROJECTS),
        3 | 4 => format!("user:person-{number}@example.com"),
        _ => group(number % GROUPS),
    }
}

fn group(number: usize) -> String {
    format!("group:team-{number}@example.com")
}

/// An estate in asset lines: each project in one of five folders below an organization, each policy with grants
/// of several roles, every tenth binding under a condition of its own, groups nested five deep, a deny policy on
/// every fifth project.
fn estate() -> String {
    let mut text = String::new();
    groups(&mut text);
    let crm = "//cloudresourcemanager.googleapis.com";
    let kind = "cloudresourcemanager.googleapis.com";
    policy(&mut text, &format!("{crm}/organizations/9000"), &format!("{kind}/Organization"), "", 0);
    for folder in 0..5 {
        policy(
            &mut text,
            &format!("{crm}/folders/{folder}00"),
            &format!("{kind}/Folder"),
            ANCESTORS_OF_FOLDER,
            folder,
        );
    }
    for project in 0..PROJECTS {
        let ancestors = format!(
            "\"ancestors\":[\"projects/{}\",\"folders/{}00\",\"organizations/9000\"],",
            project + 1000,
            project % 5
        );
        let own = format!(
            "\"resource\":{{\"data\":{{\"projectId\":\"shop-{project}\",\"projectNumber\":\"{}\"}}}},{ancestors}",
            project + 1000
        );
        policy(
            &mut text,
            &format!("{crm}/projects/shop-{project}"),
            &format!("{kind}/Project"),
            &own,
            project,
        );
        if project % 5 == 0 {
            deny(&mut text, &format!("{crm}/projects/shop-{project}"), project);
        }
        for function in 0..FUNCTIONS_IN_EACH {
            let name = format!(
                "//run.googleapis.com/projects/shop-{project}/locations/europe-west1/services/f-{function}"
            );
            let settings = format!(
                "\"resource\":{{\"data\":{{\"metadata\":{{\"name\":\"f-{function}\"}},\"spec\":{{\"template\":{{\"spec\":{{}}}}}}}}}},{ancestors}"
            );
            policy(
                &mut text,
                &name,
                "run.googleapis.com/Service",
                &settings,
                project * FUNCTIONS_IN_EACH + function,
            );
        }
    }
    text
}

fn groups(text: &mut String) {
    for number in 0..GROUPS {
        let inner = (number + 1) % GROUPS;
        let nested = if inner.is_multiple_of(5) { String::new() } else { format!(",\"{}\"", group(inner)) };
        let members = format!("\"{}\",\"{}\"{nested}", caller(number * 2), caller(number * 2 + 1));
        line(
            text,
            &group(number),
            "callmap/Group",
            &format!("\"resource\":{{\"data\":{{\"members\":[{members}]}}}}"),
        );
    }
}

const ANCESTORS_OF_FOLDER: &str = "\"ancestors\":[\"organizations/9000\"],";

fn line(text: &mut String, name: &str, kind: &str, rest: &str) {
    writeln!(text, "{{\"name\":\"{name}\",\"asset_type\":\"{kind}\",{rest}}}").unwrap();
}

fn policy(text: &mut String, name: &str, kind: &str, before: &str, seed: usize) {
    let mut bindings = Vec::new();
    for (number, role) in
        ["run.invoker", "run.viewer", "run.admin", "viewer", "run.servicesInvoker"].iter().enumerate()
    {
        let members: Vec<_> =
            (0..4).map(|member| format!("\"{}\"", caller(seed * 7 + number * 13 + member * 31))).collect();
        let condition = if seed % 10 == number {
            let hour = seed % 24;
            format!(
                ",\"condition\":{{\"title\":\"hours\",\"expression\":\"request.time.getHours(\\\"Europe/Berlin\\\") >= {hour} || request.path.startsWith(\\\"/{}\\\")\"}}",
                seed % 300
            )
        } else {
            String::new()
        };
        bindings
            .push(format!("{{\"role\":\"roles/{role}\",\"members\":[{}]{condition}}}", members.join(",")));
    }
    line(text, name, kind, &format!("{before}\"iam_policy\":{{\"bindings\":[{}]}}", bindings.join(",")));
}

fn deny(text: &mut String, attachment: &str, seed: usize) {
    let rule = format!(
        "{{\"denyRule\":{{\"deniedPrincipals\":[\"principalSet://goog/{}\",\"principalSet://goog/{}\"],\"exceptionPrincipals\":[\"principal://goog/subject/person-{}@example.com\"],\"deniedPermissions\":[\"run.googleapis.com/routes.invoke\"]}}}}",
        group(seed % GROUPS).replacen(':', "/", 1),
        group((seed + 11) % GROUPS).replacen(':', "/", 1),
        seed % CALLERS
    );
    let name = format!("{attachment}/denypolicies/no-calls");
    line(text, &name, "callmap/DenyPolicy", &format!("\"resource\":{{\"data\":{{\"rules\":[{rule}]}}}}"));
}

/// How many verdicts came out as what, so that none is left out.
fn count(verdicts: impl Iterator<Item = Verdict>) -> [usize; 3] {
    let mut counts = [0; 3];
    for verdict in verdicts {
        counts[verdict as usize] += 1;
    }
    assert_eq!(counts.iter().sum::<usize>(), CALLERS * PROJECTS * FUNCTIONS_IN_EACH);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    counts
}

fn callers() -> Vec<Principal> {
    (0..CALLERS).map(|number| Principal::new(caller(number))).collect()
}

fn functions() -> Vec<ServiceName> {
    WORLD.services.keys().cloned().collect()
}

/// Caller by caller, the sorting of the world included.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn a_million_by_caller(bencher: Bencher<'_, '_>) {
    let (callers, functions) = (callers(), functions());
    bencher.counter(ItemsCount::new(callers.len() * functions.len())).bench(|| {
        let access = Access::new(black_box(&WORLD), at());
        let asked = callers.iter().map(|principal| access.caller(principal)).collect::<Vec<_>>();
        let functions = &functions;
        count(asked.iter().flat_map(|caller| functions.iter().map(move |function| caller.allows(function))))
    });
}

/// Function by function, as nobody would ask who can choose.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn a_million_by_function(bencher: Bencher<'_, '_>) {
    let (callers, functions) = (callers(), functions());
    bencher.counter(ItemsCount::new(callers.len() * functions.len())).bench(|| {
        let access = Access::new(black_box(&WORLD), at());
        let access = &access;
        let callers = &callers;
        count(
            functions
                .iter()
                .flat_map(|function| callers.iter().map(move |caller| access.allows(caller, function))),
        )
    });
}
