//! Which services are functions, and which of these are called by events.

use std::collections::BTreeMap;

use super::{CloudFunction, Service, World};
use crate::model::ServiceName;

/// What a service is, beside a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// Nothing else.
    Service,
    /// A function that anybody calls over HTTP who may.
    Function,
    /// A function that an event trigger calls.
    EventFunction,
}

impl Nature {
    /// The word for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Function => "function",
            Self::EventFunction => "event function",
        }
    }
}

/// Labels and annotations of a service that say that it serves a function
/// (<https://cloud.google.com/run/docs/functions/comparison>). Of a function that was taken out of the Cloud
/// Functions API the first is left with nothing in it, and the others stay.
const MARKS: [&str; 3] = ["goog-managed-by", "goog-cloudfunctions-runtime", "goog-drz-cloudfunctions-id"];

impl World {
    /// What every service is: see [`World::nature`].
    pub fn natures(&self) -> BTreeMap<&ServiceName, Nature> {
        let mut natures: BTreeMap<&ServiceName, Nature> =
            self.services.iter().map(|(name, service)| (name, marked(service))).collect();
        for function in self.functions.values() {
            if let Some(nature) = function.service.as_ref().and_then(|service| natures.get_mut(service)) {
                *nature = (*nature).max(told(function));
            }
        }
        natures
    }

    /// What a service is: a function where the Cloud Functions API says so, where it was deployed with an entry point,
    /// or where a label says so.
    pub fn nature(&self, name: &ServiceName) -> Nature {
        let functions = self.functions.values().filter(|function| function.service.as_ref() == Some(name));
        let service = self.services.get(name).map(marked);
        functions.map(told).chain(service).max().unwrap_or(Nature::Service)
    }
}

/// What a function of the Cloud Functions API says of the service that serves it.
fn told(function: &CloudFunction) -> Nature {
    if function.is_event_driven { Nature::EventFunction } else { Nature::Function }
}

/// What a service says of itself.
fn marked(service: &Service) -> Nature {
    let Some(settings) = service.settings.known() else { return Nature::Service };
    let is_marked = MARKS.iter().any(|mark| match (*mark, settings.labels.get(*mark)) {
        (_, None) => false,
        ("goog-managed-by", Some(by)) => &**by == "cloudfunctions",
        (_, Some(_)) => true,
    });
    if settings.function_target.is_some() || is_marked { Nature::Function } else { Nature::Service }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Gap, Observed, Settings, Source, SourceKind};

    fn gap<T>() -> Observed<T> {
        Observed::Unreadable(Gap::new("not asked", "x"))
    }

    fn world(change: impl FnOnce(&mut Settings)) -> (World, ServiceName) {
        let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        let name: ServiceName = "projects/p/locations/l/services/pay".parse().unwrap();
        let mut settings = Settings::plain();
        change(&mut settings);
        let service = Service { settings: Observed::Known(settings), policy: gap(), ancestors: gap() };
        world.services.insert(name.clone(), service);
        (world, name)
    }

    #[test]
    fn a_function_is_told_by_the_api_an_entry_point_or_a_label() {
        let nature = |change: fn(&mut Settings)| {
            let (world, name) = world(change);
            world.nature(&name)
        };
        assert_eq!(nature(|_| ()), Nature::Service);
        assert_eq!(nature(|settings| settings.function_target = Some("pay".into())), Nature::Function);
        let label = |key: &'static str, value: &'static str| {
            let (world, name) = world(|settings| drop(settings.labels.insert(key.into(), value.into())));
            world.nature(&name)
        };
        assert_eq!(label("goog-managed-by", "cloudfunctions"), Nature::Function);
        assert_eq!(label("goog-managed-by", ""), Nature::Service);
        assert_eq!(label("goog-cloudfunctions-runtime", "python312"), Nature::Function);
        assert_eq!(label("team", "shop"), Nature::Service);
        let (mut world, name) = world(|_| ());
        let function = CloudFunction {
            service: Some(name.clone()),
            is_event_driven: true,
            trigger_identity: None,
            trigger: None,
            event_type: None,
            policy: None,
        };
        world.functions.insert("projects/p/locations/l/functions/Pay".parse().unwrap(), function);
        assert_eq!(world.nature(&name), Nature::EventFunction);
        assert_eq!(world.natures()[&name], Nature::EventFunction);
    }
}
