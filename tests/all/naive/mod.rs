//! The verdict a second time, from the words of the design alone: over every path, nothing shared, nothing kept.

mod agree;
mod allow;
mod condition;
mod deny;
mod draw;
mod estate;
mod fact;
mod laws;
mod member;
mod shown;

use std::collections::BTreeMap;

use callmap::{access::Verdict, model::ServiceName, world::World};

/// Section 4 of the design, done plainly.
pub(crate) struct Naive<'a> {
    world: &'a World,
    /// Whether each expression lets a binding count, at the time that is asked about.
    conditions: &'a BTreeMap<String, Verdict>,
    /// Whether each expression lets a deny rule count, where the same text is not known by the time.
    denials: &'a BTreeMap<String, Verdict>,
}

impl Naive<'_> {
    /// Can this principal call this function?
    fn verdict(&self, who: &str, name: &ServiceName) -> Verdict {
        let Some(service) = self.world.services.get(name) else { return Verdict::Unknown };
        let let_in = |who: &str| {
            let refused = match self.deny(who, name, service) {
                Verdict::No => Verdict::Yes,
                Verdict::Unknown => Verdict::Unknown,
                Verdict::Yes => Verdict::No,
            };
            self.allow(who, name, service).min(refused)
        };
        Self::open(service).max(let_in("allUsers")).max(let_in(who))
    }
}
