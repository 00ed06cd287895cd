//! Which part of the world a gap is in: what a line of `callmap/Unreadable` says by its permission.

/// A part of the world that can be unread for one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::sources) enum GapLayer {
    /// The settings of a service.
    Settings,
    /// The allow policy of a service, project, folder or organization.
    Policy,
    /// The account that a revision of a service runs as.
    Revision,
    /// What stands above a service, or above every service of a project.
    Ancestors,
    /// A list, by its relative name.
    List,
    /// What a role holds.
    Role,
    /// The allow policy of a service account.
    AccountPolicy,
    /// The members of a group.
    Group,
    /// A deny policy, or all of one attachment.
    DenyPolicy,
    /// The event sources of a project, taken together.
    EventSources,
    /// The jobs and instances of a project.
    Workloads,
    /// The projects below a folder or an organization.
    ProjectsBelow,
}

impl GapLayer {
    const ALL: [Self; 12] = [
        Self::Settings,
        Self::Policy,
        Self::Revision,
        Self::Ancestors,
        Self::List,
        Self::Role,
        Self::AccountPolicy,
        Self::Group,
        Self::DenyPolicy,
        Self::EventSources,
        Self::Workloads,
        Self::ProjectsBelow,
    ];

    /// The word for it, on lines whose permission does not tell it.
    pub(in crate::sources) fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Policy => "policy",
            Self::Revision => "revision",
            Self::Ancestors => "ancestors",
            Self::List => "list",
            Self::Role => "role",
            Self::AccountPolicy => "account policy",
            Self::Group => "group",
            Self::DenyPolicy => "deny policy",
            Self::EventSources => "event sources",
            Self::Workloads => "workloads",
            Self::ProjectsBelow => "projects below",
        }
    }

    /// The layer of this word.
    pub(in crate::sources) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.as_str() == word)
    }

    /// The layer that a permission reads.
    pub(in crate::sources) fn of_permission(permission: &str) -> Option<Self> {
        match permission {
            "run.services.get" => Some(Self::Settings),
            "run.services.getIamPolicy"
            | "resourcemanager.projects.getIamPolicy"
            | "resourcemanager.folders.getIamPolicy"
            | "resourcemanager.organizations.getIamPolicy" => Some(Self::Policy),
            "resourcemanager.projects.get"
            | "resourcemanager.folders.get"
            | "resourcemanager.organizations.get" => Some(Self::Ancestors),
            "run.revisions.get" => Some(Self::Revision),
            "iam.roles.get" => Some(Self::Role),
            "iam.serviceAccounts.getIamPolicy" => Some(Self::AccountPolicy),
            "iam.denypolicies.get" | "iam.denypolicies.list" => Some(Self::DenyPolicy),
            other => (other.rsplit('.').next() == Some("list")).then_some(Self::List),
        }
    }
}
