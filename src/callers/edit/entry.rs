//! One entry of a caller's list as it is written.

use crate::{
    callers::write::scalar,
    model::{Time, time::rfc3339},
};

/// An entry of a caller's list to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The short name of the function.
    pub function: String,
    /// The first moment at which the caller may no longer call; `None` is for good.
    pub until: Option<Time>,
    /// Why.
    pub reason: Option<String>,
}

impl Entry {
    /// Whether the name of the function says all of it.
    pub(super) fn is_plain(&self) -> bool {
        self.until.is_none() && self.reason.is_none()
    }

    fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let Self { function, until, reason } = self;
        let until = until.map(|until| ("until", rfc3339(until)));
        let reason = reason.as_ref().map(|reason| ("reason", scalar(reason)));
        [Some(("function", scalar(function))), until, reason].into_iter().flatten()
    }

    /// The lines of an item whose dash stands behind this indentation.
    pub(super) fn block(&self, indent: &str) -> Vec<String> {
        if self.is_plain() {
            return vec![format!("{indent}- {}", scalar(&self.function))];
        }
        let line = |(number, (name, value)): (usize, (&str, String))| {
            let dash = if number == 0 { "- " } else { "  " };
            format!("{indent}{dash}{name}: {value}")
        };
        self.fields().enumerate().map(line).collect()
    }

    /// The item within brackets.
    pub(super) fn flow(&self) -> String {
        if self.is_plain() {
            return scalar(&self.function);
        }
        let fields: Vec<_> = self.fields().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{{ {} }}", fields.join(", "))
    }
}
