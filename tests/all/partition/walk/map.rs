//! The map of an estate, as somebody writes it.

use std::fmt::Write as _;

use super::sketch::{Kind, Sketch, Time};

/// The text of the map.
pub(super) fn of(sketch: &Sketch) -> String {
    let mut text = "callmap: 1\nproject: shop-prod\nregion: europe-west1\n".to_owned();
    if sketch.names_ours {
        text += "domains: [example.com]\nprojects: [shop-edge]\n";
    }
    text += "functions:\n";
    for (index, function) in sketch.functions.iter().enumerate().filter(|(_, function)| function.is_on_map) {
        let trigger = if function.kind == Kind::Scheduled { ", trigger: event" } else { "" };
        let resource = sketch.service(index);
        writeln!(text, "  {}: {{ resource: {resource}{trigger} }}", function.name).unwrap();
    }
    if sketch.edges.is_empty() {
        return text + "callers: {}\n";
    }
    text += "callers:\n";
    let mut callers: Vec<_> = sketch.edges.iter().map(|edge| edge.caller).collect();
    callers.sort_unstable();
    callers.dedup();
    for caller in callers {
        writeln!(text, "  \"{caller}\":").unwrap();
        for edge in sketch.edges.iter().filter(|edge| edge.caller == caller) {
            let until = match edge.time {
                Time::ForGood => "",
                Time::Still => ", until: 2026-12-01",
                Time::Past => ", until: 2026-11-01",
            };
            writeln!(text, "    - {{ function: {}{until} }}", sketch.functions[edge.function].name).unwrap();
        }
    }
    text
}
