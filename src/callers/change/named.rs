//! What a caller and a function on the command line mean, as far as a map alone can tell.

use std::{collections::BTreeMap, sync::Arc};

use super::Refused;
use crate::{
    callers::{
        Caller, CallerMap, DeclaredFunction, Place,
        shape::{listed, nearest},
        who,
    },
    model::{FunctionName, Principal, ServiceName},
};

/// A function of a map by its short name, in all of its regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The short name.
    pub name: Arc<str>,
    /// Where it is declared.
    pub place: Place,
    /// The map's functions of that name, by index.
    pub functions: Vec<usize>,
}

/// The caller that a text names: a principal that a map takes, or `function:NAME`.
///
/// # Errors
/// Where a map would not take it.
pub fn caller(map: &CallerMap, text: &str) -> Result<Caller, Refused> {
    let Some(name) = who::function_name(text) else {
        let principal = Principal::new(text);
        return match who::problem(&principal) {
            None => Ok(Caller::Principal(principal)),
            Some((message, repair)) => Err(Refused::new(message, repair)),
        };
    };
    if map.functions.iter().any(|function| *function.name == *name) {
        return Ok(Caller::Function(name.into()));
    }
    let repair = match nearest(name, map.functions.iter().map(|function| &*function.name)) {
        Some(near) => format!("did you mean `function:{near}`?"),
        None => "declare it under `functions`, in any file of the map".to_owned(),
    };
    Err(Refused::new(format!("`{name}` is not a function of the map"), repair))
}

/// The function that a text names: its short name, `REGION/NAME`, the name of its service or its function id, or its
/// full resource.
///
/// # Errors
/// Where it names none of the map's, or several.
pub fn function(map: &CallerMap, text: &str) -> Result<Named, Refused> {
    let by_name = of(map, |function| *function.name == *text);
    let found = if by_name.is_empty() { of(map, |function| means(function, text)) } else { by_name };
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some((name, place)), None) => {
            let is_it =
                |(index, function): (usize, &DeclaredFunction)| (function.name == name).then_some(index);
            let functions = map.functions.iter().enumerate().filter_map(is_it).collect();
            Ok(Named { name, place, functions })
        }
        (Some((first, _)), Some((second, _))) => Err(Refused::new(
            format!("`{text}` may be {}", listed(&[&*first, &*second])),
            "name the one that is meant by its short name",
        )),
        (None, _) => Err(unknown(map, text)),
    }
}

fn of(map: &CallerMap, is_meant: impl Fn(&DeclaredFunction) -> bool) -> BTreeMap<Arc<str>, Place> {
    let functions = map.functions.iter().filter(|function| is_meant(function));
    functions.map(|function| (function.name.clone(), function.place)).collect()
}

fn means(function: &DeclaredFunction, text: &str) -> bool {
    let target = &function.target;
    let path = text.strip_prefix("//run.googleapis.com/").unwrap_or(text);
    if path.starts_with("projects/") {
        let of_function = |name: FunctionName| {
            let FunctionName { project, location, function } = name;
            ServiceName { project, location, service: function }
        };
        let service = path.parse::<ServiceName>().ok();
        return service.or_else(|| path.parse().ok().map(of_function)).is_some_and(|name| name == *target);
    }
    match path.split_once('/') {
        Some((region, name)) => {
            *target.location == *region && (*function.name == *name || *target.service == *name)
        }
        None => *target.service == *path,
    }
}

fn unknown(map: &CallerMap, text: &str) -> Refused {
    let near = nearest(text, map.functions.iter().map(|function| &*function.name));
    let repair = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if text.contains("://") => {
            "an address is not looked up here: name the function by its short name".to_owned()
        }
        None => {
            "add it to `functions` in the file of those who own it, and name it by its short name there; \
                 `callmap discover` writes what is live as a map"
                .to_owned()
        }
    };
    let here = map.env.as_ref().map(|env| format!(" in the environment `{env}`")).unwrap_or_default();
    Refused::new(format!("`{text}` is not on the map{here}"), repair)
}
