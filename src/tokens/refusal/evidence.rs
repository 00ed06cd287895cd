//! What an explanation rests on, in short lines: never the token.

use chrono::TimeDelta;

use super::{Brought, Cause, GCLOUD, Kind, Refused};
use crate::model::time::rfc3339;

/// Clocks need not be the same to the second.
const SKEW: TimeDelta = TimeDelta::seconds(30);

impl Refused<'_> {
    pub(super) fn evidence(&self, causes: &[Cause]) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        self.token(&mut lines);
        if let Some(skew) = self.skew() {
            lines.push(("clock", skew));
        }
        // Whoever is let in has no use for who else is.
        if causes.iter().all(|cause| cause.kind == Kind::Own && self.answer.status != 403) {
            return lines;
        }
        if let Some(gaps) = self.unread() {
            lines.push(("not read", gaps));
        }
        lines.extend(self.by_the_map().map(|map| ("map", map)));
        lines
    }

    /// What the token says of itself.
    fn token(&self, lines: &mut Vec<(&'static str, String)>) {
        let (claims, principal, way) = match self.brought {
            Brought::Nothing => return lines.push(("token", "none was sent".to_owned())),
            Brought::Own => return lines.push(("token", "the one that you gave in a header".to_owned())),
            Brought::Token { claims, principal, way } => (claims, principal, way),
        };
        let whose = match (principal, claims.principal()) {
            (Some(principal), Some(said)) if *principal == said => format!("of `{principal}`"),
            (Some(principal), _) => format!("of `{principal}`, whose address it does not say"),
            (None, _) => format!("of the account {}", claims.subject),
        };
        lines.push(("token", format!("{whose}, by {way}")));
        let is_gcloud = *claims.audience == *GCLOUD;
        let whom = if is_gcloud { " (gcloud itself: Cloud Run takes that from people)" } else { "" };
        lines.push(("", format!("for `{}`{whom}", claims.audience)));
        let until = claims.until.map_or_else(String::new, |until| format!(", good until {}", rfc3339(until)));
        lines.push(("", format!("given by `{}`{until}", claims.issuer)));
    }

    /// How far the two clocks are apart, where that is more than a trifle.
    fn skew(&self) -> Option<String> {
        let ahead = self.now - self.answer.at?;
        if ahead.abs() <= SKEW {
            return None;
        }
        let which = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
        Some(format!("this machine's clock is {} {which} the server's", long(ahead.abs())))
    }

    fn unread(&self) -> Option<String> {
        if self.read.gaps.is_empty() {
            return None;
        }
        let mut permissions: Vec<&str> =
            self.read.gaps.iter().filter_map(|gap| gap.permission.as_deref()).collect();
        permissions.sort_unstable();
        permissions.dedup();
        let why = match &permissions[..] {
            [] => self.read.gaps.first()?.why.to_string(),
            [only] => format!("`{only}` is missing"),
            [first, .., last] if permissions.len() == 2 => format!("`{first}` and `{last}` are missing"),
            [first, rest @ ..] => format!("`{first}` and {} other permissions are missing", rest.len()),
        };
        Some(format!("what is granted could not be read: {why}"))
    }

    fn by_the_map(&self) -> Option<String> {
        let declared = self.declared.as_ref()?;
        let owner = declared.owner.map(|owner| format!("; owner {owner}")).unwrap_or_default();
        let place = |location: &crate::callers::Location| format!("{}:{}", location.file, location.line);
        let said = match &declared.edge {
            _ if declared.is_event_driven => {
                format!("its event source alone may call it ({})", place(&declared.place))
            }
            Some(edge) => {
                let until = match edge.until {
                    Some(until) if edge.is_in_force(self.then()) => format!(" until {}", rfc3339(until)),
                    Some(until) => format!(" until {}, which is past", rfc3339(until)),
                    None => String::new(),
                };
                format!("`{}` is declared{until} ({})", edge.caller, place(&edge.place))
            }
            None => match self.brought {
                Brought::Token { .. } => {
                    format!("{} is not declared ({})", self.caller(), place(&declared.place))
                }
                Brought::Nothing | Brought::Own => format!("declared in {}", place(&declared.place)),
            },
        };
        Some(format!("{said}{owner}"))
    }
}

fn long(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (2.., ..) => format!("{} days", time.num_days()),
        (_, 2.., _) => format!("{} hours", time.num_hours()),
        (_, _, 2..) => format!("{} minutes", time.num_minutes()),
        _ => format!("{} seconds", time.num_seconds()),
    }
}
