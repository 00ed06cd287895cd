//! The groups file: who is in which group, for runs without a directory to ask.
//!
//! YAML, group → members: `group:team@example.com: [user:alice@example.com]`. A bare e-mail address as a key is
//! a group; members carry their kind. A group that is not in the file is not known; one with `[]` is empty.

use std::{collections::BTreeMap, fmt};

use super::{
    error::{Place, ReadError},
    input::Input,
};
use crate::{
    callers::yaml::{self, LineIndex, Node, Span},
    model::{Principal, PrincipalKind},
};

/// Groups and their direct members.
pub type Groups = BTreeMap<Principal, Vec<Principal>>;

/// Everything that is wrong with a groups file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct GroupsError {
    /// The file as it was given.
    pub file: String,
    /// Line, column and message of each mistake, in their order.
    pub mistakes: Vec<(usize, usize, String)>,
}

impl fmt::Display for GroupsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (line, column, what)) in self.mistakes.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{}:{line}:{column}: {what}", self.file)?;
        }
        Ok(())
    }
}

/// Reads a groups file to its end; gzip is taken off.
///
/// # Errors
/// Where the stream fails, or is longer than any groups file.
pub fn bytes(input: Input) -> Result<Vec<u8>, ReadError> {
    let place = Place { file: input.name.clone(), line: None };
    let mut decoded = input.decoded()?;
    let mut bytes = Vec::new();
    decoded.fill(yaml::MAX_BYTES + 1, &mut bytes)?;
    if bytes.len() > yaml::MAX_BYTES {
        return Err(ReadError::Wrong { place, what: "is longer than 32 MiB".to_owned() });
    }
    Ok(bytes)
}

/// The groups that a text holds.
///
/// # Errors
/// All of its mistakes.
pub fn read(file: &str, bytes: &[u8]) -> Result<Groups, GroupsError> {
    let error = |mistakes| GroupsError { file: file.to_owned(), mistakes };
    let text = match yaml::decode(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(mistake) => return Err(error(vec![(1, 1, mistake.message)])),
    };
    let lines = LineIndex::new(text);
    let placed = |mistakes: Vec<(Span, String)>| {
        let place = |(span, what): (Span, String)| {
            let (line, column) = lines.place(span.start);
            (line, column, what)
        };
        error(mistakes.into_iter().map(place).collect())
    };
    // Read with care first: a text made to exhaust the second reader never gets there.
    let node = yaml::parse(text).map_err(|mistakes| {
        placed(
            mistakes.into_iter().map(|one| (one.span, format!("{}; {}", one.message, one.repair))).collect(),
        )
    })?;
    let mistakes = mistakes(&node);
    if !mistakes.is_empty() {
        return Err(placed(mistakes));
    }
    let groups: BTreeMap<String, Vec<String>> = serde_yaml::from_str(text).map_err(|wrong| {
        let (line, column) = wrong.location().map_or((1, 1), |place| (place.line(), place.column()));
        error(vec![(line, column, wrong.to_string())])
    })?;
    let members = |list: Vec<String>| list.into_iter().map(Principal::new).collect();
    Ok(groups.into_iter().map(|(group, list)| (group_of(&group), members(list))).collect())
}

/// The group that a key names, which may leave its kind out.
fn group_of(key: &str) -> Principal {
    if key.contains(':') { Principal::new(key) } else { Principal::new(format!("group:{key}")) }
}

fn mistakes(node: &Node<'_>) -> Vec<(Span, String)> {
    let Some(entries) = node.entries() else {
        let what = "is not a mapping of groups; write `group:team@example.com: [user:alice@example.com]`";
        return vec![(node.span, what.to_owned())];
    };
    let mut found = Vec::new();
    let mut known: BTreeMap<Principal, Span> = BTreeMap::new();
    for (key, members) in entries {
        let name = key.text().unwrap_or_default();
        let group = group_of(name);
        match group.kind() {
            PrincipalKind::Group(email) if email.contains('@') => {}
            _ => found.push((key.span, format!("`{name}` is not a group; write it as `group:EMAIL`"))),
        }
        if known.insert(group, key.span).is_some() {
            found.push((key.span, format!("`{name}` is there twice; keep one list of its members")));
        }
        let Some(items) = members.items() else {
            let what = format!("`{name}` has no list of members; write `[]` for a group without any");
            found.push((members.span, what));
            continue;
        };
        found.extend(items.iter().filter_map(member));
    }
    found
}

