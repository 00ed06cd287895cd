//! What is sent to a function, from the words of a command line.

use std::io::{self, Read as _};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING},
};
use serde::de::IgnoredAny;

use super::{CallOptions, Error};
use crate::tokens::call::SERVERLESS;

/// How, with which headers, and what is brought.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
}

/// What these options ask for; `-` is standard input.
///
/// # Errors
/// Where a word means nothing, or what is to be sent cannot be read.
pub(super) fn request(options: &CallOptions) -> Result<Request, Error> {
    let CallOptions { method, data, headers, has_token, .. } = options;
    let mut headers = headers.iter().map(|text| header(text, *has_token)).collect::<Result<Vec<_>, _>>()?;
    let body = data.as_deref().map(body).transpose()?;
    let usual = if body.is_some() { Method::POST } else { Method::GET };
    let method = match method {
        None => usual,
        // A method is told apart by case, and nobody means another one by it.
        Some(method) => method.to_ascii_uppercase().parse().map_err(|_| {
            Error::Request(format!("`{method}` is no method: write `GET`, `POST` or another word"))
        })?,
    };
    let is_told = headers.iter().any(|(name, _)| *name == CONTENT_TYPE);
    if let Some(body) = body.as_deref().filter(|_| !is_told) {
        headers.push((CONTENT_TYPE, HeaderValue::from_static(kind(body))));
    }
    Ok(Request { method, headers, body: body.unwrap_or_default() })
}

/// What is brought: a text, or what stands in a file.
fn body(data: &str) -> Result<Bytes, Error> {
    let failed = |source| Error::Data { path: data.trim_start_matches('@').to_owned(), source };
    let bytes = match data.strip_prefix('@') {
        None => data.as_bytes().to_vec(),
        Some("-") => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
            bytes
        }
        Some(path) => std::fs::read(path).map_err(failed)?,
    };
    Ok(bytes.into())
}

/// What a body is, where nobody says so.
fn kind(body: &[u8]) -> &'static str {
    if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        "application/json"
    } else if std::str::from_utf8(body).is_ok() {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}

/// `Name: value`.
fn header(text: &str, has_token: bool) -> Result<(HeaderName, HeaderValue), Error> {
    // What stands behind the name may be secret.
    let name = text.split(':').next().unwrap_or_default();
    let wrong = |what: &str| Error::Request(format!("`-H '{name}: …'` {what}"));
    let (name, value) =
        text.split_once(':').ok_or_else(|| wrong("is no header: write it like `-H 'Accept: text/plain'`"))?;
    let name: HeaderName = name.trim().parse().map_err(|_| wrong("has a name that no header has"))?;
    let mut value =
        HeaderValue::from_str(value.trim()).map_err(|_| wrong("has a value that no header has"))?;
    value.set_sensitive(true);
    if [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
        return Err(wrong("is said by the address and by what is sent: leave it out"));
    }
    if name == SERVERLESS && has_token {
        return Err(wrong("is where a token goes: say `--no-token` to send your own"));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_what_it_looks_like() {
        for (body, expected) in [
            (&b"{\"a\": 1}"[..], "application/json"),
            (b"17", "application/json"),
            (b"a=b", "text/plain; charset=utf-8"),
            (b"", "text/plain; charset=utf-8"),
            (b"\xff\xfe", "application/octet-stream"),
        ] {
            assert_eq!(kind(body), expected);
        }
    }

    #[test]
    fn a_header_has_a_name_and_leads_nowhere_else() {
        let (name, value) = header("X-Trace:  a:b ", true).unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-trace", "a:b"));
        for wrong in
            ["X-Trace", "X Trace: a", "X-Trace: a\nb", ": a", "Host: evil.example.com", "content-length: 1"]
        {
            assert!(header(wrong, true).is_err(), "{wrong}");
        }
        let own = "X-Serverless-Authorization: Bearer hunter2";
        assert!(header(own, false).is_ok());
        assert!(!header(own, true).unwrap_err().to_string().contains("hunter2"));
        assert!(!header("hunter2 x: y", true).unwrap_err().to_string().contains(" y"));
    }
}
