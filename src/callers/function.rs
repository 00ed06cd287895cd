//! A function that the map governs.

use std::sync::Arc;

use super::Place;
use crate::model::{Principal, ServiceName};

/// A function as it was declared, in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredFunction {
    /// Its short name in the map.
    pub name: Arc<str>,
    /// The service, as far as the map alone can tell: the project may be a number, and the last part may be a
    /// function id of the Cloud Functions API rather than a service's name.
    pub target: ServiceName,
    /// Whether it stands in several regions, so that messages must name the region.
    pub has_regions: bool,
    /// Whom to ask about it.
    pub owner: Option<Arc<str>>,
    /// Who else writes its IAM policy.
    pub written_by: Option<Writer>,
    /// The service account it is said to run as.
    pub runs_as: Option<Principal>,
    /// `trigger: event`: only its event source may call it.
    pub is_event_driven: bool,
    /// Where its name stands.
    pub place: Place,
    /// Where its `runs_as` stands.
    pub runs_as_place: Option<Place>,
}

/// Somebody else who writes an IAM policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// Terraform.
    Terraform,
    /// Another tool.
    Other,
}

impl Writer {
    /// The word for it, in maps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Other => "other",
        }
    }
}
