//! What must hold of every verdict, whatever the estate.

use callmap::{
    access::{Access, Verdict},
    model::Principal,
    world::Observed,
};
use proptest::{prelude::*, sample::Index};

use super::{
    agree::estates,
    condition::Tree,
    draw::Draw,
    estate::{Built, Estate, some_estate},
    fact::{FUNCTIONS, Fact, GROUPS, Gap, Given, PEOPLE},
};

/// Everybody about every function that may be there, under whatever name it goes by.
fn verdicts(built: &Built, estate: &Estate) -> Vec<Verdict> {
    let access = Access::new(&built.world, estate.at);
    let of = |function| {
        let name = built.function(function);
        let is_live = built.world.services.contains_key(&name);
        let ask = |who: &&str| access.allows(&Principal::new(*who), &name);
        if is_live { PEOPLE.iter().map(ask).collect() } else { Vec::new() }
    };
    (0..FUNCTIONS.len()).flat_map(of).collect()
}

fn of(estate: &Estate) -> Vec<Verdict> {
    verdicts(&estate.built(), estate)
}

/// Nobody can less than before.
fn only_more(before: &Estate, after: &Estate, what: &str) -> Result<(), TestCaseError> {
    for ((before, after), who) in of(before).into_iter().zip(of(after)).zip(PEOPLE.iter().cycle()) {
        prop_assert!(before <= after, "{}: {:?} became {:?} for {}", what, before, after, who);
    }
    Ok(())
}

/// Whatever changed is not known now.
fn only_unknown(before: &[Verdict], after: &Estate, what: &dyn std::fmt::Debug) -> Result<(), TestCaseError> {
    let all = before.iter().zip(of(after)).zip(PEOPLE.iter().cycle());
    for ((before, after), who) in all {
        let is_right = after == *before || after == Verdict::Unknown;
        prop_assert!(is_right, "{:?}: {:?} became {:?} for {}", what, before, after, who);
    }
    Ok(())
}

/// Everything of one kind turned round, so that what came first comes last.
fn turned(estate: &Estate, is_turned: impl Fn(&Fact) -> bool) -> Estate {
    let mut turned = estate.facts.iter().filter(|fact| is_turned(fact)).rev().cloned();
    let facts =
        estate.facts.iter().map(|fact| if is_turned(fact) { turned.next().unwrap() } else { fact.clone() });
    let mut facts: Vec<Fact> = facts.collect();
    for fact in &mut facts {
        match fact {
            Fact::Given(_, given) => given.members.reverse(),
            Fact::Denied(_, _, Some(denied)) => {
                denied.principals.reverse();
                denied.except.reverse();
                denied.permissions.reverse();
                denied.except_permissions.reverse();
            }
            _ => {}
        }
    }
    Estate { facts, at: estate.at }
}

/// The same principal as somebody else would write it.
fn otherwise_spelled(built: &Built, who: &str) -> String {
    let projects = &built.world.projects;
    let set = who.strip_prefix("principalSet://cloudresourcemanager.googleapis.com/projects/");
    if let Some((project, "type/ServiceAccount")) = set.and_then(|rest| rest.split_once('/')) {
        let id = projects.canonical(project);
        let name = if *id == *project { projects.number(project).unwrap_or(project) } else { &*id };
        return format!(
            "principalSet://cloudresourcemanager.googleapis.com/projects/{name}/type/ServiceAccount"
        );
    }
    match who.split_once(':') {
        Some((kind @ ("user" | "serviceAccount" | "group" | "domain"), name)) => {
            format!("{kind}:{}", name.to_uppercase())
        }
        _ => who.to_owned(),
    }
}

fn spell(built: &Built, members: &mut [Principal]) {
    for member in members {
        *member = Principal::new(otherwise_spelled(built, member.as_str()));
    }
}

/// The same estate with everybody in it spelled otherwise.
fn respelled(estate: &Estate) -> Built {
    let same = estate.built();
    let mut built = estate.built();
    let services = built.world.services.values_mut().map(|service| &mut service.policy);
    for policy in services.chain(built.world.policies.values_mut()) {
        if let Observed::Known(policy) = policy {
            policy.bindings.iter_mut().for_each(|binding| spell(&same, &mut binding.members));
        }
    }
    for members in built.world.groups.values_mut() {
        if let Observed::Known(members) = members {
            spell(&same, members);
        }
    }
    built
}

