//! Settings: what holds for the whole map.

use super::{
    Expiry,
    draft::{EnvironmentDraft, SettingsDraft, Text},
    read_accepted,
    shape::{Mistakes, items, key, listed, nearest, pairs, text, texts},
    words::is_name,
    yaml::Node,
};
use crate::model::{Level, RoleName, RuleId, time};

/// The roles that callmap can be told to grant.
pub(super) const ROLES: [&str; 2] = ["roles/run.invoker", "roles/run.servicesInvoker"];

/// How an `until` can be kept.
pub(super) const EXPIRIES: [&str; 2] = ["condition", "map"];

pub(super) fn read(draft: &mut SettingsDraft, setting: &str, value: &Node<'_>, mistakes: &mut Mistakes) {
    match setting {
        "environments" => draft.environments = environments(value, mistakes),
        "accepted" => {
            let entries = items(value, "`accepted`", mistakes).into_iter().flatten();
            draft.accepted = entries.filter_map(|entry| read_accepted::read(entry, mistakes)).collect();
        }
        "rules" => draft.levels = levels(value, mistakes),
        "role" => draft.role = word(value, "`role`", &ROLES, mistakes).map(RoleName::new),
        "expiry" => {
            draft.expiry = match word(value, "`expiry`", &EXPIRIES, mistakes) {
                Some("condition") => Some(Expiry::Condition),
                Some(_) => Some(Expiry::Map),
                None => None,
            }
        }
        "max_until" => {
            let Some(span) = text(value, "`max_until`", mistakes) else { return };
            match time::duration(&span.text) {
                Ok(longest) => draft.max_until = Some(longest),
                Err(error) => mistakes.add(span.span, error.to_string(), "write days or hours: `30d`, `8h`"),
            }
        }
        "domains" => {
            draft.domains = texts(value, "`domains`", mistakes).map(|names| domains(names, mistakes));
        }
        "projects" => draft.projects.extend(texts(value, "`projects`", mistakes).into_iter().flatten()),
        _ => {}
    }
}

fn word<'w>(value: &Node<'_>, what: &str, known: &[&'w str], mistakes: &mut Mistakes) -> Option<&'w str> {
    let found = text(value, what, mistakes)?;
    let word = known.iter().copied().find(|word| *word == &*found.text);
    if word.is_none() {
        let message = format!("`{}` is not what {what} can be", found.text);
        mistakes.add(found.span, message, format!("it takes {}", listed(known)));
    }
    word
}

fn environments(value: &Node<'_>, mistakes: &mut Mistakes) -> Option<Vec<EnvironmentDraft>> {
    let pairs = pairs(value, "`environments`", mistakes)?;
    if pairs.is_empty() {
        mistakes.add(value.span, "`environments` is empty", "name the environments, or take it out");
    }
    let found: Vec<_> = pairs.iter().filter_map(|(name, words)| environment(name, words, mistakes)).collect();
    if let Some((first, others)) = found.split_first() {
        for other in others {
            same_words(first, other, mistakes);
        }
    }
    Some(found)
}

fn environment(name: &Node<'_>, words: &Node<'_>, mistakes: &mut Mistakes) -> Option<EnvironmentDraft> {
    let name = text(name, "an environment's name", mistakes)?;
    let what = format!("`{}`", name.text);
    let mut found = Vec::new();
    for (word, value) in pairs(words, &what, mistakes)? {
        let (Some(word), Some(value)) =
            (text(word, "a word", mistakes), text(value, "a word's value", mistakes))
        else {
            continue;
        };
        if !is_name(&word.text) {
            let message = format!("`{}` cannot be a word", word.text);
            mistakes.add(word.span, message, "use letters, digits and `_`, and start with a letter");
            continue;
        }
        if value.text.contains('$') {
            let message = format!("`{}` holds a `$`, and words do not stand for words", value.text);
            mistakes.add(value.span, message, "write the value out");
            continue;
        }
        found.push((word, value));
    }
    Some(EnvironmentDraft { name, words: found })
}

/// All environments define the same words: a map must not mean something in one and nothing in another.
fn same_words(first: &EnvironmentDraft, other: &EnvironmentDraft, mistakes: &mut Mistakes) {
    for (left, right) in [(first, other), (other, first)] {
        for (word, _) in &left.words {
            if !right.words.iter().any(|(known, _)| known.text == word.text) {
                let message = format!(
                    "environment `{}` does not define `{}`, which `{}` does",
                    right.name.text, word.text, left.name.text
                );
                mistakes.add(right.name.span, message, "define the same words in all environments");
            }
        }
    }
}

fn levels(value: &Node<'_>, mistakes: &mut Mistakes) -> Vec<(RuleId, Level)> {
    let Some(pairs) = pairs(value, "`rules`", mistakes) else { return Vec::new() };
    pairs.iter().filter_map(|(name, value)| level(name, value, mistakes)).collect()
}

fn level(name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) -> Option<(RuleId, Level)> {
    let rule = rule(name, mistakes);
    let words = Level::ALL.map(Level::as_str);
    let level: Level = word(value, "a level", &words, mistakes)?.parse().ok()?;
    let rule = rule?;
    if level < rule.lowest_level() {
        let message = format!("`{rule}` cannot be lowered to `{level}`");
        let repair = match rule {
            RuleId::Unreadable => "accept a gap by its resource, in `accepted`".to_owned(),
            _ => format!("`{}` is the lowest; accept single findings in `accepted`", rule.lowest_level()),
        };
        mistakes.add(value.span, message, repair);
        return None;
    }
    Some((rule, level))
}

/// A rule by its id.
pub(super) fn rule(node: &Node<'_>, mistakes: &mut Mistakes) -> Option<RuleId> {
    let id = key(node);
    if let Ok(rule) = id.parse() {
        return Some(rule);
    }
    let repair = match nearest(id, RuleId::ALL.iter().map(|rule| rule.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`callmap rule` lists them".to_owned(),
    };
    mistakes.add(node.span, format!("`{id}` is not a rule"), repair);
    None
}

fn domains(names: Vec<Text>, mistakes: &mut Mistakes) -> Vec<Text> {
    for name in &names {
        let is_domain = name.text.contains('.')
            && name.text.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
            && !name.text.starts_with('.')
            && !name.text.ends_with('.');
        if !is_domain {
            let message = format!("`{}` is not an e-mail domain", name.text);
            mistakes.add(name.span, message, "write what stands behind the `@`: `example.com`");
        }
    }
    names
}
