//! What the roles hold that were met in policies, each read once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    LiveError,
    calls::{Reader, all, segment, shape, text},
    gap::{gap, said},
};
use crate::{
    model::{Policy, RoleName},
    sources::{
        google::{Api, CallError, Refusal},
        intern::Interner,
        wire::role,
    },
    world::{Gap, Observed, RoleDefinition},
};

/// Roles by name.
pub(super) type Roles = BTreeMap<RoleName, Observed<RoleDefinition>>;

/// Reads every role that these policies bind, but for those that are known. A role of Google's whose reading is refused is still known from
/// the role data that comes with callmap; where it is not in there, the refusal is the gap.
pub(super) async fn read<'a>(
    reader: &Arc<Reader>,
    policies: impl Iterator<Item = &'a Policy>,
    is_known: impl Fn(&RoleName) -> bool,
) -> Result<Roles, LiveError> {
    let bound = policies.flat_map(|policy| &policy.bindings).map(|binding| &binding.role);
    // A name that stands for a condition which was withheld is the name of no role.
    let met: BTreeSet<RoleName> =
        bound.filter(|role| !role.is_withcond() && !is_known(role)).cloned().collect();
    let read = all(met.into_iter().map(|name| {
        let reader = reader.clone();
        async move {
            let role = one(&reader, &name).await;
            (name, role)
        }
    }));
    Ok(read.await?.into_iter().collect())
}

async fn one(reader: &Reader, name: &RoleName) -> Observed<RoleDefinition> {
    let path: String = name.as_str().split('/').flat_map(|part| ["/".to_owned(), segment(part)]).collect();
    let body = reader.call(reader.google.get(Api::Iam, &format!("/v1{path}"), &[])).await;
    let read = body.and_then(|body| {
        role::answer(text(&body)?, &mut Interner::default()).map_err(|error| shape(&error.0))
    });
    read.map_or_else(|error| Observed::Unreadable(refused(&error)), Observed::Known)
}

/// Why a role was not read. One that Google does not know is not one that gives nothing: a role that was deleted
/// is still answered for, as deleted, until it is gone for good, and nothing tells that apart from a role that was
/// just made (<https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role>).
fn refused(error: &CallError) -> Gap {
    if error.refusal != Refusal::NotFound {
        return gap(error, "iam.roles.get");
    }
    said(
        "Google has no role of this name; if it was deleted for good, take it out of the policies that bind it",
    )
}
