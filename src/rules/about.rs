//! Findings begun the same way by every rule: about a function, a caller, a grant, a resource.

use std::sync::Arc;

use super::{Finding, context::Context, fingerprint, partition::Judged};
use crate::{
    callers::Place,
    model::{Principal, Resource, RuleId, ServiceName},
};

impl Context<'_> {
    /// A finding about a function, at the rule's level, which the caller completes.
    pub fn about(&self, rule: RuleId, service: &ServiceName, message: String) -> Finding {
        let mut finding = self.at_resource(rule, service.clone().into(), None, message);
        finding.function = Some(service.clone());
        finding.declared_at = self.place(service).map(|place| self.map.locate(place));
        finding
    }

    /// A finding about one caller of a function.
    pub fn about_caller(
        &self,
        rule: RuleId,
        service: &ServiceName,
        caller: &Principal,
        place: Place,
        message: String,
    ) -> Finding {
        let mut finding = self.at_resource(rule, service.clone().into(), Some(caller.clone()), message);
        finding.function = Some(service.clone());
        finding.declared_at = Some(self.map.locate(place));
        finding
    }

    /// A finding about a resource, or about a caller as such.
    pub fn at_resource(
        &self,
        rule: RuleId,
        resource: Resource,
        caller: Option<Principal>,
        message: String,
    ) -> Finding {
        Finding {
            rule,
            level: self.map.settings.level(rule),
            function: None,
            fingerprint: fingerprint(rule, &resource, caller.as_ref(), None),
            resource,
            caller,
            grant: None,
            opens: Arc::default(),
            message,
            evidence: None,
            declared_at: None,
            fix: None,
            accepted: None,
        }
    }

    /// A finding about a grant, which belongs to one rule.
    pub fn about_grant(&self, judged: &Judged, message: String) -> Finding {
        let Judged { grant, class: _, rule, level, is_declared: _, service, opens } = judged;
        let place = service.as_ref().and_then(|service| self.place(service));
        Finding {
            rule: *rule,
            level: self.level_or(*rule, *level),
            function: service.clone(),
            resource: grant.resource.clone(),
            caller: Some(grant.principal.clone()),
            opens: opens.clone(),
            message,
            evidence: None,
            declared_at: place.map(|place| self.map.locate(place)),
            fix: None,
            fingerprint: fingerprint(*rule, &grant.resource, Some(&grant.principal), Some(grant)),
            grant: Some(grant.clone()),
            accepted: None,
        }
    }

    /// The grants that one rule speaks for.
    pub fn grants_of(&self, rule: RuleId) -> impl Iterator<Item = &Judged> {
        self.grants.iter().filter(move |judged| judged.rule == rule)
    }
}
