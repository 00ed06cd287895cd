//! When several grants count, taken together, judged by what their conditions mean over time.

use std::sync::Arc;

use super::{
    Verdict,
    condition::{Start, Timeline, holds_at, timeline},
};
use crate::model::{Condition, Time};

/// The times at which grants count, taken together.
#[derive(Debug, Clone, Default)]
pub struct Spans<'c> {
    /// Whether one of them has no condition.
    is_always: bool,
    conditions: Vec<&'c Condition>,
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

impl<'c> Spans<'c> {
    /// The times of these conditions together. No condition is always.
    pub fn of(conditions: impl IntoIterator<Item = Option<&'c Condition>>) -> Self {
        let mut spans = Self::default();
        for condition in conditions {
            spans.add(condition);
        }
        spans
    }

    /// Adds the times of one condition more.
    pub fn add(&mut self, condition: Option<&'c Condition>) {
        match condition {
            None => self.is_always = true,
            Some(condition) => self.conditions.push(condition),
        }
    }

    /// Whether one of them counts at a moment.
    pub fn hold_at(&self, at: Time) -> Verdict {
        let each = self.conditions.iter().map(|condition| holds_at(Some(condition), at));
        each.max().unwrap_or(Verdict::No).max(self.is_always.into())
    }

    /// How they differ from [`at`, `end`), or from [`at`, ∞) where there is no end. What depends on more than the
    /// time is left out of it.
    pub fn misfit(&self, at: Time, end: Option<Time>) -> Misfit {
        let is_late = end.is_some_and(|end| {
            self.is_always
                || self.conditions.iter().any(|condition| outlasts(Some(condition), end) == Verdict::Yes)
        });
        let whole = Misfit { is_late, ..Misfit::default() };
        if self.is_always {
            return whole;
        }
        let timelines = self.conditions.iter().filter_map(|condition| timeline(condition, at));
        let timelines: Vec<Arc<Timeline>> = timelines.collect();
        let pieces = timelines.iter().flat_map(|timeline| &timeline.pieces);
        let mut starts: Vec<Start> = pieces.map(|(start, _)| *start).collect();
        starts.push(Start::at(at));
        starts.sort_unstable();
        starts.dedup();
        let is_covered = |start: &Start| timelines.iter().any(|timeline| counts(timeline, *start));
        let within = starts.iter().take_while(|start| end.is_none_or(|end| **start < Start::at(end)));
        let Some(stop) = within.copied().find(|start| !is_covered(start)) else { return whole };
        let again = starts.iter().filter(|start| **start > stop).find(|start| is_covered(start));
        Misfit { stops: Some(stop.time), resumes: again.map(|start| start.time), is_late }
    }
}

/// Whether a condition lets its grant count in an instant. Where nobody looked, one that counted at all is taken to
/// go on.
fn counts(timeline: &Timeline, instant: Start) -> bool {
    timeline.holds(instant) == Verdict::Yes || (timeline.is_unseen(instant) && timeline.ever(Verdict::Yes))
}

