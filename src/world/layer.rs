//! What a run asks for, and what came of it.

/// One kind of thing that a run reads or leaves alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Services and their settings.
    Services,
    /// Allow policies of services.
    Policies,
    /// Projects, folders and organizations, and their allow policies.
    Ancestors,
    /// What custom roles hold.
    Roles,
    /// Functions of the Cloud Functions API.
    Functions,
    /// Triggers, subscriptions, jobs and queues.
    EventSources,
    /// Members of groups.
    Groups,
    /// Deny policies.
    DenyPolicies,
    /// Allow policies of the service accounts that declared callers are.
    AccountPolicies,
}

/// What came of reading a [`Layer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerState {
    /// It was read.
    Read,
    /// It was asked for, and some of it was refused or could not be had.
    Refused,
    /// Nobody asked for it: verdicts are made without it, and say so.
    NotAsked,
}

impl Layer {
    /// Every layer, in the order they are shown.
    pub const ALL: [Self; 9] = [
        Self::Services,
        Self::Policies,
        Self::Ancestors,
        Self::Roles,
        Self::Functions,
        Self::EventSources,
        Self::Groups,
        Self::DenyPolicies,
        Self::AccountPolicies,
    ];

    /// The word for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Policies => "policies",
            Self::Ancestors => "ancestors",
            Self::Roles => "roles",
            Self::Functions => "functions",
            Self::EventSources => "event sources",
            Self::Groups => "groups",
            Self::DenyPolicies => "deny policies",
            Self::AccountPolicies => "account policies",
        }
    }
}

impl LayerState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Read, Self::Refused, Self::NotAsked];

    /// The word for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Refused => "refused",
            Self::NotAsked => "not asked",
        }
    }
}
