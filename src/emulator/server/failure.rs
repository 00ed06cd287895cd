//! Answers that fail as the weather has it.

use serde_json::json;

use super::{Answer, body::Delivery};
use crate::emulator::{
    calls::Routed,
    fault::Fault,
    handle::Handle,
    request::Request,
    state::location,
    weather::{FailureKind, Fate},
};

/// The error that is answered in the place of carrying out; `None` where it is carried out, or nothing is answered.
pub(super) fn fault(fate: Fate, routed: Option<&Routed>) -> Option<Fault> {
    let fault = match fate {
        Fate::Fails(FailureKind::TooMany) | Fate::OverLimit(_) => too_many(routed),
        Fate::Fails(FailureKind::Internal) => Fault::new(500, "INTERNAL", "Internal error encountered."),
        Fate::Fails(FailureKind::Unavailable) => {
            Fault::new(503, "UNAVAILABLE", "The service is currently unavailable.")
        }
        Fate::Fine | Fate::Fails(_) => return None,
    };
    Some(fault)
}

/// The error of a location that does not answer; `None` where it does, or none is asked.
pub(super) fn dark(request: &Request, handle: &Handle) -> Option<Fault> {
    handle.read(|state| {
        let of_host = request.host.split('.').next().and_then(|first| first.strip_suffix("-run"));
        let path = request.parts().join("/");
        let asked = location(&path).or(of_host)?;
        let is_dark = state.unreachable().contains(asked);
        is_dark.then(|| Fault::new(503, "UNAVAILABLE", "The service is currently unavailable."))
    })
}

/// 429, with the quota that it was over (<https://cloud.google.com/docs/quotas/troubleshoot>).
fn too_many(routed: Option<&Routed>) -> Fault {
    let host = routed.map_or_else(|| "googleapis.com".to_owned(), |routed| routed.route.host());
    let is_read = routed.is_none_or(|routed| routed.route.verb == "GET");
    let metric = if is_read { "Read requests" } else { "Write requests" };
    let message = format!(
        "Quota exceeded for quota metric '{metric}' and limit '{metric} per minute' of service '{host}'."
    );
    let details = vec![json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": { "service": host, "quota_unit": "1/min/{project}" },
    })];
    Fault { details, ..Fault::new(429, "RESOURCE_EXHAUSTED", message) }
}

/// An answer that was to go out, and how it does.
pub(super) fn spoilt(answer: Answer, kind: FailureKind) -> (Answer, Delivery) {
    match kind {
        FailureKind::Truncated => (answer, Delivery::Cut),
        FailureKind::SlowDrip => (answer, Delivery::Drip),
        // As long as it was, and not closed as it was opened.
        FailureKind::WrongJson => (answer.spoilt(unclosed), Delivery::Whole),
        FailureKind::WrongShape => (answer.spoilt(|body| [b"[", body, b"]"].concat()), Delivery::Whole),
        FailureKind::TooMany
        | FailureKind::Internal
        | FailureKind::Unavailable
        | FailureKind::Reset
        | FailureKind::ResetAfter => (answer, Delivery::Whole),
    }
}

fn unclosed(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    match body.iter().rposition(|byte| !byte.is_ascii_whitespace()) {
        Some(last) => body[last] = b'<',
        None => body.push(b'<'),
    }
    body
}
