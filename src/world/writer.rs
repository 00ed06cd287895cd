//! Who else writes policies: resources of Terraform's that were seen in a state or a plan, and what each says.

use std::{collections::BTreeMap, sync::Arc};

use crate::model::{Binding, Condition, Grant, Principal, Resource, RoleName};

/// A resource of Terraform's that writes a policy, or a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it writes: a service, a container, or a function of the Functions API.
    pub resource: Resource,
    /// How much of it.
    pub extent: Extent,
    /// Its address, such as `module.shop.google_project_iam_member.deployer["ci"]`.
    pub address: Arc<str>,
    /// The file that it was seen in.
    pub file: Arc<str>,
}

/// How much of a resource is as Terraform says
/// (<https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/cloud_run_v2_service_iam>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// `…_iam_policy`: the whole policy; `None` where its bindings are known only once it is applied.
    Policy(Option<Vec<Binding>>),
    /// `…_iam_binding`: all members of one role under one condition.
    Binding {
        /// The role, and the members that are known.
        binding: Binding,
        /// Whether those are all of them.
        is_whole: bool,
    },
    /// `…_iam_member`: one grant, whatever stands beside it.
    Member {
        /// The role.
        role: RoleName,
        /// Who.
        principal: Principal,
        /// When it counts.
        condition: Option<Condition>,
    },
    /// The service itself: whether its invoker check is off, where that is known.
    Service {
        /// See [`super::Settings::is_check_disabled`].
        is_check_disabled: Option<bool>,
    },
}

/// What a resource of Terraform's says of one grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing: it is there or not, as others will have it.
    Nothing,
    /// That it is there: it is put back.
    Holds,
    /// That it is not there: it is taken away.
    Lacks,
    /// One of the two, known only once it is applied.
    Unknown,
}

/// All resources of Terraform's that were seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writers {
    by_resource: BTreeMap<Resource, Vec<Written>>,
    /// Of each file, how many resources write what is known only once they are applied.
    pub unknown: BTreeMap<Arc<str>, usize>,
}

impl Writers {
    /// Adds one. Of one address, what was seen last counts.
    pub fn add(&mut self, written: Written) {
        let of_resource = self.by_resource.entry(written.resource.clone()).or_default();
        of_resource.retain(|other| other.address != written.address);
        let at = of_resource.partition_point(|other| other.address < written.address);
        of_resource.insert(at, written);
    }

    /// Those that write a resource or its policy, by address.
    pub fn of(&self, resource: &Resource) -> &[Written] {
        self.by_resource.get(resource).map_or(&[], Vec::as_slice)
    }

    /// All of them, by resource and address.
    pub fn iter(&self) -> impl Iterator<Item = &Written> {
        self.by_resource.values().flatten()
    }

    /// The first that puts a grant back where somebody takes it out; else one that may.
    pub fn puts_back(&self, grant: &Grant) -> Option<&Written> {
        self.first(grant, Says::Holds)
    }

    /// The first that takes a grant away where somebody puts it in; else one that may.
    pub fn takes_away(&self, grant: &Grant) -> Option<&Written> {
        self.first(grant, Says::Lacks)
    }

    fn first(&self, grant: &Grant, what: Says) -> Option<&Written> {
        let of_resource = self.of(&grant.resource);
        let says = |wanted: Says| of_resource.iter().find(|written| written.extent.says(grant) == wanted);
        says(what).or_else(|| says(Says::Unknown))
    }
}

impl Written {
    /// Whether it writes a policy rather than the service itself.
    pub fn is_of_policy(&self) -> bool {
        !matches!(self.extent, Extent::Service { .. })
    }
}

