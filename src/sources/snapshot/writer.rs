//! Who else writes policies, as lines of a snapshot.

use std::io;

use serde::Serialize;

use super::lines::{Line, Out, policy};
use crate::{
    model::{Binding, Policy},
    world::{Extent, Writers, Written},
};

/// Of `callmap/Writer`.
#[derive(Serialize)]
struct Writer<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    writes: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_whole: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_check_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

/// Writes everything that files of Terraform's told.
pub(super) fn write(writers: &Writers, out: &mut Out<'_>) -> io::Result<()> {
    const KIND: &str = "callmap/Writer";
    for Written { resource, extent, address, file } in writers.iter() {
        let (word, bindings) = said(extent);
        let held = bindings.map(|bindings| Policy { version: None, etag: None, bindings });
        let mut line = Line::new(resource.to_string(), KIND).with(Writer {
            file,
            address: Some(address),
            writes: word,
            is_whole: match extent {
                Extent::Binding { is_whole, .. } => Some(*is_whole),
                Extent::Policy(_) | Extent::Member { .. } | Extent::Service { .. } => None,
            },
            is_check_disabled: match extent {
                Extent::Service { is_check_disabled } => *is_check_disabled,
                Extent::Policy(_) | Extent::Binding { .. } | Extent::Member { .. } => None,
            },
            count: None,
        });
        line.iam_policy = held.as_ref().map(policy);
        out.line(&line)?;
    }
    for (file, count) in &writers.unknown {
        let line = Writer {
            file,
            address: None,
            writes: "unknown",
            is_whole: None,
            is_check_disabled: None,
            count: Some(*count),
        };
        out.line(&Line::new(file.to_string(), KIND).with(line))?;
    }
    Ok(())
}

/// The word for an extent, and the bindings that it holds.
fn said(extent: &Extent) -> (&'static str, Option<Vec<Binding>>) {
    match extent {
        Extent::Policy(bindings) => ("policy", bindings.clone()),
        Extent::Binding { binding, is_whole: _ } => ("binding", Some(vec![binding.clone()])),
        Extent::Member { role, principal, condition } => {
            let (role, condition) = (role.clone(), condition.clone());
            ("member", Some(vec![Binding { role, members: vec![principal.clone()], condition }]))
        }
        Extent::Service { .. } => ("service", None),
    }
}
