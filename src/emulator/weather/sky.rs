//! The weather as it goes on: how often each request came under it.

use std::{collections::BTreeMap, time::Duration};

use super::{Fate, SecondWriter, Weather, failure::fits, fate::drawn};
use crate::model::Time;

/// How long a limit counts, in seconds.
const MINUTE: i64 = 60;

/// What is asked for, as far as the weather goes by it.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator) struct Asked<'a> {
    /// `GET`, `POST`, …
    pub(in crate::emulator) verb: &'a str,
    pub(in crate::emulator) path: &'a str,
    /// Google's id of the method.
    pub(in crate::emulator) id: Option<&'a str>,
    pub(in crate::emulator) is_write: bool,
    /// On the wall.
    pub(in crate::emulator) now: Time,
}

/// The weather, and how often each request came under it.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Sky {
    weather: Weather,
    /// Of each name, for the share that fails.
    counts: BTreeMap<String, u64>,
    /// Of each chosen failure: how many it could have befallen, and how many it did.
    chosen: Vec<(u64, u64)>,
    /// Of each limit: when its minute began, and how many came in it.
    minutes: Vec<Option<(Time, u64)>>,
    /// Of all requests.
    all: u64,
    /// Of all writes of policies.
    writes: u64,
}

impl Sky {
    /// The weather from now on.
    pub(in crate::emulator) fn set(&mut self, weather: Weather) {
        let (chosen, minutes) = (vec![(0, 0); weather.failures.len()], vec![None; weather.limits.len()]);
        *self = Self { weather, chosen, minutes, ..Self::default() };
    }

    pub(in crate::emulator) fn weather(&self) -> &Weather {
        &self.weather
    }

    /// How long the next answer takes, and what becomes of it.
    pub(in crate::emulator) fn next(&mut self, asked: &Asked<'_>) -> (Duration, Fate) {
        self.all += 1;
        let latency = self.weather.latency(self.all);
        if let Some(fate) = self.limited(asked).or_else(|| self.chosen(asked)) {
            return (latency, fate);
        }
        if self.weather.failing <= 0.0 || (asked.is_write && self.weather.spares_writes) {
            return (latency, Fate::Fine);
        }
        let name = format!("{} {}", asked.verb, asked.path);
        let count = self.counts.entry(name.clone()).or_default();
        *count += 1;
        (latency, self.weather.fate(&name, *count))
    }

    /// Whether one of the limits is over.
    fn limited(&mut self, asked: &Asked<'_>) -> Option<Fate> {
        let mut over = None;
        for (limit, minute) in self.weather.limits.iter().zip(&mut self.minutes) {
            if !fits(&limit.method, asked.id, asked.path) {
                continue;
            }
            let gone = |begun: Time| (asked.now - begun).num_seconds();
            let (begun, count) = minute.filter(|(begun, _)| gone(*begun) < MINUTE).unwrap_or((asked.now, 0));
            *minute = Some((begun, count + 1));
            if count >= limit.per_minute {
                over = Some(Fate::OverLimit(u64::try_from(MINUTE - gone(begun)).unwrap_or(0)));
            }
        }
        over
    }

    /// The first of the chosen failures that befalls it.
    fn chosen(&mut self, asked: &Asked<'_>) -> Option<Fate> {
        let seed = self.weather.seed;
        let pairs = self.weather.failures.iter().zip(&mut self.chosen).enumerate();
        for (place, (failure, (met, befallen))) in pairs {
            if !fits(&failure.method, asked.id, asked.path) {
                continue;
            }
            *met += 1;
            let is_due = *met > failure.after && failure.times.is_none_or(|times| *befallen < times);
            let (share, _) = drawn(seed, &format!("failure {place}"), *met);
            if is_due && share < failure.share {
                *befallen += 1;
                return Some(Fate::Fails(failure.kind));
            }
        }
        None
    }

    /// Who meddles with the next write of a policy.
    pub(in crate::emulator) fn meddler(&mut self) -> Option<SecondWriter> {
        let writer = self.weather.second_writer.as_ref()?;
        self.writes += 1;
        let (share, _) = drawn(self.weather.seed, "second writer", self.writes);
        (share < writer.share).then(|| writer.clone())
    }
}

#[cfg(test)]
mod tests;