/// What is wrong with a member.
fn member(node: &Node<'_>) -> Option<(Span, String)> {
    let Some(name) = node.text() else {
        return Some((node.span, "is not a member; write one as `user:alice@example.com`".to_owned()));
    };
    let what = match Principal::new(name).kind() {
        _ if name.is_empty() => "is an empty member; take it out".to_owned(),
        PrincipalKind::AllUsers | PrincipalKind::AllAuthenticatedUsers => {
            format!("`{name}` cannot be a member of a group; take it out")
        }
        PrincipalKind::Other if !name.contains(':') => {
            let kind = if name.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
            format!("`{name}` has no kind; write it as `kind:name`, for example `{kind}:{name}`")
        }
        _ => return None,
    };
    Some((node.span, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes_of(text: &str) -> String {
        read("groups.yaml", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn groups_and_members_are_read_and_a_bare_key_is_a_group() {
        let text = "# comment\ngroup:Team@example.com: [user:alice@example.com, serviceAccount:a@b.iam.gserviceaccount.com]\n\
                    ops@example.com:\n  - group:team@example.com\n  - martian:zorg\nempty@example.com: []\n";
        let groups = read("groups.yaml", text.as_bytes()).unwrap();
        let names: Vec<&str> = groups.keys().map(Principal::as_str).collect();
        assert_eq!(names, ["group:empty@example.com", "group:ops@example.com", "group:Team@example.com"]);
        assert_eq!(groups[&Principal::new("group:team@example.com")].len(), 2);
        assert_eq!(groups[&Principal::new("group:empty@example.com")], []);
        assert_eq!(read("g", b"{}").unwrap(), Groups::new());
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_repair() {
        let text = "group:a@example.com:\n  - alice@example.com\n  - x@p.iam.gserviceaccount.com\n  - allUsers\n\
                    group:A@example.com: []\nuser:bob@example.com: []\nteam: []\nb@example.com:\n";
        assert_eq!(
            mistakes_of(text),
            "groups.yaml:2:5: `alice@example.com` has no kind; write it as `kind:name`, for example `user:alice@example.com`\n\
             groups.yaml:3:5: `x@p.iam.gserviceaccount.com` has no kind; write it as `kind:name`, for example `serviceAccount:x@p.iam.gserviceaccount.com`\n\
             groups.yaml:4:5: `allUsers` cannot be a member of a group; take it out\n\
             groups.yaml:5:1: `group:A@example.com` is there twice; keep one list of its members\n\
             groups.yaml:6:1: `user:bob@example.com` is not a group; write it as `group:EMAIL`\n\
             groups.yaml:7:1: `team` is not a group; write it as `group:EMAIL`\n\
             groups.yaml:8:15: `b@example.com` has no list of members; write `[]` for a group without any"
        );
        assert!(
            mistakes_of("group:a@example.com: []\ngroup:a@example.com: []\n").contains("groups.yaml:2:1")
        );
        assert!(mistakes_of("- a\n").contains("is not a mapping"));
        assert!(mistakes_of("").contains("the file is empty"));
        assert!(mistakes_of("group:a@example.com: [12]\n").contains("`12` has no kind"));
    }

    #[test]
    fn a_text_made_to_exhaust_is_refused_at_once() {
        for text in [
            "{a: ".repeat(200_000),
            "[".repeat(200_000),
            "- ".repeat(200_000),
            "? ".repeat(200_000),
            (0..400).fold(String::new(), |text, depth| format!("{text}{}a:\n", " ".repeat(depth))),
            "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n".to_owned(),
        ] {
            assert!(read("g", text.as_bytes()).is_err());
        }
        assert!(read("g", b"a@example.com: [\xff]").is_err());
    }
}
