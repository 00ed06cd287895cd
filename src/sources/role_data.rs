//! Role data for callmap itself, made from what Google's IAM API answers
//! (`GET https://iam.googleapis.com/v1/roles?view=FULL`).
//!
//! What is not whole is refused: a role that is missing would be unknown to every audit, and one without its
//! permissions harmless.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize as _;
use serde_json::{Deserializer, Serializer, ser::PrettyFormatter, value::RawValue};

use super::wire::{
    self,
    role::{self, Told},
};
use crate::{access::role_data::RoleDataFile, model::Permission, world::RoleDefinition};

/// How many of a hundred roles must still be there.
const STILL_THERE: usize = 95;

/// Why no role data can be made of what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleDataError {
    /// It cannot be read.
    #[error("{place}: {what}; it should be what `roles.list` or `roles.get` of the IAM API answers")]
    Shape {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The last page says that another follows.
    #[error("{0}: another page follows (`nextPageToken`), and it is not here; give all pages, in order")]
    MorePages(String),
    /// A page stands behind one that is the last.
    #[error("{0}: the page before it is the last; give the pages of one list, in order")]
    BehindTheLast(String),
    /// A role stands in it twice.
    #[error("{0}: `{1}` was there already; give each page once")]
    Twice(String, String),
    /// A role of somebody else's.
    #[error("{0}: `{1}` is none of Google's own roles; ask for `v1/roles`")]
    Custom(String, String),
    /// Roles without their permissions.
    #[error("`roles/run.invoker` does not carry `run.routes.invoke` here; ask with `view=FULL`")]
    NotFull,
    /// Far fewer roles than there were.
    #[error(
        "only {now} roles, and there were {before}; see that all pages are here, or say that it is meant (`--fewer`)"
    )]
    Fewer {
        /// How many there are.
        now: usize,
        /// How many there were.
        before: usize,
    },
    /// The date is none.
    #[error("`{0}` is not a date such as `2026-08-22`")]
    Date(String),
}

/// Makes role data of texts, each with a name to be shown: pages of the list in order, or single roles. `before` is
/// the data so far, which this may not fall far short of.
///
/// # Errors
/// Where what was given is not whole.
pub fn make(
    texts: &[(String, String)],
    source: &str,
    date: &str,
    before: Option<&RoleDataFile>,
) -> Result<RoleDataFile, RoleDataError> {
    let is_date = date.len() == "2026-01-01".len() && NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok();
    if !is_date {
        return Err(RoleDataError::Date(date.to_owned()));
    }
    let roles = whole(texts)?;
    let mut carrying: BTreeMap<String, BTreeSet<String>> =
        Permission::ALL.iter().map(|permission| (permission.as_str().to_owned(), BTreeSet::new())).collect();
    for (name, role) in &roles {
        // A role that is off is known, and gives nothing.
        for permission in role.gives().iter() {
            carrying.entry(permission.as_str().to_owned()).or_default().insert(name.clone());
        }
    }
    if !carrying[Permission::Invoke.as_str()].contains("roles/run.invoker") {
        return Err(RoleDataError::NotFull);
    }
    let before = before.map_or(0, |before| before.known_roles.len());
    if roles.len() * 100 < before * STILL_THERE {
        return Err(RoleDataError::Fewer { now: roles.len(), before });
    }
    Ok(RoleDataFile {
        source: source.to_owned(),
        date: date.to_owned(),
        known_roles: roles.into_keys().collect(),
        roles_with_permission: carrying,
    })
}

/// Every role in these texts by name.
fn whole(texts: &[(String, String)]) -> Result<BTreeMap<String, RoleDefinition>, RoleDataError> {
    let mut roles = BTreeMap::new();
    let mut open = None;
    let mut has_last = false;
    for (place, text) in texts {
        for json in Deserializer::from_str(text).into_iter::<&RawValue>() {
            let shape = |what: String| RoleDataError::Shape { place: place.clone(), what };
            let json = json.map_err(|error| shape(format!("is not JSON: {}", wire::in_words(&error))))?;
            let Told { roles: told, has_next } = role::told(json.get()).map_err(|error| shape(error.0))?;
            if has_next.is_some() && has_last {
                return Err(RoleDataError::BehindTheLast(place.clone()));
            }
            has_last |= has_next == Some(false);
            open = match has_next {
                Some(true) => Some(place),
                Some(false) => None,
                None => open,
            };
            for (name, role) in told {
                if !name.starts_with("roles/") {
                    return Err(RoleDataError::Custom(place.clone(), name));
                }
                if roles.contains_key(&name) {
                    return Err(RoleDataError::Twice(place.clone(), name));
                }
                roles.insert(name, role);
            }
        }
    }
    open.map_or(Ok(roles), |place| Err(RoleDataError::MorePages(place.clone())))
}

