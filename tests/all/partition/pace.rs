//! A map of a hundred and thirty thousand edges over twenty thousand services.

use callmap::{
    callers::{Caller, CallerMap, DeclaredFunction, Edge, MapFile, Place, Settings},
    model::{Binding, Container, Policy, Principal, RoleName, RuleId, ServiceName, time},
    rules::{Scope, run},
    world::{Observed, Service, Settings as Set, Source, SourceKind, World},
};

use super::estate::now;

const PROJECTS: usize = 400;
const SERVICES: usize = if cfg!(debug_assertions) { 1_000 } else { 20_000 };
/// How many callers each function has.
const CALLERS: usize = 13;
const PEOPLE: usize = 2_000;

fn project(index: usize) -> String {
    format!("shop-{}", index % PROJECTS)
}

fn name(index: usize) -> ServiceName {
    format!("projects/{}/locations/europe-west1/services/s{index}", project(index)).parse().unwrap()
}

fn binding(role: &str, members: impl Iterator<Item = Principal>) -> Binding {
    Binding { role: RoleName::new(role), members: members.collect(), condition: None }
}

fn policy(bindings: Vec<Binding>) -> Observed<Policy> {
    Observed::Known(Policy { bindings, ..Policy::empty() })
}

fn callers(people: &[Principal], index: usize) -> impl Iterator<Item = Principal> {
    (0..CALLERS).map(move |caller| people[(index * 37 + caller * 101) % people.len()].clone())
}

fn estate(people: &[Principal]) -> World {
    let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    let folder: Container = "folders/77".parse().unwrap();
    world.policies.insert(folder.clone(), policy(vec![binding("roles/owner", people[..5].iter().cloned())]));
    for index in 0..PROJECTS {
        let number = 1_000_000 + index;
        world.projects.join(&project(index), &number.to_string()).unwrap();
        world.projects.see(&project(index));
        let wide = people.iter().skip(index).take(5).cloned();
        let container = Container::Project(project(index).into());
        world.policies.insert(container.clone(), policy(vec![binding("roles/editor", wide)]));
        world.chains.insert(project(index).into(), [container, folder.clone()].into());
    }
    for index in 0..SERVICES {
        // Of thirteen declared callers one has no grant, and one that has is not declared.
        let granted = callers(people, index).skip(1).chain([Principal::new("user:stray@example.com")]);
        let account = format!("a{}@{}.iam.gserviceaccount.com", index / PROJECTS / 16, project(index));
        let settings = Set { identity: Some(Principal::service_account(&account)), ..Set::plain() };
        let service = Service {
            settings: Observed::Known(settings),
            policy: policy(vec![binding("roles/run.invoker", granted)]),
            ancestors: Observed::Known(world.chains[project(index).as_str()].clone()),
        };
        world.services.insert(name(index), service);
    }
    world
}

/// In every project, about every second function is on the map.
fn is_on_the_map(index: usize) -> bool {
    (index / PROJECTS).is_multiple_of(2)
}

fn map(people: &[Principal]) -> CallerMap {
    let place = Place { file: 0, start: 0, end: 1 };
    let mut functions = Vec::new();
    let mut edges = Vec::new();
    for index in (0..SERVICES).filter(|index| is_on_the_map(*index)) {
        for caller in callers(people, index) {
            edges.push(Edge {
                caller: Caller::Principal(caller),
                function: functions.len(),
                until: (index % 50 == 0).then(|| time::moment("2026-11-01T00:00:00Z").unwrap()),
                reason: None,
                place,
                caller_place: place,
            });
        }
        functions.push(DeclaredFunction {
            name: format!("s{index}").into(),
            target: name(index),
            has_regions: false,
            owner: None,
            written_by: None,
            runs_as: None,
            is_event_driven: false,
            place,
            runs_as_place: None,
        });
    }
    CallerMap {
        files: vec![MapFile::new("map.yaml".into(), "\n".into(), None)],
        env: None,
        functions,
        edges,
        globs: Vec::new(),
        settings: Settings::default(),
    }
}

#[test]
fn a_large_map_is_held_against_a_large_estate() {
    let people: Vec<_> =
        (0..PEOPLE).map(|index| Principal::new(format!("user:p{index}@example.com"))).collect();
    let (world, map) = (estate(&people), map(&people));
    let scope = Scope::new(&map, &world, &[]);
    let audit = run(&map, &world, now(), scope).unwrap();
    let count = |rule| audit.findings.iter().filter(|finding| finding.rule == rule).count();
    let declared = map.functions.len();
    assert_eq!(map.edges.len(), declared * CALLERS);
    assert!(audit.is_complete);
    assert_eq!(count(RuleId::UndeclaredFunction), SERVICES - declared);
    assert_eq!(count(RuleId::UndeclaredCaller), declared);
    assert!(count(RuleId::ExpiredCaller) >= declared / 50 * (CALLERS - 1));
}