/// Whether a condition lets its grant count at some time from `end` on. Unknown where that depends on more than the
/// time.
pub fn outlasts(condition: Option<&Condition>, end: Time) -> Verdict {
    let Some(condition) = condition else { return Verdict::Yes };
    let Some(timeline) = timeline(condition, end) else { return Verdict::Unknown };
    match (timeline.ever(Verdict::Unknown), timeline.ever(Verdict::Yes)) {
        (true, _) => Verdict::Unknown,
        (false, is_ever) => is_ever.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::moment;

    fn at(day: u32) -> Time {
        moment(&format!("2026-12-{day:02}T00:00:00Z")).unwrap()
    }

    fn conditions(words: &[&str]) -> Vec<Option<Condition>> {
        let condition = |word: &&str| {
            let (sign, rest) = word.split_once(' ')?;
            let expression = match rest.parse::<u32>() {
                Ok(day) => format!("request.time {sign} timestamp(\"2026-12-{day:02}T00:00:00Z\")"),
                Err(_) => rest.to_owned(),
            };
            let expression = expression.into();
            Some(Condition { title: "t".into(), description: None, expression, location: None })
        };
        words.iter().map(condition).collect()
    }

    /// Where the spans stop and resume within [the 1st, `end`), and whether they are late.
    fn misfit(words: &[&str], end: Option<u32>) -> (Option<u32>, Option<u32>, bool) {
        use chrono::Datelike as _;
        let Misfit { stops, resumes, is_late } =
            Spans::of(conditions(words).iter().map(Option::as_ref)).misfit(at(1), end.map(at));
        (stops.map(|time| time.day()), resumes.map(|time| time.day()), is_late)
    }

    const BEFORE_THE_FIFTH: &str = "? request.time >= timestamp('2026-11-01T00:00:00Z') && \
                                    request.time < timestamp('2026-12-05T00:00:00Z')";

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
            (&["< 5", "? request.path == \"/\""], Some(9), (Some(5), None, false)),
            (&[BEFORE_THE_FIFTH], None, (Some(5), None, false)),
            (&[BEFORE_THE_FIFTH, ">= 5"], None, fits),
            (&[BEFORE_THE_FIFTH, "> 5"], Some(9), (Some(5), Some(5), true)),
            (&["? !(request.time >= timestamp('2026-12-09T00:00:00Z'))"], Some(9), fits),
            (&["? request.time != timestamp('2026-12-05T00:00:00Z')"], None, (Some(5), Some(5), false)),
            (&["? request.time.getDayOfWeek() in [0, 1, 2, 3, 4, 5, 6]"], None, fits),
            // The first of December 2026 is a Tuesday.
            (&["? request.time.getDayOfWeek() in [1, 2, 3, 4, 5]"], None, (Some(5), Some(7), false)),
            (&["? request.time.getDayOfWeek() in [1, 2, 3, 4, 5]"], Some(5), (None, None, true)),
            (
                &[
                    "? request.time.getDayOfWeek() in [1, 2, 3, 4, 5]",
                    "? request.time.getDayOfWeek() in [0, 6]",
                ],
                None,
                fits,
            ),
            (
                &["? request.time.getHours() < 12 && request.time < timestamp('2026-12-09T00:00:00Z')"],
                Some(9),
                (Some(1), Some(2), false),
            ),
            (&["? request.time.getMonth() != 2"], None, (Some(1), Some(1), false)),
            (&["? ("], None, (Some(1), None, false)),
        ] {
            assert_eq!(misfit(words, end), expected, "{words:?} until {end:?}");
        }
    }

    #[test]
    fn a_decided_yes_is_a_yes_beside_what_is_not_known() {
        let hold_at =
            |words: &[&str], day| Spans::of(conditions(words).iter().map(Option::as_ref)).hold_at(at(day));
        assert_eq!(hold_at(&["? request.path == \"/\"", "< 5"], 1), Verdict::Yes);
        assert_eq!(hold_at(&["? request.path == \"/\"", "< 5"], 6), Verdict::Unknown);
        assert_eq!(hold_at(&["> 5"], 1), Verdict::No);
    }

    #[test]
    fn what_depends_on_more_than_the_time_is_not_said_to_go_on() {
        let outlasts = |word: &str| outlasts(conditions(&[word])[0].as_ref(), at(9));
        assert_eq!(outlasts("always"), Verdict::Yes);
        assert_eq!(outlasts("< 9"), Verdict::No);
        assert_eq!(outlasts("<= 9"), Verdict::Yes);
        assert_eq!(outlasts("? request.time.getHours() == 3"), Verdict::Yes);
        assert_eq!(outlasts("? request.path == '/' || request.time.getHours() == 3"), Verdict::Unknown);
        assert_eq!(
            outlasts("? request.path == '/' && request.time < timestamp('2026-12-02T00:00:00Z')"),
            Verdict::No
        );
    }
}
