//! Who else writes what a finding is about: by files of Terraform's for certain, by the labels of a service perhaps.

use super::{context::Context, repair};
use crate::{
    callers::Writer,
    model::{Grant, Resource, ServiceName},
    world::{Extent, Settings, World, Written},
};

/// The role that Firebase and gcloud set when they deploy
/// (<https://cloud.google.com/run/docs/authenticating/public>).
const INVOKER: &str = "roles/run.invoker";

/// Who may write the policy of a service, by a label on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Terraform made the service, and may write its policy too
    /// (<https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#add_terraform_attribution_label>).
    Terraform,
    /// Firebase deploys it, and replaces the members of `roles/run.invoker` wherever its code says who they are;
    /// of an HTTPS function that it makes they are everybody, unless the code says otherwise
    /// (<https://github.com/firebase/firebase-tools/blob/master/src/deploy/functions/release/fabricator.ts>).
    Firebase,
    /// It is deployed through the Functions API. `gcloud functions deploy --allow-unauthenticated` makes it public
    /// every time, and without the flag leaves its policy alone
    /// (<https://cloud.google.com/sdk/gcloud/reference/functions/deploy>).
    FunctionsApi,
}

impl Sign {
    /// The label that tells it, where a service has one: the one that says most.
    pub fn of(settings: &Settings) -> Option<(Self, String)> {
        let label = |key: &str, is_it: fn(&str) -> bool| {
            let value = settings.labels.get(key).filter(|value| is_it(value))?;
            Some(if value.is_empty() { key.to_owned() } else { format!("{key}: {value}") })
        };
        let firebase = || {
            label("deployment-tool", |tool| tool.starts_with("cli-firebase"))
                .or_else(|| label("firebase-functions-codebase", |_| true))
                .or_else(|| label("firebase-functions-hash", |_| true))
        };
        label("goog-terraform-provisioned", |value| value == "true")
            .map(|label| (Self::Terraform, label))
            .or_else(|| firebase().map(|label| (Self::Firebase, label)))
            .or_else(|| {
                label("goog-managed-by", |by| by == "cloudfunctions").map(|label| (Self::FunctionsApi, label))
            })
    }

    /// Whether it may put a grant back that is taken out.
    pub fn may_put_back(self, grant: &Grant) -> bool {
        match self {
            Self::Terraform => true,
            Self::Firebase => grant.role.as_str() == INVOKER && grant.condition.is_none(),
            Self::FunctionsApi => {
                let is_invoker = grant.role.as_str() == INVOKER && grant.condition.is_none();
                is_invoker && grant.principal.as_str() == "allUsers"
            }
        }
    }

    /// Whether it may take a grant away that is put in.
    pub fn may_take_away(self, grant: &Grant) -> bool {
        match self {
            Self::Terraform => true,
            Self::Firebase => grant.role.as_str() == INVOKER,
            Self::FunctionsApi => false,
        }
    }

    /// What may do so, and when.
    pub const fn deed(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform made this function and may undo it",
            Self::Firebase => "Firebase deploys this function and may undo it",
            Self::FunctionsApi => "`gcloud functions deploy --allow-unauthenticated` would undo it",
        }
    }
}

/// Who may write the policy of a service, by its labels; `None` also where files of Terraform's tell of it.
pub fn sign(world: &World, service: &ServiceName) -> Option<(Sign, String)> {
    let of_service = world.writers.of(&Resource::Service(service.clone()));
    let settings = world.services.get(service)?.settings.known()?;
    of_service.is_empty().then(|| Sign::of(settings))?
}

/// What else writes the policy of a service, as a map says it, where that is known.
pub fn of_service(world: &World, service: &ServiceName) -> Option<Writer> {
    let resource = Resource::Service(service.clone());
    if world.writers.of(&resource).iter().any(Written::is_of_policy) {
        return Some(Writer::Terraform);
    }
    sign(world, service).and_then(|(sign, _)| (sign == Sign::Firebase).then_some(Writer::Other))
}

/// What may undo a change by the labels of its service, where the map does not say already who writes it.
pub fn doubt(context: &Context<'_>, grant: &Grant, is_removal: bool) -> Option<Sign> {
    let Resource::Service(service) = &grant.resource else { return None };
    if repair::writer(context, service).is_some() {
        return None;
    }
    let (sign, _) = sign(context.world, service)?;
    let may = if is_removal { sign.may_put_back(grant) } else { sign.may_take_away(grant) };
    may.then_some(sign)
}

