//! callmap and the plain evaluator say the same of everybody.

use std::collections::BTreeSet;

use callmap::{
    access::{Access, Effect, Reaches, Verdict},
    model::Principal,
};
use proptest::prelude::*;

use super::{
    Naive,
    deny::{self, refuses_calling},
    estate::{Built, Estate, some_estate},
    fact::{FUNCTIONS, PEOPLE},
};

/// As many estates as usual; `CALLMAP_ESTATES` asks for another number.
pub(super) fn estates(usual: u32) -> ProptestConfig {
    let asked = std::env::var("CALLMAP_ESTATES").ok().and_then(|text| text.parse().ok());
    let cases = asked.map_or(usual, |asked: u32| asked / (10_000 / usual).max(1));
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn agree(estate: &Estate) -> Result<(), TestCaseError> {
    let built = estate.built();
    let naive = built.naive();
    let access = Access::new(&built.world, estate.at);
    let mut reaches = Reaches::new(&access);
    let reach = PEOPLE.map(|who| reaches.of(&Principal::new(who)));
    for function in 0..FUNCTIONS.len() {
        let name = built.function(function);
        if !built.world.services.contains_key(&name) {
            continue;
        }
        for (who, reach) in PEOPLE.iter().zip(&reach) {
            let expected = naive.verdict(who, &name);
            let told = access.allows(&Principal::new(*who), &name);
            prop_assert_eq!(told, expected, "{} on {}", who, name);
            prop_assert_eq!(reach.verdict(&name), expected, "{} reaches {}", who, name);
        }
    }
    Ok(())
}

/// Members of effective bindings, whom deny rules about calling name, and whom the groups among them hold: whoever
/// is meant by name.
fn meant(built: &Built, function: usize) -> BTreeSet<String> {
    let name = built.function(function);
    let naive = built.naive();
    let service = &built.world.services[&name];
    let bindings = naive.path(&name, service).into_iter().flatten().flat_map(|policy| policy.bindings);
    let giving = bindings.filter(|binding| {
        naive.carries(binding.role.as_str()) > Verdict::No && naive.counts(binding) > Verdict::No
    });
    let mut meant: BTreeSet<String> =
        giving.flat_map(|binding| binding.members).map(|member| member.to_string()).collect();
    if Naive::open(service) > Verdict::No {
        meant.insert("allUsers".to_owned());
    }
    let above = naive.above(&name, service);
    let policies = built.world.deny_policies.iter();
    for (_, read) in policies.filter(|(policy, _)| above.contains(&policy.attachment)) {
        let rules = read.known().into_iter().flat_map(|policy| policy.rules.iter().flatten());
        for rule in rules.filter(|rule| refuses_calling(rule) > Verdict::No) {
            let named = rule.denied_principals.iter().chain(&rule.exception_principals);
            meant.extend(named.filter_map(|principal| deny::member(principal)));
        }
    }
    loop {
        let groups =
            meant.iter().filter_map(|member| naive.members(member.to_lowercase().strip_prefix("group:")?));
        let more: BTreeSet<String> = meant.iter().cloned().chain(groups.flatten()).collect();
        if more == meant {
            return meant;
        }
        meant = more;
    }
}

/// The same principals, each in one spelling.
fn keys<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(|name| Principal::new(name).key().to_owned()).collect()
}

fn fits(verdict: Verdict, effects: &[Effect]) -> bool {
    let has = |effect: Effect| effects.contains(&effect);
    match verdict {
        Verdict::Yes => has(Effect::Allow) || has(Effect::Open),
        Verdict::Unknown => has(Effect::Unknown) && !has(Effect::Open),
        Verdict::No => {
            !has(Effect::Open) && (has(Effect::Deny) || !(has(Effect::Allow) || has(Effect::Unknown)))
        }
    }
}

proptest! {
    #![proptest_config(estates(1_000))]

    #[test]
    fn who_lists_exactly_those_who_are_meant_and_not_refused(estate in some_estate()) {
        let built = estate.built();
        let naive = built.naive();
        let access = Access::new(&built.world, estate.at);
        for function in 0..FUNCTIONS.len() {
            let name = built.function(function);
            if !built.world.services.contains_key(&name) {
                continue;
            }
            let meant = meant(&built, function);
            let let_in = meant.iter().filter(|who| naive.verdict(who, &name) > Verdict::No);
            let listed = access.who(&name).callers;
            for caller in &listed {
                prop_assert_eq!(caller.verdict, naive.verdict(caller.principal.as_str(), &name));
                let effects: Vec<Effect> = caller.via.iter().map(|reason| reason.effect).collect();
                prop_assert!(fits(caller.verdict, &effects), "{}: {:?}", caller.principal, caller.via);
            }
            let listed = keys(listed.iter().map(|caller| caller.principal.as_str()));
            prop_assert_eq!(listed, keys(let_in.map(String::as_str)), "{}", name);
        }
    }

    #[test]
    fn can_and_the_reasons_tell_the_same(estate in some_estate()) {
        let built = estate.built();
        let naive = built.naive();
        let access = Access::new(&built.world, estate.at);
        for who in PEOPLE {
            let can = access.can(&Principal::new(who)).functions;
            for name in built.world.services.keys() {
                let expected = naive.verdict(who, name);
                let listed = can.iter().find(|listed| listed.function == *name);
                prop_assert_eq!(listed.map_or(Verdict::No, |listed| listed.verdict), expected, "{}", who);
                prop_assert!(listed.is_none_or(|listed| !listed.via.is_empty()), "{}", who);
                let answer = access.verdict(&Principal::new(who), name);
                prop_assert_eq!(answer.verdict, expected, "{}", who);
                let effects: Vec<Effect> = answer.reasons.iter().map(|reason| reason.effect).collect();
                prop_assert!(fits(expected, &effects), "{} is {:?}: {:#?}", who, expected, answer.reasons);
            }
        }
    }
}

proptest! {
    #![proptest_config(estates(10_000))]

    #[test]
    fn the_verdict_is_what_the_design_says(estate in some_estate()) {
        agree(&estate)?;
    }
}
