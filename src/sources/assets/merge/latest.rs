//! The same thing said more than once: the newer line wins, and two that differ without one being newer are an
//! error. What comes out does not depend on the order in which lines went in.

use std::fmt::Debug;

use crate::{model::Time, sources::assets::batch::Origin};

/// A value where and when it was said.
#[derive(Debug)]
pub(super) struct Sighting<T> {
    pub(super) origin: Origin,
    pub(super) time: Option<Time>,
    pub(super) value: T,
}

/// What was said so far, in the order of files and lines.
#[derive(Debug)]
pub(super) struct Latest<T> {
    timed: Option<Sighting<T>>,
    /// As new as `timed` and different.
    rival: Option<Origin>,
    untimed: Option<Sighting<T>>,
    /// Without a time and different from `untimed`.
    untimed_rival: Option<Origin>,
}

/// Two places that contradict each other.
pub(super) type Clash = (Origin, Origin);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { timed: None, rival: None, untimed: None, untimed_rival: None }
    }
}

impl<T: PartialEq + Debug> Latest<T> {
    /// Adds what another line says.
    pub(super) fn add(&mut self, next: Sighting<T>) {
        if next.time.is_none() {
            match &self.untimed {
                None => self.untimed = Some(next),
                Some(first) if is_same(&first.value, &next.value) => {}
                Some(_) => drop(self.untimed_rival.get_or_insert(next.origin)),
            }
            return;
        }
        match &self.timed {
            Some(best) if best.time > next.time => {}
            Some(best) if best.time == next.time => {
                if !is_same(&best.value, &next.value) {
                    self.rival.get_or_insert(next.origin);
                }
            }
            Some(_) | None => {
                self.timed = Some(next);
                self.rival = None;
            }
        }
    }

    /// Adds all that was said under another name of the same thing.
    pub(super) fn pour(self, into: &mut Self) {
        let Self { timed, rival, untimed, untimed_rival } = self;
        let is_newest = |other: &Self| {
            let newest = other.timed.as_ref().map(|sighting| sighting.time);
            timed.as_ref().is_some_and(|own| newest.is_none_or(|newest| own.time >= newest))
        };
        let rival = rival.filter(|_| is_newest(into));
        timed.into_iter().chain(untimed).for_each(|sighting| into.add(sighting));
        into.rival = into.rival.or(rival);
        into.untimed_rival = into.untimed_rival.or(untimed_rival);
    }

    /// Where it was first said.
    pub(super) fn first(&self) -> Option<Origin> {
        self.timed.iter().chain(&self.untimed).map(|sighting| sighting.origin).min()
    }

    /// What holds in the end; nothing where nothing was said.
    pub(super) fn finish(self) -> Result<Option<Sighting<T>>, Clash> {
        let Self { timed, rival, untimed, untimed_rival } = self;
        match (&timed, rival, &untimed, untimed_rival) {
            (_, _, Some(first), Some(second)) | (Some(first), Some(second), _, _) => {
                return Err((first.origin, second));
            }
            (Some(one), _, Some(other), _) if !is_same(&one.value, &other.value) => {
                return Err((one.origin.min(other.origin), one.origin.max(other.origin)));
            }
            _ => {}
        }
        Ok(timed.or(untimed))
    }
}

/// Equal, in spelling too: principals that differ in case alone are equal, and yet one of them would be shown.
fn is_same<T: PartialEq + Debug>(one: &T, other: &T) -> bool {
    one == other && format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::moment;

    fn finish(said: &[(Option<&str>, &str)]) -> Option<String> {
        let mut latest = Latest::default();
        for (line, (time, value)) in (1..).zip(said) {
            let time = time.map(|day| moment(&format!("2026-05-{day}T00:00:00Z")).unwrap());
            latest.add(Sighting { origin: Origin { file: 0, line }, time, value: (*value).to_owned() });
        }
        latest.finish().ok().flatten().map(|sighting| sighting.value)
    }

    #[test]
    fn the_newer_wins_and_what_differs_without_being_newer_does_not() {
        assert_eq!(finish(&[(Some("02"), "b"), (Some("01"), "a")]).as_deref(), Some("b"));
        assert_eq!(finish(&[(Some("01"), "a"), (Some("01"), "c"), (Some("02"), "b")]).as_deref(), Some("b"));
        assert_eq!(finish(&[(Some("02"), "b"), (Some("01"), "a"), (None, "b")]).as_deref(), Some("b"));
        assert_eq!(finish(&[(None, "a"), (None, "a")]).as_deref(), Some("a"));
        for clash in [
            &[(Some("01"), "a"), (Some("01"), "b")][..],
            &[(None, "a"), (None, "b")],
            &[(None, "a"), (Some("01"), "b")],
            &[(Some("01"), "b"), (None, "a"), (Some("02"), "b")],
        ] {
            assert_eq!(finish(clash), None);
        }
    }
}
