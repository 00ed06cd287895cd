//! Which permissions let their holder act as a service account, and from where
//! (<https://cloud.google.com/iam/docs/service-account-permissions>).

use crate::model::{Container, Permission, Permissions, Resource};

/// They make what proves to be the account: an ID token, or what is exchanged for one
/// (<https://cloud.google.com/iam/docs/create-short-lived-credentials-direct>).
pub const MINTING: Permissions = Permissions::of(&[
    Permission::GetOpenIdToken,
    Permission::SignJwt,
    Permission::SignBlob,
    Permission::CreateKeys,
    Permission::GetAccessToken,
]);

/// They write the policies that say who may act as the account.
pub const WRITING: Permissions = Permissions::of(&[
    Permission::SetAccountPolicy,
    Permission::SetProjectPolicy,
    Permission::SetFolderPolicy,
    Permission::SetOrganizationPolicy,
]);

/// They give what the account itself may do at Google's APIs, and so whatever account that may act as. An ID token is
/// none of it.
const STANDING_IN: Permissions = Permissions::of(&[
    Permission::SignJwt,
    Permission::SignBlob,
    Permission::CreateKeys,
    Permission::GetAccessToken,
    Permission::ImplicitDelegation,
    Permission::SetAccountPolicy,
    Permission::SetProjectPolicy,
    Permission::SetFolderPolicy,
    Permission::SetOrganizationPolicy,
]);

/// They make or change what runs or calls as an account, for whoever may attach it
/// (<https://cloud.google.com/iam/docs/attach-service-accounts>).
pub const MAKING: Permissions = Permissions::of(&[
    Permission::CreateServices,
    Permission::UpdateServices,
    Permission::CreateFunctions,
    Permission::UpdateFunctions,
    Permission::CreateJobs,
    Permission::UpdateJobs,
    Permission::CreateInstances,
    Permission::CreateBuilds,
    Permission::CreateWorkflows,
    Permission::UpdateWorkflows,
    Permission::CreateSchedulerJobs,
    Permission::UpdateSchedulerJobs,
    Permission::CreateTasks,
    Permission::CreateQueues,
    Permission::UpdateQueues,
    Permission::CreateSubscriptions,
    Permission::UpdateSubscriptions,
]);

/// What counts for a service account by itself or together with more, wherever it hangs.
const ON_ACCOUNTS: Permissions = Permissions::of(&[
    Permission::GetOpenIdToken,
    Permission::SignJwt,
    Permission::SignBlob,
    Permission::CreateKeys,
    Permission::GetAccessToken,
    Permission::ImplicitDelegation,
    Permission::SetAccountPolicy,
    Permission::ActAs,
]);

/// Those of the permissions of a role that count for the service accounts on or below where it is granted. What
/// counts on a resource counts for all that lies below it: a right over folders is inert on a project.
pub fn over_accounts(resource: &Resource, given: Permissions) -> Permissions {
    let reach = match resource {
        Resource::Service(_) => return Permissions::NONE,
        Resource::Other(_) => 0,
        Resource::Container(Container::Project(_)) => 2,
        Resource::Container(Container::Folder(_)) => 3,
        Resource::Container(Container::Organization(_)) => 4,
    };
    let above = [
        Permission::UpdateRoles,
        Permission::SetProjectPolicy,
        Permission::SetFolderPolicy,
        Permission::SetOrganizationPolicy,
    ];
    let above: Permissions = above.into_iter().take(reach).collect();
    given.and(ON_ACCOUNTS.or(above))
}

/// Whether who holds these over an account may stand in for it at Google's APIs, without more.
pub fn stands_in(given: Permissions) -> bool {
    !given.and(STANDING_IN).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inert_where_it_hangs_does_not_count() {
        let all = Permissions::of(Permission::ALL);
        let over = |name: &str| {
            let Ok(resource) = name.parse::<Resource>();
            over_accounts(&resource, all)
        };
        let account = over("projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com");
        assert!(account.has(Permission::SetAccountPolicy) && !account.has(Permission::UpdateRoles));
        let project = over("projects/shop-prod");
        assert!(project.has(Permission::SetProjectPolicy) && project.has(Permission::UpdateRoles));
        assert!(!project.has(Permission::SetFolderPolicy));
        assert!(over("organizations/9000").has(Permission::SetOrganizationPolicy));
        assert!(over("projects/p/locations/l/services/pay").is_empty());
        assert!(!stands_in(Permissions::of(&[Permission::GetOpenIdToken, Permission::ActAs])));
    }
}
