//! Every temporary and human caller, as Markdown.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use super::{code, prose, reach::reason, read};
use crate::{
    model::time,
    plan::review::{Members, Row, Standing},
    report::{
        review::{self, View, more},
        words,
    },
    rules::Counts,
};

/// How many functions are named in one cell, and members of a group.
const NAMES: usize = 6;
/// How many rows are written out: a comment has an end (GitHub takes 65,536 characters).
const MOST: usize = 100;

/// Writes a review as Markdown.
///
/// # Errors
/// Where it cannot be written to.
pub fn review(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let env = view.env.map(|env| format!(" of {}", code(env))).unwrap_or_default();
    writeln!(out, "### Temporary and human callers{env}\n\n{}\n", prose(&view.line()))?;
    if !view.is_complete() {
        writeln!(
            out,
            "**incomplete: not everything that decides was read, so that somebody may be missing**\n"
        )?;
        for (what, why) in view.gaps() {
            writeln!(out, "- unread: {}: {}", code(&what), prose(&why))?;
        }
        writeln!(out)?;
    }
    let rows = &view.review.rows;
    if !rows.is_empty() {
        writeln!(
            out,
            "| caller | functions | until | reason | owners | declared at | in the world | reaches |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |"
        )?;
    }
    let mut told = BTreeSet::new();
    for row in rows.iter().take(MOST) {
        // What one caller reaches is said once.
        let is_first = row.principal.as_ref().is_some_and(|caller| told.insert(caller));
        writeln!(out, "| {} |", cells(row, view, is_first).join(" | "))?;
    }
    if !rows.is_empty() {
        writeln!(out)?;
    }
    if rows.len() > MOST {
        writeln!(out, "…{}: `callmap review -o review.csv` has them all\n", more(rows.len(), MOST))?;
    }
    match &view.heading {
        Some(heading) => read(heading, Counts::default(), out),
        None => writeln!(out, "- by the map alone, as of {}", time::rfc3339(view.at)),
    }
}

fn cells(row: &Row, view: &View<'_>, is_first: bool) -> [String; 8] {
    let means = row.principal.as_ref().filter(|principal| principal.as_str() != &*row.caller);
    let means = means.map(|principal| format!("<br>{}", code(principal.as_str()))).unwrap_or_default();
    let functions = names(row.functions.iter().map(|function| code(&function.name)));
    let members = row.members.as_ref().map(|members| match members {
        Members::Known(members) => names(members.iter().map(|member| code(member.as_str()))),
        Members::Unknown => "members not known".to_owned(),
    });
    let members =
        members.filter(|text| !text.is_empty()).map(|text| format!("<br>{text}")).unwrap_or_default();
    let until = review::until(row, view.at);
    let owners: Vec<_> = row.owners.iter().map(|owner| prose(owner)).collect();
    let at = match &row.declared_at {
        Some(_) => code(&review::declared_at(row)),
        None => "**not declared**".to_owned(),
    };
    let reached = view.reached(row, NAMES).filter(|_| is_first).map(|reached| {
        let shown = names(reached.beyond.iter().map(|name| code(&words::function(name))));
        let others = more(reached.beyond_count, reached.beyond.len());
        let beyond =
            if shown.is_empty() { shown } else { format!("<br>beyond what is declared: {shown}{others}") };
        let unsure = (reached.unsure > 0).then(|| format!("<br>{} not known", reached.unsure));
        format!("{}{beyond}{}", reached.sure, unsure.unwrap_or_default())
    });
    [
        format!("{}{means}{members}", code(&row.caller)),
        functions,
        if row.is_expired { format!("**{until}**") } else { until },
        row.reason.as_ref().map(|reason| prose(reason)).unwrap_or_default(),
        owners.join(", "),
        at,
        standing(row),
        reached.unwrap_or_default(),
    ]
}

/// What it is in the world, and through what.
fn standing(row: &Row) -> String {
    match &row.through {
        Some((first, besides)) if row.standing != Standing::NotYet || row.declared_at.is_none() => {
            let besides = if *besides > 0 { format!(" (and {besides} more)") } else { String::new() };
            let still = if row.is_expired && row.standing == Standing::Can { "still " } else { "" };
            format!("{still}{}: {}{besides}", row.standing.as_str(), reason(first))
        }
        _ => prose(&review::standing(row)),
    }
}

/// Names that are markup already, one beside the other.
fn names(names: impl ExactSizeIterator<Item = String>) -> String {
    let all = names.len();
    format!("{}{}", names.take(NAMES).collect::<Vec<_>>().join(", "), more(all, NAMES))
}
