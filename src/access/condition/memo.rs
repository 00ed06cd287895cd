//! Expressions that were read, kept: many grants share one condition, and every rule asks about it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError, RwLock},
};

use foldhash::fast::RandomState;

use super::{
    evaluate::{Scene, When},
    outcome::Outcomes,
    read::read,
    timeline::Timeline,
    tree::Tree,
};
use crate::{model::Time, world::Gap};

/// How many expressions are kept; then all are let go of, so that no estate fills the memory.
const MOST: usize = 16_384;

/// How many times of one expression are kept.
const MOST_TIMELINES: usize = 4;

type Kept = HashMap<Arc<str>, Arc<Expression>, RandomState>;

static KEPT: LazyLock<RwLock<Kept>> = LazyLock::new(RwLock::default);

/// An expression that was read, or why it could not be.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) tree: Result<Tree, Gap>,
    last: Mutex<Last>,
}

/// What was asked last: most questions of a run are about one time.
#[derive(Debug, Default)]
struct Last {
    at: Option<(Time, Outcomes)>,
    from: Option<(Time, Outcomes)>,
    /// From one time on, and from where edges end.
    timelines: Vec<(Time, Arc<Timeline>)>,
}

impl Expression {
    /// The expression in this text.
    pub(super) fn of(text: &Arc<str>) -> Arc<Self> {
        let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        kept.unwrap_or_else(|| {
            let tree = read(text).map_err(|why| Gap { why: why.into(), permission: None });
            let expression = Arc::new(Self { tree, last: Mutex::default() });
            let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(Arc::clone(text), Arc::clone(&expression));
            expression
        })
    }

    /// Its outcomes at a time, with nothing else of the request known. What cannot be read may be anything.
    pub(super) fn at(&self, at: Time) -> Outcomes {
        self.remembered(|last| &mut last.at, at, |tree| tree.outcomes(&Scene::of(When::At(at))))
    }

    /// Its outcomes over all times from one on.
    pub(super) fn from(&self, from: Time) -> Outcomes {
        self.remembered(|last| &mut last.from, from, |tree| tree.outcomes(&Scene::of(When::From(from))))
    }

    /// When it holds, from a time on; `None` where it cannot be read.
    pub(super) fn timeline(&self, from: Time) -> Option<Arc<Timeline>> {
        let tree = self.tree.as_ref().ok()?;
        let known = self.last().timelines.iter().find(|(known, _)| *known == from).cloned();
        Some(known.map_or_else(
            || {
                let timeline = Arc::new(Timeline::of(tree, from));
                let timelines = &mut self.last().timelines;
                if timelines.len() >= MOST_TIMELINES {
                    timelines.remove(0);
                }
                timelines.push((from, Arc::clone(&timeline)));
                timeline
            },
            |(_, timeline)| timeline,
        ))
    }

    fn remembered(
        &self,
        slot: impl Fn(&mut Last) -> &mut Option<(Time, Outcomes)>,
        time: Time,
        compute: impl FnOnce(&Tree) -> Outcomes,
    ) -> Outcomes {
        let Ok(tree) = &self.tree else { return Outcomes::ANY };
        let known = slot(&mut self.last()).filter(|(known, _)| *known == time);
        known.map_or_else(
            || {
                let outcomes = compute(tree);
                *slot(&mut self.last()) = Some((time, outcomes));
                outcomes
            },
            |(_, outcomes)| outcomes,
        )
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
