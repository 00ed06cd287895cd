//! Which map a plan was made from, byte for byte.

use std::fmt::Write as _;

use ring::digest::{Context, SHA256};

use super::MapDigest;
use crate::callers::MapText;

/// What is hashed first, so that no other digest can be taken for this one.
const KIND: &[u8] = b"callmap-map/1";

impl MapDigest {
    /// The digest of these files, in this order, read in this environment.
    ///
    /// Of each file its name without the directories before it, and its bytes; everything with its length before
    /// it, so that nothing can move from one part to the next. A checkout in another place is the same map: no
    /// directory decides what a map means.
    pub fn of(texts: &[MapText], env: Option<&str>) -> Self {
        let mut context = Context::new(&SHA256);
        let mut add = |part: &[u8]| {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        };
        add(KIND);
        // No environment is not the same as one without a name.
        add(&[u8::from(env.is_some())]);
        add(env.unwrap_or_default().as_bytes());
        for MapText { path, bytes } in texts {
            add(path.rsplit(['/', '\\']).next().unwrap_or(path).as_bytes());
            add(bytes);
        }
        let mut sha256 = String::with_capacity(64);
        for byte in context.finish().as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { sha256, files: texts.iter().map(|text| text.path.clone()).collect() }
    }

    /// Whether this is the same map, wherever its files are.
    pub fn is_same(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn digest(files: &[(&str, &str)], env: Option<&str>) -> String {
        let text = |(path, text): &(&str, &str)| MapText { path: (*path).into(), bytes: (*text).into() };
        MapDigest::of(&files.iter().map(text).collect::<Vec<_>>(), env).sha256
    }

    #[test]
    fn every_difference_of_a_map_makes_another_digest() {
        let all = [
            digest(&[("a.yaml", "one"), ("b.yaml", "two")], None),
            digest(&[("a.yaml", "one"), ("b.yaml", "two")], Some("")),
            digest(&[("a.yaml", "one"), ("b.yaml", "two")], Some("prod")),
            digest(&[("b.yaml", "two"), ("a.yaml", "one")], None),
            digest(&[("a.yaml", "one"), ("c.yaml", "two")], None),
            digest(&[("a.yaml", "oneb.yaml"), ("", "two")], None),
            digest(&[("a.yaml", "on"), ("eb.yaml", "two")], None),
            digest(&[("a.yaml", "one"), ("b.yaml", "two"), ("c.yaml", "")], None),
            digest(&[("a.yaml", "one")], None),
            digest(&[("a.yaml", "one ")], None),
            digest(&[], None),
        ];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|hex| hex.len() == 64));
    }

    #[test]
    fn a_map_is_the_same_wherever_it_is_checked_out() {
        let here = digest(&[("policies/shop.yaml", "x")], Some("prod"));
        assert_eq!(digest(&[("/builds/7/policies/shop.yaml", "x")], Some("prod")), here);
        assert_eq!(digest(&[(r"C:\work\policies\shop.yaml", "x")], Some("prod")), here);
        assert_ne!(digest(&[("policies/shop.yml", "x")], Some("prod")), here);
    }

    #[test]
    fn the_digest_of_a_map_is_the_one_that_plans_hold_already() {
        // Worked out with another program over the parts, each behind its length in eight bytes.
        let known = "cf8e683fa4cb5692ac134ca3d5e05b3232d857231a3302995af75cedd0de3ae2";
        assert_eq!(digest(&[("policies/a.yaml", "callmap: 1\n")], Some("prod")), known);
    }
}
