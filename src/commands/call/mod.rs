//! `callmap call`: one call of a function, its answer as it comes, and in plain words why it was refused.

mod body;
mod request;
mod why;

use chrono::Utc;
use tokio::time::Instant;

use self::{body::Body, why::Refusal};
use super::{
    Console, Error, Exit, IdentityOptions,
    door::{self, Door, Knock},
    live::{Ground, say},
};
use crate::{
    report::escape,
    tokens::{
        CallError, Endpoint, Environment,
        call::{Answer, Call, Caller, Page, Target},
        id::IdToken,
        refusal::Answered,
        retry::within,
    },
};

/// What `call` is asked for.
#[derive(Debug, Clone)]
pub struct CallOptions {
    /// The function, as it was named.
    pub function: String,
    /// The function, and the way to the token.
    pub identity: IdentityOptions,
    /// How; `None` is what is usual for what is sent.
    pub method: Option<String>,
    /// What is sent: a text, or the name of a file behind `@`.
    pub data: Option<String>,
    /// What is sent along, `Name: value`.
    pub headers: Vec<String>,
    /// The path behind the function's address.
    pub path: Option<String>,
    /// Whether a token is sent.
    pub has_token: bool,
    /// Whether the status and the headers are printed.
    pub is_head_shown: bool,
}

/// Calls a function with a token that it takes, and writes its answer as it comes.
///
/// # Errors
/// Where the function cannot be found, there is no token for it or none that may go there, or no answer came.
pub fn call(options: &CallOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let CallOptions { function, identity, path, has_token, .. } = options;
    let request::Request { method, headers, body } = request::request(options)?;
    let mut ground = Ground::find(&identity.world, console)?;
    let environment = Environment::read();
    let deadline = deadline(identity);
    let knock = Knock { function, identity, environment: &environment };
    let door = door::find(&knock, &mut ground, console)?;
    let target = Target::parse(door.url.as_str(), ground.endpoint())?;
    let target = path.iter().try_fold(target, |target, path| target.below(path))?;
    let token = match has_token {
        true => Some(self::token(&knock, &door, &target, &mut ground, console)?),
        false => None,
    };
    let caller = Caller::new(ground.endpoint())?;
    let has_own = headers.iter().any(|(name, _)| *name == http::header::AUTHORIZATION);
    let call = Call { method, target: target.clone(), headers, body };
    let secret = token.as_ref().map(|token| &token.secret);
    let sent = ground.wait(within(deadline, caller.send(call, secret)));
    let mut answer = sent.and_then(|sent| sent).map_err(|error| unanswered(&target, error))?;
    write(&mut answer, options.is_head_shown, deadline, &ground, console)?;
    redirected(&answer, console)?;
    let answered = Answered { status: answer.status.as_u16(), page: answer.page(), at: answer.date };
    if answered.status < 400 && answered.page != Page::Proxy {
        return Ok(Exit::Done);
    }
    let (token, has_own) = (token.as_ref(), has_own && !has_token);
    // An emulator's grants go by its own clock, and the date of its answers by that of the machine.
    let now = match ground.endpoint() {
        Endpoint::Google => answer.date.unwrap_or(console.now),
        Endpoint::Emulator(_) => console.now,
    };
    let refusal =
        Refusal { answered, here: Utc::now(), now, options, door: &door, target: &target, token, has_own };
    why::tell(&refusal, answer.status, &environment, &mut ground, console)?;
    Ok(if answered.status < 400 { Exit::Done } else { Exit::Findings })
}

/// When the time for the whole run is over.
fn deadline(identity: &IdentityOptions) -> Option<Instant> {
    let most = identity.world.live.timeout?;
    // A time that is over already is no time at all.
    Some(Instant::now() + most.to_std().unwrap_or_default())
}

/// A token that may go where the call goes.
fn token(
    knock: &Knock<'_>,
    door: &Door,
    target: &Target,
    ground: &mut Ground,
    console: &mut Console<'_>,
) -> Result<IdToken, Error> {
    let token = door.token(knock, ground, console)?;
    target.check(&token, &door.audience, knock.identity.audience.is_some())?;
    Ok(token)
}

/// That there is no answer, of whom.
fn unanswered(target: &Target, error: CallError) -> Error {
    Error::NoAnswer { host: target.host().to_owned(), error }
}

/// Writes the answer as it comes.
fn write(
    answer: &mut Answer,
    is_head_shown: bool,
    deadline: Option<Instant>,
    ground: &Ground,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let mut body = Body::new(console);
    if is_head_shown {
        body.head(answer)?;
    }
    while !body.is_over() {
        let next = ground.wait(within(deadline, answer.next()));
        match next.and_then(|next| next).map_err(Error::BrokenOff)? {
            Some(data) => body.put(&data)?,
            None => break,
        }
    }
    body.end()
}

/// Says where a redirect leads, which nothing follows.
fn redirected(answer: &Answer, console: &mut Console<'_>) -> Result<(), Error> {
    let Some(leads_to) = answer.leads_to.as_deref().filter(|_| !console.is_quiet) else { return Ok(()) };
    let status = answer.status.as_u16();
    // What stands behind a question mark there may be secret.
    let shown = leads_to.split_once('?').map_or(leads_to, |(address, _)| address);
    let more = if shown == leads_to { "" } else { "?…" };
    let what = format!(
        "{status} leads to {}{more}, which was not followed: no token was sent there",
        escape::terminal(shown)
    );
    say("note", &what, console)
}
