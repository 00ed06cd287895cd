//! Who can act as whom, and how, in words.

use super::{
    makers::{Makers, Making},
    places::{Places, Taker, above, account_resource},
    reach::Reached,
};
use crate::{
    access::acting::WRITING,
    model::{Grant, Permission, Permissions, Resource},
    rules::{
        phrase::{counted, listed, under},
        repair,
    },
};

/// So many functions are shown of many.
const SHOWN: usize = 3;
/// So many accounts, whose addresses are long.
const ACCOUNTS: usize = 2;

/// Those that are acted as.
struct Whom {
    name: String,
    it: &'static str,
    its: &'static str,
}

/// The first accounts of many.
pub(super) fn accounts(emails: &[&str]) -> String {
    let first: Vec<_> = emails.iter().take(ACCOUNTS).map(|email| (*email).to_owned()).collect();
    named(&first, emails.len())
}

/// The first names of so many.
fn named(first: &[String], count: usize) -> String {
    let rest = count.saturating_sub(first.len());
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
    format!("{}{more}", first.join(", "))
}

/// What a grant comes to, in one sentence.
pub(super) fn message(places: &Places<'_>, taker: &Taker, reached: &Reached) -> String {
    let Grant { resource, role, principal, condition } = &taker.grant;
    let Reached { direct, beyond, way, functions } = reached;
    let email = |node: &usize| places.nodes[*node].principal.email().unwrap_or_default();
    let acts = match (direct.as_slice(), way.as_slice()) {
        ([first, ..], _) => {
            let emails: Vec<&str> = direct.iter().map(email).collect();
            let how = how(places, taker, *first, &whom(&emails));
            match way.first() {
                Some(next) => {
                    let count = counted(beyond.len(), "declared caller");
                    format!("{how}, and act as {count} more through `{}`", email(next))
                }
                None => how,
            }
        }
        ([], way) => chain(places, taker, way),
    };
    let labels: Vec<String> = functions.iter().take(SHOWN).map(|name| places.context.label(name)).collect();
    let count = functions.len();
    let calls = format!("{} ({})", counted(count, "function"), named(&labels, count));
    let is_own = direct.len() == 1 && way.is_empty() && *resource == account_resource(email(&direct[0]));
    let on = if is_own { "the account".to_owned() } else { format!("`{resource}`") };
    format!("`{principal}` can {acts}, and so call {calls}: `{role}` on {on}{}", under(condition.as_ref()))
}

fn whom(emails: &[&str]) -> Whom {
    match emails {
        [only] => Whom { name: format!("`{only}`"), it: "it", its: "its" },
        several => Whom {
            name: format!("{} ({})", counted(several.len(), "declared caller"), accounts(several)),
            it: "them",
            its: "their",
        },
    }
}

/// Step by step: who can what as whom, who can what as whom.
fn chain(places: &Places<'_>, taker: &Taker, way: &[usize]) -> String {
    let mut told = Vec::new();
    let mut taker = taker;
    for (step, node) in way.iter().enumerate() {
        let email = places.nodes[*node].principal.email().unwrap_or_default();
        told.push(first(places, taker, *node, &whom(&[email])));
        if let Some(next) = way.get(step + 1)
            && let Some(found) = between(places, *node, *next)
        {
            taker = found;
        }
    }
    told.join(", which can ")
}

/// What one account holds over the next.
fn between<'p>(places: &'p Places<'_>, holder: usize, next: usize) -> Option<&'p Taker> {
    let held = places.nodes[holder].held.iter();
    let over = held.filter(|(spot, _)| places.nodes[next].spots.contains(spot));
    let takers = over.map(|(spot, number)| &places.spots[*spot].takers[*number]);
    takers.max_by_key(|taker| clauses(places, taker, next, &whom(&[""])).len())
}

/// All that a holder can do to be taken for an account.
fn how(places: &Places<'_>, taker: &Taker, node: usize, whom: &Whom) -> String {
    let mut clauses = clauses(places, taker, node, whom);
    for clause in clauses.iter_mut().skip(1) {
        *clause = clause.replacen(&whom.name, whom.it, 1);
    }
    let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
    listed(&clauses)
}

/// The first of it.
fn first(places: &Places<'_>, taker: &Taker, node: usize, whom: &Whom) -> String {
    let first = clauses(places, taker, node, whom).into_iter().next();
    first.unwrap_or_else(|| format!("delegate through {}", whom.name))
}