proptest! {
    #![proptest_config(estates(1_000))]

    #[test]
    fn one_binding_more_takes_nothing_away(
        estate in some_estate(),
        place in 0..11_usize,
        given in any::<[u8; 16]>(),
    ) {
        let mut more = estate.clone();
        more.facts.push(Fact::Given(place, Given::drawn(&mut Draw::new(&given), estate.at)));
        only_more(&estate, &more, "one binding more")?;
    }

    #[test]
    fn one_rule_that_denies_less_takes_nothing_away(estate in some_estate()) {
        for (number, fact) in estate.facts.iter().enumerate() {
            if let Fact::Denied(level, policy, _) = fact {
                let mut fewer = estate.clone();
                fewer.facts.remove(number);
                only_more(&estate, &fewer, "without a rule")?;
                fewer.facts.retain(
                    |fact| !matches!(fact, Fact::Denied(on, of, _) if (on, of) == (level, policy)),
                );
                only_more(&estate, &fewer, "without a policy")?;
            }
        }
    }

    #[test]
    fn not_having_read_something_leads_to_unknown_alone(
        estate in some_estate(),
        gaps in proptest::collection::vec(any::<Index>(), 6),
    ) {
        let before = of(&estate);
        for gap in gaps {
            let gap = *gap.get(&Gap::all());
            let mut holed = estate.clone();
            holed.facts.push(Fact::Unread(gap));
            only_unknown(&before, &holed, &gap)?;
        }
        // Nor does not understanding a condition.
        for number in 0..estate.facts.len() {
            let mut holed = estate.clone();
            let (Fact::Given(_, Given { condition: Some(condition), .. })
            | Fact::Denied(_, _, Some(super::fact::Denied { condition: Some(condition), .. }))) =
                &mut holed.facts[number]
            else {
                continue;
            };
            *condition = Tree::Broken("request.time <");
            only_unknown(&before, &holed, &"a condition")?;
        }
        // Nor does a group that nobody expanded.
        for (group, name) in GROUPS.iter().enumerate() {
            let mut holed = estate.clone();
            holed.facts.retain(|fact| !matches!(fact, Fact::Joins(joined, _) if *joined == group));
            if holed.facts.len() < estate.facts.len() {
                only_unknown(&before, &holed, name)?;
            }
        }
    }

    #[test]
    fn order_says_nothing_even_in_the_reasons(estate in some_estate()) {
        let whole = estate.built();
        let other = turned(&estate, |fact| {
            matches!(fact, Fact::Given(..) | Fact::Joins(..) | Fact::Denied(..) | Fact::Live(_))
        });
        let other = other.built();
        let (one, two) = (Access::new(&whole.world, estate.at), Access::new(&other.world, estate.at));
        for name in whole.world.services.keys() {
            for who in PEOPLE {
                let who = Principal::new(who);
                prop_assert_eq!(one.verdict(&who, name), two.verdict(&who, name));
            }
            prop_assert_eq!(format!("{:?}", one.who(name)), format!("{:?}", two.who(name)));
        }
        for who in PEOPLE {
            let who = Principal::new(who);
            prop_assert_eq!(format!("{:?}", one.can(&who)), format!("{:?}", two.can(&who)));
        }
    }

    #[test]
    fn spelling_says_nothing(estate in some_estate()) {
        let whole = estate.built();
        let other = respelled(&estate);
        prop_assert_eq!(verdicts(&whole, &estate), verdicts(&other, &estate));
        let access = Access::new(&whole.world, estate.at);
        for name in whole.world.services.keys() {
            for who in PEOPLE {
                let otherwise = otherwise_spelled(&whole, who);
                let told = access.allows(&Principal::new(otherwise.as_str()), name);
                prop_assert_eq!(told, access.allows(&Principal::new(who), name), "{} as {}", who, otherwise);
            }
        }
    }
}
