//! The permissions that callmap judges by, as a small set that is quick to ask.

/// A permission that callmap judges by
/// (<https://cloud.google.com/iam/docs/roles-permissions>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Setting the allow policy of a folder.
    SetFolderPolicy,
    /// Setting the allow policy of an organization.
    SetOrganizationPolicy,
    /// Setting the allow policy of a project.
    SetProjectPolicy,
    /// Calling an instance: beside [`Permission::Invoke`] in `roles/run.invoker`, of no effect on a service.
    InvokeInstances,
    /// Running a job: beside [`Permission::Invoke`] in `roles/run.invoker`, of no effect on a service.
    RunJobs,
    /// Calling a service.
    Invoke,
    /// Setting the allow policy of a service; turning its invoker check off takes it, too
    /// (<https://cloud.google.com/run/docs/authenticating/public>).
    SetServicePolicy,
}

impl Permission {
    /// Every one of them, by name.
    pub const ALL: [Self; 7] = [
        Self::SetFolderPolicy,
        Self::SetOrganizationPolicy,
        Self::SetProjectPolicy,
        Self::InvokeInstances,
        Self::RunJobs,
        Self::Invoke,
        Self::SetServicePolicy,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetFolderPolicy => "resourcemanager.folders.setIamPolicy",
            Self::SetOrganizationPolicy => "resourcemanager.organizations.setIamPolicy",
            Self::SetProjectPolicy => "resourcemanager.projects.setIamPolicy",
            Self::InvokeInstances => "run.instances.invoke",
            Self::RunJobs => "run.jobs.run",
            Self::Invoke => "run.routes.invoke",
            Self::SetServicePolicy => "run.services.setIamPolicy",
        }
    }

    /// The permission of this name, where callmap judges by it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }
}

/// Some of the permissions that callmap judges by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Adds one.
    pub fn add(&mut self, permission: Permission) {
        self.0 |= 1 << permission as u8;
    }

    /// Whether this one is among them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
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
        Permission::ALL.into_iter().filter(move |permission| self.has(*permission))
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
        for (number, permission) in Permission::ALL.into_iter().enumerate() {
            assert_eq!(Permission::named(permission.as_str()), Some(permission));
            assert!(!all.has(permission) && all.count() == number);
            all.add(permission);
        }
        assert!(all.iter().eq(Permission::ALL) && !all.is_empty());
        assert_eq!(Permission::named("run.services.get"), None);
    }
}
