//! A request as the methods see it: path in parts, query, body.

use serde_json::Value;
use url::form_urlencoded;

use super::fault::Fault;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// `GET`, `POST`, …
    pub(super) method: String,
    /// Without scheme and host.
    pub(super) path: String,
    /// Decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// The host that is asked for: of the target where it is absolute, else of the header.
    pub(super) host: String,
    /// Whether it brings a bearer token.
    pub(super) has_bearer: bool,
    /// The header `Metadata-Flavor`.
    pub(super) flavor: Option<String>,
    /// The body as it came.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The parts of the path, decoded, and the verb after the last colon.
    pub(super) fn parts(&self) -> (Vec<String>, Option<String>) {
        let mut parts: Vec<String> = self.path.trim_start_matches('/').split('/').map(decoded).collect();
        let verb = match parts.last_mut() {
            Some(last) => match last.rsplit_once(':') {
                // An id of a project may hold a colon; what comes after it is no verb then.
                Some((name, verb)) if is_verb(verb) || self.path.starts_with("/v1/groups") => {
                    let (name, verb) = (name.to_owned(), verb.to_owned());
                    *last = name;
                    Some(verb)
                }
                Some(_) | None => None,
            },
            None => None,
        };
        (parts, verb)
    }

    /// The first value of a word in the query.
    pub(super) fn query(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(each, _)| each == key).map(|(_, value)| value.as_str())
    }

    /// A number in the query; 0 where there is none.
    pub(super) fn number(&self, key: &str) -> Result<i64, Fault> {
        let Some(text) = self.query(key).filter(|text| !text.is_empty()) else { return Ok(0) };
        text.parse().map_err(|_| Fault::invalid(format!("Invalid value at '{key}' (TYPE_INT32), \"{text}\"")))
    }

    /// The body as JSON; an empty one is an empty object.
    pub(super) fn json(&self) -> Result<Value, Fault> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let value: Value = serde_json::from_slice(&self.body)
            .map_err(|_| Fault::invalid("Invalid JSON payload received. Unexpected token."))?;
        if value.is_object() {
            return Ok(value);
        }
        Err(Fault::invalid("Invalid JSON payload received. Expected an object at the root."))
    }

    /// The body as a form.
    pub(super) fn form(&self, key: &str) -> Option<String> {
        form_urlencoded::parse(&self.body).find(|(each, _)| each == key).map(|(_, value)| value.into_owned())
    }
}

fn is_verb(word: &str) -> bool {
    matches!(
        word,
        "getIamPolicy"
            | "setIamPolicy"
            | "testIamPermissions"
            | "getAncestry"
            | "generateAccessToken"
            | "generateIdToken"
    )
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> String {
    // A plus is a plus in a path.
    let query = format!("={}", part.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> (Vec<String>, Option<String>) {
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            host: String::new(),
            has_bearer: true,
            flavor: None,
            body: Vec::new(),
        };
        request.parts()
    }

    #[test]
    fn the_verb_stands_after_the_last_colon_and_an_id_may_hold_another() {
        let (path, verb) = parts("/v1/projects/example.com:shop:getIamPolicy");
        assert_eq!((path[2].as_str(), verb.as_deref()), ("example.com:shop", Some("getIamPolicy")));
        let (path, verb) = parts("/v1/projects/example.com:shop");
        assert_eq!((path[2].as_str(), verb), ("example.com:shop", None));
        let (path, verb) = parts("/v1/projects/a%2Bb+c%26=d/services/x%3AsetIamPolicy");
        assert_eq!((path[2].as_str(), path[4].as_str()), ("a+b+c&=d", "x"));
        assert_eq!(verb.as_deref(), Some("setIamPolicy"));
    }
}
