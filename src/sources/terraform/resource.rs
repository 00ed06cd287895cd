//! What a resource of Terraform's writes, by its attributes
//! (<https://registry.terraform.io/providers/hashicorp/google/latest/docs>).

use std::sync::Arc;

use super::wire::{Attributes, Flag, Printed};
use crate::{
    model::{Binding, Condition, Container, FunctionName, Principal, Resource, RoleName, ServiceName},
    sources::{
        intern::Interner,
        wire::{
            self,
            policy::{PolicyWire, policy},
            text::{Text, filled},
        },
    },
    world::{Extent, Written},
};

/// What a resource comes to.
pub(super) enum Meaning {
    /// It writes something that decides who can call.
    Written(Box<Written>),
    /// It does, and what it writes will be known once it is applied.
    Unknown,
    /// It does not.
    Nothing,
}

/// Whose policy, or what, a type of resource writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Service,
    ServiceOfV1,
    Function,
    Project,
    Folder,
    Organization,
}

/// How much of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Much {
    Policy,
    Binding,
    Member,
    Itself,
}

fn of_kind(kind: &str) -> Option<(On, Much)> {
    let kind = kind.strip_prefix("google_")?;
    let on = |word: &str| match word {
        "cloud_run_v2_service" => Some(On::Service),
        "cloud_run_service" => Some(On::ServiceOfV1),
        "cloudfunctions2_function" => Some(On::Function),
        "project" => Some(On::Project),
        "folder" => Some(On::Folder),
        "organization" => Some(On::Organization),
        _ => None,
    };
    if let Some((word, much)) = kind.split_once("_iam_") {
        let much = match much {
            "policy" => Much::Policy,
            "binding" => Much::Binding,
            "member" => Much::Member,
            _ => return None,
        };
        return Some((on(word)?, much));
    }
    match on(kind)? {
        on @ (On::Service | On::ServiceOfV1 | On::Function) => Some((on, Much::Itself)),
        On::Project | On::Folder | On::Organization => None,
    }
}

/// What a resource writes.
pub(super) fn meaning(printed: &Printed<'_>, file: &Arc<str>) -> Result<Meaning, String> {
    let Printed { address, kind, attributes } = printed;
    let Some((on, much)) = of_kind(kind) else { return Ok(Meaning::Nothing) };
    let attributes: Attributes<'_> = wire::read(attributes.get(), "").map_err(|error| error.0)?;
    let Some(resource) = resource(on, much, &attributes) else { return Ok(Meaning::Unknown) };
    let Some(extent) = extent(on, much, &attributes)? else { return Ok(Meaning::Unknown) };
    let (address, file) = (address.as_str().into(), file.clone());
    Ok(Meaning::Written(Box::new(Written { resource, extent, address, file })))
}

/// What it writes to; `None` where that is not known yet.
fn resource(on: On, much: Much, attributes: &Attributes<'_>) -> Option<Resource> {
    let Attributes {
        project, location, name, service, cloud_function, folder, org_id, service_config, ..
    } = attributes;
    let (project, location) = (filled(project.as_ref()), filled(location.as_ref()));
    let container = |kind: &str, text: Option<&str>| -> Option<Resource> {
        let text = text?;
        let id = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or(text);
        format!("{kind}/{id}").parse::<Container>().ok().map(Into::into)
    };
    let of_service = |text: Option<&str>| -> Option<Resource> {
        if let Some(name) = text.and_then(full).and_then(|full| full.parse::<ServiceName>().ok()) {
            return Some(name.into());
        }
        let (project, location, service) = (project?.into(), location?.into(), last(text?)?.into());
        Some(ServiceName { project, location, service }.into())
    };
    let of_function = |text: Option<&str>| -> Option<Resource> {
        let found = text.and_then(full).and_then(|full| full.parse::<FunctionName>().ok());
        let found = found.or_else(|| {
            let (project, location, function) = (project?.into(), location?.into(), last(text?)?.into());
            Some(FunctionName { project, location, function })
        });
        Some(Resource::Other(found?.to_string().into()))
    };
    let name = filled(name.as_ref());
    match on {
        On::Service => of_service(name),
        On::ServiceOfV1 if much == Much::Itself => of_service(name),
        On::ServiceOfV1 => of_service(filled(service.as_ref())),
        On::Function if much == Much::Itself => {
            let config = service_config.as_deref().unwrap_or_default().first();
            let served_by = config.and_then(|config| filled(config.service.as_ref()));
            served_by.and_then(|text| of_service(Some(text))).or_else(|| of_function(name))
        }
        On::Function => of_function(filled(cloud_function.as_ref())),
        On::Project => container("projects", project),
        On::Folder => container("folders", filled(folder.as_ref())),
        On::Organization => container("organizations", filled(org_id.as_ref())),
    }
}

