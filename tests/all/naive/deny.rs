//! Who is refused: deny policies.

use callmap::{
    access::Verdict,
    model::{Container, DenyRule, ServiceName},
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

impl Naive<'_> {
    pub(super) fn deny(&self, who: &str, name: &ServiceName, service: &Service) -> Verdict {
        match self.world.layers.get(&Layer::DenyPolicies) {
            None | Some(LayerState::NotAsked) => return No,
            Some(LayerState::Read | LayerState::Refused) => {}
        }
        let mut verdict = No;
        let above = match &service.ancestors {
            Observed::Known(levels) => levels.to_vec(),
            Observed::Unreadable(_) => {
                verdict = Unknown;
                vec![Container::Project(name.project.clone())]
            }
        };
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
        let what =
            lists_calling(&rule.denied_permissions).min(not(lists_calling(&rule.exception_permissions)));
        let covered = |set: &[std::sync::Arc<str>]| {
            set.iter().map(|principal| self.covers(principal, who)).max().unwrap_or(No)
        };
        let whom = covered(&rule.denied_principals).min(not(covered(&rule.exception_principals)));
        let when = match &rule.condition {
            None => Yes,
            Some(condition) => self.conditions[&*condition.expression].denies(),
        };
        what.min(whom).min(when)
    }

    /// Whether a principal of a deny policy covers all of `who`; unknown where it covers a part, or may.
    fn covers(&self, principal: &str, who: &str) -> Verdict {
        let who_is = kind(who);
        if principal == "principalSet://goog/public:all" {
            return Yes;
        }
        if principal.starts_with("deleted:") || matches!(who_is, Kind::Deleted | Kind::Public) {
            return No;
        }
        if principal == who {
            return Yes;
        }
        let as_member =
            |form: &str, prefix: &str| principal.strip_prefix(form).map(|rest| format!("{prefix}{rest}"));
        let member = as_member("principal://goog/subject/", "user:")
            .or_else(|| {
                as_member("principal://iam.googleapis.com/projects/-/serviceAccounts/", "serviceAccount:")
            })
            .or_else(|| as_member("principalSet://goog/group/", "group:"))
            .or_else(|| {
                let is_set = matches!(kind(principal), Kind::Set(_));
                is_set.then(|| principal.to_owned())
            });
        match (member, kind(principal)) {
            (Some(member), _) => self.covers_member(&member, who),
            (None, Kind::Federated) => match who_is {
                Kind::Federated | Kind::OfProject(_) | Kind::Other(_) => Unknown,
                _ => No,
            },
            (None, _) => Unknown,
        }
    }

    fn covers_member(&self, member: &str, who: &str) -> Verdict {
        match kind(who) {
            Kind::Federated => return No,
            Kind::AnyAccount => return Unknown,
            _ => {}
        }
        match self.matches(member, who) {
            No if self.may_touch(member, who, &[]) => Unknown,
            verdict => verdict,
        }
    }

    /// Whether two principals may have somebody in common.
    fn may_touch(&self, one: &str, other: &str, path: &[String]) -> bool {
        if self.matches(one, other) > No || self.matches(other, one) > No {
            return true;
        }
        for (group, against) in [(one, other), (other, one)] {
            let Kind::Group(name) = kind(group) else { continue };
            if path.contains(&name) {
                continue;
            }
            let path = [path, std::slice::from_ref(&name)].concat();
            match self.members(&name) {
                None => return true,
                Some(members) => {
                    if members.iter().any(|member| self.may_touch(member, against, &path)) {
                        return true;
                    }
                }
            }
        }
        false
    }
}
