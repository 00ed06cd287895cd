//! A picture as a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>), which GitHub and others draw.
//!
//! Ids are ours; everything else stands in quotes and is escaped. Lines differ by more than their colour.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::{
    escape::mermaid as quoted,
    picture::{box_name, boxes, colour, kinds, label, legend_name, line, only_region, shapes, top},
};
use crate::plan::graph::{Edge, Kind, Node, Picture, Shape, State};

/// How many characters Mermaid draws, unless a page says otherwise
/// (<https://mermaid.js.org/config/schema-docs/config.html#maxtextsize>); GitHub says nothing else.
pub const MOST_CHARACTERS: usize = 50_000;

/// How many edges Mermaid draws (<https://mermaid.js.org/config/schema-docs/config.html#maxedges>).
pub const MOST_EDGES: usize = 500;

/// How long a drawing is, as Mermaid counts: its characters, and its edges with those of the legend.
pub fn size(picture: &Picture, text: &[u8]) -> (usize, usize) {
    let characters = String::from_utf8_lossy(text).encode_utf16().count();
    (characters, picture.edges.len() + kinds(picture).len())
}

/// Whether Mermaid draws something of this size where nobody told it to draw more.
pub const fn is_drawn((characters, edges): (usize, usize)) -> bool {
    characters <= MOST_CHARACTERS && edges <= MOST_EDGES
}

/// Draws a picture.
///
/// # Errors
/// Where it cannot be written to.
pub fn render(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for line in top(picture) {
        writeln!(out, "  %% {line}")?;
    }
    nodes(picture, out)?;
    let mut lines = BTreeMap::new();
    for (number, edge) in picture.edges.iter().enumerate() {
        let Edge { from, to, kind, details: _ } = edge;
        writeln!(out, "  n{from} {} n{to}", arrow(*kind, &label(edge)))?;
        lines.entry(*kind).or_insert_with(Vec::new).push(number);
    }
    legend(picture, &mut lines, out)?;
    styles(picture, &lines, out)
}

fn nodes(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let is_outside = |(_, node): &(usize, &Node)| node.place.is_none();
    for (index, node) in picture.nodes.iter().enumerate().filter(is_outside) {
        writeln!(out, "  {}", declared(index, node))?;
    }
    for (number, (project, regions)) in boxes(picture).iter().enumerate() {
        writeln!(out, "  subgraph p{number}[\"{}\"]", quoted(&line(&box_name(project, regions))))?;
        let is_one = only_region(regions).is_some();
        for (inner, (region, members)) in regions.iter().enumerate() {
            let region = region.filter(|_| !is_one);
            if let Some(region) = region {
                writeln!(out, "    subgraph p{number}r{inner}[\"{}\"]", quoted(&line(region)))?;
            }
            for index in members {
                writeln!(out, "    {}", declared(*index, &picture.nodes[*index]))?;
            }
            if region.is_some() {
                writeln!(out, "    end")?;
            }
        }
        writeln!(out, "  end")?;
    }
    Ok(())
}

/// A node with its shape, its lines and its class.
fn declared(index: usize, node: &Node) -> String {
    let Node { shape, state, place: _, lines } = node;
    let lines: Vec<_> = lines.iter().map(|text| quoted(&line(text))).collect();
    let class = match state {
        State::Usual => "",
        State::Unlisted => ":::unlisted",
        State::NotLive | State::NotRead => ":::absent",
    };
    format!("n{index}{}{class}", shaped(*shape, &lines.join("<br/>")))
}

fn shaped(shape: Shape, text: &str) -> String {
    let (open, close) = match shape {
        Shape::Public => ("((", "))"),
        Shape::User => ("([", "])"),
        Shape::Group => ("[[", "]]"),
        Shape::Account | Shape::Other => ("(", ")"),
        Shape::Agent => (">", "]"),
        Shape::Source => ("[/", "/]"),
        Shape::Container => ("[(", ")]"),
        Shape::Everything => ("[\\", "/]"),
        Shape::Function => ("[", "]"),
        Shape::EventFunction => ("{{", "}}"),
    };
    format!("{open}\"{text}\"{close}")
}

/// An edge's line, which differs by more than its colour, with what is written on it.
fn arrow(kind: Kind, label: &str) -> String {
    let line = match kind {
        Kind::Undeclared | Kind::Public => "==>",
        Kind::Missing => "-.-x",
        Kind::Unknown => "-.->",
        Kind::Inherited => "--o",
        Kind::Open | Kind::Granted | Kind::Event | Kind::Right => "-->",
        Kind::Above => "---",
    };
    if label.is_empty() { line.to_owned() } else { format!("{line}|\"{}\"|", quoted(&self::line(label))) }
}

/// What the shapes and the lines mean, of those that are there.
fn legend(picture: &Picture, lines: &mut BTreeMap<Kind, Vec<usize>>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  subgraph legend[\"{}\"]", quoted(&legend_name(picture)))?;
    // Without a direction of its own it would be as wide as all of its lines beside each other.
    writeln!(out, "    direction LR")?;
    for (number, shape) in shapes(picture).into_iter().enumerate() {
        writeln!(out, "    s{number}{}", shaped(shape, &quoted(shape.words().0)))?;
    }
    for (number, kind) in kinds(picture).into_iter().enumerate() {
        writeln!(out, "    a{number}[\" \"] {} b{number}[\" \"]", arrow(kind, kind.meaning()))?;
        lines.entry(kind).or_default().push(picture.edges.len() + number);
    }
    writeln!(out, "  end")
}

fn styles(picture: &Picture, lines: &BTreeMap<Kind, Vec<usize>>, out: &mut dyn Write) -> io::Result<()> {
    let has = |states: &[State]| picture.nodes.iter().any(|node| states.contains(&node.state));
    if has(&[State::Unlisted]) {
        writeln!(out, "  classDef unlisted stroke:#d50000,stroke-width:2px")?;
    }
    if has(&[State::NotLive, State::NotRead]) {
        writeln!(out, "  classDef absent stroke-dasharray:4 4")?;
    }
    for (kind, numbers) in lines {
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        let wide = match kind {
            Kind::Undeclared | Kind::Public => ",stroke-width:4px",
            _ => ",stroke-width:2px",
        };
        writeln!(out, "  linkStyle {} stroke:{}{wide}", numbers.join(","), colour(*kind))?;
    }
    Ok(())
}
