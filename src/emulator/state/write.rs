//! A state as lines of assets, which it can be read from again, and `--from` reads.

use serde_json::{Value, json};

use super::{Kind, State};
use crate::model::time;

impl State {
    /// The state as lines of assets.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        let mut put = |line: &Value| {
            text.push_str(&line.to_string());
            text.push('\n');
        };
        for ((kind, name), asset) in &self.assets {
            let ancestors = asset.ancestors.clone().unwrap_or_else(|| self.ancestors(*kind, name));
            let ancestors = Some(ancestors);
            let held = self.policies.get(&(*kind, name.clone()));
            if asset.data.is_some() || held.is_none() {
                let resource = asset.data.as_ref().map(|data| json!({ "data": data }));
                let parts = [("resource", resource), ("ancestors", ancestors.clone())];
                put(&line(*kind, name, parts, asset.time));
            }
            if let Some(held) = held {
                let parts = [("iam_policy", Some(held.policy.clone())), ("ancestors", ancestors)];
                put(&line(*kind, name, parts, held.time));
            }
        }
        for (permission, name) in &self.refusals {
            put(&json!({
                "name": super::deny::refused_name(permission, name),
                "asset_type": "callmap/Unreadable",
                "why": "permission denied",
                "permission": permission,
            }));
        }
        self.groups.lines().chain(self.deny.lines()).for_each(|line| put(&line));
        self.settings_line().iter().for_each(&mut put);
        self.others.iter().for_each(&mut put);
        text
    }
}

fn line(
    kind: Kind,
    name: &str,
    parts: [(&'static str, Option<Value>); 2],
    moment: Option<crate::model::Time>,
) -> Value {
    let head = [
        ("name", Some(Value::from(format!("//{}/{name}", kind.host())))),
        ("asset_type", Some(kind.asset_type().into())),
    ];
    let end = [("update_time", moment.map(|moment| time::rfc3339(moment).into()))];
    super::object(head.into_iter().chain(parts).chain(end))
}