/// The resource of Terraform's that sets the invoker check of a service back, and to what it sets it where that is
/// known.
pub fn of_check<'w>(world: &'w World, service: &ServiceName) -> Option<(&'w Written, Option<bool>)> {
    let of_service = world.writers.of(&Resource::Service(service.clone()));
    of_service.iter().find_map(|written| match written.extent {
        Extent::Service { is_check_disabled } => Some((written, is_check_disabled)),
        Extent::Policy(_) | Extent::Binding { .. } | Extent::Member { .. } => None,
    })
}

/// A resource of Terraform's that reads the policy of a service without its conditions, and so cannot leave them as
/// they are (`mmv1/products/cloudrunv2/Service.yaml` of the provider asks for no policy version).
pub fn blind_to_conditions<'w>(world: &'w World, resource: &Resource) -> Option<&'w Written> {
    let Resource::Service(_) = resource else { return None };
    world.writers.of(resource).iter().find(|written| written.is_of_policy())
}

/// What to change in Terraform so that a grant stays out, where one of its resources puts it back.
pub(super) fn removal_there(world: &World, grant: &Grant) -> Option<String> {
    let written = world.writers.puts_back(grant)?;
    Some(format!("in Terraform, {}", out(written, grant)))
}

/// What to change in Terraform so that a grant stays in, where one of its resources takes it away.
pub(super) fn addition_there(world: &World, grant: &Grant) -> Option<String> {
    let written = world.writers.takes_away(grant)?;
    let Grant { resource: _, role, principal, condition } = grant;
    let under = super::phrase::under(condition.as_ref());
    Some(format!("in Terraform, `{}`: add `{principal}` to `{role}`{under}", written.address))
}

fn out(written: &Written, grant: &Grant) -> String {
    let Grant { resource: _, role, principal, condition } = grant;
    let Written { address, extent, .. } = written;
    match extent {
        Extent::Member { .. } => format!("take out `{address}`"),
        Extent::Policy(_) | Extent::Binding { .. } | Extent::Service { .. } => {
            let under = super::phrase::under(condition.as_ref());
            format!("`{address}`: remove `{principal}` from `{role}`{under}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Principal, RoleName};

    fn sign(labels: &[(&str, &str)]) -> Option<(Sign, String)> {
        let mut settings = Settings::plain();
        settings.labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Sign::of(&settings)
    }

    fn grant(role: &str, principal: &str) -> Grant {
        let Ok(resource) = "projects/shop-prod/locations/europe-west1/services/pay".parse();
        Grant { resource, role: RoleName::new(role), principal: Principal::new(principal), condition: None }
    }

    #[test]
    fn the_label_that_says_most_tells_who_writes() {
        let functions = ("goog-managed-by", "cloudfunctions");
        let firebase = ("deployment-tool", "cli-firebase--action");
        let of = |labels: &[(&str, &str)]| sign(labels).map(|(sign, _)| sign);
        assert_eq!(of(&[functions, firebase, ("goog-terraform-provisioned", "true")]), Some(Sign::Terraform));
        assert_eq!(
            sign(&[functions, firebase]).unwrap(),
            (Sign::Firebase, "deployment-tool: cli-firebase--action".to_owned())
        );
        assert_eq!(of(&[functions, ("firebase-functions-hash", "a")]), Some(Sign::Firebase));
        assert_eq!(of(&[functions]), Some(Sign::FunctionsApi));
        // A function that was detached from the Functions API, and tools of other names.
        assert_eq!(of(&[("goog-managed-by", ""), ("deployment-tool", "console-cloud")]), None);
        assert_eq!(of(&[("goog-terraform-provisioned", "false")]), None);
    }

    #[test]
    fn each_undoes_what_it_writes_and_nothing_else() {
        let public = grant("roles/run.invoker", "allUsers");
        let bob = grant("roles/run.invoker", "user:bob@example.com");
        let admin = grant("roles/run.admin", "user:bob@example.com");
        let may = |sign: Sign| {
            [&public, &bob, &admin].map(|grant| (sign.may_put_back(grant), sign.may_take_away(grant)))
        };
        assert_eq!(may(Sign::Terraform), [(true, true); 3]);
        assert_eq!(may(Sign::Firebase), [(true, true), (true, true), (false, false)]);
        assert_eq!(may(Sign::FunctionsApi), [(true, false), (false, false), (false, false)]);
    }
}
