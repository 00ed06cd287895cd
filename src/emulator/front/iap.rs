//! The Identity-Aware Proxy, where it stands before a function
//! (<https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run>).

use super::{
    credential::{self, Brought, COMMON},
    visit::{Judged, Visit, why},
};
use crate::{
    access::Verdict,
    emulator::{
        server::{Answer, escaped},
        state::View,
    },
    model::Principal,
};

/// The header that it looks into first, for callers that have another use for the common one.
const PROXY: &str = "proxy-authorization";

/// Where people are sent to say who they are.
const SIGN_IN: &str = "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&scope=openid+email";

/// Who is let through, or what the proxy answers of its own.
pub(super) fn passed(visit: &Visit<'_>) -> Result<Principal, Answer> {
    let request = visit.request;
    let header = if request.headers.contains_key(PROXY) { PROXY } else { COMMON };
    let token = match credential::of(request, header) {
        Brought::Nothing if matches!(request.method.as_str(), "GET" | "HEAD") => {
            return Err(said(302, "Sign in").with("location", SIGN_IN));
        }
        Brought::Nothing => return Err(refused("empty token")),
        Brought::Broken(why) => return Err(refused(why)),
        Brought::Token(token) => token,
    };
    let holder = credential::holder(token, visit.handle).map_err(|wrong| refused(wrong.as_str()))?;
    // The proxy has a client of its own, of which nothing is known here.
    if !holder.audience.ends_with(".apps.googleusercontent.com") && !visit.takes(&holder) {
        return Err(refused("the audience of the token is neither a client nor the function"));
    }
    let world = visit.world_of(View::Proxy).map_err(|why| said(500, &why))?;
    let Judged { caller, .. } = visit.judged(&world, &holder.principal);
    match caller.verdict {
        Verdict::Yes => Ok(holder.principal),
        Verdict::No | Verdict::Unknown => {
            let sentence = format!(
                "You don't have access: {} needs roles/iap.httpsResourceAccessor{}",
                holder.principal,
                why(&caller)
            );
            Err(said(403, &sentence))
        }
    }
}

fn refused(why: &str) -> Answer {
    said(401, &format!("Invalid IAP credentials: {why}"))
}

fn said(status: u16, text: &str) -> Answer {
    Answer::html(status, format!("{}\n", escaped(text))).with("x-goog-iap-generated-response", "true")
}
