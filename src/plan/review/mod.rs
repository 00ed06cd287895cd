//! Every temporary and human caller: until when, why, whom to ask, what the world says, and what they reach.
//!
//! Pure. What is not known is said to be unknown, and a review of a world that was not all read is not complete.

mod declared;
mod live;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use declared::declared;
pub use live::live;

use crate::{
    access::{Reach, Reason},
    callers::Location,
    model::{Principal, PrincipalKind, Resource, ServiceName, Time},
};

/// Every temporary and human caller.
#[derive(Debug, Clone, Default)]
pub struct Review<'w> {
    /// Who may call or can: what has expired first, then by what ends soonest, then what has no end.
    pub rows: Vec<Row>,
    /// What each of them can call in what was read; nobody where no world was read.
    pub reach: BTreeMap<Principal, Reached<'w>>,
    /// What could not be read and decides, accepted or not.
    pub gaps: Vec<Gap>,
    /// Whether any of that is accepted by nobody.
    pub has_open_gaps: bool,
}

/// What one caller can call, and what it is declared for.
#[derive(Debug, Clone)]
pub struct Reached<'w> {
    /// What it can call.
    pub reach: Reach<'w>,
    /// What it is declared for now.
    pub declared: BTreeSet<ServiceName>,
}

/// One caller, and functions that it is declared for or can call alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The first moment at which it may no longer call; `None` is for good.
    pub until: Option<Time>,
    /// Whether that is past.
    pub is_expired: bool,
    /// Who: as the map has it, or as a policy has it: `kind:name`, or `function:NAME`.
    pub caller: Arc<str>,
    /// Whom that means, where that is known.
    pub principal: Option<Principal>,
    /// Whether people are let in by it.
    pub is_human: bool,
    /// What it may call, or can.
    pub functions: Arc<[Function]>,
    /// Why, where the map says so.
    pub reason: Option<Arc<str>>,
    /// Whom to ask about these functions, as the map says.
    pub owners: BTreeSet<Arc<str>>,
    /// Where the map declares it; `None` of what nobody declared.
    pub declared_at: Option<Location>,
    /// What it is in the world.
    pub standing: Standing,
    /// Through what, or why not, and how many things say so besides.
    pub through: Option<(Reason, usize)>,
    /// Who is in it, where it is a group.
    pub members: Option<Members>,
}

/// A function that the map governs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    /// What messages call it: its short name, with the region where it has several.
    pub name: Arc<str>,
    /// Which one it is.
    pub service: ServiceName,
}

/// What a caller is in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It can call.
    Can,
    /// It cannot call yet.
    NotYet,
    /// It can no longer call.
    NoLonger,
    /// A deny policy keeps it from calling.
    Denied,
    /// Whether it can call is not known.
    Unknown,
    /// The function is not live.
    NotLive,
    /// No world was asked.
    NotAsked,
}

/// Who is in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Members {
    /// These, through groups in it, too.
    Known(Vec<Principal>),
    /// Nobody knows all of them.
    Unknown,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What.
    pub resource: Resource,
    /// Why, and what it takes.
    pub message: String,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Those that end.
    Temporary,
    /// Those that let people in.
    Human,
    /// Those that have ended.
    Expired,
}

impl Standing {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Can => "has it now",
            Self::NotYet => "not yet",
            Self::NoLonger => "no longer",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
            Self::NotLive => "not live",
            Self::NotAsked => "not asked",
        }
    }
}

impl Review<'_> {
    /// The rows that are wanted, and what their callers reach.
    #[must_use]
    pub fn only(mut self, only: Option<Only>) -> Self {
        let is_wanted = |row: &Row| match only {
            None => true,
            Some(Only::Temporary) => row.until.is_some(),
            Some(Only::Human) => row.is_human,
            Some(Only::Expired) => row.is_expired,
        };
        self.rows.retain(is_wanted);
        let Self { rows, reach, .. } = &mut self;
        let kept: BTreeSet<_> = rows.iter().filter_map(|row| row.principal.as_ref()).collect();
        reach.retain(|caller, _| kept.contains(caller));
        self
    }

    /// Whether everything that was asked about is known: nothing is unread that nobody accepted, and of no caller it
    /// is unknown what it can call.
    pub fn is_sure(&self) -> bool {
        let is_known = |row: &Row| row.standing != Standing::Unknown;
        !self.has_open_gaps
            && self.rows.iter().all(is_known)
            && self.reach.values().all(|reached| reached.reach.unsure.is_empty())
    }

    /// In the order it is shown.
    fn sorted(mut self) -> Self {
        let key = |row: &Row| (row.until.is_none(), row.until);
        self.rows.sort_by(|one, other| key(one).cmp(&key(other)).then_with(|| one.cmp(other)));
        self.rows.dedup();
        self
    }
}

/// Whether people are let in by naming this principal: users, groups, domains, anybody, and whoever holds a role.
pub fn is_human(principal: &Principal) -> bool {
    match principal.kind() {
        PrincipalKind::User(_)
        | PrincipalKind::Group(_)
        | PrincipalKind::Domain(_)
        | PrincipalKind::AllUsers
        | PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::ProjectRole(_) => true,
        PrincipalKind::ServiceAccount(_)
        | PrincipalKind::ServiceAccountSet(_)
        | PrincipalKind::Federated
        | PrincipalKind::Deleted
        | PrincipalKind::Other => false,
    }
}
