//! From a connection to an answer.

use std::{io, time::Duration};

use chrono::Utc;
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use url::form_urlencoded;

use super::{
    Answer,
    body::{Answered, Delivery},
    failure,
    meddling::Meddling,
};
use crate::emulator::{
    calls::{self, Call, Context, Routed},
    control,
    fault::Fault,
    front,
    handle::{Handle, Write, WriteFate},
    log::Entry,
    oauth,
    request::Request,
    state::State,
    tokens::{Actor, Mint},
    weather::{Asked, FailureKind, Fate},
};

/// The longest body that is read, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;
/// How long to wait after no connection could be taken.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes connections for ever.
pub(super) async fn accept(listener: &TcpListener, handle: &Handle) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, handle.clone()))),
            // Too many files are open, or the other side is gone already: it passes.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Answers on one connection until it ends. Where an answer is to be lost, the connection is reset.
async fn connection(stream: TcpStream, handle: Handle) {
    // Small answers go out at once; where that cannot be had they go out a little later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, handle.clone()));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if (&mut connection).await.is_err() {
        let stream = connection.into_parts().io.into_inner();
        // Where it cannot be reset it is closed, which loses the answer as well.
        let _ = stream.set_zero_linger();
    }
}

/// An error loses the answer.
async fn respond(request: hyper::Request<Incoming>, handle: Handle) -> io::Result<hyper::Response<Answered>> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let is_foreign = request.headers().contains_key("origin");
    let Ok(request) = read(request).await else {
        return Ok(Answer::fault(&Fault::invalid("Request payload size exceeds the limit."))
            .response(Delivery::Whole));
    };
    if is_foreign {
        let what = "The emulator answers no request that comes out of a web page.";
        return Ok(Answer::fault(&Fault::new(403, "PERMISSION_DENIED", what)).response(Delivery::Whole));
    }
    if let Some(answer) = control::answer(&request, &handle) {
        return Ok(answer.response(Delivery::Whole));
    }
    let routed = if front::is_meant(&request) { None } else { calls::route(&request) };
    let id = routed.as_ref().map(|routed| routed.route.id);
    let is_write = id.is_some_and(is_policy_write);
    let asked = Asked { verb: &request.method, path: &request.path, id, is_write, now: Utc::now() };
    let (latency, fate) = handle.sky(|sky| sky.next(&asked));
    // What is in the log has its weather: whoever sees it there may change that for the next.
    let number = handle.write_log(|log| log.begin(entry(&request, target, routed.as_ref())));
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let outcome = outcome(&request, routed, &handle, fate).await;
    handle.write_log(|log| log.end(number, outcome.as_ref().ok().map(|(answer, _)| answer.status)));
    outcome.map(|(answer, delivery)| answer.response(delivery))
}

/// Whether a method of this id writes a policy.
fn is_policy_write(id: &str) -> bool {
    id.ends_with(".setIamPolicy")
        || ["iam.policies.createPolicy", "iam.policies.update", "iam.policies.delete"].contains(&id)
}

/// The answer and how it goes out; an error where none does.
async fn outcome(
    request: &Request,
    routed: Option<Routed>,
    handle: &Handle,
    fate: Fate,
) -> io::Result<(Answer, Delivery)> {
    let lost = || Err(io::Error::new(io::ErrorKind::ConnectionReset, "the answer is lost"));
    if let Some(fault) = failure::fault(fate, routed.as_ref()) {
        let seconds = match fate {
            Fate::OverLimit(seconds) => Some(seconds),
            _ => (fault.code == 429).then(|| handle.sky(|sky| sky.weather().retry_after)),
        };
        let answer = Answer::fault(&fault);
        let answer = match seconds {
            Some(seconds) => answer.with("retry-after", seconds.to_string()),
            None => answer,
        };
        return Ok((answer, Delivery::Whole));
    }
    if fate == Fate::Fails(FailureKind::Reset) {
        return lost();
    }
    let answer = carried_out(request, routed, handle).await?;
    match fate {
        Fate::Fails(FailureKind::ResetAfter) => lost(),
        Fate::Fails(kind) => Ok(failure::spoilt(answer, kind)),
        Fate::Fine | Fate::OverLimit(_) => Ok((answer, Delivery::Whole)),
    }
}

