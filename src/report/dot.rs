//! A picture in the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).
//!
//! Ids are ours; everything else stands in quotes and is escaped. Lines differ by more than their colour.

use std::io::{self, Write};

use super::{
    escape::dot as quoted,
    picture::{box_name, boxes, colour, kinds, label, legend_name, line, only_region, shapes, top},
};
use crate::plan::graph::{Edge, Kind, Node, Picture, Shape, State};

/// Draws a picture.
///
/// # Errors
/// Where it cannot be written to.
pub fn render(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph callmap {{")?;
    for line in top(picture) {
        writeln!(out, "  // {line}")?;
    }
    writeln!(out, "  graph [rankdir=LR, fontname=\"sans-serif\", charset=\"UTF-8\", newrank=true];")?;
    writeln!(out, "  node [shape=box, fontname=\"sans-serif\", fontsize=11];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=9];")?;
    nodes(picture, out)?;
    for edge in &picture.edges {
        let Edge { from, to, kind, details: _ } = edge;
        writeln!(out, "  n{from} -> n{to} [{}];", arrow(*kind, &label(edge)))?;
    }
    legend(picture, out)?;
    writeln!(out, "}}")
}

fn nodes(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let is_outside = |(_, node): &(usize, &Node)| node.place.is_none();
    for (index, node) in picture.nodes.iter().enumerate().filter(is_outside) {
        writeln!(out, "  {}", declared(index, node))?;
    }
    for (number, (project, regions)) in boxes(picture).iter().enumerate() {
        writeln!(out, "  subgraph cluster_p{number} {{")?;
        writeln!(out, "    label=\"{}\";", quoted(&line(&box_name(project, regions))))?;
        let is_one = only_region(regions).is_some();
        for (inner, (region, members)) in regions.iter().enumerate() {
            let region = region.filter(|_| !is_one);
            if let Some(region) = region {
                let label = quoted(&line(region));
                writeln!(
                    out,
                    "    subgraph cluster_p{number}r{inner} {{\n    label=\"{label}\"; style=dotted;"
                )?;
            }
            for index in members {
                writeln!(out, "    {}", declared(*index, &picture.nodes[*index]))?;
            }
            if region.is_some() {
                writeln!(out, "    }}")?;
            }
        }
        writeln!(out, "  }}")?;
    }
    Ok(())
}

/// A node with its shape, its lines and its style.
fn declared(index: usize, node: &Node) -> String {
    let Node { shape, state, place: _, lines } = node;
    let lines: Vec<_> = lines.iter().map(|text| quoted(&line(text))).collect();
    let style = match state {
        State::Usual => "",
        State::Unlisted => ", color=\"#d50000\", penwidth=2",
        State::NotLive | State::NotRead => ", style=dashed",
    };
    format!("n{index} [label=\"{}\", {}{style}];", lines.join("\\n"), shaped(*shape))
}

const fn shaped(shape: Shape) -> &'static str {
    match shape {
        Shape::Public => "shape=doublecircle, margin=0",
        Shape::User => "shape=ellipse",
        Shape::Group => "shape=box, peripheries=2",
        Shape::Account => "shape=box, style=rounded",
        Shape::Agent => "shape=cds",
        Shape::Other => "shape=octagon",
        Shape::Source => "shape=parallelogram",
        Shape::Container => "shape=cylinder",
        Shape::Everything => "shape=invtrapezium",
        Shape::Function => "shape=box",
        Shape::EventFunction => "shape=hexagon",
    }
}

/// An edge's line, which differs by more than its colour, with what is written on it.
fn arrow(kind: Kind, label: &str) -> String {
    let line = match kind {
        Kind::Undeclared | Kind::Public => "style=bold, penwidth=3",
        Kind::Missing => "style=dashed, arrowhead=box",
        Kind::Unknown => "style=dotted",
        Kind::Inherited => "arrowhead=dot",
        Kind::Open | Kind::Granted | Kind::Event | Kind::Right => "style=solid",
        Kind::Above => "arrowhead=none",
    };
    let colour = colour(kind);
    let label = quoted(&self::line(label));
    format!("label=\"{label}\", color=\"{colour}\", fontcolor=\"{colour}\", {line}")
}

/// How many shapes of the legend stand side by side.
const ROW: usize = 4;

/// What the shapes and the lines mean, of those that are there.
fn legend(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  subgraph cluster_legend {{")?;
    writeln!(out, "    label=\"{}\"; fontsize=10;", quoted(&legend_name(picture)))?;
    for (number, shape) in shapes(picture).into_iter().enumerate() {
        let (word, style) = (quoted(shape.words().0), shaped(shape));
        writeln!(out, "    s{number} [label=\"{word}\", fontsize=9, {style}];")?;
        // Side by side, so that the legend stays low.
        if number % ROW != 0 {
            writeln!(out, "    s{} -> s{number} [style=invis];", number - 1)?;
        }
    }
    for (number, kind) in kinds(picture).into_iter().enumerate() {
        writeln!(out, "    a{number} [label=\"\", shape=point]; b{number} [label=\"\", shape=point];")?;
        writeln!(out, "    a{number} -> b{number} [{}];", arrow(kind, kind.meaning()))?;
    }
    writeln!(out, "  }}")
}
