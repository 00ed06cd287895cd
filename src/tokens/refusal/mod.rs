//! Why a call was refused, in plain words: from the answer, what the token says of itself, the map, and the verdict where
//! it may be read. Nothing is said to be known that is not.
//!
//! Pure: whatever was read, and the times, come in as values.

mod cause;
mod evidence;
mod forbidden;
mod next;
#[cfg(test)]
mod tests;

use super::{call::Page, id::Claims};
use crate::{
    access::Answer,
    callers::{Location, Writer},
    model::{Principal, RoleName, ServiceName, Time},
    world::{Gap, Settings},
};

pub use cause::{Cause, Kind, Sureness};
pub use next::Next;

/// For whom the tokens of people's logins with gcloud are; Cloud Run takes these from people
/// (<https://cloud.google.com/run/docs/authenticating/developers>).
pub const GCLOUD: &str = "32555940559.apps.googleusercontent.com";

/// A call that was refused, and what is known that has to do with it.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// The answer.
    pub answer: Answered,
    /// The clock of this machine, when the answer came: tokens are judged by such clocks.
    pub here: Time,
    /// What time it is where grants are judged, and by the journals: on an emulator, that of its own clock.
    pub now: Time,
    /// What was brought.
    pub brought: Brought<'a>,
    /// The function, in the words of whoever called it.
    pub called: &'a str,
    /// The function, where it is known which one it is.
    pub function: Option<&'a ServiceName>,
    /// Whether the call went to an address of Google's for functions.
    pub is_googles: bool,
    /// Whether that is one below `run.app`.
    pub is_default_url: bool,
    /// What was read of it.
    pub read: Read<'a>,
    /// What the map says of it; `None` without a map, or where it is not on it.
    pub declared: Option<Declared<'a>>,
    /// When callmap itself last granted the caller the right to call, by its journals.
    pub granted: Option<Time>,
    /// The role that callmap grants.
    pub role: &'a RoleName,
    /// The options of callmap that say which map, as they are written on a command line.
    pub options: &'a str,
}

/// An answer, as far as it tells why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Whose page it is.
    pub page: Page,
    /// The clock of the server.
    pub at: Option<Time>,
}

/// What a call brought to show who it is of.
#[derive(Debug, Clone, Copy)]
pub enum Brought<'a> {
    /// No token.
    Nothing,
    /// A header that somebody gave.
    Own,
    /// A token, and what it says.
    Token {
        /// What it says.
        claims: &'a Claims,
        /// Whose it is.
        principal: Option<&'a Principal>,
        /// How it was come by, in words.
        way: &'a str,
    },
}

/// What was read of the function, for the explanation alone.
#[derive(Debug, Clone, Default)]
pub struct Read<'a> {
    /// Its settings.
    pub settings: Option<&'a Settings>,
    /// Whether it was looked for, and is not there.
    pub is_absent: bool,
    /// Whether it takes tokens of this audience; `None` where that is not known.
    pub is_audience_taken: Option<bool>,
    /// Can the caller call it?
    pub verdict: Option<&'a Answer>,
    /// Whether deny policies count in that.
    pub is_deny_read: bool,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// What the map says of the function.
#[derive(Debug, Clone)]
pub struct Declared<'a> {
    /// Its name on the command line.
    pub name: String,
    /// Where it stands.
    pub place: Location,
    /// Whom to ask.
    pub owner: Option<&'a str>,
    /// Who else writes its policy.
    pub written_by: Option<Writer>,
    /// Whether its event source alone may call it.
    pub is_event_driven: bool,
    /// The line for this caller, or for a group that holds it.
    pub edge: Option<DeclaredEdge>,
}

/// What the map says of the caller.
#[derive(Debug, Clone)]
pub struct DeclaredEdge {
    /// The caller as the map names it.
    pub caller: String,
    /// Until when.
    pub until: Option<Time>,
    /// Where it stands.
    pub place: Location,
}

/// Why a call was refused, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Why, the most certain first; never none.
    pub causes: Vec<Cause>,
    /// What that rests on: a word, and what belongs to it. Untrusted text.
    pub evidence: Vec<(&'static str, String)>,
    /// What to do, the best first; never none. Untrusted text.
    pub next: Vec<Next>,
}

impl Refused<'_> {
    /// Why, and what to do.
    pub fn explain(&self) -> Explanation {
        let causes = self.causes();
        let first = causes.first().map_or(Kind::Own, |cause| cause.kind);
        Explanation { evidence: self.evidence(first), next: self.next(first), causes }
    }

    /// The time there, by which tokens are judged; where it is not told, the time here.
    fn then(&self) -> Time {
        self.answer.at.unwrap_or(self.here)
    }

    /// Whose token it is, as sentences name them.
    fn caller(&self) -> String {
        match self.brought {
            Brought::Token { principal: Some(principal), .. } => format!("`{principal}`"),
            Brought::Token { claims, .. } => format!("the account {}", claims.subject),
            Brought::Nothing => "somebody without a token".to_owned(),
            Brought::Own => "whoever you are".to_owned(),
        }
    }

    /// The same as a word of a command.
    fn caller_word(&self) -> &str {
        match self.brought {
            Brought::Token { principal: Some(principal), .. } => principal.as_str(),
            _ => "CALLER",
        }
    }
}

impl DeclaredEdge {
    fn is_in_force(&self, at: Time) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}
