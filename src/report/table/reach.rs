//! One verdict, everybody who can call a function, and everything a caller can call: on a terminal.

use std::io::{self, Write};

use super::{
    columns::{self, fold, put},
    head,
};
use crate::{
    access::{Answer, Callable, Can, Flip, Invoker, Reason, Verdict, Who},
    model::{Principal, Resource, ServiceName, Time},
    report::{
        beside::Beside,
        escape,
        heading::Heading,
        onward::{self, Declared},
        style, words,
    },
};

/// How wide the words before the reasons are.
const LABEL: usize = 10;

/// Before what a function is, whatever the verdict.
const IT_IS: &str = "it is";

/// Writes one verdict with its reasons, and the change that would turn it round.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn explain(
    heading: &Heading<'_>,
    (caller, function): (&Principal, &ServiceName),
    (answer, flip): (&Answer, &Flip),
    beside: &Beside<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    head::world(heading, width, out)?;
    let Answer { verdict, reasons } = answer;
    let (caller, function) = (escape::terminal(caller.as_str()), words::function(function));
    let sentence = match verdict {
        Verdict::Yes => format!("yes: {caller} can call {function}"),
        Verdict::No => format!("no: {caller} cannot call {function}"),
        Verdict::Unknown => format!("unknown: whether {caller} can call {function} cannot be told"),
    };
    let mut text = String::new();
    let bold = style::BOLD;
    for line in fold(&sentence, width) {
        put(&mut text, format_args!("{bold}{line}{bold:#}\n"));
    }
    labelled(IT_IS, &escape::terminal(&beside.to_string()), width, &mut text);
    if reasons.is_empty() {
        text.push_str("  nothing on the way names this caller\n");
    }
    for reason in reasons {
        self::reason(reason, width, &mut text);
    }
    labelled(words::to_turn(flip), &escape::terminal(&flip.to_string()), width, &mut text);
    write!(out, "\n{text}")
}

/// Writes everybody who can call a function.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn who(
    heading: &Heading<'_>,
    who: &Who,
    beside: &Beside<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    head::world(heading, width, out)?;
    let Who { function, is_complete, callers, denied, unread, unexpanded } = who;
    let here = Resource::Service(function.clone());
    let row = |invoker: &Invoker| {
        let Invoker { principal, verdict, via } = invoker;
        [
            escape::terminal(principal.as_str()).into_owned(),
            can_or_may(*verdict),
            through(via, &here, principal),
        ]
    };
    let rows: Vec<_> = callers.iter().map(row).collect();
    let title = format!("who can call {}", words::function(function));
    page(&title, &rows, "nobody", width, out)?;
    let rows: Vec<_> = denied.iter().map(row).collect();
    stopped("who could, but for a deny policy", &rows, width, out)?;
    let sure = callers.iter().filter(|invoker| invoker.verdict == Verdict::Yes).count();
    numbers((sure, callers.len() - sure, denied.len()), ("caller", "callers"), out)?;
    let mut text = String::new();
    labelled(IT_IS, &escape::terminal(&beside.to_string()), width, &mut text);
    if !unexpanded.is_empty() {
        let groups: Vec<_> = unexpanded.iter().map(|group| escape::terminal(group.as_str())).collect();
        labelled("groups", &format!("members not known: {}", groups.join(", ")), width, &mut text);
    }
    out.write_all(text.as_bytes())?;
    gaps(*is_complete, unread, width, out)
}

/// Writes everything that a caller can call.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn can(heading: &Heading<'_>, can: &Can, width: usize, out: &mut dyn Write) -> io::Result<()> {
    head::world(heading, width, out)?;
    let Can { caller, is_complete, functions, denied, unread } = can;
    let row = |callable: &Callable| {
        let Callable { function, verdict, via } = callable;
        let here = Resource::Service(function.clone());
        [words::function(function), can_or_may(*verdict), through(via, &here, caller)]
    };
    let rows: Vec<_> = functions.iter().map(row).collect();
    let title = format!("what {} can call", escape::terminal(caller.as_str()));
    page(&title, &rows, "nothing", width, out)?;
    let rows: Vec<_> = denied.iter().map(row).collect();
    stopped("what it could call, but for a deny policy", &rows, width, out)?;
    let sure = functions.iter().filter(|callable| callable.verdict == Verdict::Yes).count();
    numbers((sure, functions.len() - sure, denied.len()), ("function", "functions"), out)?;
    gaps(*is_complete, unread, width, out)
}

