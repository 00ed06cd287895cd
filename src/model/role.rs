//! Role names.

use std::{fmt, sync::Arc};

/// The name of a role: `roles/ID`, `projects/P/roles/ID` or `organizations/N/roles/ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(Arc<str>);

impl RoleName {
    /// Any text is carried as it came; what it means is asked of the other methods.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name belongs to a project or an organization rather than to Google.
    pub fn is_custom(&self) -> bool {
        !self.0.starts_with("roles/")
    }

    /// Whether it is one of the three roles from before IAM, which take no condition.
    pub fn is_basic(&self) -> bool {
        matches!(&*self.0, "roles/owner" | "roles/editor" | "roles/viewer")
    }

    /// Whether this is a conditional binding read without its condition
    /// (<https://cloud.google.com/iam/docs/troubleshooting-withcond>).
    pub fn is_withcond(&self) -> bool {
        self.0.contains("_withcond_")
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
