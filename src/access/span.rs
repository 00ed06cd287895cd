//! When several grants count, taken together, judged by what their conditions mean over time.

use super::{Verdict, condition::Bound};
use crate::model::{Condition, Time};

/// The times at which grants count, taken together. Each of them counts always, up to a moment or from a moment
/// on; one whose condition cannot be decided is only noted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spans {
    is_always: bool,
    /// The latest end, and whether that moment belongs to it.
    until: Option<(Time, bool)>,
    /// The earliest start, and whether that moment belongs to it.
    from: Option<(Time, bool)>,
    is_undecided: bool,
}

/// What is wrong with [`Spans`] for somebody who should be let through for a while, or for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Misfit {
    /// They do not count for the whole of it: the moment they first stop counting.
    pub stops: Option<Time>,
    /// The moment they count again after they stopped.
    pub resumes: Option<Time>,
    /// They go on counting after its end.
    pub is_late: bool,
}

impl Misfit {
    /// Whether nothing is wrong.
    pub fn is_none(&self) -> bool {
        self.stops.is_none() && !self.is_late
    }
}

impl Spans {
    /// The times of these conditions together. No condition is always.
    pub fn of<'c>(conditions: impl IntoIterator<Item = Option<&'c Condition>>) -> Self {
        let mut spans = Self::default();
        for condition in conditions {
            spans.add(condition);
        }
        spans
    }

    /// Adds the times of one condition more.
    pub fn add(&mut self, condition: Option<&Condition>) {
        let Some(condition) = condition else {
            self.is_always = true;
            return;
        };
        match Bound::parse(&condition.expression) {
            Some(Bound::Until(end, has_end)) => self.until = self.until.max(Some((end, has_end))),
            Some(Bound::From(start, has_start)) => {
                // Of two that start at one moment, the one that holds it is the earlier.
                let is_earlier = |known: (Time, bool)| (start, !has_start) < (known.0, !known.1);
                if self.from.is_none_or(is_earlier) {
                    self.from = Some((start, has_start));
                }
            }
            None => self.is_undecided = true,
        }
    }

    fn before_end(&self, at: Time) -> bool {
        self.until.is_some_and(|(end, has_end)| Bound::Until(end, has_end).holds_at(at))
    }

    fn after_start(&self, at: Time) -> bool {
        self.from.is_some_and(|(start, has_start)| Bound::From(start, has_start).holds_at(at))
    }

    /// Whether one of them counts at a moment.
    pub fn hold_at(&self, at: Time) -> Verdict {
        if self.is_always || self.before_end(at) || self.after_start(at) {
            Verdict::Yes
        } else if self.is_undecided {
            Verdict::Unknown
        } else {
            Verdict::No
        }
    }

    /// How they differ from [`at`, `end`), or from [`at`, ∞) where there is no end. What cannot be decided is
    /// left out of it.
    pub fn misfit(&self, at: Time, end: Option<Time>) -> Misfit {
        let is_late = end.is_some_and(|end| {
            let ends_later = self.until.is_some_and(|until| until > (end, false));
            self.is_always || self.from.is_some() || ends_later
        });
        let whole = Misfit { is_late, ..Misfit::default() };
        if self.is_always || self.after_start(at) {
            return whole;
        }
        let resumes = self.from.map(|(start, _)| start);
        let Some((stop, has_stop)) = self.until.filter(|_| self.before_end(at)) else {
            return Misfit { stops: Some(at), resumes, is_late };
        };
        let is_joined = self
            .from
            .is_some_and(|(start, has_start)| start < stop || (start == stop && (has_start || has_stop)));
        if is_joined || end.is_some_and(|end| end <= stop) {
            return whole;
        }
        Misfit { stops: Some(stop), resumes, is_late }
    }
}

/// Whether a condition lets its grant count at `end` or after it. Unknown where it cannot be decided.
pub fn outlasts(condition: Option<&Condition>, end: Time) -> Verdict {
    let Some(condition) = condition else { return Verdict::Yes };
    match Bound::parse(&condition.expression) {
        Some(Bound::Until(until, has_end)) => ((until, has_end) > (end, false)).into(),
        Some(Bound::From(..)) => Verdict::Yes,
        None => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::moment;

    fn at(day: u32) -> Time {
        moment(&format!("2026-12-{day:02}T00:00:00Z")).unwrap()
    }

    fn spans(words: &[&str]) -> Spans {
        let conditions: Vec<Option<Condition>> = words
            .iter()
            .map(|word| {
                let (sign, rest) = word.split_once(' ')?;
                let expression = match rest.parse::<u32>() {
                    Ok(day) => format!("request.time {sign} timestamp(\"2026-12-{day:02}T00:00:00Z\")"),
                    Err(_) => rest.to_owned(),
                };
                let expression = expression.into();
                Some(Condition { title: "t".into(), description: None, expression, location: None })
            })
            .collect();
        Spans::of(conditions.iter().map(Option::as_ref))
    }

    /// Where the spans stop and resume within [the 1st, `end`), and whether they are late.
    fn misfit(words: &[&str], end: Option<u32>) -> (Option<u32>, Option<u32>, bool) {
        use chrono::Datelike as _;
        let Misfit { stops, resumes, is_late } = spans(words).misfit(at(1), end.map(at));
        (stops.map(|time| time.day()), resumes.map(|time| time.day()), is_late)
    }

    #[test]
    fn grants_are_judged_together_over_time() {
        let fits = (None, None, false);
        for (words, end, expected) in [
            (&["always"][..], None, fits),
            (&["always"], Some(9), (None, None, true)),
            (&["< 9"], Some(9), fits),
            (&["<= 9"], Some(9), (None, None, true)),
            (&["< 5"], Some(9), (Some(5), None, false)),
            (&["< 12"], Some(9), (None, None, true)),
            (&["< 9"], None, (Some(9), None, false)),
            (&["< 5", "< 9"], Some(9), fits),
            (&["< 5", ">= 5"], None, fits),
            (&["<= 5", "> 5"], None, fits),
            (&["< 5", "> 5"], None, (Some(5), Some(5), false)),
            (&["< 5", ">= 7"], None, (Some(5), Some(7), false)),
            (&["> 5", ">= 5", "< 5"], None, fits),
            (&["> 5"], None, (Some(1), Some(5), false)),
            (&["> 5"], Some(9), (Some(1), Some(5), true)),
            (&[">= 1"], None, fits),
            (&["< 1"], None, (Some(1), None, false)),
            (&[], None, (Some(1), None, false)),
            (&["< 9", "? request.path == \"/\""], Some(9), fits),
        ] {
            assert_eq!(misfit(words, end), expected, "{words:?} until {end:?}");
        }
    }

    #[test]
    fn a_decided_yes_is_a_yes_beside_what_is_not_known() {
        assert_eq!(spans(&["? request.path == \"/\"", "< 5"]).hold_at(at(1)), Verdict::Yes);
        assert_eq!(spans(&["? request.path == \"/\"", "< 5"]).hold_at(at(6)), Verdict::Unknown);
        assert_eq!(spans(&["> 5"]).hold_at(at(1)), Verdict::No);
    }
}
