//! What deny policies refuse, whatever allow policies give
//! (<https://cloud.google.com/iam/docs/deny-overview>).
//!
//! Rules that have to do with calling are picked out once for each attachment.

mod cover;
mod permission;
mod principal;
mod words;

pub(crate) use principal::Denied;
pub(super) use principal::spelled;

use std::{collections::BTreeSet, sync::Arc};

use super::{Candidate, Verdict, condition};
use crate::{
    model::{Container, DenyPolicy, DenyPolicyName, DenyRule},
    world::{Gap, Layer, LayerState, Observed, World},
};

/// The deny policies of one project, folder or organization, as far as they have to do with calling.
#[derive(Debug)]
pub(super) struct Denials<'w> {
    /// Their rules, by policy and by what they say, whatever the order they stand in.
    pub(super) rules: Vec<Refusal<'w>>,
    /// Policies that could not be read; without an id where that is so of all of them.
    pub(super) unread: Vec<(&'w DenyPolicyName, &'w Gap)>,
    /// Whether a request without a token is refused.
    to_anyone: Verdict,
}

/// A rule that refuses calls, or may.
#[derive(Debug)]
pub(super) struct Refusal<'w> {
    /// The policy that it stands in.
    pub(super) policy: &'w DenyPolicyName,
    /// Its place there, from nought.
    pub(super) place: usize,
    /// The rule; `None` for one of a kind that callmap does not know.
    pub(super) rule: Option<&'w DenyRule>,
    /// Whether it is about calling.
    pub(super) permission: Verdict,
    /// Whether its condition lets it count.
    pub(super) condition: Verdict,
    denied: Vec<Denied>,
    excepted: Vec<Denied>,
}

/// Whether a run asked for deny policies: else verdicts are by allow policies alone.
pub(super) fn is_asked(world: &World) -> bool {
    let state = world.layers.get(&Layer::DenyPolicies).copied().unwrap_or(LayerState::NotAsked);
    state != LayerState::NotAsked
}

impl<'w> Denials<'w> {
    /// What the deny policies of an attachment refuse. None, where they were not asked for.
    pub(super) fn new(world: &'w World, attachment: &Container) -> Self {
        let mut denials = Self { rules: Vec::new(), unread: Vec::new(), to_anyone: Verdict::No };
        if !is_asked(world) {
            return denials;
        }
        let first = DenyPolicyName { attachment: attachment.clone(), id: None };
        let all = world.deny_policies.range(&first..);
        for (name, policy) in all.take_while(|(name, _)| name.attachment == *attachment) {
            match policy {
                Observed::Known(DenyPolicy { rules, text: _ }) => {
                    let rules = rules.iter().enumerate();
                    let refusals = rules.map(|(place, rule)| Refusal::new(name, place, rule.as_ref()));
                    let refusals = refusals.filter(|refusal| refusal.permission > Verdict::No);
                    let mut refusals: Vec<_> = refusals.collect();
                    refusals.sort_by_cached_key(|refusal| refusal.rule.map(contents));
                    denials.rules.extend(refusals);
                }
                Observed::Unreadable(gap) => denials.unread.push((name, gap)),
            }
        }
        let of_rules = denials.rules.iter().map(Refusal::to_anyone).max().unwrap_or(Verdict::No);
        denials.to_anyone = of_rules.max(denials.least());
        denials
    }

    /// Whether there is nothing here that could refuse a call.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.unread.is_empty()
    }

    /// Whether they refuse this caller.
    pub(super) fn to(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        let mut refused = self.least();
        for rule in &self.rules {
            if refused == Verdict::Yes {
                break;
            }
            refused = refused.max(rule.to(candidate));
        }
        refused
    }

    /// Whether they refuse a request without a token.
    pub(super) fn to_anyone(&self) -> Verdict {
        self.to_anyone
    }

    /// What was not read may refuse anybody.
    fn least(&self) -> Verdict {
        if self.unread.is_empty() { Verdict::No } else { Verdict::Unknown }
    }
}

impl<'w> Refusal<'w> {
    fn new(policy: &'w DenyPolicyName, place: usize, rule: Option<&'w DenyRule>) -> Self {
        let Some(of_deny) = rule else {
            let denied = vec![Denied::Everybody];
            let (permission, condition) = (Verdict::Unknown, Verdict::Yes);
            return Self { policy, place, rule, permission, condition, denied, excepted: Vec::new() };
        };
        let DenyRule {
            denied_principals,
            exception_principals,
            denied_permissions,
            exception_permissions,
            condition,
        } = of_deny;
        Self {
            policy,
            place,
            rule,
            permission: permission::refuses_calls(denied_permissions, exception_permissions),
            condition: condition::denies(condition.as_ref()),
            denied: denied_principals.iter().map(|text| Denied::of(text)).collect(),
            excepted: exception_principals.iter().map(|text| Denied::of_exception(text)).collect(),
        }
    }

    /// What it refuses to whoever it names.
    pub(super) fn refuses(&self) -> Verdict {
        self.permission.min(self.condition)
    }

    /// Whether it refuses this caller.
    pub(super) fn to(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        self.refuses().min(self.names(candidate)).min(!self.spares(candidate))
    }

    /// Whether it refuses a request without a token.
    pub(super) fn to_anyone(&self) -> Verdict {
        let any = |named: &[Denied]| named.iter().map(Denied::holds_anyone).max().unwrap_or(Verdict::No);
        self.refuses().min(any(&self.denied)).min(!any(&self.excepted))
    }

    /// Whether it names this caller.
    pub(super) fn names(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        any(&self.denied, candidate)
    }

    /// Whether it excepts this caller.
    pub(super) fn spares(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        any(&self.excepted, candidate)
    }

    /// Everybody it denies, with the text that it says so in.
    pub(super) fn denied(&self) -> impl Iterator<Item = (&'w str, &Denied)> {
        texts(self.rule.map(|rule| &*rule.denied_principals), &self.denied)
    }

    /// Everybody it excepts, with the text that it says so in.
    pub(super) fn excepted(&self) -> impl Iterator<Item = (&'w str, &Denied)> {
        texts(self.rule.map(|rule| &*rule.exception_principals), &self.excepted)
    }
}

/// What a rule says, without the order of its lists.
fn contents(rule: &DenyRule) -> ([BTreeSet<&str>; 4], Option<&str>) {
    let DenyRule {
        denied_principals,
        exception_principals,
        denied_permissions,
        exception_permissions,
        condition,
    } = rule;
    let lists = [denied_principals, exception_principals, denied_permissions, exception_permissions];
    let lists = lists.map(|list| list.iter().map(|text| &**text).collect());
    (lists, condition.as_ref().map(|condition| &*condition.expression))
}

fn any(named: &[Denied], candidate: &Candidate<'_, '_>) -> Verdict {
    let mut found = Verdict::No;
    for one in named {
        found = found.max(candidate.is_covered(one));
        if found == Verdict::Yes {
            break;
        }
    }
    found
}

fn texts<'w, 'r>(
    texts: Option<&'w [Arc<str>]>,
    named: &'r [Denied],
) -> impl Iterator<Item = (&'w str, &'r Denied)> {
    texts.unwrap_or(&[]).iter().map(|text| &**text).zip(named)
}
