//! What every report of a plan says: the plan, what else could be asked for, and the numbers.

use std::collections::BTreeMap;

use super::{
    heading::Heading,
    summary::{counted, number},
};
use crate::{
    model::Container,
    plan::{Deed, Include, Made, Plan, PlanOptions},
    world::{Layer, LayerState, SourceKind},
};

/// A plan and what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where its world came from.
    pub heading: Heading<'a>,
    /// How many more changes each flag would make.
    pub more: &'a BTreeMap<Include, usize>,
    /// The file it was saved to.
    pub saved: Option<&'a str>,
    /// Whether it is about to be carried out: then nobody is told what to do next.
    pub is_under_way: bool,
}

/// A plan in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Policies that are written.
    pub steps: usize,
    /// Grants that are put in.
    pub adds: usize,
    /// Grants that are taken out.
    pub removals: usize,
    /// Of these, grants that nobody can put back.
    pub finals: usize,
    /// Changes that something stands in the way of.
    pub held: usize,
    /// Declared calls of functions that are not live.
    pub waiting: usize,
}

impl Numbers {
    /// The numbers of a plan.
    pub fn of(plan: &Plan) -> Self {
        let count = |deed| plan.changes().filter(|(_, change)| change.deed == deed).count();
        Self {
            steps: plan.steps.len(),
            adds: count(Deed::Add),
            removals: count(Deed::Remove),
            finals: plan.changes().filter(|(_, change)| change.is_final()).count(),
            held: plan.held.len(),
            waiting: plan.waiting.len(),
        }
    }

    /// The numbers in one line.
    pub fn sentence(self) -> String {
        let Self { steps, adds, removals, finals, held, waiting } = self;
        let for_good = if finals > 0 { format!(" ({} for good)", number(finals)) } else { String::new() };
        let done = match steps {
            0 => "nothing to do".to_owned(),
            _ => format!(
                "{}: {} in, {} out{for_good}",
                counted(steps, "step", "steps"),
                counted(adds, "grant", "grants"),
                number(removals)
            ),
        };
        let others = [(held, "held"), (waiting, "waiting")].into_iter().filter(|(count, _)| *count > 0);
        let others = others.map(|(count, what)| format!("{} {what}", number(count)));
        std::iter::once(done).chain(others).collect::<Vec<_>>().join(", ")
    }
}

/// The flags that a plan was made with.
pub fn flags(options: &PlanOptions) -> Vec<String> {
    let PlanOptions { is_only_adds, include, ignored_in_sources } = options;
    let only = is_only_adds.then(|| "--only add".to_owned());
    let ignored = ignored_in_sources.iter().map(|who| format!("--ignore-event-sources {who}"));
    only.into_iter().chain(include.iter().map(|what| what.flag().to_owned())).chain(ignored).collect()
}

/// The `apply` that makes these changes: in the same environment and scope, and with what it has to be told again.
/// A saved plan says by itself which kinds of changes it has, but for those that a file cannot ask for.
fn apply(view: &View<'_>, saved: Option<&str>) -> String {
    let Made { source, env, scope, options, .. } = &view.plan.made;
    let mut words = vec!["callmap apply".to_owned()];
    words.extend(saved.map(quoted));
    words.extend((*source == SourceKind::Demo).then(|| "--demo".to_owned()));
    words.extend(env.iter().map(|env| format!("--env {}", quoted(env))));
    words.extend(scope.iter().map(|container| match container {
        Container::Project(name) => format!("--project {name}"),
        Container::Folder(number) => format!("--folder {number}"),
        Container::Organization(number) => format!("--organization {number}"),
    }));
    // What deny policies stop is not granted: read again, they must be looked at again.
    let is_deny_asked = view.heading.state(Layer::DenyPolicies) != LayerState::NotAsked;
    words.extend((saved.is_none() && is_deny_asked).then(|| "--deny".to_owned()));
    let mut options = options.clone();
    if saved.is_some() {
        options.is_only_adds = false;
        options.include.retain(|what| *what == Include::Agents);
    }
    words.extend(flags(&options));
    words.join(" ")
}

/// Which command comes next, with what it does.
pub fn next(view: &View<'_>) -> Option<(String, &'static str)> {
    let made = &view.plan.made;
    if view.plan.steps.is_empty() {
        return None;
    }
    if made.judged_at.is_some() {
        return Some((
            "callmap plan".to_owned(),
            "without `--at`: a plan of another time is not carried out",
        ));
    }
    match (made.source, view.saved) {
        (SourceKind::Assets, _) => {
            Some(("callmap plan".to_owned(), "without `--from`: a plan of files is not carried out"))
        }
        (SourceKind::Demo, _) => Some((apply(view, None), "make these changes to the sample estate")),
        (SourceKind::Live | SourceKind::Emulator, Some(file)) => {
            Some((apply(view, Some(file)), "make these changes, once you say yes"))
        }
        (SourceKind::Live | SourceKind::Emulator, None) => {
            Some((apply(view, None), "make this plan again, and carry it out once you say yes"))
        }
    }
}

/// A path as a word of the shell; one that no shell takes stays as it is.
pub fn quoted(path: &str) -> String {
    shlex::try_quote(path).map_or_else(|_| path.to_owned(), std::borrow::Cow::into_owned)
}

/// What keeps a change from being taken back.
pub const FINAL: &str = "undo cannot put it back: Google takes no member that is deleted";
