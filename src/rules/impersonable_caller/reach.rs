//! Whom a grant lets its holder act as: the accounts it counts for, and those that these may act as in turn.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::places::{Places, Taker};
use crate::{
    access::acting::{MINTING, WRITING, stands_in},
    model::{Permission, ServiceName},
};

/// Declared callers, by index.
type Set = BTreeSet<usize>;

/// Whom every account can act as.
pub(super) struct Reach<'p, 'a> {
    places: &'p Places<'a>,
    /// The declared callers that each spot counts for.
    declared: Vec<Arc<Set>>,
    /// The nodes of each spot that hold something over accounts themselves.
    holders: Vec<Vec<usize>>,
    /// Whom each node can act as, in one step or many.
    through: Vec<Set>,
    /// The functions of all declared callers of a spot.
    opened: RefCell<BTreeMap<usize, Arc<[ServiceName]>>>,
}

/// What a grant comes to.
pub(super) struct Reached {
    /// Declared callers that its holder acts as by this grant alone.
    pub(super) direct: Vec<usize>,
    /// Those it acts as through others.
    pub(super) beyond: Vec<usize>,
    /// The nodes on the way to the first of these.
    pub(super) way: Vec<usize>,
    /// What it may then call.
    pub(super) functions: Arc<[ServiceName]>,
}

impl<'p, 'a> Reach<'p, 'a> {
    /// Works it out for all accounts together: rings end where nothing is added.
    pub(super) fn new(places: &'p Places<'a>) -> Self {
        let callers = places.callers.all.len();
        let declared = places.spots.iter().map(|spot| {
            let nodes = spot.nodes.iter().copied().filter(|node| *node < callers);
            Arc::new(nodes.collect::<Set>())
        });
        let is_holder = |node: &usize| !places.nodes[*node].held.is_empty();
        let holders = places.spots.iter().map(|spot| spot.nodes.iter().copied().filter(is_holder).collect());
        let mut reach = Self {
            places,
            declared: declared.collect(),
            holders: holders.collect(),
            through: vec![Set::new(); places.nodes.len()],
            opened: RefCell::default(),
        };
        reach.close();
        reach
    }

    fn close(&mut self) {
        let is_holder = |node: &usize| !self.places.nodes[*node].held.is_empty();
        let nodes: Vec<usize> = (0..self.places.nodes.len()).filter(is_holder).collect();
        loop {
            let mut has_changed = false;
            for node in &nodes {
                let mut found = Set::new();
                for (spot, number) in &self.places.nodes[*node].held {
                    let taker = &self.places.spots[*spot].takers[*number];
                    found.extend(self.direct(*spot, taker).iter());
                    for next in self.nexts(*spot, taker).filter(|next| next != node) {
                        found.extend(&self.through[next]);
                    }
                }
                if found.len() > self.through[*node].len() {
                    self.through[*node] = found;
                    has_changed = true;
                }
            }
            if !has_changed {
                return;
            }
        }
    }

    /// Whether its holder attaches accounts to what it makes.
    fn attaches(&self, taker: &Taker) -> bool {
        taker.given.has(Permission::ActAs) && !self.places.makers.of(&taker.grant.principal).is_empty()
    }

    /// Whether it counts the same for every account of its spot.
    fn is_alike(&self, taker: &Taker) -> bool {
        !taker.given.and(MINTING.or(WRITING)).is_empty() || self.attaches(taker)
    }

    fn direct(&self, spot: usize, taker: &Taker) -> Arc<Set> {
        let all = &self.declared[spot];
        if self.is_alike(taker) {
            return all.clone();
        }
        let by_role = |node: &&usize| self.places.changeable(taker, **node).is_some();
        Arc::new(all.iter().filter(by_role).copied().collect())
    }

    /// The nodes of a spot that a holder can stand in for, and that act as others.
    fn nexts<'s>(&'s self, spot: usize, taker: &'s Taker) -> impl Iterator<Item = usize> + use<'s, 'p, 'a> {
        let is_for_all = stands_in(taker.given) || self.attaches(taker);
        let nodes = self.holders[spot].iter().copied();
        nodes.filter(move |node| is_for_all || self.places.changeable(taker, *node).is_some())
    }

    /// What one grant comes to; `None` where it is no news.
    pub(super) fn of(&self, spot: usize, taker: &Taker) -> Option<Reached> {
        let holder = &taker.grant.principal;
        let own = self.places.find(holder);
        let is_news = |caller: &usize| {
            Some(*caller) != own && self.places.callers.news(*caller, holder).next().is_some()
        };
        let at_once = self.direct(spot, taker);
        let direct: Vec<usize> = at_once.iter().copied().filter(is_news).collect();
        let mut beyond = Set::new();
        for next in self.nexts(spot, taker).filter(|next| Some(*next) != own) {
            beyond.extend(self.through[next].iter().filter(|caller| !at_once.contains(*caller)));
        }
        beyond.retain(is_news);
        let way = if beyond.is_empty() { None } else { self.way(spot, taker, own, &mut beyond) };
        if direct.is_empty() && beyond.is_empty() {
            return None;
        }
        let beyond: Vec<usize> = beyond.into_iter().collect();
        let functions = self.functions(spot, taker, &direct, &beyond);
        Some(Reached { direct, beyond, way: way.unwrap_or_default(), functions })
    }

    /// The shortest way to one of these callers that does not lead back to the holder, and of the callers those that
    /// such a way leads to.
    fn way(&self, spot: usize, taker: &Taker, own: Option<usize>, beyond: &mut Set) -> Option<Vec<usize>> {
        let mut before: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        let mut rest = VecDeque::new();
        for next in self.nexts(spot, taker).filter(|next| Some(*next) != own) {
            before.insert(next, None);
            rest.push_back(next);
        }
        let mut met = Set::new();
        let mut first = None;
        while let Some(node) = rest.pop_front() {
            for (place, number) in &self.places.nodes[node].held {
                let taker = &self.places.spots[*place].takers[*number];
                let direct = self.direct(*place, taker);
                let mut hit = direct.iter().filter(|caller| beyond.contains(*caller) && **caller != node);
                if let (None, Some(caller)) = (first, hit.clone().next()) {
                    first = Some((node, *caller));
                }
                met.extend(hit.by_ref());
                for next in self.nexts(*place, taker) {
                    if Some(next) != own && !before.contains_key(&next) {
                        before.insert(next, Some(node));
                        rest.push_back(next);
                    }
                }
            }
        }
        *beyond = met;
        let (last, caller) = first?;
        let mut way = vec![caller, last];
        let mut at = last;
        while let Some(Some(earlier)) = before.get(&at) {
            way.push(*earlier);
            at = *earlier;
        }
        way.reverse();
        Some(way)
    }

    fn functions(&self, spot: usize, taker: &Taker, direct: &[usize], beyond: &[usize]) -> Arc<[ServiceName]> {
        let holder = &taker.grant.principal;
        let callers = &self.places.callers;
        let union = || -> Arc<[ServiceName]> {
            let all = direct.iter().chain(beyond).flat_map(|caller| callers.news(*caller, holder));
            all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
        };
        // Most holders are not declared, and have all of it in common.
        if callers.has(holder) || !beyond.is_empty() || direct.len() < self.declared[spot].len() {
            return union();
        }
        self.opened.borrow_mut().entry(spot).or_insert_with(union).clone()
    }
}
