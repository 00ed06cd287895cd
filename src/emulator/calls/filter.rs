//! Filters and queries of lists, as far as they are simple (<https://google.aip.dev/160>): fields held to values by
//! `=`, `!=` and `:`, joined by `OR`, which binds tighter, and by `AND` or nothing.

use serde_json::Value;

use crate::emulator::fault::Fault;

/// A filter: of each group of tests one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<Vec<Test>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    field: String,
    sign: Sign,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Is,
    IsNot,
    Has,
}

impl Filter {
    /// Reads a filter in which a gap joins as `AND` does.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        Self::joined(text, false)
    }

    /// Reads a query of Resource Manager: a gap joins as `OR` does, but for what is asked of parents
    /// (<https://cloud.google.com/resource-manager/reference/rest/v1/projects/list>).
    pub(super) fn any(text: &str) -> Result<Self, Fault> {
        Self::joined(text, true)
    }

    fn joined(text: &str, is_any: bool) -> Result<Self, Fault> {
        let wrong = || Fault::invalid(format!("Invalid filter: \"{text}\"."));
        let mut groups: Vec<Vec<Test>> = Vec::new();
        let mut is_new = true;
        let words = words(text).ok_or_else(wrong)?;
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                "AND" => is_new = true,
                "OR" => is_new = false,
                _ => {
                    let mut whole = word;
                    // Blanks may stand around a sign.
                    while words.peek().is_some_and(|next| starts_with_sign(next) || ends_with_sign(&whole)) {
                        whole.push_str(&words.next().unwrap_or_default());
                    }
                    let held = Test::read(&whole).ok_or_else(wrong)?;
                    let is_alone = !is_any || held.field.starts_with("parent");
                    match groups.last_mut().filter(|_| !(is_new || is_any && is_alone)) {
                        Some(group) => group.push(held),
                        None => groups.push(vec![held]),
                    }
                    is_new = is_alone;
                }
            }
        }
        Ok(Self(groups))
    }

    /// Whether everything is meant.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a resource is meant.
    pub(super) fn matches(&self, resource: &Value) -> bool {
        self.0.iter().all(|group| group.iter().any(|test| test.matches(resource)))
    }

    /// The value that the filter holds a field to in any case.
    pub(super) fn only(&self, field: &str) -> Option<&str> {
        let single = self.0.iter().filter_map(|group| match group.as_slice() {
            [test] if test.sign != Sign::IsNot => Some(test),
            _ => None,
        });
        let mut own = single.filter(|test| test.field.eq_ignore_ascii_case(field));
        own.next().map(|test| test.value.as_str())
    }
}

impl Test {
    fn read(text: &str) -> Option<Self> {
        let at = text.find(['=', ':', '!'])?;
        let (field, rest) = text.split_at(at);
        let (sign, value) = match rest.strip_prefix("!=") {
            Some(value) => (Sign::IsNot, value),
            None => (if rest.starts_with('=') { Sign::Is } else { Sign::Has }, rest.get(1..)?),
        };
        (!field.is_empty()).then(|| Self { field: field.to_owned(), sign, value: value.replace('"', "") })
    }

    fn matches(&self, resource: &Value) -> bool {
        let Self { field, sign, value } = self;
        let is_value = |found: &Value| match found {
            Value::String(text) => is_like(text, value),
            Value::Array(all) => all.iter().filter_map(Value::as_str).any(|text| is_like(text, value)),
            Value::Null | Value::Object(_) => value == "*",
            other => is_like(&other.to_string(), value),
        };
        let found = field.split('.').try_fold(resource, |at, part| member(at, part)).is_some_and(is_value);
        found != (*sign == Sign::IsNot)
    }
}

/// A field, however its letters are cased.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let fields = value.as_object()?;
    fields
        .get(name)
        .or_else(|| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, each)| each))
}

/// Whether a text is a value, which may end in a star.
fn is_like(text: &str, value: &str) -> bool {
    let (text, value) = (text.to_lowercase(), value.to_lowercase());
    value.strip_suffix('*').map_or(text == value, |start| text.starts_with(start))
}

fn starts_with_sign(word: &str) -> bool {
    word.starts_with(['=', ':', '!'])
}

fn ends_with_sign(word: &str) -> bool {
    word.ends_with(['=', ':'])
}

/// The words of a filter, quoted ones whole; `None` where a quote does not end.
fn words(text: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.push(letter);
            }
            '\\' | '(' | ')' if !is_quoted => {}
            _ if letter.is_whitespace() && !is_quoted => all.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    all.push(word);
    all.retain(|word| !word.is_empty());
    (!is_quoted).then_some(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_hold_fields_to_values() {
        let resource = json!({ "environment": "GEN_2", "labels": { "team": "till" }, "name": "Shop front" });
        for (filter, expected) in [
            ("", true),
            ("environment=\"GEN_2\"", true),
            ("environment = \"GEN_1\"", false),
            ("environment!=GEN_1", true),
            ("environment=GEN_1 OR labels.team:till", true),
            ("environment=GEN_2 AND labels.team=shop", false),
            ("environment=GEN_2 labels.team=shop", false),
            ("name:\"shop front\"", true),
            ("name=Shop*", true),
            ("labels:*", true),
            ("later=x", false),
        ] {
            assert_eq!(Filter::read(filter).unwrap().matches(&resource), expected, "{filter}");
        }
        assert!(Filter::any("environment=GEN_1 labels.team=till").unwrap().matches(&resource));
        assert_eq!(
            Filter::read("parent=folders/1 AND state=ACTIVE").unwrap().only("parent"),
            Some("folders/1")
        );
        for filter in ["environment", "=x", "a=\"b"] {
            assert!(Filter::read(filter).is_err(), "{filter}");
        }
    }
}
