//! How the estate is governed, beyond its policies: what is off, and who may be named.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{State, line::Line};
use crate::sources::assets;

/// The asset type of the line that keeps it.
pub(super) const LINE: &str = assets::EMULATOR_SETTINGS;

/// How the estate is governed. What is left out is as usual.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// APIs that are off, by their hosts, such as `run.googleapis.com`.
    pub apis_off: BTreeSet<String>,
    /// The domains that new members of policies may come from; empty allows all of them.
    pub member_domains: BTreeSet<String>,
    /// Whether Cloud Run's v2 lists take `-` for every location.
    pub takes_wildcard: bool,
    /// Whether the edition of Cloud Identity is one that does not search through nested groups.
    pub basic_groups: bool,
    /// Groups that nobody is shown, as `group:EMAIL`.
    pub hidden_groups: BTreeSet<String>,
}

impl State {
    /// How it is governed.
    pub(in crate::emulator) fn settings(&self) -> Settings {
        Settings {
            apis_off: self.apis_off.clone(),
            member_domains: self.domains.clone(),
            takes_wildcard: self.takes_wildcard,
            basic_groups: self.groups.is_basic,
            hidden_groups: self.groups.hidden().clone(),
        }
    }

    /// Governs it so from now on.
    pub(in crate::emulator) fn set(&mut self, settings: Settings) {
        let Settings { apis_off, member_domains, takes_wildcard, basic_groups, hidden_groups } = settings;
        self.apis_off = apis_off;
        self.domains = member_domains.iter().map(|domain| domain.to_lowercase()).collect();
        self.takes_wildcard = takes_wildcard;
        self.groups.is_basic = basic_groups;
        self.groups.hide_these(hidden_groups);
    }

    /// Takes the line that keeps it; `false` where it holds something else.
    pub(super) fn take_settings(&mut self, line: &Line) -> bool {
        let settings = line.data().and_then(|data| serde_json::from_value::<Settings>(data.clone()).ok());
        let Some(mut settings) = settings else { return false };
        // Lines of groups that nobody is shown may have come before.
        settings.hidden_groups.extend(self.groups.hidden().iter().cloned());
        self.set(settings);
        true
    }

    /// The line that keeps it; `None` where it is as usual. Hidden groups have lines of their own.
    pub(super) fn settings_line(&self) -> Option<Value> {
        let settings = Settings { hidden_groups: BTreeSet::new(), ..self.settings() };
        let is_usual = settings == Settings::default();
        (!is_usual)
            .then(|| json!({ "name": "settings", "asset_type": LINE, "resource": { "data": settings } }))
    }
}
