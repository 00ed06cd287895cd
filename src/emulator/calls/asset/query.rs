//! The language in which policies are searched
//! (<https://cloud.google.com/asset-inventory/docs/searching-iam-policies#how_to_construct_a_query>).

use crate::emulator::fault::Fault;

/// So deep brackets are read.
const DEEPEST: usize = 50;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Query {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A field, or any where there is none, holds a text.
    Has(Option<String>, Text),
    /// A field is a text.
    Is(String, String),
}

/// Words that stand one behind the other; the last may be the start of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    words: Vec<String>,
    is_start: bool,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self { words: words(text), is_start: text.trim_end_matches('"').ends_with('*') }
    }

    /// Whether it stands in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let found = words(text);
        let Some((last, before)) = self.words.split_last() else { return self.is_start && !found.is_empty() };
        found.windows(self.words.len()).any(|window| {
            window.split_last().is_some_and(|(found, start)| {
                start == before && (found == last || self.is_start && found.starts_with(last.as_str()))
            })
        })
    }
}

/// The words of a text: letters and digits.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    /// With the sign behind it, where there is one.
    Word(String, Option<char>),
}

impl Query {
    /// Reads a query; an empty one means everything.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::invalid(format!("Invalid query: {text}"));
        let tokens = tokens(text).ok_or_else(wrong)?;
        let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
        let query = reader.any(None).ok_or_else(wrong)?;
        if reader.at == tokens.len() { Ok(query) } else { Err(wrong()) }
    }

    /// Whether it is so, by what a field holds: `None` asks for all of them.
    pub(super) fn holds<'t>(&self, texts: &impl Fn(Option<&str>) -> Vec<&'t str>) -> bool {
        match self {
            Self::All(all) => all.iter().all(|each| each.holds(texts)),
            Self::Any(all) => all.iter().any(|each| each.holds(texts)),
            Self::Not(inner) => !inner.holds(texts),
            Self::Has(field, text) => texts(field.as_deref()).into_iter().any(|found| text.is_in(found)),
            Self::Is(field, text) => {
                texts(Some(field)).into_iter().any(|found| found.eq_ignore_ascii_case(text))
            }
        }
    }

    /// What permissions are asked for.
    pub(super) fn permissions(&self) -> Vec<&Text> {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().flat_map(Self::permissions).collect(),
            Self::Has(Some(field), text) if field == "policy.role.permissions" => vec![text],
            Self::Not(_) | Self::Has(..) | Self::Is(..) => Vec::new(),
        }
    }
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn word(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word, None)) => Some(word),
            _ => None,
        }
    }

    /// `a b OR c`: a gap joins tighter than the word. `field` is what stands before the bracket around it.
    fn any(&mut self, field: Option<(&str, char)>) -> Option<Query> {
        let mut all = vec![self.all(field)?];
        while self.word() == Some("OR") {
            self.at += 1;
            all.push(self.all(field)?);
        }
        if all.len() == 1 { all.pop() } else { Some(Query::Any(all)) }
    }

    fn all(&mut self, field: Option<(&str, char)>) -> Option<Query> {
        let mut all = Vec::new();
        loop {
            match self.tokens.get(self.at) {
                None | Some(Token::Close) => break,
                Some(_) if self.word() == Some("OR") => break,
                Some(_) if self.word() == Some("AND") && !all.is_empty() => self.at += 1,
                Some(_) => all.push(self.one(field)?),
            }
        }
        if all.len() == 1 { all.pop() } else { Some(Query::All(all)) }
    }

    fn one(&mut self, field: Option<(&str, char)>) -> Option<Query> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Close => None,
            Token::Open => self.inner(field),
            Token::Word(word, None) if word == "NOT" => Some(Query::Not(Box::new(self.nested(field)?))),
            Token::Word(word, None) => {
                match (word.strip_prefix('-').filter(|rest| !rest.is_empty()), field) {
                    (Some(rest), _) => Some(Query::Not(Box::new(value(rest, field)))),
                    (None, _) => Some(value(word, field)),
                }
            }
            Token::Word(word, Some(sign)) => {
                let (name, is_not) =
                    word.strip_prefix('-').map_or((word.as_str(), false), |name| (name, true));
                // Fields that are called otherwise in older answers.
                let name = match name {
                    "policy.role.permissions"
                    | "policy"
                    | "resource"
                    | "project"
                    | "folders"
                    | "organization"
                    | "roles"
                    | "memberTypes"
                    | "members" => name,
                    _ => return None,
                };
                let query = self.nested(Some((name, *sign)))?;
                Some(if is_not { Query::Not(Box::new(query)) } else { query })
            }
        }
    }

    fn nested(&mut self, field: Option<(&str, char)>) -> Option<Query> {
        self.depth += 1;
        let query = if self.depth > DEEPEST { None } else { self.one(field) };
        self.depth = self.depth.saturating_sub(1);
        query
    }

    fn inner(&mut self, field: Option<(&str, char)>) -> Option<Query> {
        self.depth += 1;
        let query = if self.depth > DEEPEST { None } else { self.any(field) }?;
        self.depth = self.depth.saturating_sub(1);
        (self.tokens.get(self.at) == Some(&Token::Close)).then_some(())?;
        self.at += 1;
        Some(query)
    }
}

