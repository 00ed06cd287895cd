//! Why a call was refused, and what to do: on a terminal.

use std::io::{self, Write};

use super::{
    columns::{fold, put},
    reach,
};
use crate::{
    access::{Answer, Verdict},
    report::{escape, style},
    tokens::refusal::{Cause, Explanation, Next, Sureness},
};

/// So many reasons of a verdict are shown.
const REASONS: usize = 3;

/// Writes why a call was refused. `status` is what came, in words; `verdict` is the verdict where it was read.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn refusal(
    status: &str,
    explanation: &Explanation,
    verdict: Option<&Answer>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Explanation { causes, evidence, next } = explanation;
    let mut text = String::new();
    let (error, bold) = (style::ERROR, style::BOLD);
    let (sentence, others) = told(causes);
    // What colours it has no width.
    let lines = fold(&escape::terminal(&format!("{status}: {sentence}")), width);
    for (number, line) in lines.iter().enumerate() {
        match line.strip_prefix(status).filter(|_| number == 0) {
            Some(rest) => put(&mut text, format_args!("{error}{status}{error:#}{bold}{rest}{bold:#}\n")),
            None => put(&mut text, format_args!("{bold}{line}{bold:#}\n")),
        }
    }
    for other in others {
        reach::labelled("or", &escape::terminal(&other.sentence), width, &mut text);
    }
    for (label, line) in evidence {
        reach::labelled(label, &escape::terminal(line), width, &mut text);
    }
    if let Some(verdict) =
        verdict.filter(|verdict| verdict.verdict != Verdict::Unknown || !verdict.reasons.is_empty())
    {
        reasons(verdict, width, &mut text);
    }
    put(&mut text, format_args!("\n{bold}next{bold:#}\n"));
    for Next { command, says } in next {
        let says = escape::terminal(says);
        let Some(command) = command else {
            write_says(&says, 2, width, &mut text);
            continue;
        };
        // A command is copied, and so never folded.
        put(&mut text, format_args!("  {}\n", escape::terminal(command)));
        write_says(&says, 6, width, &mut text);
    }
    out.write_all(text.as_bytes())
}

/// The sentence of the heading, and the causes that are told below it: of guesses none is put before the others.
fn told(causes: &[Cause]) -> (&str, &[Cause]) {
    match causes {
        [first, rest @ ..] if first.sureness < Sureness::Perhaps || rest.is_empty() => {
            (&first.sentence, rest)
        }
        _ => ("why is not certain", causes),
    }
}

fn write_says(says: &str, indent: usize, width: usize, text: &mut String) {
    for line in fold(says, width.saturating_sub(indent)).iter().filter(|line| !line.is_empty()) {
        put(text, format_args!("{:indent$}{line}\n", ""));
    }
}

fn reasons(verdict: &Answer, width: usize, text: &mut String) {
    let what = match (verdict.verdict, verdict.reasons.is_empty()) {
        (Verdict::No, true) => "no: nothing on the way names this caller",
        (Verdict::No, false) => "no, by what was read",
        (Verdict::Yes, _) => "yes, by what was read",
        (Verdict::Unknown, _) => "not known, by what was read",
    };
    reach::labelled("verdict", what, width, text);
    for reason in verdict.reasons.iter().take(REASONS) {
        reach::reason(reason, width, text);
    }
    if let Some(more) = verdict.reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
        reach::labelled("", &format!("… and {more} more: `callmap explain` tells all"), width, text);
    }
}
