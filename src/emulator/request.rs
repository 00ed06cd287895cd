//! A request as the methods see it: path in parts, query, body.

use http::HeaderMap;
use serde_json::Value;
use url::form_urlencoded;

use super::fault::Fault;

/// A request.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// `GET`, `POST`, …
    pub(super) method: String,
    /// Without scheme and host.
    pub(super) path: String,
    /// Decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// The host that is asked for: of the target where it is absolute, else of the header.
    pub(super) host: String,
    /// As they came.
    pub(super) headers: HeaderMap,
    /// The body as it came.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The first value of a header; `None` where it is none, or no text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bearer token that it brings.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// The parts of the path, decoded. The last may end in a colon and a custom verb.
    pub(super) fn parts(&self) -> Vec<String> {
        self.path.strip_prefix('/').unwrap_or(&self.path).split('/').map(decoded).collect()
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

/// A field of a mask, as it is called in JSON: `updateMask` of `update_mask`.
pub(super) fn camel(field: &str) -> String {
    let mut words = field.trim().split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

/// A part of a path without its percent signs.
pub(super) fn decoded(part: &str) -> String {
    // A plus is a plus in a path.
    let query = format!("={}", part.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_and_a_plus_is_a_plus() {
        let request = Request { path: "/v1/projects/a%2Bb+c%26=d/x%3Ay".to_owned(), ..Request::default() };
        assert_eq!(request.parts(), ["v1", "projects", "a+b+c&=d", "x:y"]);
    }

    #[test]
    fn a_bearer_is_what_stands_behind_the_word() {
        let bearer = |value: &str| {
            let mut request = Request::default();
            request.headers.insert("authorization", value.parse().unwrap());
            request.bearer().map(str::to_owned)
        };
        assert_eq!(bearer("bearer  x.y "), Some("x.y".to_owned()));
        for value in ["Bearer", "Bearer ", "Basic eDp5"] {
            assert_eq!(bearer(value), None, "{value}");
        }
    }
}
