//! Whom a grant lets its holder act as: the accounts it counts for, and those that these may act as in turn.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::{
    bits::Bits,
    places::{Places, Taker},
};
use crate::{
    access::acting::{MINTING, WRITING, stands_in},
    model::{Permission, ServiceName},
};

/// Whom every account can act as.
pub(super) struct Reach<'p, 'a> {
    places: &'p Places<'a>,
    spots: Vec<Seen>,
    /// Whom each node can act as, in one step or many.
    through: Vec<Bits>,
    /// The functions of all declared callers of a spot.
    opened: RefCell<BTreeMap<usize, Arc<[ServiceName]>>>,
}

/// A spot, as far as it leads to callers.
struct Seen {
    /// The declared callers that it counts for.
    declared: Bits,
    /// The nodes that it counts for and that hold something over accounts themselves.
    holders: Vec<usize>,
    /// What each of its takers can do, whichever the account.
    takers: Vec<Power>,
}

/// What a taker can do with every account of its spot alike.
#[derive(Clone, Copy)]
struct Power {
    /// It proves to be the account.
    acts: bool,
    /// It has all that the account has.
    stands_in: bool,
}

/// A grant: its spot, and which of that one's takers.
pub(super) type At = (usize, usize);

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
        let is_holder = |node: &usize| !places.nodes[*node].held.is_empty();
        let seen = places.spots.iter().map(|spot| {
            let mut declared = Bits::none(callers);
            spot.nodes.iter().filter(|node| **node < callers).for_each(|node| declared.add(*node));
            let holders = spot.nodes.iter().copied().filter(is_holder).collect();
            Seen { declared, holders, takers: spot.takers.iter().map(|taker| power(places, taker)).collect() }
        });
        let mut reach = Self {
            places,
            spots: seen.collect(),
            through: vec![Bits::none(callers); places.nodes.len()],
            opened: RefCell::default(),
        };
        reach.close();
        reach
    }

    fn close(&mut self) {
        let is_holder = |node: &usize| !self.places.nodes[*node].held.is_empty();
        let nodes: Vec<usize> = (0..self.places.nodes.len()).filter(is_holder).collect();
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for node in &nodes {
                let mut found = self.through[*node].clone();
                let mut is_new = false;
                for at in &self.places.nodes[*node].held {
                    is_new |= found.join(&self.direct(*at));
                    for next in self.nexts(*at) {
                        is_new |= found.join(&self.through[next]);
                    }
                }
                self.through[*node] = found;
                has_changed |= is_new;
            }
        }
    }

    fn taker(&self, (spot, number): At) -> &'p Taker {
        &self.places.spots[spot].takers[number]
    }

    /// The declared callers that the holder of a grant acts as by it alone.
    fn direct(&self, at @ (spot, number): At) -> Bits {
        let Seen { declared, takers, holders: _ } = &self.spots[spot];
        let mut direct = declared.clone();
        if !takers[number].acts {
            let by_role = |caller: &usize| self.places.changeable(self.taker(at), *caller).is_some();
            declared.iter().filter(|caller| !by_role(caller)).for_each(|caller| direct.remove(caller));
        }
        direct
    }

    /// The nodes that the holder of a grant can stand in for, and that act as others.
    fn nexts(&self, at @ (spot, number): At) -> impl Iterator<Item = usize> + '_ {
        let Seen { holders, takers, declared: _ } = &self.spots[spot];
        let is_for_all = takers[number].stands_in;
        let taker = self.taker(at);
        let may = move |node: &usize| is_for_all || self.places.changeable(taker, *node).is_some();
        holders.iter().copied().filter(may)
    }

    /// What one grant comes to; `None` where it is no news.
    pub(super) fn of(&self, at: At) -> Option<Reached> {
        let holder = &self.taker(at).grant.principal;
        let own = self.places.find(holder);
        let is_news = |caller: &usize| {
            Some(*caller) != own && self.places.callers.news(*caller, holder).next().is_some()
        };
        let at_once = self.direct(at);
        let mut beyond = Bits::none(self.places.callers.all.len());
        for next in self.nexts(at).filter(|next| Some(*next) != own) {
            beyond.join(&self.through[next]);
        }
        beyond.without(&at_once);
        let stale: Vec<usize> = beyond.iter().filter(|caller| !is_news(caller)).collect();
        for caller in stale {
            beyond.remove(caller);
        }
        let way = if beyond.is_empty() { Vec::new() } else { self.way(at, own, &mut beyond) };
        let direct: Vec<usize> = at_once.iter().filter(is_news).collect();
        let beyond: Vec<usize> = beyond.iter().collect();
        if direct.is_empty() && beyond.is_empty() {
            return None;
        }
        let functions = self.functions(at, &direct, &beyond);
        Some(Reached { direct, beyond, way, functions })
    }

    /// The shortest way to one of these callers that does not lead back to the holder, and of the callers those that
    /// such a way leads to.
    fn way(&self, at: At, own: Option<usize>, beyond: &mut Bits) -> Vec<usize> {
        let mut before: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        let mut rest = VecDeque::new();
        for next in self.nexts(at).filter(|next| Some(*next) != own) {
            before.insert(next, None);
            rest.push_back(next);
        }
        let mut met = Bits::none(self.places.callers.all.len());
        let mut ends = None;
        while let Some(node) = rest.pop_front() {
            for at in &self.places.nodes[node].held {
                let mut hit = self.direct(*at);
                hit.keep(beyond);
                if node < self.places.callers.all.len() {
                    hit.remove(node);
                }
                ends = ends.or_else(|| hit.iter().next().map(|caller| (node, caller)));
                met.join(&hit);
                for next in self.nexts(*at) {
                    if Some(next) != own && !before.contains_key(&next) {
                        before.insert(next, Some(node));
                        rest.push_back(next);
                    }
                }
            }
        }
        *beyond = met;
        let Some((last, caller)) = ends else { return Vec::new() };
        let mut way = vec![caller, last];
        let mut step = last;
        while let Some(Some(earlier)) = before.get(&step) {
            way.push(*earlier);
            step = *earlier;
        }
        way.reverse();
        way
    }

    fn functions(&self, at @ (spot, _): At, direct: &[usize], beyond: &[usize]) -> Arc<[ServiceName]> {
        let holder = &self.taker(at).grant.principal;
        let callers = &self.places.callers;
        let union = || -> Arc<[ServiceName]> {
            let all = direct.iter().chain(beyond).flat_map(|caller| callers.news(*caller, holder));
            all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
        };
        // Most holders are not declared, and have all of it in common.
        let is_whole = direct.len() == self.spots[spot].declared.iter().count();
        if callers.has(holder) || !beyond.is_empty() || !is_whole {
            return union();
        }
        self.opened.borrow_mut().entry(spot).or_insert_with(union).clone()
    }
}

fn power(places: &Places<'_>, taker: &Taker) -> Power {
    let Taker { grant, given } = taker;
    let attaches = given.has(Permission::ActAs) && !places.makers.of(&grant.principal).is_empty();
    Power {
        acts: attaches || !given.and(MINTING.or(WRITING)).is_empty(),
        stands_in: attaches || stands_in(*given),
    }
}