fn clauses(places: &Places<'_>, taker: &Taker, node: usize, whom: &Whom) -> Vec<String> {
    let Whom { name, it: _, its: _ } = whom;
    let has = |permission| taker.given.has(permission);
    let mut clauses = Vec::new();
    if has(Permission::GetOpenIdToken) {
        clauses.push(format!("mint ID tokens as {name}"));
    }
    if has(Permission::SignJwt) || has(Permission::SignBlob) {
        clauses.push(format!("sign as {name}"));
    }
    if has(Permission::CreateKeys) {
        clauses.push(format!("create keys of {name}"));
    }
    if has(Permission::GetAccessToken) && clauses.is_empty() {
        clauses.push(format!("get access tokens of {name}, which likely give ID tokens"));
    }
    let becoming = becoming(places, taker, node, whom);
    if !becoming.is_empty() {
        let becoming: Vec<&str> = becoming.iter().map(String::as_str).collect();
        clauses.push(format!("become {name} by {}", listed(&becoming)));
    }
    clauses
}

fn becoming(places: &Places<'_>, taker: &Taker, node: usize, whom: &Whom) -> Vec<String> {
    let Taker { grant, given } = taker;
    let mut ways = Vec::new();
    if given.has(Permission::SetAccountPolicy) {
        ways.push(format!("setting {} policy", whom.its));
    } else if !given.and(WRITING).is_empty() {
        ways.push(format!("setting policies above {}", whom.it));
    }
    if given.has(Permission::ActAs) {
        let project = places.nodes[node].project.as_ref();
        let above = project.map(|project| above(places.context.world, project)).unwrap_or_default();
        let all = places.makers.of(&grant.principal);
        ways.extend(Makers::best(&all, project, &above).map(|making| attaching(making, grant, whom)));
    }
    if ways.is_empty() {
        let role = places.changeable(taker, node);
        ways.extend(role.map(|role| format!("changing `{role}`, which it holds")));
    }
    ways
}

/// Making something as an account, and by which other grant where it takes one.
fn attaching(making: &Making, grant: &Grant, whom: &Whom) -> String {
    let Making { holder, role, resource, given } = making;
    let what = made(*given).replace("{it}", whom.it);
    if (resource, role, holder) == (&grant.resource, &grant.role, &grant.principal) {
        return what;
    }
    let of = if *holder == grant.principal { String::new() } else { format!(" of `{holder}`") };
    format!("{what} (`{role}`{of} on `{resource}`)")
}

/// What is made, by the first of many.
fn made(given: Permissions) -> &'static str {
    use Permission as May;
    let kinds: [(&[Permission], &str); 6] = [
        (
            &[
                May::CreateServices,
                May::UpdateServices,
                May::CreateFunctions,
                May::UpdateFunctions,
                May::CreateJobs,
                May::UpdateJobs,
            ],
            "deploying as {it}",
        ),
        (&[May::CreateInstances], "starting machines as {it}"),
        (&[May::CreateBuilds], "building as {it}"),
        (&[May::CreateWorkflows, May::UpdateWorkflows], "running workflows as {it}"),
        (&[May::CreateSchedulerJobs, May::UpdateSchedulerJobs], "scheduling calls as {it}"),
        (&[May::CreateTasks, May::CreateQueues, May::UpdateQueues], "queueing calls as {it}"),
    ];
    let kind = kinds.iter().find(|(any, _)| !given.and(Permissions::of(any)).is_empty());
    kind.map_or("pushing messages as {it}", |(_, words)| words)
}

/// What would end it.
pub(super) fn fix(taker: &Taker) -> String {
    let Taker { grant, given } = taker;
    match &grant.resource {
        Resource::Other(_) => {
            let removal = repair::removal_of(grant);
            let is_more = given.has(Permission::GetOpenIdToken) && given.has(Permission::GetAccessToken);
            let narrower = "; where ID tokens are all that it needs, \
                            `roles/iam.serviceAccountOpenIdTokenCreator` is the narrower role";
            format!("{removal}{}", if is_more { narrower } else { "" })
        }
        Resource::Container(_) | Resource::Service(_) => {
            "check that it needs the role; give it a narrower one, on the accounts that it needs alone, or accept \
             it with a reason"
                .to_owned()
        }
    }
}
