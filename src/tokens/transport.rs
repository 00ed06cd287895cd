//! Sending a request once, and taking its answer whole.

use std::{error::Error as _, io, time::Duration};

use bytes::Bytes;
use google_run2::common::Body;
use http::{HeaderMap, Request, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, Error},
    rt::TokioExecutor,
};
use serde::de::IgnoredAny;

use super::{CallError, Conn, CredentialsError, Hosts, Party, Refusal, connector, retry::Failure};

/// Of an answer that ends early.
pub(crate) const CUT: &str = "the answer was cut off";

/// No answer may be longer, in bytes: the longest are pages of services, of some hundred kilobytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// The clients of a run: one for Google, one for plain HTTP where that is right. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    hosts: Hosts,
    /// For the party that the hosts are named after: over TLS to Google, plain to loopback.
    connector: Conn,
    client: Client<Conn, Body>,
    /// For metadata servers.
    plain: Client<Conn, Body>,
}

impl Transport {
    /// The clients for these hosts.
    ///
    /// # Errors
    /// Where the system has no store of trusted roots.
    pub(crate) fn new(hosts: Hosts) -> io::Result<Self> {
        let plain = connector::plain().map_err(io::Error::other)?;
        let connector = match hosts {
            Hosts::Google => connector::secure()?,
            Hosts::Loopback => plain.clone(),
        };
        Ok(Self { hosts, client: client(connector.clone()), connector, plain: client(plain) })
    }

    /// The same, as something that credentials cannot do without.
    ///
    /// # Errors
    /// Where the system has no store of trusted roots.
    pub(crate) fn ready(hosts: Hosts) -> Result<Self, CredentialsError> {
        Self::new(hosts).map_err(|error| CredentialsError::Roots(error.to_string().into()))
    }

    /// The client that the Google crates send with.
    pub(crate) fn client(&self) -> &Client<Conn, Body> {
        &self.client
    }

    /// The connector of it.
    pub(crate) fn connector(&self) -> Conn {
        self.connector.clone()
    }

    /// Which hosts these are for.
    pub(crate) fn hosts(&self) -> Hosts {
        self.hosts
    }

    /// Sends a request once. No redirect is followed.
    pub(crate) async fn send(
        &self,
        party: &Party,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Failure> {
        let checked = self.hosts.check(party, request.uri());
        checked.map_err(|error| CallError::new(Refusal::Invalid, error.to_string()))?;
        let is_secure = request.uri().scheme_str() == Some("https");
        let client = if is_secure { &self.client } else { &self.plain };
        let request = request.map(|body| Body::new(Full::new(body).map_err(|never| match never {})));
        let answer = client.request(request).await.map_err(|error| broken(&error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|_| Failure::lost(CUT))?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// A client of any kind of body.
pub(crate) fn client<B>(connector: Conn) -> Client<Conn, B>
where
    B: hyper::body::Body + Send,
    B::Data: Send,
{
    Client::builder(TokioExecutor::new()).build(connector)
}

/// A connection that did not come about, or broke. Where it did not come about, nothing was sent.
pub(crate) fn broken(error: &Error) -> Failure {
    let mut why = String::new();
    let mut source = error.source();
    while let Some(error) = source {
        why = error.to_string();
        source = error.source();
    }
    let why = super::answer::one_line(&why);
    if error.is_connect() {
        return CallError::new(Refusal::Unavailable, format!("there is no connection: {why}")).into();
    }
    Failure::lost(format!("the connection broke: {why}"))
}

/// An answer of 200 that is JSON. What is not was cut off, or comes from something in between.
pub(crate) fn json(body: Bytes) -> Result<Bytes, Failure> {
    match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(_) => Ok(body),
        Err(error) if error.is_eof() => Err(Failure::lost(CUT)),
        Err(_) => Err(Failure::lost("the answer is not JSON")),
    }
}

/// How long Google asks to wait, in seconds; dates are not used there.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The body of a success, or what was said instead.
pub(crate) fn successful(answer: Response<Bytes>) -> Result<Bytes, Failure> {
    json(success(answer)?.into_body())
}

/// A success, whatever its body is, or what was said instead.
pub(crate) fn success(answer: Response<Bytes>) -> Result<Response<Bytes>, Failure> {
    let status: StatusCode = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let wait = retry_after(answer.headers());
    let body = serde_json::from_slice(answer.body()).unwrap_or(serde_json::Value::Null);
    Err(Failure { error: super::answer::refused(status, &body), wait })
}
