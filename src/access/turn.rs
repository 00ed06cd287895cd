//! A verdict weighed again with one thing changed, and why no one thing turns it round.

use std::fmt;

use super::{
    Candidate, Effect, Flip, Reason, Verdict,
    deny::Refusal,
    flip::{DenyChange, is_grantable, ways},
    weigh::{Cause, Weighing, Weight, total},
};
use crate::model::{Principal, PrincipalKind, RoleName, ServiceName};

/// A verdict to be turned round.
pub(super) struct Turn<'t, 'p, 'w> {
    pub(super) weighing: &'t Weighing<'p, 'w>,
    pub(super) candidate: &'t Candidate<'t, 'w>,
    pub(super) function: &'t ServiceName,
    /// What callmap grants.
    pub(super) role: &'t RoleName,
}

impl<'t, 'p, 'w> Turn<'t, 'p, 'w> {
    /// The verdict with something changed.
    pub(super) fn with(&self, change: impl FnOnce(&mut Weighing<'p, 'w>)) -> Verdict {
        let mut changed = self.weighing.clone();
        change(&mut changed);
        changed.verdict()
    }

    /// The rules of deny policies on the way, by their place among what refuses.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (usize, &'p Refusal<'w>)> + use<'t, 'p, 'w> {
        let refuses = self.weighing.refuses.iter().enumerate();
        refuses.filter_map(|(at, weight)| Some((at, weight.refusal?)))
    }
}

/// What a grant to the caller weighs.
pub(super) fn granted<'p, 'w>(principal: &Principal) -> Weight<'p, 'w> {
    let detail = String::new();
    let (resource, role, member, condition, gap) = (None, None, None, None, None);
    Weight {
        anyone: (principal.kind() == PrincipalKind::AllUsers).into(),
        caller: Verdict::Yes,
        reason: Reason { effect: Effect::Allow, resource, role, member, condition, detail, gap },
        cause: None,
        refusal: None,
    }
}

/// What something unknown may turn out to give and to refuse: to a request without a token, and to the caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    gives: [Verdict; 2],
    refuses: [Verdict; 2],
}

/// Everything it may turn out to be.
pub(super) fn outcomes() -> impl Iterator<Item = Outcome> {
    use Verdict::{No, Yes};
    let each = [[No, No], [No, Yes], [Yes, Yes]];
    each.into_iter().flat_map(move |gives| each.map(|refuses| Outcome { gives, refuses }))
}

/// What was unknown for this cause is known.
pub(super) fn learn(weighing: &mut Weighing<'_, '_>, cause: &Cause, outcome: Outcome) {
    let Outcome { gives, refuses } = outcome;
    let is_for = |weight: &Weight<'_, '_>| weight.cause.as_ref() == Some(cause);
    if weighing.open.1.as_ref().is_some_and(is_for) {
        weighing.open.0 = gives[0];
    }
    for (weights, [anyone, caller]) in [(&mut weighing.gives, gives), (&mut weighing.refuses, refuses)] {
        for weight in weights.iter_mut().filter(|weight| is_for(weight)) {
            // What is sure already stays so.
            if weight.anyone == Verdict::Unknown {
                weight.anyone = anyone;
            }
            if weight.caller == Verdict::Unknown {
                weight.caller = caller;
            }
        }
    }
}

/// Why no one change turns a verdict round.
pub(super) fn why_not(turn: &Turn<'_, '_, '_>) -> String {
    let principal = turn.candidate.principal;
    let ((_, given), (_, refused)) = (total(&turn.weighing.gives), total(&turn.weighing.refuses));
    let rules = turn.weighing.refuses.iter().filter(|weight| weight.caller > Verdict::No).count();
    match (turn.weighing.verdict(), principal.kind()) {
        (Verdict::Yes, _) if turn.weighing.open.0 == Verdict::Yes => {
            "with its check on, it would still be let through".to_owned()
        }
        (Verdict::Yes, _) => {
            format!("{} grants let it through, and each of them would have to go", ways(turn))
        }
        (_, PrincipalKind::Federated) => {
            "Cloud Run takes no federated identity: let it impersonate a service account, and grant that one"
                .to_owned()
        }
        (_, PrincipalKind::Deleted) => "it was deleted: grant the account that took its place".to_owned(),
        (_, kind) if !is_grantable(principal) && kind != PrincipalKind::Other => {
            "who is meant by it is decided elsewhere: grant those who are meant".to_owned()
        }
        (Verdict::No, _) if refused == Verdict::Yes && given < Verdict::Yes => {
            "nothing is sure to let it through, and a deny policy stops it: both would have to change"
                .to_owned()
        }
        (Verdict::No, _) if refused == Verdict::Yes => {
            format!("{rules} rules of deny policies stop it or may, and each would have to spare it")
        }
        (Verdict::No, _) => "nothing lets it through, and a deny policy may stop it even then".to_owned(),
        (Verdict::Unknown, _) => "several things are not known, and no one of them decides".to_owned(),
    }
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = |leaves: &Verdict| match leaves {
            Verdict::Unknown => " (the verdict is then unknown)",
            Verdict::No | Verdict::Yes => "",
        };
        match self {
            Self::Grant { role, function, principal, instead_of } => {
                write!(f, "grant `{role}` on `{function}` to `{principal}`")?;
                match instead_of {
                    Some(condition) => write!(f, " without the condition `{}`", name(condition)),
                    None => Ok(()),
                }
            }
            Self::Remove { resource, role, member, condition, leaves } => {
                write!(f, "remove `{member}` from `{role}` on `{resource}`")?;
                if let Some(condition) = condition {
                    write!(f, " under the condition `{}`", name(condition))?;
                }
                f.write_str(left(leaves))
            }
            Self::Check { function, leaves } => {
                write!(f, "turn the invoker check of `{function}` on{}", left(leaves))
            }
            Self::Deny { change, policy, rule, principal } => {
                let (id, attachment) = (policy.id.as_deref().unwrap_or_default(), &policy.attachment);
                let place = format!("rule {} of the deny policy `{id}` on `{attachment}`", rule + 1);
                match change {
                    DenyChange::Except => write!(f, "add the exception `{principal}` to {place}"),
                    DenyChange::Release => write!(f, "take `{principal}` out of {place}"),
                    DenyChange::Include => write!(f, "take the exception `{principal}` out of {place}"),
                }
            }
            Self::Read { resource, permission } => {
                write!(f, "read `{resource}`: this takes the permission `{permission}`")
            }
            Self::Members(group) => write!(f, "name the members of `{group}` with `--groups FILE`"),
            Self::Nothing(why) => write!(f, "no one change does: {why}"),
        }
    }
}

fn name(condition: &crate::model::Condition) -> &str {
    if condition.title.is_empty() { &condition.expression } else { &condition.title }
}
