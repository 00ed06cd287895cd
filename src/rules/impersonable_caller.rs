//! Somebody who can act as a declared caller.

mod bits;
mod callers;
mod makers;
mod places;
mod reach;
mod unseen;
mod words;

use super::{Finding, Rule, context::Context, partition::Judged};
use crate::{
    access::RoleClass,
    model::{Level, Principal, Resource, RuleId},
};
use callers::Callers;
use places::{Places, Taker};
use reach::{Reach, Reached};

pub(super) const RULE: Rule = Rule {
    id: RuleId::ImpersonableCaller,
    title: "somebody can act as a declared caller",
    why: "Whoever mints tokens of a service account, signs as it, has keys of it, or runs something as it calls whatever \
          it may call, and no policy of a function shows it. So does whoever may give itself any of this: by the policy of \
          the account, of its project or of what stands above, or by changing a role that it holds there. Seen is \
          what the policies of accounts and of what stands above them say, as far as these were read; Google's own \
          agents for our projects are not counted, nor who is declared for the same functions anyway. Who is in a \
          declared group is kept elsewhere, which is a note.",
    fix: "Remove the grant, or give a narrower role on the one account that is needed \
          (`roles/iam.serviceAccountOpenIdTokenCreator` gives ID tokens alone); accept what is meant with a reason.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let callers = Callers::new(context);
    let mut found = callers.groups();
    if callers.all.is_empty() {
        return found;
    }
    let places = Places::new(context, &callers);
    let reach = Reach::new(&places);
    for (place, spot) in places.spots.iter().enumerate() {
        let takers = spot.takers.iter().enumerate();
        found.extend(takers.filter_map(|(number, taker)| {
            let reached = reach.of((place, number))?;
            Some(finding(&places, taker, &reached))
        }));
    }
    found.extend(unseen::finding(&places));
    found
}

fn finding(places: &Places<'_>, taker: &Taker, reached: &Reached) -> Finding {
    let context = places.context;
    let judged = Judged {
        grant: taker.grant.clone(),
        class: RoleClass::None,
        rule: RULE.id,
        level: Level::Warning,
        is_declared: false,
        service: None,
        opens: reached.functions.clone(),
    };
    let mut finding = context.about_grant(&judged, words::message(places, taker, reached));
    let first = reached.direct.first().or(reached.beyond.first());
    let edge = first.map(|caller| places.callers.all[*caller].edge);
    finding.declared_at = edge.map(|edge| context.map.locate(context.map.edges[edge].caller_place));
    finding.fix = Some(words::fix(taker));
    finding
}

/// A group whose members nobody sees here.
fn of_group(context: &Context<'_>, group: &Principal, edge: usize, message: String) -> Finding {
    let resource = Resource::Other(group.key().into());
    let mut finding = context.at_resource(RULE.id, resource, Some(group.clone()), message);
    finding.level = context.level_or(RULE.id, Level::Note);
    finding.declared_at = Some(context.map.locate(context.map.edges[edge].caller_place));
    finding.fix = Some("let those alone manage the group who may say who calls".to_owned());
    finding
}
