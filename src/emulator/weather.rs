//! Bad weather for tests: slow answers and failing ones, the same for the same seed.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// How answers are. Calm by default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Weather {
    /// How long every answer takes, in milliseconds.
    pub latency_ms: u64,
    /// The share of answers that fail, from 0 to 1.
    pub failing: f64,
    /// Which of them do.
    pub seed: u64,
    /// What `Retry-After` says, in seconds.
    pub retry_after: u64,
    /// Whether only reads fail.
    pub spares_writes: bool,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is carried out and answered.
    Fine,
    /// 429, not carried out.
    TooMany,
    /// 503, not carried out.
    Unavailable,
    /// The connection breaks, not carried out.
    LostRequest,
    /// It is carried out, and the connection breaks before the answer.
    LostAnswer,
    /// It is carried out, and the connection breaks within the answer.
    CutAnswer,
}

impl Weather {
    /// How long an answer takes.
    pub(super) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }

    /// What becomes of the nth request of this name. The order in which different requests come is nothing to it.
    fn fate(&self, name: &str, nth: u64) -> Fate {
        let bits = mixed(mixed(self.seed ^ hashed(name)).wrapping_add(nth));
        // 53 bits are what a float holds.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let share = (bits >> 11) as f64 / (1_u64 << 53) as f64;
        if share >= self.failing {
            return Fate::Fine;
        }
        match mixed(bits) % 5 {
            0 => Fate::TooMany,
            1 => Fate::Unavailable,
            2 => Fate::LostRequest,
            3 => Fate::LostAnswer,
            _ => Fate::CutAnswer,
        }
    }
}

/// The weather, and how often each request came under it.
#[derive(Debug, Default)]
pub(super) struct Sky {
    weather: Weather,
    counts: BTreeMap<String, u64>,
}

impl Sky {
    /// The weather from now on.
    pub(super) fn set(&mut self, weather: Weather) {
        *self = Self { weather, counts: BTreeMap::new() };
    }

    pub(super) fn weather(&self) -> Weather {
        self.weather
    }

    /// What becomes of the next request of this name.
    pub(super) fn next(&mut self, name: &str, is_write: bool) -> Fate {
        if self.weather.failing <= 0.0 || (is_write && self.weather.spares_writes) {
            return Fate::Fine;
        }
        let count = self.counts.entry(name.to_owned()).or_default();
        *count += 1;
        self.weather.fate(name, *count)
    }
}

fn hashed(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Every bit of it depends on every bit.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(seed: u64, failing: f64) -> Vec<Fate> {
        let mut sky = Sky::default();
        sky.set(Weather { failing, seed, ..Weather::default() });
        (0..5_000).map(|_| sky.next("GET /v1/projects/p/locations", false)).collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_weather_and_about_the_share_fails() {
        assert_eq!(fates(7, 0.3), fates(7, 0.3));
        assert_ne!(fates(7, 0.3), fates(8, 0.3));
        let failed = fates(7, 0.3).into_iter().filter(|fate| *fate != Fate::Fine).count();
        assert!((1_350..1_650).contains(&failed), "{failed}");
        for fate in [Fate::TooMany, Fate::Unavailable, Fate::LostRequest, Fate::LostAnswer, Fate::CutAnswer] {
            assert!(fates(7, 0.3).contains(&fate), "{fate:?}");
        }
    }

    #[test]
    fn nothing_fails_in_calm_weather_and_everything_at_a_share_of_one() {
        assert!(fates(7, 0.0).iter().all(|fate| *fate == Fate::Fine));
        assert!(fates(7, 1.0).iter().all(|fate| *fate != Fate::Fine));
    }
}
