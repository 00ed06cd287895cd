//! `callmap grant` and `callmap revoke`: one caller is put on the map or taken off it, and on Google Cloud too where that
//! is asked for.

mod carry;
mod ground;
mod words;

use ground::Ground;

use super::{CallerOptions, Console, Error, Exit, GrantOptions, RevokeOptions, Term};
use crate::{
    callers::{
        Caller,
        change::{self, Changed, Granted, Refused, Revoked},
    },
    model::Time,
    report::grant::{self as page},
    rules::ours::Ours,
    world::{Source, SourceKind, World},
};

/// Puts a caller on the map, for a time, and grants it that where that is asked for.
///
/// # Errors
/// Where the map does not take it, or cannot be written, or it cannot be carried out.
pub fn grant(options: &GrantOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let GrantOptions { caller: of, term, reason, is_public } = options;
    let ground = Ground::read(of, console)?;
    ours(&ground)?;
    let asked = asked(*term, ground.now)?;
    let granted = change::grant(&ground.subject(), asked, reason.as_deref(), *is_public)?;
    let (view, keeper) = (ground.view(), ground.keeper());
    let is_usual = *term == Term::Usual;
    let mut text = Vec::new();
    let is_written = match &granted {
        Granted::Already { until, declared_at, pattern } => {
            page::already(&view, *until, declared_at, pattern.as_deref(), &mut text)
        }
        Granted::New(_, until) => page::granted(&view, *until, (None, is_usual), keeper, &mut text),
        Granted::Renewed { was, until, .. } => {
            page::granted(&view, *until, (*was, is_usual), keeper, &mut text)
        }
    };
    is_written.map_err(Error::Print)?;
    let changed = match &granted {
        Granted::Already { .. } => None,
        Granted::New(changed, _) | Granted::Renewed { changed, .. } => Some(changed),
    };
    written(&ground, changed, &text, console)?;
    if of.is_applied {
        return carry::granted(&ground, options, changed.is_some(), console);
    }
    let until = match &granted {
        Granted::Already { until, .. } | Granted::New(_, until) | Granted::Renewed { until, .. } => *until,
    };
    next(&words::after_grant(&ground, of, changed.is_some(), (until, *is_public)), console)
}

/// Takes a caller off the map, and its grant out where that is asked for.
///
/// # Errors
/// Where the map names it by a pattern, or cannot be written, or it cannot be carried out.
pub fn revoke(options: &RevokeOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let RevokeOptions { caller: of } = options;
    let ground = Ground::read(of, console)?;
    let revoked = change::revoke(&ground.subject())?;
    let changed = match &revoked {
        Revoked::NotThere => None,
        Revoked::Gone { changed, .. } => Some(changed),
    };
    let mut text = Vec::new();
    page::revoked(&ground.view(), changed.is_some(), &mut text).map_err(Error::Print)?;
    written(&ground, changed, &text, console)?;
    if of.is_applied {
        return carry::revoked(&ground, of, changed.is_some(), console);
    }
    next(&words::after_revoke(&ground, of, changed.is_some()), console)
}

/// Writes the map where it changes, and says what that means.
fn written(
    ground: &Ground,
    changed: Option<&Changed>,
    text: &[u8],
    console: &mut Console<'_>,
) -> Result<(), Error> {
    if let Some(changed) = changed {
        ground.write(changed, console)?;
    }
    if console.is_quiet { Ok(()) } else { console.print(text) }
}

fn next(commands: &[page::Next], console: &mut Console<'_>) -> Result<Exit, Error> {
    if !console.is_quiet {
        let mut text = Vec::new();
        page::next(commands, console.width, &mut text).map_err(Error::Print)?;
        console.print(&text)?;
    }
    Ok(Exit::Done)
}

/// Until when it is asked for.
fn asked(term: Term, now: Time) -> Result<change::Term, Error> {
    Ok(match term {
        Term::Usual => change::Term::Usual,
        Term::Permanent => change::Term::Permanent,
        Term::Until(until) => change::Term::Until(until),
        Term::For(time) => {
            let until = now.checked_add_signed(time);
            change::Term::Until(until.ok_or(Error::NotCarriedOut("`--for` leads out of all time"))?)
        }
    })
}

/// Whether a caller may be one of us, where the map says who is.
fn ours(ground: &Ground) -> Result<(), Error> {
    let nothing = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    let ours = Ours::new(&ground.map, &nothing);
    let foreign = match &ground.caller {
        Caller::Principal(principal) => ours.is_external(principal).then_some(principal),
        Caller::Function(name) => {
            let of_name = ground.map.functions.iter().filter(|function| function.name == *name);
            of_name.filter_map(|function| function.runs_as.as_ref()).find(|account| ours.is_external(account))
        }
    };
    let Some(principal) = foreign else { return Ok(()) };
    Err(Error::Change(Refused {
        message: format!(
            "`{principal}` is not one of us: its domain is not among `domains` of the map, nor its project among `projects`"
        ),
        repair: "add that to the settings of the map first, if it is ours".to_owned(),
        at: None,
    }))
}
