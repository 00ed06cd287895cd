//! What Terraform prints: states and plans. Of them is taken who writes which policy, laid over another world.
//!
//! Read are `terraform show -json` of a state and of a plan, and a state file as it stands in its backend. What
//! other tools print in the same shape, such as `OpenTofu`, is the same.

mod head;
mod resource;
mod wire;

use std::{
    io::{Cursor, Read as _},
    sync::Arc,
};

use super::{
    ReadError,
    canonical::{canonical, canonical_function},
    error::Place,
    input::Input,
};
use crate::{
    model::{Binding, FunctionName, Resource, RoleName},
    world::{Extent, World, Written},
};

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 64 * 1024;
/// How much is read at a time.
const BLOCK: usize = 1024 * 1024;
/// No state is larger than this; what claims to be is not taken into memory.
const LARGEST: usize = 256 * 1024 * 1024;

/// A file of which it was found out whether Terraform printed it. Nothing of it is lost by that.
#[derive(Debug)]
pub enum Recognised {
    /// A state or a plan.
    Terraform(Input),
    /// Anything else.
    Other(Input),
}

/// What one file of Terraform's says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The file.
    pub file: Arc<str>,
    /// What writes policies or services, by the names that stand there.
    pub written: Vec<Written>,
    /// How many resources write what will be known only once they are applied.
    pub unknown: usize,
}

/// Tells by the first bytes of a file, compressed or not, whether Terraform printed it.
///
/// # Errors
/// Where the stream fails.
pub fn recognise(input: Input) -> Result<Recognised, ReadError> {
    let Input { name, mut reader } = input;
    let mut bytes = Vec::new();
    if let Err(source) = reader.by_ref().take(HEAD).read_to_end(&mut bytes) {
        return Err(ReadError::Stream { place: Place { file: name, line: None }, source });
    }
    let is_terraform = head::is_of_terraform(&head::plain(&bytes));
    let input = Input { name, reader: Box::new(Cursor::new(bytes).chain(reader)) };
    Ok(if is_terraform { Recognised::Terraform(input) } else { Recognised::Other(input) })
}

/// Reads a state or a plan.
///
/// # Errors
/// Where it cannot be read, is larger than any state, or is not one.
pub fn read(input: Input) -> Result<Told, ReadError> {
    let file = input.name.clone();
    let wrong = |what: String| ReadError::Wrong { place: Place { file: file.clone(), line: None }, what };
    let mut decoded = input.decoded()?;
    let mut bytes = Vec::new();
    while decoded.fill(BLOCK, &mut bytes)? == BLOCK {
        if bytes.len() > LARGEST {
            return Err(wrong("holds more than 256 MiB, which no state or plan does".to_owned()));
        }
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        wrong("holds bytes that are not UTF-8: the file was damaged or converted; print it again".to_owned())
    })?;
    let resources = wire::resources(text.trim_start_matches('\u{feff}')).map_err(wrong)?;
    let mut told = Told { file: file.clone(), written: Vec::new(), unknown: 0 };
    for resource in &resources {
        match resource::meaning(resource, &file) {
            Ok(resource::Meaning::Written(written)) => told.written.push(*written),
            Ok(resource::Meaning::Unknown) => told.unknown += 1,
            Ok(resource::Meaning::Nothing) => {}
            Err(what) => return Err(wrong(format!("`{}`: {what}", resource.address))),
        }
    }
    Ok(told)
}

/// Lays what files of Terraform's say over a world. Of one address, the last file counts.
pub fn lay_over(world: &mut World, told: Vec<Told>) {
    for Told { file, written, unknown } in told {
        for written in written {
            let written = in_world(world, written);
            world.writers.add(written);
        }
        if unknown > 0 {
            *world.writers.unknown.entry(file).or_default() += unknown;
        }
    }
}

/// The same by the names that the world has for it.
fn in_world(world: &World, written: Written) -> Written {
    let Written { resource, extent, address, file } = written;
    let is_service = matches!(extent, Extent::Service { .. });
    let resource = match resource {
        Resource::Service(name) => world.projects.canonical_service(&name).into(),
        Resource::Container(name) => world.projects.canonical_container(&name).into(),
        Resource::Other(name) => match name.parse::<FunctionName>() {
            Ok(function) => {
                let function = canonical_function(&function, &world.projects);
                // Who makes a function makes the service that serves it.
                let service = world.functions.get(&function).and_then(|found| found.service.clone());
                service
                    .filter(|_| is_service)
                    .map_or_else(|| Resource::Other(function.to_string().into()), Resource::from)
            }
            Err(_) => Resource::Other(name),
        },
    };
    Written { resource, extent: with_roles(world, extent), address, file }
}

/// Custom roles by the canonical names of their projects.
fn with_roles(world: &World, extent: Extent) -> Extent {
    let named = |role: RoleName| match canonical(role.as_str(), &world.projects) {
        Some(name) if role.as_str().starts_with("projects/") => RoleName::new(name),
        _ => role,
    };
    let of_binding =
        |Binding { role, members, condition }: Binding| Binding { role: named(role), members, condition };
    match extent {
        Extent::Policy(bindings) => {
            Extent::Policy(bindings.map(|all| all.into_iter().map(of_binding).collect()))
        }
        Extent::Binding { binding, is_whole } => Extent::Binding { binding: of_binding(binding), is_whole },
        Extent::Member { role, principal, condition } => {
            Extent::Member { role: named(role), principal, condition }
        }
        service @ Extent::Service { .. } => service,
    }
}

#[cfg(test)]
mod tests;