/// Writes what the map declares for a caller, which needs no right to read anything.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn declared(declared: &[Declared], at: Time, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = declared.iter().map(|call| onward::row(call, at)).collect();
    let mut text = String::new();
    columns::lay_out(&rows, width, &mut text);
    if rows.is_empty() {
        text.push_str("  nothing by its own name\n");
    }
    let bold = style::BOLD;
    write!(out, "\n{bold}what the map declares for it{bold:#}\n{text}")
}

fn page(title: &str, rows: &[columns::Row], none: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    let mut text = String::new();
    columns::lay_out(rows, width, &mut text);
    if rows.is_empty() {
        put(&mut text, format_args!("  {none}\n"));
    }
    write!(out, "\n{bold}{title}{bold:#}\n{text}\n")
}

/// Whom deny policies stop, or from what: nothing where they stop nobody.
fn stopped(title: &str, rows: &[columns::Row], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    let mut text = String::new();
    columns::lay_out(rows, width, &mut text);
    write!(out, "{bold}{title}{bold:#}\n{text}\n")
}

fn numbers(numbers: (usize, usize, usize), of: (&str, &str), out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "{bold}{}{bold:#}", words::numbers(numbers, of))
}

/// What was not read: never left out, and never called complete.
fn gaps(is_complete: bool, unread: &[Reason], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if is_complete {
        return Ok(());
    }
    let colour = style::ERROR;
    writeln!(out, "{colour}incomplete: not everything that decides was read{colour:#}")?;
    let mut text = String::new();
    for gap in unread {
        reason(gap, width, &mut text);
    }
    out.write_all(text.as_bytes())
}

fn can_or_may(verdict: Verdict) -> String {
    match verdict {
        Verdict::Yes => "can".to_owned(),
        Verdict::Unknown => "may".to_owned(),
        Verdict::No => "cannot".to_owned(),
    }
}

/// The first of the reasons, and how many there are besides.
fn through(via: &[Reason], here: &Resource, caller: &Principal) -> String {
    via.first().map_or(String::new(), |first| words::through(first, via.len() - 1, Some(here), Some(caller)))
}

/// One thing on the way: what it is, and what there is to say about it.
pub(super) fn reason(reason: &Reason, width: usize, text: &mut String) {
    let Reason { effect, resource, role, member, condition, detail, gap: _ } = reason;
    let mut what = Vec::new();
    what.extend(role.as_ref().map(|role| escape::terminal(role.as_str()).into_owned()));
    what.extend(resource.as_ref().map(|resource| {
        let on = if role.is_some() { "on " } else { "" };
        format!("{on}{}", words::resource(resource))
    }));
    what.extend(member.as_ref().map(|member| format!("to {}", escape::terminal(member.as_str()))));
    what.extend(condition.as_ref().map(words::condition));
    let mut label = effect.as_str();
    let expression = condition.as_ref().map(|condition| escape::terminal(&condition.expression).into_owned());
    let lines = [Some(what.join(" ")), expression, Some(escape::terminal(detail).into_owned())];
    for line in lines.into_iter().flatten().filter(|line| !line.is_empty()) {
        labelled(label, &line, width, text);
        label = "";
    }
}

pub(super) fn labelled(label: &str, value: &str, width: usize, text: &mut String) {
    let dim = style::DIM;
    let mut label = label;
    for line in fold(value, width.saturating_sub(LABEL + 2)) {
        put(text, format_args!("  {dim}{label:LABEL$}{dim:#}{line}\n"));
        label = "";
    }
}