/// Does what is asked for.
async fn carried_out(request: &Request, routed: Option<Routed>, handle: &Handle) -> io::Result<Answer> {
    if let Some(answer) = front::answer(request, handle).or_else(|| oauth::open(request, handle)) {
        return Ok(answer);
    }
    let Some(Routed { route, call }) = routed else {
        return Ok(Answer::unrouted(&request.path));
    };
    if let Some(fault) = failure::dark(request, handle) {
        return Ok(Answer::fault(&fault));
    }
    let service = route.host();
    let caller = match request.bearer() {
        None => Err(unknown(&service)),
        // Tokens run out by the clock on the wall, as their holders have no other.
        Some(token) => {
            handle.tokens(|tokens| tokens.actor(token, Utc::now())).ok_or_else(|| expired(&service))
        }
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(fault) => {
            let realm = "Bearer realm=\"https://accounts.google.com/\"";
            return Ok(Answer::fault(&fault).with("www-authenticate", realm));
        }
    };
    let fate = match &call {
        Call::SetPolicy(place) => asked(handle, &place.name, request).await,
        _ => WriteFate::Go,
    };
    match fate {
        WriteFate::DropBefore => return Err(io::Error::other("the write is lost")),
        WriteFate::Refuse(status, body) => return Ok(Answer::json(status, &body)),
        WriteFate::Go | WriteFate::DropAfter => {}
    }
    let meddling = Meddling::before(&call, handle);
    let result = answered(&call, request, &caller, handle);
    meddling.after(result.is_ok(), handle);
    if fate == WriteFate::DropAfter {
        return Err(io::Error::other("the answer is lost"));
    }
    Ok(result.map_or_else(|fault| Answer::fault(&fault), |value| Answer::json(200, &value)))
}

fn answered(
    call: &Call,
    request: &Request,
    caller: &Actor,
    handle: &Handle,
) -> Result<serde_json::Value, Fault> {
    let now = handle.now();
    let mint = Mint::new(handle);
    let answer = |state: &mut State| calls::answer(call, &mut Context { state, request, now, caller, mint });
    let is_read = request.method == "GET" || call.is_read();
    if is_read { handle.read(answer) } else { handle.change(answer) }
}

/// What the hook says of a write. It may take its time, and no other request waits for it.
async fn asked(handle: &Handle, resource: &str, request: &Request) -> WriteFate {
    let write = Write { resource: resource.to_owned(), body: request.json().unwrap_or_default() };
    let handle = handle.clone();
    // A hook that panicked is a test that has failed already.
    tokio::task::spawn_blocking(move || handle.fate_of(&write)).await.unwrap_or(WriteFate::DropBefore)
}

/// 401: the token ran out.
fn expired(service: &str) -> Fault {
    unauthenticated(service, "ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials.")
}

/// 401: there is no token.
fn unknown(service: &str) -> Fault {
    unauthenticated(service, "CREDENTIALS_MISSING", "Request is missing required authentication credential.")
}

fn unauthenticated(service: &str, reason: &str, sentence: &str) -> Fault {
    let details = vec![serde_json::json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": { "service": service },
    })];
    let message = format!(
        "{sentence} Expected OAuth 2 access token, login cookie or other valid authentication credential. See \
         https://developers.google.com/identity/sign-in/web/devconsole-project."
    );
    Fault { details, ..Fault::new(401, "UNAUTHENTICATED", message) }
}

fn entry(request: &Request, target: String, routed: Option<&Routed>) -> Entry {
    let is_front = front::is_meant(request);
    let is_kept = request.method != "GET" && !is_front && !oauth::is_secret(request);
    let body = is_kept.then(|| request.json().ok()).flatten();
    let api_method = routed.map(|routed| routed.route.id.to_owned());
    let target = if is_front { front::target(request) } else { oauth::hidden(request, target) };
    Entry { method: request.method.clone(), api_method, target, body, status: None }
}

/// The request with all of its body.
async fn read(
    request: hyper::Request<Incoming>,
) -> Result<Request, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let query = head.uri.query().unwrap_or_default();
    let host = head.uri.host().or_else(|| header("host")).unwrap_or_default().to_owned();
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        host,
        headers: head.headers,
        body: Vec::new(),
    };
    let body = Limited::new(body, LONGEST).collect().await?.to_bytes();
    Ok(Request { body: body.to_vec(), ..request })
}
