//! Label selectors of Knative lists
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>).

use serde_json::{Map, Value};

use crate::emulator::fault::Fault;

/// All of these hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selector(Vec<Test>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    label: String,
    /// The values that are meant; `None` for any.
    values: Option<Vec<String>>,
    is_meant: bool,
}

impl Selector {
    /// `a=b`, `a!=b`, `a in (b, c)`, `a notin (b, c)`, `a` and `!a`, with commas between them.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let all = parts(text).into_iter().filter(|part| !part.is_empty());
        let read = |part: &str| {
            Test::read(part).ok_or_else(|| Fault::invalid(format!("Invalid label selector: \"{text}\".")))
        };
        all.map(read).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that a label is held to.
    pub(super) fn only(&self, label: &str) -> Option<&str> {
        let test = self.0.iter().find(|test| test.label == label && test.is_meant)?;
        match test.values.as_deref()? {
            [value] => Some(value),
            _ => None,
        }
    }

    /// Whether something with these labels is meant.
    pub(super) fn matches(&self, labels: Option<&Map<String, Value>>) -> bool {
        self.0.iter().all(|Test { label, values, is_meant }| {
            let found = labels.and_then(|labels| labels.get(label)).and_then(Value::as_str);
            let is_found = match (found, values) {
                (Some(found), Some(values)) => values.iter().any(|value| value == found),
                (found, None) => found.is_some(),
                (None, Some(_)) => false,
            };
            is_found == *is_meant
        })
    }
}

impl Test {
    fn read(part: &str) -> Option<Self> {
        let test = |label: &str, values: Option<Vec<String>>, is_meant| {
            let label = label.trim();
            let is_name =
                !label.is_empty() && !label.contains(|each: char| each.is_whitespace() || each == '(');
            is_name.then(|| Self { label: label.to_owned(), values, is_meant })
        };
        let one = |value: &str| Some(vec![value.trim().to_owned()]);
        for (word, is_meant) in [(" notin ", false), (" in ", true)] {
            if let Some((label, set)) = part.split_once(word) {
                let set = set.trim().strip_prefix('(')?.strip_suffix(')')?;
                return test(
                    label,
                    Some(set.split(',').map(|value| value.trim().to_owned()).collect()),
                    is_meant,
                );
            }
        }
        if let Some((label, value)) = part.split_once("!=") {
            return test(label, one(value), false);
        }
        if let Some((label, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
            return test(label, one(value), true);
        }
        match part.strip_prefix('!') {
            Some(label) => test(label, None, false),
            None => test(part, None, true),
        }
    }
}

/// What stands between commas that are in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let is_end = |letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    };
    text.split(is_end).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_hold_labels_to_values() {
        let labels = json!({ "team": "till", "tier": "1" });
        for (text, expected) in [
            ("", true),
            ("team=till", true),
            ("team==till,tier!=2", true),
            ("team in (shop, till), !later", true),
            ("team notin (shop, till)", false),
            ("later", false),
            ("team,tier", true),
            ("later!=x", true),
        ] {
            assert_eq!(Selector::read(text).unwrap().matches(labels.as_object()), expected, "{text}");
        }
        for text in ["a b", "team in till", "=x"] {
            assert!(Selector::read(text).is_err(), "{text}");
        }
    }
}
