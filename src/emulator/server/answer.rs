//! Answers with the headers of Google's.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::HeaderName};
use serde_json::Value;

use super::body::{Answered, Delivery};
use crate::emulator::fault::Fault;

/// An answer.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Answer {
    pub(super) status: u16,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    fn new(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, kind, headers: Vec::new(), body: body.into() }
    }

    /// JSON.
    pub(in crate::emulator) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=UTF-8", format!("{body:#}\n"))
    }

    /// Plain text.
    pub(in crate::emulator) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "application/text", body.to_owned())
    }

    /// A JSON value a line.
    pub(in crate::emulator) fn lines(body: &str) -> Self {
        Self::new(200, "application/x-ndjson", body.to_owned())
    }

    /// An error.
    pub(in crate::emulator) fn fault(fault: &Fault) -> Self {
        Self::json(fault.code, &fault.body())
    }

    /// There is no method under this path.
    pub(in crate::emulator) fn unrouted(path: &str) -> Self {
        let path = escaped(path);
        let page = format!(
            "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n  \
             <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL <code>{path}</code> was not found on \
             this server.  <ins>That’s all we know.</ins>\n"
        );
        Self::html(404, page)
    }

    /// A page.
    pub(in crate::emulator) fn html(status: u16, page: String) -> Self {
        Self::new(status, "text/html; charset=UTF-8", page)
    }

    /// With one more header.
    pub(in crate::emulator) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With another body in the place of its own.
    pub(super) fn spoilt(self, spoil: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        let body = spoil(&self.body).into();
        Self { body, ..self }
    }

    /// As it goes out.
    pub(super) fn response(self, delivery: Delivery) -> Response<Answered> {
        let Self { status, kind, headers, body } = self;
        let body = Answered::new(body, delivery);
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let usual = [
            ("content-type", kind),
            ("vary", "Origin"),
            ("vary", "X-Origin"),
            ("vary", "Referer"),
            ("server", "ESF"),
            ("cache-control", "private"),
            ("x-content-type-options", "nosniff"),
        ];
        let own = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let usual = usual.into_iter().filter(|(name, _)| headers.iter().all(|(other, _)| other != name));
        for (name, value) in usual.chain(own) {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// A text as it may stand in a page.
pub(in crate::emulator) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
