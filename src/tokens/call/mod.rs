//! Calling a function: one request with its token, to an address that was checked, and its answer as it comes.
//!
//! Nothing follows a redirect, so no token goes where nobody looked.

mod page;
mod target;

use bytes::{Bytes, BytesMut};
use google_run2::common::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, HOST, LOCATION, USER_AGENT},
};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    CallError, CredentialsError, Endpoint, Hosts, Party, Refusal, clock,
    transport::{CUT, Transport, broken},
};
use crate::model::Time;

pub use page::Page;
pub use target::{Target, TargetError};

/// Who is calling.
const AGENT: &str = concat!("callmap/", env!("CARGO_PKG_VERSION"));

/// The header of callers that have another use for the common one; it goes before it
/// (<https://cloud.google.com/run/docs/authenticating/service-to-service#acquire-token>).
pub const SERVERLESS: HeaderName = HeaderName::from_static("x-serverless-authorization");

/// What is sent to a function, but for its token.
#[derive(Debug, Clone)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where.
    pub target: Target,
    /// What somebody wants to be sent along, in order.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is brought.
    pub body: Bytes,
}

/// The answer of a function, whose body is still on its way.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers. Untrusted text.
    pub headers: HeaderMap,
    /// When it was sent, by the clock there, where it says so.
    pub date: Option<Time>,
    /// Where it leads, where it is a redirect. Untrusted text.
    pub leads_to: Option<String>,
    beginning: BytesMut,
    body: Incoming,
}

/// What calls go through.
#[derive(Debug)]
pub struct Caller {
    endpoint: Endpoint,
    transport: Transport,
}

impl Caller {
    /// To functions themselves, or to those of an emulator.
    ///
    /// # Errors
    /// Where the system has no store of trusted roots.
    pub fn new(endpoint: Endpoint) -> Result<Self, CredentialsError> {
        let hosts = match endpoint {
            Endpoint::Google => Hosts::Google,
            Endpoint::Emulator(_) => Hosts::Loopback,
        };
        Ok(Self { endpoint, transport: Transport::ready(hosts)? })
    }

    /// Sends the call once, with this token, which its target was checked for. Where somebody has a use of their own for
    /// the common header, the token goes into the other one.
    ///
    /// # Errors
    /// Where there is no connection, or no answer.
    pub async fn send(&self, call: Call, token: Option<&SecretString>) -> Result<Answer, CallError> {
        let Call { method, target, headers, body } = call;
        let request = self.request(method, &target, headers, token)?;
        if let Endpoint::Emulator(_) = self.endpoint {
            let checked = Hosts::Loopback.check(&Party::Google, request.uri());
            checked.map_err(|error| CallError::new(Refusal::Invalid, error.to_string()))?;
        }
        let request = request.map(|()| Body::new(Full::new(body).map_err(|never| match never {})));
        let sent = self.transport.client().request(request).await;
        let (head, body) = sent.map_err(|error| broken(&error).error).map(Response::into_parts)?;
        let text = |name: &HeaderName| head.headers.get(name)?.to_str().ok();
        let leads_to = text(&LOCATION).filter(|_| head.status.is_redirection());
        Ok(Answer {
            status: head.status,
            date: clock::date(&head.headers),
            leads_to: leads_to.map(|location| target.leads_to(location)),
            headers: head.headers,
            beginning: BytesMut::new(),
            body,
        })
    }

    fn request(
        &self,
        method: Method,
        target: &Target,
        headers: Vec<(HeaderName, HeaderValue)>,
        token: Option<&SecretString>,
    ) -> Result<Request<()>, CallError> {
        let invalid = |what: String| CallError::new(Refusal::Invalid, what);
        let (uri, host) = target.request(self.endpoint);
        let built = Request::builder().method(method).uri(uri).body(());
        let mut request = built.map_err(|error| invalid(error.to_string()))?;
        let is_taken = headers.iter().any(|(name, _)| *name == AUTHORIZATION);
        let own = request.headers_mut();
        own.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        own.insert(http::header::ACCEPT, HeaderValue::from_static("*/*"));
        // What somebody names stands in the place of what is sent else, and as often as they name it.
        for (name, _) in &headers {
            own.remove(name);
        }
        for (name, value) in headers {
            own.append(name, value);
        }
        if let Some(host) = host {
            own.insert(HOST, HeaderValue::from_str(&host).map_err(|error| invalid(error.to_string()))?);
        }
        if let Some(token) = token {
            let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
            let mut bearer =
                bearer.map_err(|_| invalid("the token has characters that no token has".to_owned()))?;
            bearer.set_sensitive(true);
            own.insert(if is_taken { SERVERLESS } else { AUTHORIZATION }, bearer);
        }
        Ok(request)
    }
}

impl Answer {
    /// What comes next of the body; `None` at its end.
    ///
    /// # Errors
    /// Where it breaks off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| CallError::new(Refusal::Lost, CUT))?;
            // What is no data is a trailer, which says nothing to anybody.
            let Ok(data) = frame.into_data() else { continue };
            let rest = page::LOOK.saturating_sub(self.beginning.len());
            self.beginning.extend_from_slice(&data[..data.len().min(rest)]);
            return Ok(Some(data));
        }
        Ok(None)
    }

    /// Whose page it is, by what came of it so far.
    pub fn page(&self) -> Page {
        page::of(self.status.as_u16(), &self.headers, &self.beginning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_into_the_header_that_is_free_and_does_not_print() {
        let caller = Caller::new(Endpoint::Emulator("127.0.0.1:1".parse().unwrap())).unwrap();
        let target = Target::parse("https://x-1.l.run.app/a", caller.endpoint).unwrap();
        let token = SecretString::from("hunter2");
        let request = |headers: Vec<(HeaderName, HeaderValue)>| {
            caller.request(Method::GET, &target, headers, Some(&token)).unwrap()
        };
        let plain = request(Vec::new());
        assert_eq!(plain.headers()[AUTHORIZATION], "Bearer hunter2");
        assert_eq!(plain.headers()[HOST], "x-1.l.run.app");
        assert!(!format!("{plain:?}").contains("hunter2"));
        let own = request(vec![(AUTHORIZATION, HeaderValue::from_static("Basic eDp5"))]);
        assert_eq!(own.headers()[AUTHORIZATION], "Basic eDp5");
        assert_eq!(own.headers()[SERVERLESS], "Bearer hunter2");
        let agent = request(vec![(USER_AGENT, HeaderValue::from_static("me"))]);
        assert_eq!(agent.headers().get_all(USER_AGENT).iter().count(), 1);
    }
}
