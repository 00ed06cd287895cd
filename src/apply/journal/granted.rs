//! When callmap itself let somebody in, as its journals tell: what is new may not count everywhere yet.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::{Disk, Ending, directory::ENDING, read};
use crate::{
    model::{Condition, Principal, RoleName, ServiceName, Time},
    sources,
};

/// So many journals are looked into, the newest first: of older ones nothing is new.
const MOST: usize = 32;

/// When a member last came into the policy of a service that is stored in this source (`live`, `emulator`), where the
/// journals of a directory tell, and it was not taken out again. What cannot be read tells nothing.
pub fn granted(
    disk: &dyn Disk,
    directory: &Path,
    source: &str,
    principal: &Principal,
    is_it: &dyn Fn(&ServiceName) -> bool,
) -> Option<Time> {
    let mut files = disk.list(directory).ok()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
    let mut last: Option<(Time, bool)> = None;
    for path in files.iter().rev().take(MOST) {
        let Ok(Some(recorded)) = read::if_journal(disk, path) else { continue };
        if recorded.header.source != source {
            continue;
        }
        for (attempt, ending) in &recorded.attempts {
            let Some(Ending::Written { stored, at }) = ending else { continue };
            if !attempt.resource.parse().is_ok_and(|name| is_it(&name)) {
                continue;
            }
            let (before, after) = (grants(&attempt.before, principal), grants(stored, principal));
            if before != after && last.is_none_or(|(latest, _)| latest < *at) {
                last = Some((*at, !after.is_subset(&before)));
            }
        }
    }
    last.filter(|(_, is_in)| *is_in).map(|(at, _)| at)
}

/// What a policy gives this principal.
fn grants(policy: &Value, principal: &Principal) -> BTreeSet<(RoleName, Option<Condition>)> {
    let Ok(policy) = sources::policy(policy) else { return BTreeSet::new() };
    let named = policy.bindings.into_iter().filter(|binding| binding.members.contains(principal));
    named.map(|binding| (binding.role, binding.condition)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{apply::journal::LocalDisk, model::time::moment};

    const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";

    fn journal(source: &str, writes: &[(&str, &str, &str)]) -> String {
        let mut text = format!(
            concat!(
                r#"{{"format":"callmap-journal/1","id":"a","tool":"0","made_at":"2026-11-23T00:00:00Z","source":"{}","#,
                r#""env":null,"map_digest":"00","work":{{"apply":{{"plan":{{}}}}}}}}"#,
                "\n"
            ),
            source
        );
        let policy = |members: &str| {
            let bindings = format!(r#"[{{"role":"roles/run.invoker","members":[{members}]}}]"#);
            format!(
                r#"{{"etag":"BwYx5zWdQ0A=","bindings":{}}}"#,
                if members.is_empty() { "[]" } else { &bindings }
            )
        };
        for (before, after, at) in writes {
            let (before, after) = (policy(before), policy(after));
            text.push_str(&format!(
                concat!(
                    r#"{{"attempt":{{"step":"s1","resource":"{}","uid":null,"before":{},"after":{}}}}}"#,
                    "\n",
                    r#"{{"ending":{{"step":"s1","ending":{{"came":"written","stored":{},"at":"{}"}}}}}}"#,
                    "\n"
                ),
                PAY, before, after, after, at
            ));
        }
        text
    }

    #[test]
    fn the_last_write_that_changed_what_somebody_may_counts() {
        let dir = tempfile::tempdir().unwrap();
        let ana = Principal::new("user:Ana@example.com");
        let (in_, out) = ("\"user:ana@example.com\"", "");
        let at = |source: &str| {
            let found = granted(&LocalDisk, dir.path(), source, &ana, &|name| name.to_string() == PAY);
            found.map(crate::model::time::rfc3339)
        };
        assert_eq!(at("live"), None);
        fs::write(dir.path().join("notes.ndjson"), "{\"a\":1}\n").unwrap();
        let first = journal("live", &[(out, in_, "2026-11-23T09:00:00Z")]);
        fs::write(dir.path().join("1.ndjson"), first).unwrap();
        assert_eq!(at("live").as_deref(), Some("2026-11-23T09:00:00Z"));
        assert_eq!(at("emulator"), None);
        // Others come in, and it stays when it was.
        let other = journal(
            "live",
            &[(in_, "\"user:ana@example.com\",\"user:bo@example.com\"", "2026-11-23T09:10:00Z")],
        );
        fs::write(dir.path().join("2.ndjson"), other).unwrap();
        assert_eq!(at("live").as_deref(), Some("2026-11-23T09:00:00Z"));
        let out_again = journal("live", &[(in_, out, "2026-11-23T09:20:00Z")]);
        fs::write(dir.path().join("3.ndjson"), out_again).unwrap();
        assert_eq!(at("live"), None);
        let back = journal("live", &[(out, in_, "2026-11-23T09:30:00Z")]);
        fs::write(dir.path().join("4.ndjson"), back).unwrap();
        assert_eq!(at("live"), moment("2026-11-23T09:30:00Z").ok().map(crate::model::time::rfc3339));
        // What is broken tells nothing, and takes nothing away.
        fs::write(dir.path().join("5.ndjson"), "{\"format\":\"callmap-journal/1\",\n").unwrap();
        assert!(at("live").is_some());
        let none = granted(&LocalDisk, &dir.path().join("none"), "live", &ana, &|_| true);
        assert_eq!(none, None);
    }
}
