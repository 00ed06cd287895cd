//! Fates under one sky.

use chrono::{TimeDelta, Utc};

use super::*;
use crate::emulator::weather::{
    Failure, FailureKind,
    FailureKind::{Reset, ResetAfter, TooMany, Truncated, Unavailable},
    Limit,
};

fn asked(now: Time) -> Asked<'static> {
    let (verb, path) = ("GET", "/v1/projects/p/locations");
    Asked { verb, path, id: Some("run.projects.locations.list"), is_write: false, now }
}

fn fates(weather: Weather, count: usize) -> Vec<Fate> {
    let mut sky = Sky::default();
    sky.set(weather);
    let now = Utc::now();
    (0..count).map(|_| sky.next(&asked(now)).1).collect()
}

fn by_share(seed: u64, failing: f64) -> Vec<Fate> {
    fates(Weather { failing, seed, ..Weather::default() }, 5_000)
}

fn failure(kind: FailureKind) -> Failure {
    Failure { method: "run.*".to_owned(), kind, share: 1.0, after: 0, times: None }
}

#[test]
fn the_same_seed_makes_the_same_weather_and_about_the_share_fails() {
    assert_eq!(by_share(7, 0.3), by_share(7, 0.3));
    assert_ne!(by_share(7, 0.3), by_share(8, 0.3));
    let failed = by_share(7, 0.3).into_iter().filter(|fate| *fate != Fate::Fine).count();
    assert!((1_350..1_650).contains(&failed), "{failed}");
    for kind in [TooMany, Unavailable, Reset, ResetAfter, Truncated] {
        assert!(by_share(7, 0.3).contains(&Fate::Fails(kind)), "{kind:?}");
    }
}

#[test]
fn nothing_fails_in_calm_weather_and_everything_at_a_share_of_one() {
    assert!(by_share(7, 0.0).iter().all(|fate| *fate == Fate::Fine));
    assert!(by_share(7, 1.0).iter().all(|fate| *fate != Fate::Fine));
}

#[test]
fn a_chosen_failure_begins_and_ends_where_it_was_said() {
    let chosen = Failure { after: 2, times: Some(3), ..failure(FailureKind::Internal) };
    let elsewhere = Failure { method: "iam.*".to_owned(), ..failure(FailureKind::Reset) };
    let weather = Weather { failures: vec![elsewhere, chosen], ..Weather::default() };
    let failed: Vec<bool> = fates(weather, 7).iter().map(|fate| *fate != Fate::Fine).collect();
    assert_eq!(failed, [false, false, true, true, true, false, false]);
}

#[test]
fn a_share_of_the_chosen_fails_and_the_same_under_the_same_seed() {
    let weather = |seed| Weather {
        seed,
        failures: vec![Failure { share: 0.25, ..failure(FailureKind::SlowDrip) }],
        ..Weather::default()
    };
    assert_eq!(fates(weather(1), 400), fates(weather(1), 400));
    assert_ne!(fates(weather(1), 400), fates(weather(2), 400));
    let slow =
        fates(weather(1), 400).iter().filter(|fate| **fate == Fate::Fails(FailureKind::SlowDrip)).count();
    assert!((70..130).contains(&slow), "{slow}");
}

#[test]
fn a_limit_counts_within_its_minute_and_says_how_long_that_lasts() {
    let mut sky = Sky::default();
    let limit = Limit { method: "run.*".to_owned(), per_minute: 2 };
    sky.set(Weather { limits: vec![limit], ..Weather::default() });
    let begun = Utc::now();
    let mut at = |seconds| sky.next(&asked(begun + TimeDelta::seconds(seconds))).1;
    assert_eq!(
        [at(0), at(10), at(20), at(59)],
        [Fate::Fine, Fate::Fine, Fate::OverLimit(40), Fate::OverLimit(1)]
    );
    assert_eq!([at(60), at(61), at(62)], [Fate::Fine, Fate::Fine, Fate::OverLimit(58)]);
}

#[test]
fn nobody_else_writes_unless_it_was_said() {
    let mut sky = Sky::default();
    assert_eq!(sky.meddler(), None);
    let writer: SecondWriter = serde_json::from_str(r#"{"share": 0.5}"#).unwrap();
    sky.set(Weather { second_writer: Some(writer), ..Weather::default() });
    let meddled = (0..1_000).filter(|_| sky.meddler().is_some()).count();
    assert!((430..570).contains(&meddled), "{meddled}");
}
