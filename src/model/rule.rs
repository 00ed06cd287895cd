//! The ids of all rules, with the level each has unless a map says otherwise.
//!
//! What a rule looks for and what it says to people stands with the rule; ids and levels stand here because a
//! map may name them.

use std::{fmt, str::FromStr};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported.
    Ignore,
    /// Worth knowing.
    Note,
    /// Worth changing.
    Warning,
    /// Wrong.
    Error,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::Ignore, Self::Note, Self::Warning, Self::Error];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($variant:ident = $id:literal, $level:ident;)+) => {
        /// A rule's id. Ids are kebab-case and never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "what each says is in its rule's own page")]
        pub enum RuleId { $($variant,)+ }

        impl RuleId {
            /// Every rule, by id.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The id as text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The level its findings have unless the map says otherwise.
            pub const fn default_level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }
        }
    };
}

rules! {
    BehindIap = "behind-iap", Note;
    BorrowedCaller = "borrowed-caller", Warning;
    BroadRole = "broad-role", Error;
    ConditionalCaller = "conditional-caller", Warning;
    DeadGrant = "dead-grant", Warning;
    DefaultIdentity = "default-identity", Warning;
    DeniedCaller = "denied-caller", Error;
    EventFunctionCaller = "event-function-caller", Error;
    ExpiredCaller = "expired-caller", Error;
    ExternalPrincipal = "external-principal", Warning;
    IamCheckDisabled = "iam-check-disabled", Error;
    IdentityChanged = "identity-changed", Error;
    ImpersonableCaller = "impersonable-caller", Warning;
    InheritedCaller = "inherited-caller", Error;
    MissingCaller = "missing-caller", Error;
    MistimedCaller = "mistimed-caller", Warning;
    OtherWriter = "other-writer", Note;
    PrivilegedCaller = "privileged-caller", Warning;
    PublicFunction = "public-function", Error;
    SelfGranting = "self-granting", Note;
    SharedIdentity = "shared-identity", Warning;
    TriggerBlocked = "trigger-blocked", Error;
    UndeclaredCaller = "undeclared-caller", Error;
    UndeclaredFunction = "undeclared-function", Warning;
    UnknownFunction = "unknown-function", Error;
    Unreadable = "unreadable", Error;
    UnusedAcceptance = "unused-acceptance", Warning;
}

impl RuleId {
    /// The lowest level that a map may give it.
    pub const fn lowest_level(self) -> Level {
        match self {
            Self::Unreadable => Level::Error,
            Self::PublicFunction | Self::IamCheckDisabled | Self::UndeclaredCaller | Self::ExpiredCaller => {
                Level::Warning
            }
            _ => Level::Ignore,
        }
    }
}

/// The text is not one of the words that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a {1}")]
pub struct WordError(pub String, pub &'static str);

impl FromStr for RuleId {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.as_str() == text)
            .ok_or_else(|| WordError(text.to_owned(), "rule"))
    }
}

impl FromStr for Level {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| WordError(text.to_owned(), "level"))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_read_back() {
        assert!(RuleId::ALL.is_sorted_by_key(|rule| rule.as_str()));
        for rule in RuleId::ALL {
            assert_eq!(rule.as_str().parse(), Ok(*rule));
            assert!(rule.lowest_level() <= rule.default_level());
        }
    }
}
