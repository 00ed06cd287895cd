//! What a review says in each of its formats: the words of its rows, and its numbers.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    escape,
    heading::Heading,
    summary::{counted, number},
    words,
};
use crate::{
    model::{ServiceName, Time, time},
    plan::{
        self,
        review::{Members, Review, Row, Standing},
    },
};

/// A review, and what is said before it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The review.
    pub review: &'a Review<'a>,
    /// What was read; `None` where no world was asked.
    pub heading: Option<Heading<'a>>,
    /// The environment of the map.
    pub env: Option<&'a str>,
    /// The time it was judged at.
    pub at: Time,
    /// The files of the map.
    pub files: &'a [Arc<str>],
}

/// What one caller can call.
pub(super) struct Reached<'a> {
    /// How many functions.
    pub(super) sure: usize,
    /// The first of those that the map does not declare for it.
    pub(super) beyond: Vec<&'a ServiceName>,
    /// How many of these there are in all.
    pub(super) beyond_count: usize,
    /// Of how many it is not known.
    pub(super) unsure: usize,
}

impl<'a> View<'a> {
    /// Whether everything that decides was read, gaps that are accepted aside.
    pub(super) fn is_complete(&self) -> bool {
        !self.review.has_open_gaps && self.heading.is_none_or(|heading| heading.stale.is_empty())
    }

    /// The rows in numbers.
    pub(super) fn line(&self) -> String {
        let rows = &self.review.rows;
        let count = |is_one: fn(&Row) -> bool| number(rows.iter().filter(|row| is_one(row)).count());
        let callers: BTreeSet<&str> = rows.iter().map(|row| &*row.caller).collect();
        let numbers = format!(
            "{} in {}: {} expired, {} temporary, {} of people",
            counted(callers.len(), "caller", "callers"),
            counted(rows.len(), "entry", "entries"),
            count(|row| row.is_expired),
            count(|row| row.until.is_some() && !row.is_expired),
            count(|row| row.is_human),
        );
        match self.heading {
            Some(_) => format!("{numbers}, {} not declared", count(|row| row.declared_at.is_none())),
            None => format!("{numbers}; the map alone"),
        }
    }

    /// What stands in the way of completeness: what could not be read, with why.
    pub(super) fn gaps(&self) -> Vec<(String, String)> {
        let gaps = self.review.gaps.iter();
        let mut gaps: Vec<_> = gaps
            .map(|gap| (words::resource(&gap.resource), escape::terminal(&gap.message).into_owned()))
            .collect();
        let stale = self.heading.map_or(&[][..], |heading| heading.stale);
        gaps.extend(
            stale
                .iter()
                .map(|file| (escape::terminal(file).into_owned(), "too old, or of unknown age".to_owned())),
        );
        gaps
    }

    /// What a caller can call, with no more names than these; `None` where no world was asked, or nobody knows who it is.
    pub(super) fn reached(&self, row: &Row, most: usize) -> Option<Reached<'a>> {
        let caller = row.principal.as_ref()?;
        let plan::review::Reached { reach, declared } = self.review.reach.get(caller)?;
        let is_beyond = |service: &&ServiceName| !declared.contains(*service);
        let within = declared.iter().filter(|service| reach.sure.binary_search(service).is_ok()).count();
        let (sure, unsure) = (reach.sure.len(), reach.unsure.len());
        let beyond = reach.sure.iter().copied().filter(is_beyond).take(most).collect();
        Some(Reached { sure, beyond, beyond_count: sure - within, unsure })
    }
}

impl Reached<'_> {
    /// What there is to say of it.
    pub(super) fn words(&self) -> String {
        let Self { sure, beyond, beyond_count, unsure } = self;
        let mut text = format!("reaches {}", counted(*sure, "function", "functions"));
        if !beyond.is_empty() {
            let names: Vec<_> = beyond.iter().map(|name| words::function(name)).collect();
            let not_all = (beyond_count != sure)
                .then(|| format!(", {} beyond what is declared", number(*beyond_count)));
            let others = more(*beyond_count, beyond.len());
            text = format!("{text}{}: {}{others}", not_all.unwrap_or_default(), names.join(", "));
        }
        if *unsure > 0 {
            text = format!("{text}; of {} that is not known", number(*unsure));
        }
        text
    }
}

