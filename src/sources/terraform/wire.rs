//! The three shapes that resources of Terraform's are printed in
//! (<https://developer.hashicorp.com/terraform/internals/json-format>), and the attributes that say who may call.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::sources::wire::{self, policy::ConditionWire, text::Text};

/// A resource as it is, or will be.
pub(super) struct Printed<'a> {
    pub(super) address: String,
    pub(super) kind: String,
    pub(super) attributes: &'a RawValue,
}

/// Any of the three.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Document<'a> {
    #[serde(borrow)]
    format_version: Option<Text<'a>>,
    /// Of a state file.
    version: Option<u64>,
    #[serde(borrow)]
    values: Option<Values<'a>>,
    #[serde(borrow)]
    planned_values: Option<Values<'a>>,
    #[serde(borrow)]
    resource_changes: Option<Vec<Change<'a>>>,
    #[serde(borrow)]
    resources: Option<Vec<Kept<'a>>>,
    encrypted_data: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Values<'a> {
    #[serde(borrow)]
    root_module: Option<Module<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a module")]
struct Module<'a> {
    #[serde(borrow)]
    resources: Option<Vec<Shown<'a>>>,
    #[serde(borrow)]
    child_modules: Option<Vec<Module<'a>>>,
}

/// A resource as `terraform show` prints it.
#[derive(Deserialize)]
#[serde(expecting = "a resource")]
struct Shown<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    values: Option<&'a RawValue>,
    deposed_key: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(expecting = "a change")]
struct Change<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow)]
    change: Option<Deed<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Deed<'a> {
    #[serde(borrow)]
    actions: Option<Vec<Text<'a>>>,
}

/// A resource in a state file, with all its instances.
#[derive(Deserialize)]
#[serde(expecting = "a resource")]
struct Kept<'a> {
    #[serde(borrow)]
    module: Option<Text<'a>>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    instances: Option<Vec<Instance<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an instance")]
struct Instance<'a> {
    #[serde(borrow)]
    index_key: Option<&'a RawValue>,
    deposed: Option<IgnoredAny>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

/// Every managed resource that is there, or will be once the plan is carried out.
pub(super) fn resources(text: &str) -> Result<Vec<Printed<'_>>, String> {
    let document: Document<'_> = wire::read(text, "").map_err(|error| error.0)?;
    let Document {
        format_version,
        version,
        values,
        planned_values,
        resource_changes,
        resources,
        encrypted_data,
    } = document;
    if encrypted_data.is_some() {
        return Err("is an encrypted state; give what `tofu show -json` prints".to_owned());
    }
    if let Some(format) = format_version {
        if !matches!(format.split('.').next(), Some("0" | "1")) {
            return Err(format!(
                "has the format version `{}`, and callmap reads those of Terraform 0.12 to 1.x",
                &*format
            ));
        }
        let gone = gone(resource_changes.as_deref().unwrap_or_default());
        let root = planned_values.or(values).and_then(|values| values.root_module);
        let mut found = Vec::new();
        if let Some(root) = root {
            shown(root, &gone, &mut found);
        }
        return Ok(found);
    }
    match (version, resources) {
        (Some(4), resources) => Ok(resources.unwrap_or_default().into_iter().flat_map(kept).collect()),
        (Some(other), _) => Err(format!(
            "is a state of version {other}, and callmap reads version 4; give what `terraform show -json` prints"
        )),
        (None, _) => {
            Err("is neither a state nor a whole plan of Terraform's; give what `terraform show -json` \
                          prints"
                .to_owned())
        }
    }
}

/// What will not be there, or not be looked after, once a plan is carried out.
fn gone<'c>(changes: &'c [Change<'_>]) -> BTreeSet<&'c str> {
    let is_gone = |change: &&Change<'_>| {
        let actions = change.change.as_ref().and_then(|deed| deed.actions.as_deref()).unwrap_or_default();
        matches!(actions, [only] if matches!(&**only, "delete" | "forget"))
    };
    changes.iter().filter(is_gone).map(|change| &*change.address).collect()
}

/// The resources of a module and of all modules in it. How deep they nest is limited by the JSON reader.
fn shown<'a>(module: Module<'a>, gone: &BTreeSet<&str>, found: &mut Vec<Printed<'a>>) {
    let Module { resources, child_modules } = module;
    for Shown { address, mode, kind, values, deposed_key } in resources.unwrap_or_default() {
        let is_there = is_managed(mode.as_ref()) && deposed_key.is_none() && !gone.contains(&*address);
        if let Some(attributes) = values.filter(|_| is_there) {
            found.push(Printed { address: address.to_string(), kind: kind.to_string(), attributes });
        }
    }
    for child in child_modules.unwrap_or_default() {
        shown(child, gone, found);
    }
}

/// The instances of a resource in a state file, by their addresses.
fn kept(resource: Kept<'_>) -> Vec<Printed<'_>> {
    let Kept { module, mode, kind, name, instances } = resource;
    if !is_managed(mode.as_ref()) {
        return Vec::new();
    }
    let module = module.as_deref().filter(|module| !module.is_empty());
    let module = module.map_or_else(String::new, |module| format!("{module}."));
    let mut found = Vec::new();
    for Instance { index_key, deposed, attributes } in instances.unwrap_or_default() {
        if let Some(attributes) = attributes.filter(|_| deposed.is_none()) {
            let index = index_key.map_or_else(String::new, |key| format!("[{}]", key.get()));
            let address = format!("{module}{}.{}{index}", &*kind, &*name);
            found.push(Printed { address, kind: kind.to_string(), attributes });
        }
    }
    found
}

fn is_managed(mode: Option<&Text<'_>>) -> bool {
    mode.is_none_or(|mode| &**mode == "managed")
}

/// What the resources that say who may call have for attributes, each some of them. What a plan does not know yet
/// is not there.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Attributes<'a> {
    #[serde(borrow)]
    pub(super) project: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) location: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) service: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) cloud_function: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) folder: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) org_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) role: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) member: Option<Text<'a>>,
    /// A member that is not known yet is null.
    #[serde(borrow)]
    pub(super) members: Option<Vec<Option<Text<'a>>>>,
    #[serde(borrow)]
    pub(super) condition: Option<Vec<ConditionWire<'a>>>,
    #[serde(borrow)]
    pub(super) policy_data: Option<Text<'a>>,
    #[serde(default)]
    pub(super) invoker_iam_disabled: Flag,
    #[serde(borrow)]
    pub(super) metadata: Option<Vec<Metadata<'a>>>,
    #[serde(borrow)]
    pub(super) service_config: Option<Vec<ServiceConfig<'a>>>,
}

/// A flag of which it matters whether anything was said.
#[derive(Clone, Copy, Default)]
pub(super) enum Flag {
    /// Nothing was: it is known later, or the provider was too old to have it.
    #[default]
    Absent,
    /// It is not set, or set to false.
    Off,
    /// It is set.
    On,
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flag: Option<bool> = Deserialize::deserialize(deserializer)?;
        Ok(if flag == Some(true) { Self::On } else { Self::Off })
    }
}

/// Of `google_cloud_run_service`.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) annotations: Option<BTreeMap<Text<'a>, Option<Text<'a>>>>,
}

/// Of `google_cloudfunctions2_function`.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ServiceConfig<'a> {
    #[serde(borrow)]
    pub(super) service: Option<Text<'a>>,
}