/// The part of an id from `projects/` on: `v1/projects/P/…` is one too.
fn full(text: &str) -> Option<&str> {
    text.find("projects/").map(|at| &text[at..])
}

fn last(text: &str) -> Option<&str> {
    text.rsplit('/').next().filter(|last| !last.is_empty())
}

/// How much it writes; `None` where that is not known yet.
fn extent(on: On, much: Much, attributes: &Attributes<'_>) -> Result<Option<Extent>, String> {
    let Attributes { role, member, members, condition, policy_data, .. } = attributes;
    let words = &mut Interner::default();
    let condition: Option<Condition> =
        condition.as_deref().unwrap_or_default().first().map(|wire| wire.condition(words));
    let role = || filled(role.as_ref()).map(RoleName::new);
    Ok(match much {
        Much::Policy => Some(Extent::Policy(match filled(policy_data.as_ref()) {
            Some(text) => Some(bindings(text)?),
            None => None,
        })),
        Much::Binding => role().map(|role| {
            let known = members.iter().flatten().flatten().map(|member| Principal::new(&**member)).collect();
            let is_whole = members.as_ref().is_some_and(|members| members.iter().all(Option::is_some));
            Extent::Binding { binding: Binding { role, members: known, condition }, is_whole }
        }),
        Much::Member => role().zip(filled(member.as_ref())).map(|(role, member)| Extent::Member {
            role,
            principal: Principal::new(member),
            condition,
        }),
        Much::Itself => Some(Extent::Service { is_check_disabled: is_check_disabled(on, attributes) }),
    })
}

/// The bindings of `policy_data`, which is JSON in a string.
fn bindings(text: &str) -> Result<Vec<Binding>, String> {
    let wire: PolicyWire<'_> = serde_json::from_str(text)
        .map_err(|error| format!("`policy_data` is not an allow policy: {}", wire::in_words(&error)))?;
    Ok(policy(wire, &mut Interner::default()).bindings)
}

/// Whether the invoker check is off by this resource: an attribute of the one, an annotation of the other, and
/// nothing that a function of the Functions API has.
fn is_check_disabled(on: On, attributes: &Attributes<'_>) -> Option<bool> {
    let Attributes { invoker_iam_disabled, metadata, .. } = attributes;
    match on {
        On::Service => match invoker_iam_disabled {
            Flag::On => Some(true),
            Flag::Off => Some(false),
            Flag::Absent => None,
        },
        On::ServiceOfV1 => {
            let annotations = metadata.as_deref()?.first()?.annotations.as_ref()?;
            let mut all = annotations.iter();
            let said = all.find_map(|(key, text)| (&**key == CHECK).then_some(text.as_ref()))?;
            said.map(|text: &Text<'_>| &**text == "true")
        }
        On::Function | On::Project | On::Folder | On::Organization => None,
    }
}

/// The annotation by which the older API turns the invoker check off
/// (<https://cloud.google.com/run/docs/authenticating/public>).
const CHECK: &str = "run.googleapis.com/invoker-iam-disabled";