/// The data as it stands in its file: the same for the same data, and one role a line.
///
/// # Errors
/// Never: it is plain JSON.
pub fn text(file: &RoleDataFile) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"")))?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVOKER: &str = r#"{"name":"roles/run.invoker","title":"Cloud Run Invoker","includedPermissions":["run.jobs.run","run.routes.invoke"],"stage":"GA","etag":"AA=="}"#;

    fn made(texts: &[&str]) -> Result<RoleDataFile, RoleDataError> {
        let texts: Vec<_> =
            texts.iter().enumerate().map(|(at, text)| (format!("page-{at}"), (*text).to_owned())).collect();
        make(&texts, "made up", "2026-11-23", None)
    }

    fn why(texts: &[&str]) -> String {
        made(texts).unwrap_err().to_string()
    }

    #[test]
    fn pages_become_data_in_order_with_the_permissions_that_are_judged_by() {
        let first = format!(r#"{{"roles":[{{"name":"roles/z.viewer"}},{INVOKER}],"nextPageToken":"b"}}"#);
        let second = r#"{"roles":[
            {"name":"roles/a.off","includedPermissions":["run.routes.invoke"],"stage":"DISABLED"},
            {"name":"roles/a.gone","includedPermissions":["run.routes.invoke"],"deleted":true},
            {"name":"roles/a.admin","includedPermissions":["run.services.get","run.services.setIamPolicy"]}]}"#;
        let file = made(&[&first, second]).unwrap();
        // The same from one stream, and from single roles in another order.
        assert_eq!(made(&[&format!("{first}\n{second}")]).unwrap(), file);
        let text = String::from_utf8(text(&file).unwrap()).unwrap();
        let is_empty = |line: &&str| line.ends_with("[],") || line.ends_with("[]");
        assert_eq!(text.lines().filter(is_empty).count(), Permission::ALL.len() - 3);
        let filled: Vec<&str> = text.lines().filter(|line| !is_empty(line)).collect();
        assert_eq!(
            filled.join("\n"),
            r#"{
"source": "made up",
"date": "2026-11-23",
"known_roles": [
"roles/a.admin",
"roles/a.gone",
"roles/a.off",
"roles/run.invoker",
"roles/z.viewer"
],
"roles_with_permission": {
"run.jobs.run": [
"roles/run.invoker"
],
"run.routes.invoke": [
"roles/run.invoker"
],
"run.services.setIamPolicy": [
"roles/a.admin"
],
}
}"#
        );
    }

    #[test]
    fn single_roles_become_the_same_data_in_any_order() {
        let viewer = r#"{"name":"roles/z.viewer","stage":"GA"}"#;
        let file = made(&[viewer, INVOKER]).unwrap();
        assert_eq!(made(&[INVOKER, viewer]).unwrap(), file);
        assert_eq!(made(&[&format!(r#"{{"roles":[{INVOKER},{viewer}]}}"#)]).unwrap(), file);
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let page = |more: &str| format!(r#"{{"roles":[{INVOKER}]{more}}}"#);
        assert_eq!(
            why(&[&page(r#","nextPageToken":"b""#)]),
            "page-0: another page follows (`nextPageToken`), and it is not here; give all pages, in order"
        );
        assert_eq!(
            why(&[&page(""), r#"{"roles":[{"name":"roles/x"}]}"#]),
            "page-1: the page before it is the last; give the pages of one list, in order"
        );
        let first = page(r#","nextPageToken":"b""#);
        assert_eq!(
            why(&[&first, &first]),
            "page-1: `roles/run.invoker` was there already; give each page once"
        );
        assert!(why(&[r#"{"roles":[{"name":"roles/run.invoker"}]}"#]).ends_with("ask with `view=FULL`"));
        assert!(why(&[]).ends_with("ask with `view=FULL`"));
        assert!(why(&[r#"{"name":"projects/p/roles/x"}"#]).ends_with("ask for `v1/roles`"));
        for broken in [
            r#"{"error":{"code":403}}"#,
            "{}",
            "[]",
            r#"{"roles":[{"stage":"GA"}]}"#,
            r#"{"roles":[{"name":"roles/x","includedPermissions":"run.routes.invoke"}]}"#,
            r#"{"roles":["#,
            "<html>",
        ] {
            assert!(matches!(made(&[broken]), Err(RoleDataError::Shape { .. })), "{broken}");
        }
    }

    #[test]
    fn far_fewer_roles_than_before_are_refused() {
        let roles = |count: usize| {
            let others = (1..count).map(|number| format!(r#"{{"name":"roles/r{number}"}}"#));
            let all: Vec<_> = std::iter::once(INVOKER.to_owned()).chain(others).collect();
            vec![("all".to_owned(), format!(r#"{{"roles":[{}]}}"#, all.join(",")))]
        };
        let before = make(&roles(100), "made up", "2026-11-23", None).unwrap();
        assert!(make(&roles(95), "made up", "2026-11-23", Some(&before)).is_ok());
        let fewer = make(&roles(94), "made up", "2026-11-23", Some(&before)).unwrap_err();
        assert_eq!(fewer, RoleDataError::Fewer { now: 94, before: 100 });
    }

    #[test]
    fn a_date_is_a_date() {
        let texts = [("one".to_owned(), INVOKER.to_owned())];
        for date in ["2026-02-30", "22.08.2026", "2026-8-2", ""] {
            let wrong = make(&texts, "made up", date, None);
            assert_eq!(wrong, Err(RoleDataError::Date(date.to_owned())));
        }
    }

    #[test]
    fn the_data_that_ships_stands_as_it_would_be_written() {
        let shipped = include_str!("../../policies/builtin/roles.json");
        let file: RoleDataFile = serde_json::from_str(shipped).unwrap();
        assert_eq!(String::from_utf8(text(&file).unwrap()).unwrap(), shipped);
    }
}
