//! A plan as Markdown, for a comment on a pull request or the summary of a job.

use std::io::{self, Write};

use super::{code, prose};
use crate::{
    model::time,
    plan::{Change, Deed, Held, Step, Waiting},
    report::{
        escape,
        plan::{FINAL, Numbers, View, flags},
        summary::{counted, number},
        table, words,
    },
    rules::Counts,
};

/// How many changes, and how many of what is held or waiting, are written out: a comment has an end (GitHub
/// takes 65,536 characters).
const MOST: usize = 100;

/// How many of what else loses a grant are named in a step.
const NAMED: usize = 10;

/// Writes a plan as Markdown.
///
/// # Errors
/// Where it cannot be written to.
pub fn plan(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let View { plan, heading, more: _, saved: _, is_under_way: _ } = *view;
    let env = plan.made.env.as_ref().map(|env| format!(" of {}", code(env))).unwrap_or_default();
    writeln!(out, "### Plan{env}: {}\n", Numbers::of(plan).sentence())?;
    if !plan.is_complete {
        writeln!(out, "**incomplete:** not everything that decides was read\n")?;
    }
    finals(view, out)?;
    steps(&plan.steps, out)?;
    held(&plan.held, out)?;
    waiting(&plan.waiting, out)?;
    super::read(&heading, Counts::default(), out)?;
    made(view, out)
}

/// What cannot be taken back, before everything else.
fn finals(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finals: Vec<_> = view.plan.changes().filter(|(_, change)| change.is_final()).collect();
    for (step, change) in finals.iter().take(MOST) {
        let (who, place) = (code(change.principal.as_str()), code(&words::resource(&step.resource)));
        writeln!(out, "- **for good:** {who} on {place}: {FINAL}")?;
    }
    if finals.is_empty() { Ok(()) } else { rest(finals.len(), finals.len().min(MOST), out) }
}

fn steps(steps: &[Step], out: &mut dyn Write) -> io::Result<()> {
    let mut room = MOST;
    let all: usize = steps.iter().map(|step| step.changes.len()).sum();
    for step in steps {
        if room == 0 {
            break;
        }
        let shown = &step.changes[..step.changes.len().min(room)];
        room -= shown.len();
        self::step(step, shown, out)?;
    }
    let shown = all.min(MOST);
    if all > shown { rest(all, shown, out) } else { Ok(()) }
}

fn rest(all: usize, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    if all > shown {
        writeln!(out, "- … and {} more", number(all - shown))?;
    }
    writeln!(out)
}

fn step(step: &Step, shown: &[Change], out: &mut dyn Write) -> io::Result<()> {
    let Step { id, resource, needs, changes: _, footing: _, protects, also_opens, also_runs } = step;
    let mut besides = Vec::new();
    if !needs.is_empty() {
        let needs: Vec<_> = needs.iter().map(ToString::to_string).collect();
        besides.push(format!("waits for {}", needs.join(", ")));
    }
    if !protects.is_empty() {
        besides.push(format!("protects {}", counted(protects.len(), "declared caller", "declared callers")));
    }
    if !also_opens.is_empty() {
        let count = counted(also_opens.len(), "function", "functions");
        let names = named(also_opens.len(), also_opens.iter().map(words::function));
        besides.push(format!("takes it from {count} on no map, too: {names}"));
    }
    if !also_runs.is_empty() {
        let count = counted(also_runs.len(), "job or instance", "jobs and instances");
        let names = named(also_runs.len(), also_runs.iter().map(ToString::to_string));
        besides.push(format!("takes it from {count}, too: {names}"));
    }
    let besides = if besides.is_empty() { String::new() } else { format!(" ({})", besides.join("; ")) };
    writeln!(out, "{id} {}{besides}\n", code(&words::resource(resource)))?;
    let lines: Vec<_> = shown.iter().map(line).collect();
    // No run of backticks in the block is as long as its fence.
    let longest = lines.iter().flat_map(|line| line.split(|character| character != '`')).map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    writeln!(out, "{fence}diff\n{}\n{fence}\n", lines.join("\n"))
}

/// The first of these names, and how many more there are.
fn named(all: usize, names: impl Iterator<Item = String>) -> String {
    let shown: Vec<_> = names.take(NAMED).map(|name| code(&name)).collect();
    let rest = all - shown.len();
    let rest = if rest > 0 { format!(", … and {} more", number(rest)) } else { String::new() };
    shown.join(", ") + &rest
}

/// One change as a line of a `diff` block, in which nothing has a meaning but the first character.
fn line(change: &Change) -> String {
    let Change { deed, class, role, principal, condition, rule, because } = change;
    let sign = match deed {
        Deed::Add => '+',
        Deed::Remove => '-',
    };
    let condition = table::condition(condition.as_ref());
    let flag = class.include().map(|what| format!(", {}", what.flag())).unwrap_or_default();
    let (who, why) = (escape::terminal(principal.as_str()), escape::terminal(because));
    format!("{sign} {who} {}{condition} because {why} ({rule}{flag})", words::role(role.as_str()))
}

fn held(all: &[Held], out: &mut dyn Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>held ({})</summary>\n", number(all.len()))?;
    for held in all.iter().take(MOST) {
        let Held { resource, change, rule, principal, reason } = held;
        let place = code(&words::resource(resource));
        let what = match (change, principal) {
            (Some(change), _) => {
                let who = code(change.principal.as_str());
                format!(
                    "{} {who} as {} on {place}",
                    change.deed.as_str(),
                    code(&words::role(change.role.as_str()))
                )
            }
            (None, Some(who)) => format!("{} on {place}", code(who.as_str())),
            (None, None) => place,
        };
        writeln!(out, "- {what}: {} ({})", prose(reason), code(rule.as_str()))?;
    }
    rest(all.len(), all.len().min(MOST), out)?;
    writeln!(out, "</details>\n")
}

fn waiting(all: &[Waiting], out: &mut dyn Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details><summary>waiting for functions that are not live ({})</summary>\n",
        number(all.len())
    )?;
    for Waiting { service, caller, declared_at } in all.iter().take(MOST) {
        let place = format!("{}:{}:{}", declared_at.file, declared_at.line, declared_at.column);
        writeln!(out, "- {} → {} ({})", code(caller), code(&words::function(service)), code(&place))?;
    }
    rest(all.len(), all.len().min(MOST), out)?;
    writeln!(out, "</details>\n")
}

fn made(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let made = &view.plan.made;
    let flags = flags(&made.options);
    if !flags.is_empty() {
        writeln!(out, "- asked for: {}", flags.iter().map(|flag| code(flag)).collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out, "- made {}, map {}", code(&time::rfc3339(made.at)), code(&made.map.sha256))
}
