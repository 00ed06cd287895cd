//! One file of a map as it was written: its parts with their places, before names mean anything.

use super::{Expiry, Writer, yaml::Span};
use crate::model::{Level, RoleName, RuleId, Time};
use chrono::TimeDelta;

/// A scalar and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) text: Box<str>,
    pub(super) span: Span,
}

#[derive(Debug, Default)]
pub(super) struct FileDraft {
    pub(super) project: Option<Text>,
    /// `project` is there, though it may be wrong.
    pub(super) has_project: bool,
    pub(super) region: Option<Text>,
    /// `region` is there, though it may be wrong.
    pub(super) has_region: bool,
    pub(super) owner: Option<Text>,
    pub(super) written_by: Option<Writer>,
    /// `functions` and where it stands.
    pub(super) functions: Vec<FunctionDraft>,
    pub(super) functions_at: Option<Span>,
    pub(super) callers: Vec<CallerDraft>,
    pub(super) callers_at: Option<Span>,
    /// The first setting, which makes this the file of settings.
    pub(super) settings_at: Option<Text>,
    pub(super) settings: SettingsDraft,
}

#[derive(Debug)]
pub(super) struct FunctionDraft {
    pub(super) name: Text,
    pub(super) resource: Option<Text>,
    pub(super) region: Option<Text>,
    pub(super) regions: Vec<Text>,
    pub(super) runs_as: Option<Text>,
    pub(super) is_event_driven: bool,
    pub(super) owner: Option<Text>,
    pub(super) written_by: Option<Writer>,
    pub(super) only: Option<Vec<Text>>,
}

#[derive(Debug)]
pub(super) struct CallerDraft {
    pub(super) caller: Text,
    pub(super) targets: Vec<TargetDraft>,
}

#[derive(Debug)]
pub(super) struct TargetDraft {
    /// A short name or a glob over them.
    pub(super) function: Text,
    pub(super) until: Option<(Time, Span)>,
    pub(super) reason: Option<Box<str>>,
}

#[derive(Debug, Default)]
pub(super) struct SettingsDraft {
    pub(super) environments: Option<Vec<EnvironmentDraft>>,
    pub(super) accepted: Vec<AcceptanceDraft>,
    pub(super) levels: Vec<(RuleId, Level)>,
    pub(super) role: Option<RoleName>,
    pub(super) expiry: Option<Expiry>,
    pub(super) max_until: Option<TimeDelta>,
    pub(super) domains: Option<Vec<Text>>,
    pub(super) projects: Vec<Text>,
}

#[derive(Debug)]
pub(super) struct EnvironmentDraft {
    pub(super) name: Text,
    pub(super) words: Vec<(Text, Text)>,
}

#[derive(Debug)]
pub(super) struct AcceptanceDraft {
    pub(super) span: Span,
    pub(super) rule: RuleId,
    pub(super) caller: Option<Text>,
    pub(super) resource: Option<Text>,
    pub(super) functions: Vec<Text>,
    pub(super) role: Option<RoleName>,
    pub(super) reason: Box<str>,
    pub(super) until: Time,
}
