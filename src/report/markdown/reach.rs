//! One verdict, everybody who can call a function, and everything a caller can call: as Markdown.

use std::io::{self, Write};

use super::{code, prose, read};
use crate::{
    access::{Answer, Can, Flip, Reason, Verdict, Who},
    model::{Principal, ServiceName},
    report::{beside::Beside, heading::Heading, words},
    rules::Counts,
};

/// Writes one verdict with its reasons, and the change that would turn it round.
///
/// # Errors
/// Where it cannot be written to.
pub fn explain(
    heading: &Heading<'_>,
    (caller, function): (&Principal, &ServiceName),
    (answer, flip): (&Answer, &Flip),
    beside: &Beside<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Answer { verdict, reasons } = answer;
    let (caller, function) = (code(caller.as_str()), code(&words::function(function)));
    let sentence = match verdict {
        Verdict::Yes => format!("{caller} can call {function}"),
        Verdict::No => format!("{caller} cannot call {function}"),
        Verdict::Unknown => format!("whether {caller} can call {function} cannot be told"),
    };
    writeln!(out, "### {}: {sentence}\n\nIt is {}.\n", verdict.as_str(), prose(&beside.to_string()))?;
    if reasons.is_empty() {
        writeln!(out, "- nothing on the way names this caller")?;
    }
    for reason in reasons {
        writeln!(out, "- **{}** {}", reason.effect.as_str(), self::reason(reason))?;
    }
    writeln!(out, "\n**{}:** {}\n", words::to_turn(flip), prose(&flip.to_string()))?;
    read(heading, Counts::default(), out)
}

/// Writes everybody who can call a function.
///
/// # Errors
/// Where it cannot be written to.
pub fn who(heading: &Heading<'_>, who: &Who, beside: &Beside<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Who { function, is_complete, callers, denied, unread, unexpanded } = who;
    let rows = |invokers: &[crate::access::Invoker]| -> Vec<_> {
        invokers.iter().map(|it| (code(it.principal.as_str()), it.verdict, vias(&it.via))).collect()
    };
    let title = format!("Who can call {}", code(&words::function(function)));
    let (callers, denied) = (rows(callers), rows(denied));
    let words = ("caller", ("caller", "callers"), "Stopped by deny policies");
    page(&title, words, &callers, &denied, out)?;
    writeln!(out, "It is {}.\n", prose(&beside.to_string()))?;
    if !unexpanded.is_empty() {
        let groups: Vec<_> = unexpanded.iter().map(|group| code(group.as_str())).collect();
        writeln!(out, "- members not known: {}", groups.join(", "))?;
    }
    gaps(*is_complete, unread, out)?;
    read(heading, Counts::default(), out)
}

/// Writes everything that a caller can call.
///
/// # Errors
/// Where it cannot be written to.
pub fn can(heading: &Heading<'_>, can: &Can, out: &mut dyn Write) -> io::Result<()> {
    let Can { caller, is_complete, functions, denied, unread } = can;
    let rows = |callables: &[crate::access::Callable]| -> Vec<_> {
        callables.iter().map(|it| (code(&words::function(&it.function)), it.verdict, vias(&it.via))).collect()
    };
    let title = format!("What {} can call", code(caller.as_str()));
    let (functions, denied) = (rows(functions), rows(denied));
    let words = ("function", ("function", "functions"), "Stopped by deny policies");
    page(&title, words, &functions, &denied, out)?;
    gaps(*is_complete, unread, out)?;
    read(heading, Counts::default(), out)
}

/// What a row is about, whether it can call or be called, and through what.
type Row = (String, Verdict, String);

fn page(
    title: &str,
    (what, of, stopped): (&str, (&str, &str), &str),
    rows: &[Row],
    denied: &[Row],
    out: &mut dyn Write,
) -> io::Result<()> {
    let sure = rows.iter().filter(|(_, verdict, _)| *verdict == Verdict::Yes).count();
    writeln!(out, "### {title}\n\n{}\n", words::numbers((sure, rows.len() - sure, denied.len()), of))?;
    for (heading, how, rows) in [(None, "through", rows), (Some(stopped), "by", denied)] {
        if rows.is_empty() {
            continue;
        }
        if let Some(heading) = heading {
            writeln!(out, "**{heading}**\n")?;
        }
        writeln!(out, "| {what} | | {how} |\n| --- | --- | --- |")?;
        for (name, verdict, via) in rows {
            let can = match verdict {
                Verdict::Yes => "can",
                Verdict::Unknown => "may",
                Verdict::No => "cannot",
            };
            writeln!(out, "| {name} | {can} | {via} |")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn vias(via: &[Reason]) -> String {
    via.iter().map(reason).collect::<Vec<_>>().join("<br>")
}

/// One thing on the way.
pub(super) fn reason(reason: &Reason) -> String {
    let Reason { effect: _, resource, role, member, condition, detail, gap: _ } = reason;
    let mut parts = Vec::new();
    parts.extend(role.as_ref().map(|role| code(role.as_str())));
    parts.extend(resource.as_ref().map(|resource| format!("on {}", code(&words::resource(resource)))));
    parts.extend(member.as_ref().map(|member| format!("to {}", code(member.as_str()))));
    parts.extend(condition.as_ref().map(|condition| format!("if {}", code(&condition.expression))));
    let what = parts.join(" ");
    match (what.is_empty(), detail.is_empty()) {
        (_, true) => what,
        (true, false) => prose(detail),
        (false, false) => format!("{what}: {}", prose(detail)),
    }
}

/// What was not read: never left out, and never called complete.
fn gaps(is_complete: bool, unread: &[Reason], out: &mut dyn Write) -> io::Result<()> {
    if is_complete {
        return Ok(());
    }
    writeln!(out, "**incomplete: not everything that decides was read**\n")?;
    for gap in unread {
        writeln!(out, "- {}", reason(gap))?;
    }
    writeln!(out)
}
