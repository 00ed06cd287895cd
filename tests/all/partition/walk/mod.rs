//! The partition walked through from end to end: estates of several projects and levels are written as an export
//! and as the text of a map, read as such, and every grant in them is looked for in what a real audit says.
//!
//! What is right stands in `table`, from the design and not from the code.

mod condition;
mod lines;
mod map;
mod sketch;
mod table;

use std::collections::BTreeMap;

use callmap::{
    callers::{MapText, load},
    model::{Level, RuleId},
    rules::{Audit, Scope, run},
    sources::{Input, assets},
};
use proptest::prelude::*;

use self::sketch::{Sketch, some_sketch};
use super::estate::now;

/// The rules that speak of grants, each of one kind of them.
const OF_GRANTS: [RuleId; 7] = [
    RuleId::PublicFunction,
    RuleId::UndeclaredCaller,
    RuleId::EventFunctionCaller,
    RuleId::BroadRole,
    RuleId::InheritedCaller,
    RuleId::PrivilegedCaller,
    RuleId::DeadGrant,
];

/// A grant as it is told of: what it hangs on, role, principal without case, condition.
type Told = (String, String, String, Option<String>);

/// What is said of a grant: by which rule, how loud, and of a grant above functions how many and which it opens.
type Said = (RuleId, Level, Option<String>);

fn audit(sketch: &Sketch) -> Audit {
    let input = Input::from_bytes("estate.ndjson", lines::of(sketch));
    let world = assets::read(vec![input], assets::ReadOptions::default()).unwrap();
    let text = MapText { path: "map.yaml".into(), bytes: map::of(sketch).into_bytes() };
    let map = load(vec![text], None, now()).unwrap_or_else(|error| panic!("{error}\n{}", map::of(sketch)));
    let scope = Scope::new(&map, &world, &[]);
    run(&map, &world, now(), scope).unwrap()
}

/// What an audit says of grants.
fn said(audit: &Audit) -> BTreeMap<Told, Vec<Said>> {
    let mut said: BTreeMap<Told, Vec<Said>> = BTreeMap::new();
    // A grant that lets its holder act as a caller is told of for that beside what it opens itself.
    for finding in audit.findings.iter().filter(|finding| finding.rule != RuleId::ImpersonableCaller) {
        let Some(grant) = &finding.grant else {
            assert!(!OF_GRANTS.contains(&finding.rule), "{finding:?} is about no grant");
            continue;
        };
        let told = (
            grant.resource.to_string(),
            grant.role.to_string(),
            grant.principal.key().to_owned(),
            grant.condition.as_ref().map(|condition| condition.expression.to_string()),
        );
        // Who calls nothing opens nothing.
        let opens = match finding.rule {
            RuleId::DeadGrant => None,
            _ => table::opened_in(&finding.message),
        };
        said.entry(told).or_default().push((finding.rule, finding.level, opens));
    }
    said
}

proptest! {
    #![proptest_config(crate::plan::laws::cases(192))]

    #[test]
    fn every_grant_stands_in_the_findings_of_one_rule_alone(sketch in some_sketch()) {
        let found = said(&audit(&sketch));
        let expected = table::of(&sketch);
        for (grant, said) in &found {
            prop_assert_eq!(said.len(), 1, "{:?} is told of as {:?}", grant, said);
        }
        let found: BTreeMap<_, _> = found.into_iter().map(|(grant, said)| (grant, said[0].clone())).collect();
        for (grant, said) in &expected {
            prop_assert_eq!(found.get(grant), Some(said), "{:?}\n{}", grant, map::of(&sketch));
        }
        for (grant, said) in &found {
            prop_assert_eq!(Some(said), expected.get(grant), "{:?}\n{}", grant, map::of(&sketch));
        }
    }

    #[test]
    fn of_functions_on_no_map_only_what_is_public_or_unchecked_is_said(sketch in some_sketch()) {
        for finding in audit(&sketch).findings {
            let Some(name) = &finding.function else { continue };
            let function = sketch.functions.iter().find(|function| function.name == &*name.service).unwrap();
            let is_for_all = [
                RuleId::PublicFunction,
                RuleId::IamCheckDisabled,
                RuleId::UndeclaredFunction,
                // Its event sources and what stands before it are looked at as well.
                RuleId::TriggerBlocked,
                RuleId::BehindIap,
                // What was not read may be public: it matters for every function in scope.
                RuleId::Unreadable,
            ];
            prop_assert!(function.is_on_map || is_for_all.contains(&finding.rule), "{:?}", finding);
        }
    }
}
