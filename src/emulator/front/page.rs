//! The pages that stand before a function: Google's sentences, and the emulator's own reason below them.

use crate::emulator::server::{Answer, escaped};

/// The header that says why, for programs.
const WHY: &str = "x-callmap-why";

/// 403: somebody without a token, or without the right to call.
pub(super) fn forbidden(path: &str, why: &str) -> Answer {
    let sentence = format!(
        "Your client does not have permission to get URL <code>{}</code> from this server.",
        escaped(path)
    );
    page(403, "Forbidden", "Forbidden", &sentence, why)
}

/// 401: a token that is none.
pub(super) fn unauthorized(path: &str, why: &str) -> Answer {
    let sentence =
        format!("Your client does not have permission to the requested URL <code>{}</code>.", escaped(path));
    let challenge =
        "Bearer error=\"invalid_token\" error_description=\"The access token could not be verified\"";
    page(401, "Unauthorized", "Unauthorized", &sentence, why).with("www-authenticate", challenge)
}

/// 503: the location does not answer.
pub(super) fn unavailable(why: &str) -> Answer {
    let sentence = "The service you requested is not available at this time.";
    page(503, "Service Unavailable", "Server Error", sentence, why)
}

/// 404: nothing answers here, or not to everybody.
pub(super) fn not_found(why: &str) -> Answer {
    page(404, "Page not found", "Page not found", "The requested URL was not found on this server.", why)
}

fn page(status: u16, title: &str, heading: &str, sentence: &str, why: &str) -> Answer {
    let text = format!(
        "<html><head>\n<meta http-equiv=\"content-type\" content=\"text/html;charset=utf-8\">\n\
         <title>{status} {title}</title>\n</head>\n<body text=#000000 bgcolor=#ffffff>\n\
         <h1>Error: {heading}</h1>\n<h2>{sentence}</h2>\n<h2></h2>\n<p>{}</p>\n</body></html>\n",
        escaped(why)
    );
    Answer::html(status, text).with(WHY, header(why))
}

/// A text as a header may hold it.
fn header(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_graphic() { letter } else { ' ' }).collect()
}
