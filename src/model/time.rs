//! Times as people write them: RFC 3339 with a zone, or a date that means to the end of that day in UTC.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A moment in UTC.
pub type Time = DateTime<Utc>;

/// Why a text is not a time or a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// It has a time of day and no zone.
    #[error("`{0}` has no time zone")]
    NoZone(String),
    /// It is neither a date nor a time.
    #[error("`{0}` is not a date or a time")]
    NotATime(String),
    /// It is not a number with a unit.
    #[error("`{0}` is not a duration")]
    NotADuration(String),
}

/// A moment in RFC 3339.
///
/// # Errors
/// Where it has no zone or is no time at all.
pub fn moment(text: &str) -> Result<Time, TimeError> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    if ["Z", "+00:00"].iter().any(|zone| DateTime::parse_from_rfc3339(&format!("{text}{zone}")).is_ok()) {
        return Err(TimeError::NoZone(text.to_owned()));
    }
    Err(TimeError::NotATime(text.to_owned()))
}

/// The first moment that is no longer meant: an RFC 3339 time itself, or the end of a date's day in UTC.
///
/// # Errors
/// Where it has no zone or is no time at all.
pub fn end(text: &str) -> Result<Time, TimeError> {
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) if text.len() == "2026-01-01".len() => day
            .checked_add_days(Days::new(1))
            .map(|next| next.and_time(NaiveTime::MIN).and_utc())
            .ok_or_else(|| TimeError::NotATime(text.to_owned())),
        _ => moment(text),
    }
}

/// A duration of whole days, hours, minutes or seconds: `30d`, `8h`, `90m`, `45s`.
///
/// # Errors
/// Where it is not a positive number with one of these units, or longer than a hundred years.
pub fn duration(text: &str) -> Result<TimeDelta, TimeError> {
    let wrong = || TimeError::NotADuration(text.to_owned());
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let total =
        count.checked_mul(seconds).filter(|total| (1..=3_153_600_000).contains(total)).ok_or_else(wrong)?;
    TimeDelta::try_seconds(total).ok_or_else(wrong)
}

/// RFC 3339 in UTC, to the second where that is exact.
pub fn rfc3339(time: Time) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_to_the_end_of_that_day() {
        assert_eq!(rfc3339(end("2026-12-01").unwrap()), "2026-12-02T00:00:00Z");
        assert_eq!(rfc3339(end("2026-12-01T18:00:00+02:00").unwrap()), "2026-12-01T16:00:00Z");
    }

    #[test]
    fn a_time_without_a_zone_says_so() {
        assert_eq!(end("2026-12-01T18:00:00"), Err(TimeError::NoZone("2026-12-01T18:00:00".into())));
        assert_eq!(end("2026-02-30"), Err(TimeError::NotATime("2026-02-30".into())));
        assert_eq!(end("tomorrow"), Err(TimeError::NotATime("tomorrow".into())));
    }

    #[test]
    fn durations_have_one_unit_and_a_bound() {
        assert_eq!(duration("30d").unwrap(), TimeDelta::days(30));
        for wrong in ["", "d", "30", "-1d", "0h", "1.5h", "99999999999999d", "3 d", "３d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
