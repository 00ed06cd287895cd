//! What can be asked for: a method, and the names in its path.

use super::{
    asset::AssetCall, credentials::CredentialsCall, deny::DenyCall, function::FunctionCall,
    groups::GroupCall, policy::Place, run::OperationCall, run::RunCall,
};
use crate::emulator::state::Kind;

/// Which of the shapes of Resource Manager is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Shape {
    /// v1, and v2 of folders.
    Old,
    /// v3.
    New,
}

/// A method, and the names in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum Call {
    /// The locations of a project, as the API of a kind of resources tells them.
    Locations(Kind, String),
    /// What of a kind is below a parent: `projects/P` or `projects/P/locations/L`.
    List(Kind, String),
    /// One resource.
    Get(Kind, String),
    /// What Cloud Run does beside lists and policies.
    Run(RunCall),
    /// What Cloud Functions does beside lists and policies.
    Function(FunctionCall),
    /// What was begun.
    Operation(OperationCall),
    /// `getIamPolicy`.
    GetPolicy(Place),
    /// `setIamPolicy`.
    SetPolicy(Place),
    /// `testIamPermissions`.
    TestPermissions(Place),
    /// `getAncestry` of a project.
    Ancestry(String),
    /// A project, folder or organization.
    Container(String, Shape),
    /// Projects or folders directly below a parent.
    Children(Kind, Shape),
    /// Projects, folders or organizations that a query means.
    Search(Kind, Shape),
    /// A role.
    Role(String),
    /// The roles of a project or an organization; Google's own where it is empty.
    Roles(String),
    /// The roles that can be granted on something.
    GrantableRoles,
    /// A service account.
    Account(String),
    /// The service accounts of a project.
    Accounts(String),
    /// Cloud Asset Inventory.
    Asset(AssetCall),
    /// Groups of Cloud Identity.
    Group(GroupCall),
    /// Deny policies.
    Deny(DenyCall),
    /// A token of a service account, by its relative name.
    Credentials(CredentialsCall, String),
}

impl Call {
    /// Whether it changes nothing of the state, though it is asked for by POST.
    pub(in crate::emulator) fn is_read(&self) -> bool {
        matches!(
            self,
            Self::GetPolicy(_) | Self::TestPermissions(_) | Self::Ancestry(_) | Self::Credentials(..)
        )
    }
}
