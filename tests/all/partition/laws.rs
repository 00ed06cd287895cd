//! What must hold whatever the estate and the map look like.

use std::collections::{BTreeMap, BTreeSet};

use callmap::{
    access::Access,
    callers::{CallerMap, MapFile},
    model::{Grant, Level, RoleName, RuleId},
    rules::{Audit, Finding},
    world::{Observed, World},
};
use proptest::prelude::*;

use super::{
    estate::{CHAIN, audit, container, gap, now, places, policy_of, service, shuffled, some_estate},
    oracle::{Spoken, edges, spoken_for},
};

fn about_grants(audit: &Audit) -> Vec<Spoken> {
    let spoken = |finding: &Finding| Some((finding.rule, finding.level, finding.grant.clone()?));
    // A grant that lets its holder act as a caller is told of for that beside what it opens itself.
    let findings = audit.findings.iter().filter(|finding| finding.rule != RuleId::ImpersonableCaller);
    findings.filter_map(spoken).collect()
}

/// The same map in files of other names, further down.
fn moved(map: &CallerMap) -> CallerMap {
    let mut map = map.clone();
    map.files = vec![MapFile::new("other.yaml".into(), "\n".repeat(99).into(), Some("shop-prod".into()))];
    for function in &mut map.functions {
        function.place.start += 30;
        if let Some(place) = &mut function.runs_as_place {
            place.start += 30;
        }
    }
    for edge in &mut map.edges {
        edge.place.start += 30;
        edge.caller_place.start += 30;
    }
    map
}

/// Every way of not having read one thing that matters, each with the resource that must then be named.
fn with_one_hole(world: &World) -> Vec<(String, World)> {
    let mut holed = Vec::new();
    let mut hole = |named: &str, make: &dyn Fn(&mut World)| {
        let mut copy = world.clone();
        make(&mut copy);
        holed.push((named.to_owned(), copy));
    };
    for name in ["pay", "resize", "extra"].map(service) {
        let named = name.to_string();
        hole(&named, &|world| {
            world.services.get_mut(&name).unwrap().settings = Observed::Unreadable(gap());
        });
        hole(&named, &|world| world.services.get_mut(&name).unwrap().policy = Observed::Unreadable(gap()));
        hole("projects/shop-prod", &|world| {
            world.services.get_mut(&name).unwrap().ancestors = Observed::Unreadable(gap());
        });
        hole("projects/shop-prod/services", &|world| {
            world.services.remove(&name);
            world.unread_lists.insert("projects/shop-prod/services".into(), gap());
        });
    }
    for level in CHAIN {
        hole(level, &|world| drop(world.policies.insert(container(level), Observed::Unreadable(gap()))));
        hole(level, &|world| drop(world.policies.remove(&container(level))));
    }
    let custom: BTreeSet<_> = places()[..7]
        .iter()
        .flat_map(|place| match &*policy_of(&mut world.clone(), place) {
            Observed::Known(policy) => policy.bindings.clone(),
            Observed::Unreadable(_) => Vec::new(),
        })
        .map(|binding| binding.role)
        .filter(RoleName::is_custom)
        .collect();
    for role in custom {
        hole(role.as_str(), &|world| {
            world.roles.insert(role.clone(), Observed::Unreadable(gap()));
        });
        hole(role.as_str(), &|world| drop(world.roles.remove(&role)));
    }
    holed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_grant_belongs_to_one_rule_and_no_other((world, map) in some_estate()) {
        let found = about_grants(&audit(&world, &map));
        let once: BTreeSet<Spoken> = found.iter().cloned().collect();
        prop_assert_eq!(found.len(), once.len(), "a grant is spoken for twice");
        let grants: BTreeSet<&Grant> = once.iter().map(|(_, _, grant)| grant).collect();
        prop_assert_eq!(grants.len(), once.len(), "a grant has two rules");
        let expected = spoken_for(&world, &map);
        let wrong: Vec<_> = once.symmetric_difference(&expected).collect();
        prop_assert!(wrong.is_empty(), "found and expected differ in {:#?}", wrong);
    }

    #[test]
    fn every_declared_caller_is_held_against_what_is_granted((world, map) in some_estate()) {
        let access = Access::new(&world, now());
        let expected = edges(&world, &map, |caller, function| access.allows(caller, function));
        let audit = audit(&world, &map);
        let about_edges = [
            RuleId::MissingCaller, RuleId::BorrowedCaller, RuleId::ConditionalCaller, RuleId::ExpiredCaller,
            RuleId::MistimedCaller,
        ];
        let found: Vec<_> = audit
            .findings
            .iter()
            .filter(|finding| about_edges.contains(&finding.rule) && finding.grant.is_none())
            .map(|finding| (finding.rule, finding.function.clone().unwrap(), finding.caller.clone().unwrap()))
            .collect();
        let once: BTreeSet<_> = found.iter().cloned().collect();
        prop_assert_eq!(found.len(), once.len(), "a caller is spoken of twice");
        prop_assert_eq!(once, expected);
    }

    #[test]
    fn order_says_nothing((world, map) in some_estate(), by in 0..4_usize) {
        let mut other = world.clone();
        for place in places() {
            let policy = policy_of(&mut other, &place);
            *policy = shuffled(policy, by);
        }
        other.event_sources.reverse();
        let (before, after) = (audit(&world, &map), audit(&other, &map));
        // As text: spellings that compare as equal must not take turns either.
        for (one, other) in before.findings.iter().zip(&after.findings) {
            prop_assert_eq!(format!("{:?}", one), format!("{:?}", other));
        }
        prop_assert_eq!(format!("{:?}", before), format!("{:?}", after));
    }

    #[test]
    fn a_fingerprint_is_of_the_difference_and_not_of_its_place((world, map) in some_estate()) {
        let before = audit(&world, &map);
        let after = audit(&world, &moved(&map));
        let prints = |audit: &Audit| {
            let prints = audit.findings.iter().map(|finding| finding.fingerprint.clone());
            prints.collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(prints(&before), prints(&after));
        let mut known: BTreeMap<&str, &Finding> = BTreeMap::new();
        for finding in &before.findings {
            let first = known.insert(&finding.fingerprint, finding);
            prop_assert!(first.is_none(), "{:?} and {:?} pass for one", first, finding);
        }
    }

    #[test]
    fn not_having_read_something_is_always_said((world, map) in some_estate()) {
        for (named, holed) in with_one_hole(&world) {
            let after = audit(&holed, &map);
            prop_assert!(!after.is_complete, "{} is not said", named);
            let is_said = after.findings.iter().any(|finding| {
                finding.rule == RuleId::Unreadable
                    && finding.level == Level::Error
                    && finding.resource.to_string() == named
            });
            prop_assert!(is_said, "{} is not named", named);
        }
    }

    #[test]
    fn what_was_read_beside_a_gap_is_judged_all_the_same((world, map) in some_estate()) {
        let mut holed = world.clone();
        for name in ["pay", "resize", "desk", "extra"].map(service) {
            holed.services.get_mut(&name).unwrap().ancestors = Observed::Unreadable(gap());
        }
        // The project of a function stands in its name; only what is above that is not known.
        let is_known = |grant: &Grant| ["folders/", "organizations/"]
            .iter()
            .all(|unknown| !grant.resource.to_string().starts_with(unknown));
        let judged = |world: &World| -> BTreeSet<Spoken> {
            about_grants(&audit(world, &map)).into_iter().filter(|(_, _, grant)| is_known(grant)).collect()
        };
        prop_assert_eq!(judged(&world), judged(&holed));
    }
}
