//! Lines of `callmap/Writer`: who else writes a policy, as a snapshot keeps it.

use serde::Deserialize;

use super::envelope::{Envelope, Part};
use crate::{
    model::{Binding, Resource},
    sources::{
        intern::Interner,
        name,
        terraform::Told,
        wire::{
            self, ShapeError,
            policy::{PolicyWire, policy},
            text::Text,
        },
    },
    world::{Extent, Written},
};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WriterWire<'a> {
    #[serde(borrow)]
    file: Text<'a>,
    #[serde(borrow)]
    address: Option<Text<'a>>,
    #[serde(borrow)]
    writes: Text<'a>,
    is_whole: Option<bool>,
    is_check_disabled: Option<bool>,
    count: Option<usize>,
}

/// What such a line says.
pub(super) fn told(envelope: &Envelope<'_>, words: &mut Interner) -> Result<Told, ShapeError> {
    let WriterWire { file, address, writes, is_whole, is_check_disabled, count } =
        super::own::needed(envelope)?;
    let mut told = Told { file: (&*file).into(), written: Vec::new(), unknown: count.unwrap_or_default() };
    if &*writes == "unknown" {
        return Ok(told);
    }
    let bindings = bindings(envelope, words)?;
    let only = || match bindings.as_deref() {
        Some([only]) => Ok(only.clone()),
        _ => Err(ShapeError(format!("`iam_policy` holds not the one binding of a `{}`", &*writes))),
    };
    let extent = match &*writes {
        "policy" => Extent::Policy(bindings),
        "binding" => Extent::Binding { binding: only()?, is_whole: is_whole == Some(true) },
        "member" => member(only()?)?,
        "service" => Extent::Service { is_check_disabled },
        other => return Err(ShapeError(format!("`resource.data.writes`: `{other}` is not known"))),
    };
    let name = envelope.name.as_deref().map(name::relative).unwrap_or_default();
    let Ok(resource) = name.parse::<Resource>();
    let address = address.ok_or_else(|| ShapeError("has no `resource.data.address`".to_owned()))?;
    told.written.push(Written { resource, extent, address: (&*address).into(), file: told.file.clone() });
    Ok(told)
}

fn bindings(envelope: &Envelope<'_>, words: &mut Interner) -> Result<Option<Vec<Binding>>, ShapeError> {
    let Some(Part::Raw(raw)) = &envelope.iam_policy else { return Ok(None) };
    let wire: PolicyWire<'_> = wire::read(raw.get(), "iam_policy")?;
    Ok(Some(policy(wire, words).bindings))
}

fn member(binding: Binding) -> Result<Extent, ShapeError> {
    let Binding { role, mut members, condition } = binding;
    match (members.pop(), members.is_empty()) {
        (Some(principal), true) => Ok(Extent::Member { role, principal, condition }),
        _ => Err(ShapeError("`iam_policy` holds not the one member of a `member`".to_owned())),
    }
}