/// How many there are besides those that are shown.
pub(super) fn more(all: usize, shown: usize) -> String {
    if all > shown { format!(" and {} more", number(all - shown)) } else { String::new() }
}

/// Who, and whom that means.
pub(super) fn caller(row: &Row) -> String {
    let caller = escape::terminal(&row.caller).into_owned();
    match &row.principal {
        Some(principal) if principal.as_str() != &*row.caller => {
            format!("{caller} ({})", escape::terminal(principal.as_str()))
        }
        _ => caller,
    }
}

/// When it ends, and how long that is.
pub(super) fn until(row: &Row, at: Time) -> String {
    let Some(until) = row.until else { return "no end".to_owned() };
    let moment = time::rfc3339(until);
    if until <= at {
        format!("expired {} ago ({moment})", words::span(at - until))
    } else {
        format!("{} left ({moment})", words::span(until - at))
    }
}

/// What it is in the world, and through what; nothing where no world was asked.
pub(super) fn standing(row: &Row) -> String {
    let through = row
        .through
        .as_ref()
        .map(|(reason, more)| words::through(reason, *more, None, row.principal.as_ref()));
    let with = |says: &str| match &through {
        Some(through) => format!("{says}: {through}"),
        None => says.to_owned(),
    };
    match row.standing {
        Standing::Can if row.is_expired => with("still has it"),
        Standing::Can => with("has it now"),
        Standing::NotYet if row.declared_at.is_none() => with("not yet"),
        Standing::NotYet => "not yet: nothing lets it through".to_owned(),
        Standing::NoLonger => "no longer".to_owned(),
        Standing::Denied => with("denied"),
        Standing::Unknown if row.principal.is_none() => "unknown: whom it means was not read".to_owned(),
        Standing::Unknown => with("unknown"),
        Standing::NotLive => "the function is not live".to_owned(),
        Standing::NotAsked => String::new(),
    }
}

/// Who is in it, where it is a group.
pub(super) fn members(row: &Row) -> Option<String> {
    Some(match row.members.as_ref()? {
        Members::Known(members) => format!("{} in it", counted(members.len(), "member", "members")),
        Members::Unknown => "members not known".to_owned(),
    })
}

/// Where the map declares it.
pub(super) fn declared_at(row: &Row) -> String {
    match &row.declared_at {
        Some(at) => format!("{}:{}", escape::terminal(&at.file), at.line),
        None => "not declared".to_owned(),
    }
}

/// Whom to ask, as the map says.
pub(super) fn owners(row: &Row) -> Vec<std::borrow::Cow<'_, str>> {
    row.owners.iter().map(|owner| escape::terminal(owner)).collect()
}

/// Text of the map, where there is one.
pub(super) fn said<'r>(text: Option<&'r Arc<str>>, nothing: &'r str) -> std::borrow::Cow<'r, str> {
    text.map_or(nothing.into(), |text| escape::terminal(text))
}

/// What to do next, as commands and what they are for.
pub(super) fn next(view: &View<'_>) -> Vec<(String, &'static str)> {
    let rows = &view.review.rows;
    let mut lines = Vec::new();
    let expired: Vec<&Row> = rows.iter().filter(|row| row.is_expired && row.declared_at.is_some()).collect();
    if let Some((caller, function)) =
        expired.first().and_then(|row| Some((&row.caller, &row.functions.first()?.name)))
    {
        let short = function.split(' ').next().unwrap_or_default();
        let words = ["callmap", "revoke", caller, short];
        let line = shlex::try_join(words).unwrap_or_else(|_| words.join(" "));
        lines.push((escape::terminal(&line).into_owned(), "take what has expired out of the map"));
    }
    let is_live = |row: &Row| row.standing == Standing::Can && (row.is_expired || row.declared_at.is_none());
    if rows.iter().any(is_live) {
        lines.push(("callmap plan".to_owned(), "what would be taken from those who should not have it"));
        lines.push(("callmap apply".to_owned(), "take it from them"));
    }
    if view.heading.is_some() && !rows.is_empty() {
        lines
            .push(("callmap can CALLER".to_owned(), "everything that one of them reaches, and through what"));
    }
    lines
}
