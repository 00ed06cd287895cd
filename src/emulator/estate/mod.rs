//! The sample estate: a shop with a few functions, the map that declares who may call them, and what differs.

use chrono::{DateTime, TimeDelta};

use crate::model::Time;

/// What is live, as lines of assets.
pub const ASSETS: &str = include_str!("shop.ndjson");

/// Its projects.
pub const PROJECTS: [&str; 2] = ["shop-prod", "shop-finance"];

/// The files of its map, by path.
pub const MAP: [(&str, &str); 3] = [
    ("policies/finance.yaml", include_str!("../../../policies/finance.yaml")),
    ("policies/settings.yaml", include_str!("../../../policies/settings.yaml")),
    ("policies/shop.yaml", include_str!("../../../policies/shop.yaml")),
];

/// The time at which its story is told, 2026-11-23T09:00:00Z: dates in the map are near it.
pub fn time() -> Time {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_795_424_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_told_an_hour_after_the_estate_was_read() {
        assert_eq!(crate::model::time::rfc3339(time()), "2026-11-23T09:00:00Z");
        assert!(ASSETS.contains("2026-11-23T08:00:00Z"));
    }
}
