//! The front door of the functions: who asks is let through, or is not, as Cloud Run would have it
//! (<https://cloud.google.com/run/docs/authenticating/service-to-service>).
//!
//! Whether is decided by the verdict of the audit itself, over what the state holds at that moment.

mod audience;
mod conditions;
mod credential;
mod iap;
mod kept;
mod names;
mod page;
mod visit;

pub(super) use kept::Kept;

use self::{names::Found, visit::Visit};
use super::{handle::Handle, request::Request, server::Answer};

/// What paths begin with that name a function on the emulator's own address.
const PREFIX: &str = "/_front/";

/// Whether a request is for a function, and not for an API.
pub(super) fn is_meant(request: &Request) -> bool {
    let host = names::bare(&request.host);
    request.method == "CONNECT"
        || request.path.starts_with(PREFIX)
        || [".run.app", ".cloudfunctions.net"].iter().any(|end| host.ends_with(end))
}

/// What the log shows of such a request: its address, without what only its function understands.
pub(super) fn target(request: &Request) -> String {
    match request.path.as_str() {
        path if path.starts_with(PREFIX) => path.to_owned(),
        _ if request.method == "CONNECT" => request.host.clone(),
        path => format!("http://{}{path}", request.host),
    }
}

/// The answer; `None` where no function is meant.
pub(super) fn answer(request: &Request, handle: &Handle) -> Option<Answer> {
    if !is_meant(request) {
        return None;
    }
    if request.method == "CONNECT" {
        let what = "The emulator is no way to other hosts, and it speaks no TLS: ask for http:// in place of \
                    https://.\n";
        return Some(Answer::text(405, what));
    }
    let names = handle.front(|state, kept| kept.names(state));
    Some(match names.find(&request.host, &request.path) {
        Found::One(place) => match Visit::new(request, handle, &names, place) {
            Ok(visit) => visit.answer(),
            Err(why) => Answer::text(500, &format!("The state of the emulator cannot be judged: {why}\n")),
        },
        Found::Several(all) => Answer::text(300, &format!("Several functions are called so:\n{all}")),
        Found::Unknown => page::not_found("no function answers at this address"),
        Found::Unnamed(all) => Answer::text(404, &format!("No function is called so. There are:\n{all}")),
    })
}
