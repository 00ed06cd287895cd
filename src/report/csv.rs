//! A review as rows for spreadsheets (<https://www.rfc-editor.org/rfc/rfc4180>). Nothing in a cell is a formula.

use std::io::{self, Write};

use super::{
    escape,
    review::{self, View, more},
    words,
};
use crate::{
    model::{Principal, time},
    plan::review::{Members, Row},
};

/// So many names fit into a cell of any spreadsheet.
const NAMES: usize = 100;

const COLUMNS: [&str; 14] = [
    "caller",
    "means",
    "functions",
    "until",
    "time left",
    "reason",
    "owners",
    "declared at",
    "world",
    "through",
    "members",
    "reaches",
    "reaches unknown",
    "reaches functions",
];

/// Writes a review as CSV with a line of headings. What could not be read comes first, as rows without a caller.
///
/// # Errors
/// Where it cannot be written to.
pub fn review(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS)?;
    for (what, why) in view.gaps() {
        let mut cells = [const { String::new() }; COLUMNS.len()];
        (cells[2], cells[8], cells[9]) = (what, "unread".to_owned(), why);
        writer.write_record(cells.map(|cell| escape::csv(&cell).into_owned()))?;
    }
    for row in &view.review.rows {
        writer.write_record(cells(row, view).map(|cell| escape::csv(&cell).into_owned()))?;
    }
    writer.flush()
}

fn cells(row: &Row, view: &View<'_>) -> [String; COLUMNS.len()] {
    let means = row.principal.as_ref().filter(|principal| principal.as_str() != &*row.caller);
    let left = row.until.map(|until| {
        let (is_over, span) = (until <= view.at, words::span((until - view.at).abs()));
        if is_over { format!("expired {span} ago") } else { span }
    });
    let through = row.through.as_ref();
    let through = through.map(|(reason, more)| words::through(reason, *more, None, row.principal.as_ref()));
    let members = row.members.as_ref().map(|members| match members {
        Members::Known(members) => joined(members.iter().map(Principal::as_str)),
        Members::Unknown => "not known".to_owned(),
    });
    let reached = view.reached(row, 0);
    let number = |count: Option<usize>| count.map(|count| count.to_string());
    let reach = row.principal.as_ref().and_then(|caller| view.review.reach.get(caller));
    let names = reach.map(|reach| joined(reach.reach.sure.iter().map(ToString::to_string)));
    [
        Some(row.caller.to_string()),
        means.map(ToString::to_string),
        Some(joined(row.functions.iter().map(|function| function.service.to_string()))),
        row.until.map(time::rfc3339),
        left,
        row.reason.as_ref().map(ToString::to_string),
        Some(review::owners(row).join(" ")),
        row.declared_at.as_ref().map(|_| review::declared_at(row)),
        Some(row.standing.as_str().to_owned()),
        through,
        members,
        number(reached.as_ref().map(|reached| reached.sure)),
        number(reached.as_ref().map(|reached| reached.unsure)),
        names,
    ]
    .map(Option::unwrap_or_default)
}

fn joined(names: impl ExactSizeIterator<Item = impl AsRef<str>>) -> String {
    let all = names.len();
    let shown: Vec<_> = names.take(NAMES).map(|name| name.as_ref().to_owned()).collect();
    format!("{}{}", shown.join(" "), more(all, NAMES))
}