impl Extent {
    /// What it says of a grant on its resource.
    pub fn says(&self, grant: &Grant) -> Says {
        let Grant { resource: _, role, principal, condition } = grant;
        match self {
            Self::Policy(None) => Says::Unknown,
            Self::Policy(Some(bindings)) => {
                let holds = |binding: &Binding| {
                    is_under(binding, role, condition.as_ref()) && binding.members.contains(principal)
                };
                if bindings.iter().any(holds) { Says::Holds } else { Says::Lacks }
            }
            Self::Binding { binding, .. } if !is_under(binding, role, condition.as_ref()) => Says::Nothing,
            Self::Binding { binding, .. } if binding.members.contains(principal) => Says::Holds,
            Self::Binding { is_whole, .. } => {
                if *is_whole {
                    Says::Lacks
                } else {
                    Says::Unknown
                }
            }
            Self::Member { role: held, principal: holder, condition: under } => {
                let is_it =
                    held == role && holder == principal && is_same(under.as_ref(), condition.as_ref());
                if is_it { Says::Holds } else { Says::Nothing }
            }
            Self::Service { .. } => Says::Nothing,
        }
    }
}

fn is_under(binding: &Binding, role: &RoleName, condition: Option<&Condition>) -> bool {
    binding.role == *role && is_same(binding.condition.as_ref(), condition)
}

/// Whether Terraform takes two conditions for one: a description that is missing is an empty one to it.
fn is_same(left: Option<&Condition>, right: Option<&Condition>) -> bool {
    let parts = |condition: &Condition| {
        let Condition { title, description, expression, location: _ } = condition;
        (title.clone(), description.clone().unwrap_or_default(), expression.clone())
    };
    left.map(parts) == right.map(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "roles/run.invoker";

    fn grant(role: &str, principal: &str) -> Grant {
        let Ok(resource) = "projects/shop-prod/locations/europe-west1/services/pay".parse();
        Grant { resource, role: RoleName::new(role), principal: Principal::new(principal), condition: None }
    }

    fn binding(members: &[&str]) -> Binding {
        let members = members.iter().map(|member| Principal::new(*member)).collect();
        Binding { role: RoleName::new(ROLE), members, condition: None }
    }

    #[test]
    fn a_policy_speaks_of_every_grant_a_binding_of_its_role_and_a_member_of_itself() {
        let (alice, bob) = (grant(ROLE, "user:Alice@example.com"), grant(ROLE, "user:bob@example.com"));
        let viewer = grant("roles/viewer", "user:bob@example.com");
        let says = |extent: &Extent| [&alice, &bob, &viewer].map(|grant| extent.says(grant));
        let policy = Extent::Policy(Some(vec![binding(&["user:alice@example.com"])]));
        assert_eq!(says(&policy), [Says::Holds, Says::Lacks, Says::Lacks]);
        assert_eq!(says(&Extent::Policy(None)), [Says::Unknown; 3]);
        let whole = |is_whole| Extent::Binding { binding: binding(&["user:alice@example.com"]), is_whole };
        assert_eq!(says(&whole(true)), [Says::Holds, Says::Lacks, Says::Nothing]);
        assert_eq!(says(&whole(false)), [Says::Holds, Says::Unknown, Says::Nothing]);
        let Grant { role, principal, condition, .. } = alice.clone();
        let member = Extent::Member { role, principal, condition };
        assert_eq!(says(&member), [Says::Holds, Says::Nothing, Says::Nothing]);
        assert_eq!(says(&Extent::Service { is_check_disabled: None }), [Says::Nothing; 3]);
    }

    #[test]
    fn what_is_certain_is_told_before_what_may_be_and_of_one_address_what_came_last() {
        let bob = grant(ROLE, "user:bob@example.com");
        let written = |address: &str, extent| Written {
            resource: bob.resource.clone(),
            extent,
            address: address.into(),
            file: "state.json".into(),
        };
        let mut writers = Writers::default();
        writers.add(written("b", Extent::Binding { binding: binding(&[]), is_whole: true }));
        writers.add(written("a", Extent::Policy(None)));
        assert_eq!(&*writers.takes_away(&bob).unwrap().address, "b");
        assert_eq!(&*writers.puts_back(&bob).unwrap().address, "a");
        writers.add(written("a", Extent::Service { is_check_disabled: None }));
        assert_eq!(writers.puts_back(&bob), None);
        assert_eq!(writers.iter().count(), 2);
    }
}