fn value(word: &str, field: Option<(&str, char)>) -> Query {
    match field {
        Some((name, '=')) => Query::Is(name.to_owned(), word.replace('"', "")),
        Some((name, _)) => Query::Has(Some(name.to_owned()), Text::new(word)),
        None => Query::Has(None, Text::new(word)),
    }
}

/// The words and brackets of a query; `None` where a quote does not end.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    // A sign parts a field from its value where it is the first in its word.
    let mut is_value = false;
    let end = |word: &mut String, all: &mut Vec<Token>, sign: Option<char>| {
        if !word.is_empty() {
            all.push(Token::Word(std::mem::take(word), sign));
        }
    };
    for letter in text.chars() {
        let is_field =
            !is_value && word.chars().all(|each| each.is_ascii_alphanumeric() || matches!(each, '.' | '-'));
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.push(letter);
            }
            _ if is_quoted => word.push(letter),
            '(' | ')' => {
                end(&mut word, &mut all, None);
                is_value = false;
                all.push(if letter == '(' { Token::Open } else { Token::Close });
            }
            ':' | '=' if is_field && !word.is_empty() && is_name(&word) => {
                end(&mut word, &mut all, Some(letter));
                is_value = true;
            }
            _ if letter.is_whitespace() => {
                is_value = false;
                end(&mut word, &mut all, None);
            }
            _ => word.push(letter),
        }
    }
    end(&mut word, &mut all, None);
    (!is_quoted).then_some(all)
}

/// Whether a word before a sign is a field: `user:a@example.com` is a text.
fn is_name(word: &str) -> bool {
    let kinds = ["user", "group", "serviceaccount", "domain", "deleted", "principal", "principalset"];
    !kinds.contains(&word.trim_start_matches('-').to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(query: &str) -> bool {
        let texts = |field: Option<&str>| match field {
            Some("resource") => {
                vec!["//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/pay"]
            }
            Some("policy" | "members") => vec!["roles/run.invoker", "user:amy@example.com"],
            Some("memberTypes") => vec!["user"],
            Some("policy.role.permissions") => vec!["run.routes.invoke"],
            Some(_) => Vec::new(),
            None => vec!["roles/run.invoker", "user:amy@example.com", "//run.googleapis.com/services/pay"],
        };
        Query::read(query).unwrap().holds(&texts)
    }

    #[test]
    fn queries_mean_what_the_documentation_says() {
        for (query, expected) in [
            ("", true),
            ("amy", true),
            ("am", false),
            ("am*", true),
            ("policy:amy@example.com", true),
            ("policy:\"user:amy@example.com\"", true),
            ("policy:user:amy@example.com", true),
            ("user:amy@example.com", true),
            ("policy:roles/run.invoker", true),
            ("policy:example.amy", false),
            ("resource:(ship OR pay) policy:amy", true),
            ("resource:(ship OR till) policy:amy", false),
            ("resource=//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/pay", true),
            ("resource=pay", false),
            ("memberTypes:user AND NOT policy:bob", true),
            ("-policy:amy", false),
            ("NOT (policy:amy OR policy:bob)", false),
            ("policy.role.permissions:run.routes.inv*", true),
            ("policy.role.permissions=run.routes.invoke", true),
            ("bob OR policy:amy memberTypes:group OR amy", true),
        ] {
            assert_eq!(holds(query), expected, "{query}");
        }
    }

    #[test]
    fn what_is_no_query_is_refused() {
        let deep = "(".repeat(10_000);
        let nots = "NOT ".repeat(10_000);
        for query in ["(a", "a)", "\"a", "later:x", "policy:", "NOT", deep.as_str(), nots.as_str()] {
            assert!(Query::read(query).is_err(), "{}", query.get(..20).unwrap_or(query));
        }
    }
}
