//! Short ways to name things on a terminal. Everything is escaped on its way through.

use chrono::TimeDelta;

use super::{
    escape,
    summary::{counted, number},
};
use crate::{
    access::{Flip, Reason},
    model::{Condition, Grant, Principal, Resource, RuleId, ServiceName},
    rules::{Counts, RULES},
    world::SourceKind,
};

/// A function as people name it: `shop-prod/europe-west1/pay`.
pub fn function(name: &ServiceName) -> String {
    let ServiceName { project, location, service } = name;
    escape::terminal(&format!("{project}/{location}/{service}")).into_owned()
}

/// A resource: a function by its short name, everything else by its own.
pub fn resource(resource: &Resource) -> String {
    match resource {
        Resource::Service(name) => function(name),
        Resource::Container(_) | Resource::Other(_) => escape::terminal(&resource.to_string()).into_owned(),
    }
}

/// A role without the word that all of Google's begin with.
pub fn role(name: &str) -> String {
    escape::terminal(name.strip_prefix("roles/").unwrap_or(name)).into_owned()
}

/// The role of a grant and the condition it stands under.
pub fn grant(grant: &Grant) -> String {
    let condition = grant.condition.as_ref().map(|held| format!(" {}", condition(held)));
    role(grant.role.as_str()) + &condition.unwrap_or_default()
}

/// A condition by its title, or by its expression where it has none.
pub fn condition(condition: &Condition) -> String {
    match &*condition.title {
        "" => format!("if {}", escape::terminal(&condition.expression)),
        title => format!("if \"{}\"", escape::terminal(title)),
    }
}

/// What lets somebody through, stops it or may, where that does not stand `here` and does not name the caller itself; and
/// how many things do so besides.
pub fn through(first: &Reason, more: usize, here: Option<&Resource>, caller: Option<&Principal>) -> String {
    let Reason { effect: _, resource, role, member, condition, detail, gap: _ } = first;
    let elsewhere = resource.as_ref().filter(|found| Some(*found) != here).map(self::resource);
    let mut text = match (role, elsewhere) {
        (Some(role), None) => format!("by {}", self::role(role.as_str())),
        (Some(role), Some(elsewhere)) => format!("by {} on {elsewhere}", self::role(role.as_str())),
        (None, None) => escape::terminal(detail).into_owned(),
        (None, Some(elsewhere)) => format!("{elsewhere}: {}", escape::terminal(detail)),
    };
    let member = member.as_ref().filter(|member| Some(*member) != caller);
    let to = member.map(|member| format!(" to {}", escape::terminal(member.as_str())));
    let when = condition.as_ref().map(|held| format!(" {}", self::condition(held)));
    let besides = (more > 0).then(|| format!(" (and {more} more)"));
    text.extend([to, when, besides].into_iter().flatten());
    text
}

/// What a rule says, in a few words.
pub fn title(rule: RuleId) -> &'static str {
    RULES.iter().find(|known| known.id == rule).map_or("", |rule| rule.title)
}

/// What a change that would turn a verdict round is for.
pub fn to_turn(flip: &Flip) -> &'static str {
    match flip {
        Flip::Read { .. } | Flip::Members(_) => "to know",
        Flip::Grant { .. }
        | Flip::Remove { .. }
        | Flip::Check { .. }
        | Flip::Deny { .. }
        | Flip::Nothing(_) => "to change",
    }
}

/// How many can, how many may, and how many deny policies stop.
pub fn numbers((sure, unsure, denied): (usize, usize, usize), (one, many): (&str, &str)) -> String {
    let mut text = counted(sure, one, many);
    for (count, says) in [(unsure, "not known"), (denied, "denied")] {
        if count > 0 {
            text = format!("{text}, {} {says}", number(count));
        }
    }
    text
}

/// Where a world came from that was not read from files.
pub fn source(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Live => "Google Cloud",
        SourceKind::Emulator => "the emulator that `CALLMAP_EMULATOR_HOST` names, not Google Cloud",
        SourceKind::Demo => "the sample estate, served by the emulator in this program",
        SourceKind::Assets => "no files",
    }
}

/// Caller functions of which several revisions answer, which may run as several accounts.
pub fn split(counts: Counts) -> Vec<String> {
    let Counts { split, split_unknown, .. } = counts;
    let told = |count: usize, what: &str| {
        let functions = counted(count, "caller function", "caller functions");
        (count > 0).then(|| format!("{functions} with split traffic ({what})"))
    };
    let expected = told(split, "all accounts expected");
    expected.into_iter().chain(told(split_unknown, "some accounts not known")).collect()
}

/// That the data about Google's own roles is old.
pub fn old_roles(days: i64) -> String {
    format!(
        "the role data is {days} days old and decides what roles carry that were not read; a newer callmap knows \
         newer roles"
    )
}

/// How long something is, in the largest unit that says enough.
pub fn span(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours(), span.num_minutes());
    match (days, hours, minutes) {
        (2.., ..) => format!("{} days", number(usize::try_from(days).unwrap_or(usize::MAX))),
        (_, 2.., _) => format!("{hours} hours"),
        (_, _, 2..) => format!("{minutes} minutes"),
        _ => "moments".to_owned(),
    }
}

/// How long ago, in the largest unit that says enough.
pub fn age(age: TimeDelta) -> String {
    let (days, hours, minutes) = (age.num_days(), age.num_hours(), age.num_minutes());
    match (days, hours, minutes) {
        (2.., ..) => format!("{days} days old"),
        (_, 2.., _) => format!("{hours} hours old"),
        (_, _, 2..) => format!("{minutes} minutes old"),
        _ => "new".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_says_enough() {
        assert_eq!(age(TimeDelta::days(3)), "3 days old");
        assert_eq!(age(TimeDelta::hours(47)), "47 hours old");
        assert_eq!(age(TimeDelta::minutes(119)), "119 minutes old");
        assert_eq!(age(TimeDelta::seconds(59)), "new");
    }
}
