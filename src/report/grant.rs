//! A caller that was put on a map or taken off it, on a terminal: the lines that changed, what they mean, and what comes
//! next.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use super::{escape, style, table::fold, words};
use crate::{
    access::{Answer, Effect, Reason, Verdict},
    callers::{Caller, Location},
    model::{Principal, Resource, ServiceName, Time, time::rfc3339},
};

/// Who and what is spoken of.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The short name of the function.
    pub function: &'a str,
    /// In how many regions it stands.
    pub regions: usize,
    /// How many environments the map has besides the chosen one.
    pub has_environments: bool,
    /// How many columns there are.
    pub width: usize,
}

/// Who keeps an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// The grant itself, by its condition.
    Condition,
    /// The map: the next run takes the grant out.
    Map,
    /// Somebody else, who writes the policy: this one, as maps call it.
    Writer(&'static str),
}

/// A command to type, and what it does.
pub type Next = (String, String);

/// Writes what changed in a file, as a unified difference.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn diff(path: &str, before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    writeln!(out, "{bold}{}{bold:#}", escape::terminal(path))?;
    let difference = TextDiff::from_lines(before, after);
    for hunk in difference.unified_diff().context_radius(3).iter_hunks() {
        writeln!(out, "{dim}{}{dim:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ('-', style::ERROR),
                ChangeTag::Insert => ('+', style::GOOD),
                ChangeTag::Equal => (' ', anstyle::Style::new()),
            };
            let line = escape::terminal(change.value().trim_end_matches(['\n', '\r']));
            writeln!(out, "{colour}{sign}{line}{colour:#}")?;
        }
    }
    writeln!(out)
}

/// Writes that a caller was put on the map, until when, and how that is kept.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn granted(
    view: &View<'_>,
    until: Option<Time>,
    (was, is_usual): (Option<Time>, bool),
    keeper: Keeper,
    out: &mut dyn Write,
) -> io::Result<()> {
    let how_long = match until {
        None => "for good".to_owned(),
        Some(until) => format!("until {}", rfc3339(until)),
    };
    let was = was.map(|was| format!(" (it was until {})", rfc3339(was))).unwrap_or_default();
    let colour = style::GOOD;
    said(
        &format!("{} may call {} {how_long}{was}, by the map", who(view.caller), what(view)),
        colour,
        view.width,
        out,
    )?;
    if is_usual {
        let how = "nobody said for how long: `--for 30m`, `--until 2026-12-01` or `--permanent` do";
        note(how, view.width, out)?;
    }
    if until.is_some() {
        note(&kept(keeper), view.width, out)?;
    }
    besides(view, out)
}

fn kept(keeper: Keeper) -> String {
    match keeper {
        Keeper::Condition => "the grant ends by itself: its condition says when".to_owned(),
        Keeper::Map => {
            "the map keeps the end (`expiry: map`): the first `callmap apply` after it takes the grant out, \
                        and `callmap audit` says `expired-caller` until then"
                .to_owned()
        }
        Keeper::Writer(writer) => {
            format!(
                "{} writes this policy, so the map keeps the end: `callmap audit` says `expired-caller` after it, and \
                 the grant has to be put in and taken out there",
                named(writer)
            )
        }
    }
}

fn named(writer: &str) -> &'static str {
    if writer == "terraform" { "Terraform" } else { "somebody else" }
}

/// Writes that a caller is on the map already.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn already(
    view: &View<'_>,
    until: Option<Time>,
    declared_at: &Location,
    pattern: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Location { file, line, column } = declared_at;
    let how_long = until.map_or_else(|| "for good".to_owned(), |until| format!("until {}", rfc3339(until)));
    let by =
        pattern.map(|pattern| format!(" by the pattern {}", escape::terminal(pattern))).unwrap_or_default();
    let place = format!("{}:{line}:{column}", escape::terminal(file));
    let text = format!(
        "nothing to write: {} may call {} {how_long} already{by} ({place})",
        who(view.caller),
        what(view)
    );
    said(&text, style::GOOD, view.width, out)
}

