//! What an explanation rests on, in short lines: never the token.

use super::{Brought, GCLOUD, Kind, Refused};
use crate::{model::time::rfc3339, tokens::clock};

impl Refused<'_> {
    /// What the first of the causes rests on: what has nothing to do with it only distracts.
    pub(super) fn evidence(&self, kind: Kind) -> Vec<(&'static str, String)> {
        let (is_token, is_read, is_map) = match kind {
            Kind::NoToken => (false, false, false),
            Kind::Own => (matches!(self.answer.status, 401 | 403), false, false),
            Kind::Audience | Kind::Time | Kind::BadToken => (true, false, false),
            Kind::NotGranted | Kind::Over | Kind::Condition | Kind::TooNew | Kind::Denied => {
                (true, true, true)
            }
            Kind::Ingress | Kind::DefaultUrl | Kind::Nowhere => (false, true, true),
            Kind::Proxy => (true, false, true),
        };
        let mut lines = Vec::new();
        if is_token {
            self.token(&mut lines);
            lines.extend(self.skew().map(|skew| ("clock", skew)));
        }
        lines.extend(self.unread().filter(|_| is_read).map(|gaps| ("not read", gaps)));
        let is_about_grants = !matches!(kind, Kind::Ingress | Kind::DefaultUrl | Kind::Nowhere | Kind::Proxy);
        lines.extend(self.by_the_map(is_about_grants).filter(|_| is_map).map(|map| ("map", map)));
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
        clock::skew(self.here, self.answer.at?).map(clock::words)
    }

    fn unread(&self) -> Option<String> {
        if self.read.gaps.is_empty() {
            return None;
        }
        let mut permissions: Vec<&str> =
            self.read.gaps.iter().filter_map(|gap| gap.permission.as_deref()).collect();
        // What stands on the function itself decides most.
        permissions
            .sort_unstable_by_key(|permission| (!permission.starts_with("run.services."), *permission));
        permissions.dedup();
        let why = match &permissions[..] {
            [] => self.read.gaps.first()?.why.to_string(),
            [only] => format!("`{only}` is missing"),
            [first, second] => format!("`{first}` and `{second}` are missing"),
            [first, rest @ ..] => format!("`{first}` and {} other permissions are missing", rest.len()),
        };
        let what = if self.answer.status == 404 { "its settings" } else { "what is granted" };
        Some(format!("{what} could not be read: {why}"))
    }

    fn by_the_map(&self, is_about_grants: bool) -> Option<String> {
        let declared = self.declared.as_ref()?;
        let owner = declared.owner.map(|owner| format!("; owner {owner}")).unwrap_or_default();
        let place = |location: &crate::callers::Location| format!("{}:{}", location.file, location.line);
        let said = match &declared.edge {
            _ if !is_about_grants => format!("declared in {}", place(&declared.place)),
            _ if declared.is_event_driven => {
                format!("its event source alone may call it ({})", place(&declared.place))
            }
            Some(edge) => {
                let until = match edge.until {
                    Some(until) if edge.is_in_force(self.now) => format!(" until {}", rfc3339(until)),
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
