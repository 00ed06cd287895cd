//! The permissions that callmap judges by, as a set that is quick to ask.

macro_rules! permissions {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal;)+) => {
        /// A permission that callmap judges by
        /// (<https://cloud.google.com/iam/docs/roles-permissions>).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[$doc])+ $variant,)+ }

        impl Permission {
            /// Every one of them, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

permissions! {
    /// Starting a build, which runs as an account.
    CreateBuilds = "cloudbuild.builds.create";
    /// Making a function, which runs as an account.
    CreateFunctions = "cloudfunctions.functions.create";
    /// Changing a function, and what it runs as.
    UpdateFunctions = "cloudfunctions.functions.update";
    /// Making a job of Cloud Scheduler, which calls as an account.
    CreateSchedulerJobs = "cloudscheduler.jobs.create";
    /// Changing a job of Cloud Scheduler, and whom it calls as.
    UpdateSchedulerJobs = "cloudscheduler.jobs.update";
    /// Making a queue of Cloud Tasks, which may call as an account.
    CreateQueues = "cloudtasks.queues.create";
    /// Changing a queue of Cloud Tasks, and whom it calls as.
    UpdateQueues = "cloudtasks.queues.update";
    /// Making a task of Cloud Tasks, which calls as an account.
    CreateTasks = "cloudtasks.tasks.create";
    /// Making a virtual machine, which runs as an account.
    CreateInstances = "compute.instances.create";
    /// Changing what a custom role carries.
    UpdateRoles = "iam.roles.update";
    /// Making a key of a service account.
    CreateKeys = "iam.serviceAccountKeys.create";
    /// Attaching a service account to what runs or calls as it.
    ActAs = "iam.serviceAccounts.actAs";
    /// Getting an access token of a service account.
    GetAccessToken = "iam.serviceAccounts.getAccessToken";
    /// Getting an ID token of a service account.
    GetOpenIdToken = "iam.serviceAccounts.getOpenIdToken";
    /// Getting tokens of the accounts that a service account may get tokens of.
    ImplicitDelegation = "iam.serviceAccounts.implicitDelegation";
    /// Setting the allow policy of a service account.
    SetAccountPolicy = "iam.serviceAccounts.setIamPolicy";
    /// Signing anything as a service account, and so what is exchanged for an ID token.
    SignBlob = "iam.serviceAccounts.signBlob";
    /// The same of a JWT.
    SignJwt = "iam.serviceAccounts.signJwt";
    /// Making a subscription of Pub/Sub, which may call as an account.
    CreateSubscriptions = "pubsub.subscriptions.create";
    /// Changing a subscription of Pub/Sub, and whom it calls as.
    UpdateSubscriptions = "pubsub.subscriptions.update";
    /// Setting the allow policy of a folder.
    SetFolderPolicy = "resourcemanager.folders.setIamPolicy";
    /// Setting the allow policy of an organization.
    SetOrganizationPolicy = "resourcemanager.organizations.setIamPolicy";
    /// Setting the allow policy of a project.
    SetProjectPolicy = "resourcemanager.projects.setIamPolicy";
    /// Calling an instance: beside [`Permission::Invoke`] in `roles/run.invoker`, of no effect on a service.
    InvokeInstances = "run.instances.invoke";
    /// Making a job of Cloud Run, which runs as an account.
    CreateJobs = "run.jobs.create";
    /// Running a job: beside [`Permission::Invoke`] in `roles/run.invoker`, of no effect on a service.
    RunJobs = "run.jobs.run";
    /// Changing a job of Cloud Run, and what it runs as.
    UpdateJobs = "run.jobs.update";
    /// Calling a service.
    Invoke = "run.routes.invoke";
    /// Making a service, which runs as an account.
    CreateServices = "run.services.create";
    /// Setting the allow policy of a service; turning its invoker check off takes it, too
    /// (<https://cloud.google.com/run/docs/authenticating/public>).
    SetServicePolicy = "run.services.setIamPolicy";
    /// Changing a service, and what it runs as.
    UpdateServices = "run.services.update";
    /// Making a workflow, which runs as an account.
    CreateWorkflows = "workflows.workflows.create";
    /// Changing a workflow, and what it runs as.
    UpdateWorkflows = "workflows.workflows.update";
}

impl Permission {
    /// The permission of this name, where callmap judges by it.
    pub fn named(name: &str) -> Option<Self> {
        let place = Self::ALL.binary_search_by(|permission| permission.as_str().cmp(name)).ok()?;
        Self::ALL.get(place).copied()
    }
}

/// Some of the permissions that callmap judges by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Adds one.
    pub fn add(&mut self, permission: Permission) {
        self.0 |= 1 << permission as u64;
    }

    /// These.
    pub const fn of(all: &[Permission]) -> Self {
        let mut bits = 0;
        let mut place = 0;
        while place < all.len() {
            bits |= 1 << all[place] as u64;
            place += 1;
        }
        Self(bits)
    }

    /// Those that are among others, too.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is among them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Each of them, by name.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(all: T) -> Self {
        let mut permissions = Self::NONE;
        all.into_iter().for_each(|permission| permissions.add(permission));
        permissions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_a_name_of_its_own_and_a_place_in_the_set() {
        assert!(Permission::ALL.is_sorted_by(|left, right| left.as_str() < right.as_str()));
        let mut all = Permissions::NONE;
        for (number, permission) in Permission::ALL.iter().copied().enumerate() {
            assert_eq!(Permission::named(permission.as_str()), Some(permission));
            assert!(!all.has(permission) && all.count() == number);
            all.add(permission);
        }
        assert!(
            all.iter().eq(Permission::ALL.iter().copied())
                && all == Permissions::of(Permission::ALL)
                && !all.is_empty()
        );
        assert!(Permission::ALL.len() <= u64::BITS as usize);
        assert_eq!(Permission::named("run.services.get"), None);
    }
}
