//! The one way in which callmap talks to Google.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use super::{Api, CallError, Refusal};

/// Where calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// To Google, each API at its host.
    Google,
    /// To an emulator on loopback, which serves all of them.
    Emulator(SocketAddr),
}

/// Google, or an emulator of it.
#[derive(Debug, Clone)]
pub struct Google {
    endpoint: Endpoint,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Google {
    /// A client for this endpoint.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Reads: `path` begins with `/` and is encoded, `query` is not.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn get(&self, api: Api, path: &str, query: &[(&str, &str)]) -> Result<Bytes, CallError> {
        let mut url = self.base(api);
        url.push_str(path);
        if !query.is_empty() {
            url.push('?');
            url.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish());
        }
        self.send(http::Request::get(url), Bytes::new()).await
    }

    /// Asks with a body of JSON.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn post(&self, api: Api, path: &str, body: &Value) -> Result<Bytes, CallError> {
        let url = format!("{}{path}", self.base(api));
        let request = http::Request::post(url).header("content-type", "application/json");
        self.send(request, body.to_string().into()).await
    }

    fn base(&self, api: Api) -> String {
        match self.endpoint {
            Endpoint::Google => format!("https://{}", api.host()),
            Endpoint::Emulator(address) => format!("http://{address}"),
        }
    }

    async fn send(&self, request: http::request::Builder, body: Bytes) -> Result<Bytes, CallError> {
        let failed =
            |refusal, message: String| CallError { refusal, message: message.into(), permission: None };
        let unavailable = |error: String| failed(Refusal::Unavailable, error);
        let request = request.header("authorization", "Bearer emulated").body(Full::new(body));
        let request = request.map_err(|error| failed(Refusal::Invalid, error.to_string()))?;
        let answer = self.client.request(request).await.map_err(|error| unavailable(error.to_string()))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unavailable(error.to_string()))?;
        let body = body.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let message: Arc<str> = String::from_utf8_lossy(&body).into();
        let refusal = match status.as_u16() {
            401 => Refusal::Unauthenticated,
            403 => Refusal::Denied,
            404 => Refusal::NotFound,
            409 => Refusal::Aborted,
            429 | 500..=599 => Refusal::Unavailable,
            _ => Refusal::Invalid,
        };
        Err(CallError { refusal, message, permission: None })
    }
}
