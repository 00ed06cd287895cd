//! When a condition holds, from a moment on.

use chrono::{DurationRound as _, TimeDelta};

use super::{
    evaluate::{Scene, When},
    tree::Tree,
};
use crate::{access::Verdict, model::Time};

/// A moment, or all that comes just after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// The moment.
    pub time: Time,
    /// Whether the moment itself is left out.
    pub is_after: bool,
}

impl Start {
    /// The moment itself.
    pub fn at(time: Time) -> Self {
        Self { time, is_after: false }
    }

    fn after(time: Time) -> Self {
        Self { time, is_after: true }
    }
}

/// Whether a condition holds, in pieces: each goes on until the next begins.
///
/// Where the time is only compared with constants, it is exact and goes on for good. Else it is looked at in
/// steps, which find what sleeps for a quarter of an hour or longer within some days, and it ends somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Where each piece begins, and whether the condition holds in it. The first begins with the first moment.
    pub pieces: Vec<(Start, Verdict)>,
    /// Where looking ended; `None` where the last piece goes on for good.
    pub seen_until: Option<Time>,
}

/// How far to look, and in which steps, in seconds: no quarter of an hour of some days, no half of a day for more
/// than a year, no week for ten years is missed, and steps do not fall on the same minute and second each time.
const STEPS: [(i64, i64); 3] = [(9 * 86_400, 863), (400 * 86_400, 40_007), (3_700 * 86_400, 600_011)];

/// When so many changes were found, there is no need to look further.
const ENOUGH: usize = 48;

impl Timeline {
    pub(super) fn of(tree: &Tree, from: Time) -> Self {
        let clock = tree.clock();
        let holds = |at: Time| tree.outcomes(&Scene::of(When::At(at))).grants();
        let mut moments: Vec<Time> = clock.moments.range(from..).copied().collect();
        if moments.first() != Some(&from) {
            moments.insert(0, from);
        }
        let mut timeline = Self { pieces: Vec::new(), seen_until: None };
        for (index, moment) in moments.iter().enumerate() {
            let next = moments.get(index + 1).copied();
            timeline.add(Start::at(*moment), holds(*moment));
            if clock.is_cyclic {
                timeline.sample(*moment, next, &holds);
                if timeline.pieces.len() >= ENOUGH {
                    timeline.seen_until.get_or_insert(next.unwrap_or(*moment));
                    break;
                }
            } else {
                timeline.add(Start::after(*moment), holds(between(*moment, next)));
            }
        }
        timeline
    }

    fn add(&mut self, start: Start, holds: Verdict) {
        if self.pieces.last().is_none_or(|(_, before)| *before != holds) {
            self.pieces.push((start, holds));
        }
    }

    /// Looks at the time between two moments in steps.
    fn sample(&mut self, start: Time, end: Option<Time>, holds: &impl Fn(Time) -> Verdict) {
        let mut before = start.checked_add_signed(TimeDelta::nanoseconds(1)).unwrap_or(start);
        self.add(Start::after(start), holds(before));
        for (reach, step) in STEPS {
            loop {
                let next = before.checked_add_signed(TimeDelta::seconds(step));
                let Some(next) = next.filter(|next| end.is_none_or(|end| *next < end)) else { return };
                if next - start > TimeDelta::seconds(reach) {
                    break;
                }
                let verdict = holds(next);
                if self.pieces.last().is_none_or(|(_, known)| *known != verdict) {
                    self.add(Start::at(change(before, next, holds)), verdict);
                }
                before = next;
                if self.pieces.len() >= ENOUGH {
                    self.seen_until = Some(before);
                    return;
                }
            }
        }
        self.seen_until = Some(before);
    }

    /// Whether it holds in an instant; not known behind where looking ended.
    pub fn holds(&self, instant: Start) -> Verdict {
        if self.is_unseen(instant) {
            return Verdict::Unknown;
        }
        let next = self.pieces.partition_point(|(start, _)| *start <= instant);
        next.checked_sub(1).map_or(Verdict::Unknown, |index| self.pieces[index].1)
    }

    /// Whether an instant lies behind where looking ended.
    pub fn is_unseen(&self, instant: Start) -> bool {
        self.seen_until.is_some_and(|seen| instant.time > seen)
    }

    /// Whether it holds in some piece.
    pub fn ever(&self, holds: Verdict) -> bool {
        self.pieces.iter().any(|(_, verdict)| *verdict == holds)
    }
}

/// A moment between two, or after the last.
fn between(start: Time, end: Option<Time>) -> Time {
    let Some(end) = end else { return start.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(start) };
    start.checked_add_signed((end - start) / 2).unwrap_or(start)
}

/// The first moment, to the second, of what holds at `after` and not at `before`.
fn change(before: Time, after: Time, holds: &impl Fn(Time) -> Verdict) -> Time {
    let (mut before, mut after) = (before, after);
    let then = holds(after);
    while after - before > TimeDelta::seconds(1) {
        let middle = between(before, Some(after));
        if holds(middle) == then { after = middle } else { before = middle }
    }
    match after.duration_trunc(TimeDelta::seconds(1)) {
        Ok(whole) if whole > before => whole,
        _ => after,
    }
}
