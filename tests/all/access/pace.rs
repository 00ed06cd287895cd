//! A hundred thousand verdicts on twenty thousand services.

use callmap::{
    access::{Access, Verdict},
    model::{Container, Policy, Principal, ServiceName},
    world::{Observed, Service, Settings, World},
};

use super::estate::{INVOKER, binding, group, now, world};

const PROJECTS: usize = 400;
const SERVICES: usize = if cfg!(debug_assertions) { 2_000 } else { 20_000 };

fn policy(bindings: &[(&str, Vec<String>)]) -> Observed<Policy> {
    let bindings = bindings.iter().map(|(role, members)| {
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        binding(role, &members, None)
    });
    Observed::Known(Policy { bindings: bindings.collect(), ..Policy::empty() })
}

/// Busy projects: two hundred wide grants each, two groups above, three callers a service.
fn estate() -> (World, Vec<ServiceName>, Vec<Principal>) {
    let mut world = world();
    let people: Vec<String> = (0..2_000).map(|i| format!("user:p{i}@example.com")).collect();
    for i in 0..200 {
        let mut members: Vec<&str> = people.iter().skip(i * 10).take(10).map(String::as_str).collect();
        let next = format!("group:g{}@example.com", i + 1);
        members.push(&next);
        group(
            &mut world,
            &format!("group:g{i}@example.com"),
            if i % 20 == 19 { &members[..10] } else { &members },
        );
    }
    let folder = Container::Folder("77".into());
    let above =
        [("roles/editor", vec!["group:g0@example.com".to_owned(), "group:g40@example.com".to_owned()])];
    world.policies.insert(folder.clone(), policy(&above));
    for project in 0..PROJECTS {
        let wide = (0..200).map(|i| people[(project * 7 + i) % people.len()].clone()).collect();
        let container = Container::Project(format!("shop-{project}").into());
        world.policies.insert(container, policy(&[("roles/owner", wide)]));
    }
    let mut names = Vec::new();
    for i in 0..SERVICES {
        let project = format!("shop-{}", i % PROJECTS);
        let name: ServiceName =
            format!("projects/{project}/locations/europe-west1/services/s{i}").parse().unwrap();
        let callers = vec![
            format!("serviceAccount:s{}@{project}.iam.gserviceaccount.com", i + 1),
            people[i % people.len()].clone(),
            format!("group:g{}@example.com", i % 200),
        ];
        let ancestors = [Container::Project(project.as_str().into()), folder.clone()];
        let service = Service {
            settings: Observed::Known(Settings::plain()),
            policy: policy(&[(INVOKER, callers)]),
            ancestors: Observed::Known(ancestors.into()),
        };
        world.services.insert(name.clone(), service);
        names.push(name);
    }
    (world, names, people.iter().map(|name| Principal::new(name.as_str())).collect())
}

#[test]
fn many_verdicts_on_a_large_estate_are_neither_all_yes_nor_all_no() {
    let (world, names, people) = estate();
    // Without optimisation fewer will do.
    let rounds = if cfg!(debug_assertions) { 10_000 } else { 100_000 };
    let access = Access::new(&world, now());
    let mut yes = 0;
    for i in 0..rounds {
        let verdict = access.allows(&people[i * 31 % people.len()], &names[i * 17 % names.len()]);
        yes += usize::from(verdict == Verdict::Yes);
    }
    assert!(yes > 0 && yes < rounds, "{yes} of {rounds}");
}
