//! What drawings of a picture have in common: boxes, the words on an edge, and what stands at the top.

use std::collections::{BTreeMap, BTreeSet};

use super::escape;
use crate::plan::graph::{Edge, Kind, Picture, Shape};

/// How many details an edge shows.
const DETAILS: usize = 2;

/// What stands in the boxes of a project: by region, nothing for what stands in none of them.
pub(super) type Regions<'a> = BTreeMap<Option<&'a str>, Vec<usize>>;

/// Nodes by project and region. A project all of whose functions stand in one region has no box inside.
pub(super) fn boxes(picture: &Picture) -> BTreeMap<&str, Regions<'_>> {
    let mut boxes: BTreeMap<&str, Regions<'_>> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        if let Some(place) = &node.place {
            let regions = boxes.entry(&place.project).or_default();
            regions.entry(place.region.as_deref()).or_default().push(index);
        }
    }
    boxes
}

/// The name of a project's box: with its region, where that is the only one.
pub(super) fn box_name(project: &str, regions: &Regions<'_>) -> String {
    match only_region(regions) {
        Some(region) => format!("{project}, {region}"),
        None => project.to_owned(),
    }
}

/// The region of a project's functions, where there is but one.
pub(super) fn only_region<'a>(regions: &Regions<'a>) -> Option<&'a str> {
    let mut named = regions.keys().flatten();
    named.next().filter(|_| named.next().is_none()).copied()
}

/// What is written on an edge; empty where the line says enough.
pub(super) fn label(edge: &Edge) -> String {
    let more = edge.details.len().saturating_sub(DETAILS);
    let more = (more > 0).then(|| format!("{more} more"));
    let details = edge.details.iter().take(DETAILS).cloned().chain(more).collect::<Vec<_>>().join(", ");
    match (edge.kind.word(), &*details) {
        (word, "") => word.to_owned(),
        ("", details) => details.to_owned(),
        (word, details) => format!("{word}: {details}"),
    }
}

/// The lines at the top, which are comments of the drawing: nothing in them was written by somebody else.
pub(super) fn top(picture: &Picture) -> Vec<String> {
    let mut lines = Vec::new();
    if !picture.relaxed.is_empty() {
        let rules = picture.relaxed.iter().map(|(rule, level)| format!("{rule} is {level}"));
        lines.push(format!("relaxed: {}", rules.collect::<Vec<_>>().join(", ")));
    }
    if !picture.is_complete {
        lines.push("incomplete: not everything that decides was read".to_owned());
    }
    if !picture.hidden.is_none() {
        lines.push("not everything is drawn: ask for less, or for all of it with --all".to_owned());
    }
    lines
}

/// What stands above the legend: what is said at the top, and is not to be missed.
pub(super) fn legend_name(picture: &Picture) -> String {
    std::iter::once("legend".to_owned()).chain(top(picture)).collect::<Vec<_>>().join("; ")
}

/// The kinds of edges that are there, in the order of the legend.
pub(super) fn kinds(picture: &Picture) -> Vec<Kind> {
    let there: BTreeSet<Kind> = picture.edges.iter().map(|edge| edge.kind).collect();
    Kind::ALL.into_iter().filter(|kind| there.contains(kind)).collect()
}

/// The shapes that are there, in the order of the legend.
pub(super) fn shapes(picture: &Picture) -> Vec<Shape> {
    let there: BTreeSet<Shape> = picture.nodes.iter().map(|node| node.shape).collect();
    Shape::ALL.into_iter().filter(|shape| there.contains(shape)).collect()
}

/// The colour of an edge.
pub(super) const fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Undeclared | Kind::Public => "#d50000",
        Kind::Missing => "#c2185b",
        Kind::Unknown => "#757575",
        Kind::Inherited | Kind::Open => "#ef6c00",
        Kind::Granted | Kind::Event => "#1565c0",
        Kind::Right => "#2e7d32",
        Kind::Above => "#9e9e9e",
    }
}

/// The longest line on a node: what is longer is cut, with a sign that it was.
const LONGEST: usize = 60;

/// A line on a node, in characters that are seen. What is said in full elsewhere is cut where it is too long.
pub(super) fn line(text: &str) -> String {
    let text = escape::terminal(text);
    if text.chars().count() <= LONGEST {
        return text.into_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
