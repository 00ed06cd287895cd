//! What reports of a difference have in common: the two sides, and the words for what changed.

use std::sync::Arc;

use super::{
    heading::Heading,
    summary::{counted, number},
    words,
};
use crate::{
    access::RoleData,
    callers::CallerMap,
    model::{Time, time},
    plan::difference::{AccessChange, Difference, Reach, Target, Through, Turn},
    world::{Layer, LayerState, World},
};

/// A difference, and what it is between.
#[derive(Debug)]
pub struct View<'a> {
    /// What differs.
    pub difference: &'a Difference,
    /// The old one.
    pub old: Half<'a>,
    /// The new one.
    pub new: Half<'a>,
    /// The environment of the maps.
    pub env: Option<&'a str>,
    /// The time it was judged at.
    pub at: Time,
    /// Files whose data is older than was asked for.
    pub stale: Vec<Arc<str>>,
}

/// One of both.
#[derive(Debug, Clone, Copy)]
pub enum Half<'a> {
    /// A map.
    Map(&'a CallerMap),
    /// A world.
    World(&'a World),
}

/// A part of the report: a title, and the changes below it.
pub(super) struct Section<'a> {
    pub(super) title: &'static str,
    pub(super) changes: Vec<&'a AccessChange>,
}

impl View<'_> {
    /// Whether everything that decides is known in both.
    pub fn is_complete(&self) -> bool {
        self.difference.is_complete() && self.stale.is_empty()
    }

    /// Access in the order it is shown.
    pub(super) fn sections(&self) -> Vec<Section<'_>> {
        let of = |turn, reach: Option<Reach>| {
            let is_meant = move |change: &&AccessChange| reach.is_none_or(|reach| change.reach == reach);
            self.difference.turned(turn).filter(is_meant).collect::<Vec<_>>()
        };
        let sections = [
            ("public access that came", of(Turn::Came, Some(Reach::Public))),
            ("external access that came", of(Turn::Came, Some(Reach::External))),
            ("access that came", of(Turn::Came, Some(Reach::Other))),
            ("access that went", of(Turn::Went, None)),
            ("access that changed", of(Turn::Changed, None)),
        ];
        let sections = sections.into_iter().map(|(title, changes)| Section { title, changes });
        sections.filter(|section| !section.changes.is_empty()).collect()
    }

    /// Everything in numbers.
    pub(super) fn line(&self) -> String {
        let Difference { levels, access: _, functions, settings, unread } = self.difference;
        if self.difference.is_none() {
            let as_known = if self.is_complete() { "" } else { ", as far as it is known" };
            return format!("no difference{as_known}");
        }
        let of = |turn| number(self.difference.turned(turn).count());
        let mut parts = vec![format!(
            "access: {} came, {} went, {} changed",
            of(Turn::Came),
            of(Turn::Went),
            of(Turn::Changed)
        )];
        let others = [
            (functions.len(), ("change of functions", "changes of functions")),
            (settings.len() + levels.len(), ("setting", "settings")),
            (unread.len(), ("gap", "gaps")),
        ];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        parts.extend(others.map(|(count, (one, many))| counted(count, one, many)));
        parts.join("; ")
    }

    /// What was not asked of either world.
    pub(super) fn not_asked(&self) -> Vec<String> {
        let state = |half: &Half<'_>, layer| match half {
            Half::Map(_) => LayerState::Read,
            Half::World(world) => world.layers.get(&layer).copied().unwrap_or(LayerState::NotAsked),
        };
        let says = |layer: Layer| {
            let sides = [("old", &self.old), ("new", &self.new)];
            let sides = sides.into_iter().filter(|(_, half)| state(half, layer) == LayerState::NotAsked);
            match sides.map(|(side, _)| side).collect::<Vec<_>>().as_slice() {
                [] => None,
                [side] => Some(format!("{} ({side})", layer.as_str())),
                _ => Some(layer.as_str().to_owned()),
            }
        };
        Layer::ALL.into_iter().filter_map(says).collect()
    }

    /// How old the data about Google's own roles is, where that is too old and something rests on it.
    pub(super) fn old_roles(&self) -> Option<i64> {
        let days = |half: &Half<'_>| match half {
            Half::Map(_) => None,
            Half::World(world) => RoleData::get().stale_days(world, self.at),
        };
        days(&self.old).or_else(|| days(&self.new))
    }
}

impl Half<'_> {
    /// The files it was read from, by the names they were given by.
    pub(super) fn files(&self) -> Vec<&str> {
        match self {
            Half::Map(map) => map.files.iter().map(|file| &*file.path).collect(),
            Half::World(world) => world.source.files.iter().map(|file| &*file.name).collect(),
        }
    }

    /// How much there is.
    pub(super) fn size(&self) -> String {
        match self {
            Half::Map(map) => format!(
                "{}, {}",
                counted(map.functions.len(), "function", "functions"),
                counted(map.edges.len(), "declared call", "declared calls")
            ),
            Half::World(world) => counted(world.services.len(), "function", "functions"),
        }
    }

    /// How old its data is, where it tells.
    pub(super) fn age(&self) -> Option<String> {
        match self {
            Half::Map(_) => None,
            Half::World(world) => {
                let newest = world.source.as_of().map(time::rfc3339);
                Some(newest.map_or_else(|| "of unknown age".to_owned(), |newest| format!("newest {newest}")))
            }
        }
    }
}

/// The heading of the new world, with what is said of both.
pub(super) fn heading<'a>(view: &'a View<'a>, world: &'a World) -> Heading<'a> {
    Heading {
        source: &world.source,
        layers: &world.layers,
        env: view.env,
        at: view.at,
        stale: &view.stale,
        old_roles: view.old_roles(),
    }
}

/// What somebody can call, for people.
pub(super) fn target(target: &Target) -> String {
    match target {
        Target::Function(_, Some(name)) => super::escape::terminal(name).into_owned(),
        Target::Function(name, None) => words::function(name),
        Target::Below(container, count) => {
            let functions = counted(*count, "function", "functions");
            format!("{functions} below {}", words::resource(&container.clone().into()))
        }
        Target::Group(group) => format!("in {}", super::escape::terminal(group.as_str())),
    }
}

/// By what, for people; nothing where the place in the map says enough.
pub(super) fn through(through: &[Through]) -> String {
    let says = through.iter().filter_map(|through| match through {
        Through::Declared(None) => None,
        Through::Declared(Some(until)) => Some(format!("until {}", time::rfc3339(*until))),
        Through::Grant(role, condition) => {
            let condition = condition.as_ref().map(|held| format!(" {}", words::condition(held)));
            Some(format!("by {}{}", words::role(role.as_str()), condition.unwrap_or_default()))
        }
        Through::CheckOff => Some("the invoker check is off".to_owned()),
    });
    says.collect::<Vec<_>>().join(", ")
}

/// Everything there is to say of a change besides who and what.
pub(super) fn how(change: &AccessChange) -> Vec<String> {
    let AccessChange { turn: _, reach: _, caller: _, target: _, through: by, was, notes, at } = change;
    let mut parts = Vec::new();
    parts.extend(Some(through(by)).filter(|text| !text.is_empty()));
    let is_grant = |through: &&Through| !matches!(through, Through::Declared(_));
    let before: Vec<Through> = was.iter().filter(is_grant).cloned().collect();
    parts.extend((!before.is_empty()).then(|| format!("was {}", through(&before))));
    parts.extend(notes.iter().map(|note| super::escape::terminal(note).into_owned()));
    parts.extend(at.as_ref().map(|at| format!("{}:{}", super::escape::terminal(&at.file), at.line)));
    parts
}
