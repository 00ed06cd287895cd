//! The clock of this machine beside the clocks of others. What differs is said, and nothing is set right by guessing:
//! Google refuses what is of another time.

use chrono::{DateTime, TimeDelta};
use http::{HeaderMap, header::DATE};

use crate::model::Time;

/// Clocks differ by less than this, and answers take less than this.
const MOST: TimeDelta = TimeDelta::seconds(30);

/// What time it was for whoever answered (<https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1>).
pub(super) fn date(headers: &HeaderMap) -> Option<Time> {
    let text = headers.get(DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|time| time.to_utc())
}

/// How far the clock of this machine is from another one, where that is more than answers take.
pub(super) fn skew(here: Time, there: Time) -> Option<TimeDelta> {
    let skew = here - there;
    (skew.abs() > MOST).then_some(skew)
}

/// How far the clock of this machine is from others', in words.
pub(super) fn words(skew: TimeDelta) -> String {
    let way = if skew < TimeDelta::zero() { "behind" } else { "ahead of" };
    let skew = skew.abs();
    let (hours, minutes, seconds) = (skew.num_hours(), skew.num_minutes() % 60, skew.num_seconds() % 60);
    let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")];
    let span: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    format!("the clock of this machine is {} {way} Google's", span.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_that_differ_are_told_by_how_much_and_which_way() {
        let noon = at("2026-12-01T12:00:00Z");
        for (there, expected) in [
            ("2026-12-01T12:00:30Z", None),
            ("2026-12-01T11:59:30Z", None),
            ("2026-12-01T12:00:31Z", Some("the clock of this machine is 31 s behind Google's")),
            ("2026-12-01T11:53:58Z", Some("the clock of this machine is 6 min 2 s ahead of Google's")),
            ("2026-12-02T14:00:09Z", Some("the clock of this machine is 26 h 9 s behind Google's")),
        ] {
            assert_eq!(skew(noon, at(there)).map(words).as_deref(), expected, "{there}");
        }
    }

    #[test]
    fn the_date_of_an_answer_is_read_where_it_is_one() {
        let headers = |text: &str| HeaderMap::from_iter([(DATE, text.parse().unwrap())]);
        assert_eq!(date(&headers("Tue, 01 Dec 2026 12:00:00 GMT")), Some(at("2026-12-01T12:00:00Z")));
        assert_eq!(date(&headers("soon")), None);
        assert_eq!(date(&HeaderMap::new()), None);
    }
}