/// Writes that a caller was taken off the map, or was not on it.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn revoked(view: &View<'_>, is_gone: bool, out: &mut dyn Write) -> io::Result<()> {
    let (caller, function) = (who(view.caller), what(view));
    if !is_gone {
        let text = format!("nothing to write: the map does not declare {caller} for {function}");
        return said(&text, style::GOOD, view.width, out);
    }
    said(&format!("{caller} is no longer declared for {function}"), style::GOOD, view.width, out)?;
    besides(view, out)
}

/// What an edge reaches that was not named.
fn besides(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if view.regions > 1 {
        note(&format!("in all of its {} regions: an edge is for the name", view.regions), view.width, out)?;
    }
    if view.has_environments {
        note("in every environment of the map that has the function", view.width, out)?;
    }
    Ok(())
}

/// Writes why a plan leaves somebody else to do it, and what.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn elsewhere(fixes: &[String], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if fixes.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    writeln!(out, "\n{bold}to be done there{bold:#}")?;
    // A command that is folded is none that can be copied.
    fixes.iter().try_for_each(|fix| {
        let fix = escape::terminal(fix);
        if fix.contains("gcloud") { writeln!(out, "  {fix}") } else { folded(&fix, 2, width, out) }
    })
}

/// Writes what still lets a caller through, once what was planned is done.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn left(
    function: &ServiceName,
    caller: &Principal,
    answer: &Answer,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (name, service) = (escape::terminal(caller.as_str()).into_owned(), words::function(function));
    let (text, colour) = match answer.verdict {
        Verdict::No => (format!("{name} cannot call {service}"), style::GOOD),
        Verdict::Unknown => (format!("{name} may still call {service}"), style::WARNING),
        Verdict::Yes => (format!("{name} can still call {service}"), style::WARNING),
    };
    writeln!(out)?;
    said(&text, colour, width, out)?;
    let counts = |reason: &&Reason| match reason.effect {
        Effect::Allow | Effect::Open => true,
        Effect::Unknown => answer.verdict == Verdict::Unknown,
        Effect::Deny | Effect::Void => false,
    };
    let here = Resource::Service(function.clone());
    answer.reasons.iter().filter(counts).try_for_each(|reason| note(&through(reason, &here), width, out))
}

/// What lets a caller through, in a line.
fn through(reason: &Reason, here: &Resource) -> String {
    let Reason { effect: _, resource, role, member, condition, detail, gap: _ } = reason;
    let mut parts = Vec::new();
    parts.extend(role.as_ref().map(|role| format!("by {}", words::role(role.as_str()))));
    parts.extend(resource.as_ref().filter(|on| *on != here).map(|on| format!("on {}", words::resource(on))));
    parts.extend(member.as_ref().map(|member| format!("to {}", escape::terminal(member.as_str()))));
    parts.extend(condition.as_ref().map(words::condition));
    let detail = escape::terminal(detail);
    if parts.is_empty() { detail.into_owned() } else { format!("{}: {detail}", parts.join(" ")) }
}

/// Writes how the function is called, and from when on.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn calling(commands: &[String], is_at_once: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "\n{bold}how to call{bold:#}")?;
    for command in commands {
        writeln!(out, "  {}", escape::terminal(command))?;
    }
    if is_at_once {
        return Ok(());
    }
    let text = "a grant counts everywhere after about 2 minutes, and at times only after 7 or more: a 403 until then \
                says nothing";
    folded(text, 2, width, out)
}

/// Writes what to do next.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn next(commands: &[Next], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "\n{bold}next{bold:#}")?;
    for (command, says) in commands {
        writeln!(out, "  {}", escape::terminal(command))?;
        folded(&escape::terminal(says), 4, width, out)?;
    }
    Ok(())
}

fn who(caller: &Caller) -> String {
    match caller {
        Caller::Principal(principal) => escape::terminal(principal.as_str()).into_owned(),
        Caller::Function(name) => format!("function:{}", escape::terminal(name)),
    }
}

fn what(view: &View<'_>) -> String {
    escape::terminal(view.function).into_owned()
}

fn said(text: &str, colour: anstyle::Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for line in fold(text, width) {
        writeln!(out, "{colour}{line}{colour:#}")?;
    }
    Ok(())
}

fn note(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    folded(text, 2, width, out)
}

fn folded(text: &str, indent: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in fold(text, width.saturating_sub(indent + 2)).iter().enumerate() {
        let indent = if number == 0 { indent } else { indent + 2 };
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}
