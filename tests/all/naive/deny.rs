//! Who is refused: deny policies.

use callmap::{
    access::Verdict,
    model::{DenyRule, ServiceName},
    world::{Layer, LayerState, Observed, Service},
};

use super::{
    Naive,
    member::{Kind, kind},
};
use Verdict::{No, Unknown, Yes};

fn not(verdict: Verdict) -> Verdict {
    match verdict {
        No => Yes,
        Unknown => Unknown,
        Yes => No,
    }
}

/// Whether a list of permissions holds that of calling.
fn lists_calling(permissions: &[std::sync::Arc<str>]) -> Verdict {
    let one = |permission: &str| {
        if permission == "run.googleapis.com/routes.invoke" || permission == "run.googleapis.com/routes.*" {
            return Yes;
        }
        match permission {
            // Google lists no such pattern for Cloud Run.
            "run.googleapis.com/*.*" | "run.googleapis.com/*.invoke" => Unknown,
            _ => No,
        }
    };
    permissions.iter().map(|permission| one(permission)).max().unwrap_or(No)
}

/// Whether a rule is about calling.
pub(super) fn refuses_calling(rule: &DenyRule) -> Verdict {
    lists_calling(&rule.denied_permissions).min(not(lists_calling(&rule.exception_permissions)))
}

/// A principal of a deny policy as an allow policy would name it.
pub(super) fn member(principal: &str) -> Option<String> {
    let as_member =
        |form: &str, prefix: &str| principal.strip_prefix(form).map(|rest| format!("{prefix}{rest}"));
    as_member("principal://goog/subject/", "user:")
        .or_else(|| {
            as_member("principal://iam.googleapis.com/projects/-/serviceAccounts/", "serviceAccount:")
        })
        .or_else(|| as_member("principalSet://goog/group/", "group:"))
        .or_else(|| matches!(kind(principal), Kind::Set(_)).then(|| principal.to_owned()))
}

impl Naive<'_> {
    pub(super) fn deny(&self, who: &str, name: &ServiceName, service: &Service) -> Verdict {
        match self.world.layers.get(&Layer::DenyPolicies) {
            None | Some(LayerState::NotAsked) => return No,
            Some(LayerState::Read | LayerState::Refused) => {}
        }
        let mut verdict = No;
        if service.ancestors.known().is_none() {
            verdict = Unknown;
        }
        let above = self.above(name, service);
        for (policy, read) in &self.world.deny_policies {
            if !above.contains(&policy.attachment) {
                continue;
            }
            let refuses = match read {
                Observed::Unreadable(_) => Unknown,
                Observed::Known(policy) => {
                    policy.rules.iter().map(|rule| self.refuses(rule.as_ref(), who)).max().unwrap_or(No)
                }
            };
            verdict = verdict.max(refuses);
        }
        verdict
    }

    fn refuses(&self, rule: Option<&DenyRule>, who: &str) -> Verdict {
        let Some(rule) = rule else { return Unknown };
        let any = |covered: &mut dyn Iterator<Item = Verdict>| covered.max().unwrap_or(No);
        let denied = any(&mut rule.denied_principals.iter().map(|principal| self.covers(principal, who)));
        let excepted = any(&mut rule.exception_principals.iter().map(|principal| match &**principal {
            // Google does not take this there.
            "principalSet://goog/public:all" => Unknown,
            principal => self.covers(principal, who),
        }));
        let when = match &rule.condition {
            None => Yes,
            Some(condition) => self.denials[&*condition.expression],
        };
        refuses_calling(rule).min(denied).min(not(excepted)).min(when)
    }

    /// Whether a principal of a deny policy covers all of `who`; unknown where it covers a part, or may.
    fn covers(&self, principal: &str, who: &str) -> Verdict {
        if principal == "principalSet://goog/public:all" {
            return Yes;
        }
        let member = member(principal);
        let agents_of = agents_of(principal);
        // Cloud Run takes no federated identity, whoever is denied: such callers come without one if at all.
        let is_nobody = member.is_none() && matches!(kind(principal), Kind::Federated | Kind::Deleted);
        let is_customer = principal.starts_with("principalSet://goog/cloudIdentityCustomerId/");
        if member.is_none() && agents_of.is_none() && !is_nobody && !is_customer {
            return Unknown;
        }
        match kind(who) {
            _ if is_nobody => No,
            Kind::Public | Kind::Deleted | Kind::Federated => No,
            _ if principal == who => Yes,
            _ if is_strange(who) => Unknown,
            _ => match (member, agents_of) {
                (Some(member), _) => match self.matches(&member, who) {
                    No if self.may_touch(&member, who, &[]) => Unknown,
                    verdict => verdict,
                },
                (None, Some(container)) => self.is_agent_of(who, container, &[]),
                (None, None) => Unknown,
            },
        }
    }

    /// Whether a service agent of what lies below a container is meant; of several callers some may be.
    fn is_agent_of(&self, who: &str, container: &str, path: &[String]) -> Verdict {
        match kind(who) {
            Kind::Account(email) => match agent_project(&email) {
                Some(project) => self.set_is_in(&format!("projects/{project}"), container),
                None => No,
            },
            Kind::AnyAccount => Unknown,
            Kind::Group(name) if !path.contains(&name) => {
                let path = [path, std::slice::from_ref(&name)].concat();
                let Some(members) = self.members(&name) else { return Unknown };
                let may_be =
                    |member: &String| is_strange(member) || self.is_agent_of(member, container, &path) > No;
                if members.iter().any(may_be) { Unknown } else { No }
            }
            _ => No,
        }
    }

    /// Whether somebody may be both denied and in `who`.
    fn may_touch(&self, denied: &str, who: &str, path: &[String]) -> bool {
        if is_strange(who) || self.matches(denied, who) > No || self.matches(who, denied) > No {
            return true;
        }
        for (name, is_denied) in [(denied, true), (who, false)] {
            let Kind::Group(name) = kind(name) else { continue };
            if path.contains(&name) {
                continue;
            }
            let path = [path, std::slice::from_ref(&name)].concat();
            let Some(members) = self.members(&name) else { return true };
            let touches = |member: &String| {
                if is_denied {
                    self.may_touch(member, who, &path)
                } else {
                    self.may_touch(denied, member, &path)
                }
            };
            if members.iter().any(touches) {
                return true;
            }
        }
        false
    }
}

/// Whether nobody told us about this kind of caller: anything but its own name may mean it.
fn is_strange(who: &str) -> bool {
    matches!(kind(who), Kind::OfProject(_) | Kind::One(_) | Kind::Other(_))
}

/// The container whose service agents are meant.
fn agents_of(principal: &str) -> Option<&str> {
    principal
        .strip_prefix("principalSet://cloudresourcemanager.googleapis.com/")?
        .strip_suffix("/type/ServiceAgent")
}

/// The number of the project that an agent works for.
fn agent_project(email: &str) -> Option<&str> {
    let of_service = email.strip_prefix("service-").and_then(|rest| rest.split_once("@gcp-sa-pubsub."));
    let of_apis = email.split_once("@cloudservices.gserviceaccount.com");
    of_service.or(of_apis).map(|(number, _)| number)
}
