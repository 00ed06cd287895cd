//! One change of one policy: a grant in, or a grant out.

use super::Include;
use crate::model::{Condition, Grant, Principal, PrincipalKind, Resource, RoleName, RuleId};

/// One grant that a plan puts into a policy or takes out of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// In or out.
    pub deed: Deed,
    /// What kind of change it is, which decides the flag that it needs.
    pub class: Class,
    /// The role.
    pub role: RoleName,
    /// Who.
    pub principal: Principal,
    /// Under which condition; of a grant to be taken out, exactly the one it has.
    pub condition: Option<Condition>,
    /// The rule whose finding it settles.
    pub rule: RuleId,
    /// Why, in one sentence: a fragment without a full stop.
    pub because: String,
}

/// Which way a [`Change`] goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// A grant is put in.
    Add,
    /// A grant is taken out.
    Remove,
}

/// The kinds of [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// An own grant for a declared caller or an event source; also the wrong grant that goes out with it.
    Add,
    /// An own grant for a declared public member: only with `--include-public`.
    Public,
    /// A grant of an invoker role on a governed function, out.
    Remove,
    /// A grant above functions, out: only with `--include-inherited`.
    Inherited,
    /// A grant that gives nothing, out: only with `--include-dead`.
    Dead,
}

impl Change {
    /// Whether nobody can put it back: Google takes no member that is deleted
    /// (<https://cloud.google.com/iam/docs/principal-identifiers#deleted>).
    pub fn is_final(&self) -> bool {
        self.deed == Deed::Remove && self.principal.kind() == PrincipalKind::Deleted
    }
}

impl Change {
    /// The grant that it puts into the policy of a resource or takes out of it.
    pub fn grant(&self, resource: &Resource) -> Grant {
        Grant {
            resource: resource.clone(),
            role: self.role.clone(),
            principal: self.principal.clone(),
            condition: self.condition.clone(),
        }
    }
}

impl Deed {
    /// Both ways, in the order they are shown.
    pub const ALL: [Self; 2] = [Self::Add, Self::Remove];

    /// The word for it, in reports and plan files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }
}

impl Class {
    /// Every class, in the order they are shown.
    pub const ALL: [Self; 5] = [Self::Add, Self::Public, Self::Remove, Self::Inherited, Self::Dead];

    /// What has to be asked for to have changes of this class; `None` where nothing has to be.
    pub const fn include(self) -> Option<Include> {
        match self {
            Self::Add | Self::Remove => None,
            Self::Public => Some(Include::Public),
            Self::Inherited => Some(Include::Inherited),
            Self::Dead => Some(Include::Dead),
        }
    }

    /// The word for it, in reports and plan files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Public => "public",
            Self::Remove => "remove",
            Self::Inherited => "inherited",
            Self::Dead => "dead",
        }
    }
}
