//! The condition of a binding, as text: meaning is the business of the verdict.

use std::sync::Arc;

/// An IAM condition. Two conditions are the same only if all of their parts are
/// (<https://cloud.google.com/iam/docs/conditions-overview>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// A short name, required by Google.
    pub title: Arc<str>,
    /// What it is for, where somebody said so.
    pub description: Option<Arc<str>>,
    /// The expression in Common Expression Language.
    pub expression: Arc<str>,
    /// Where the expression was written, for error messages of Google; hardly ever there.
    pub location: Option<Arc<str>>,
}
