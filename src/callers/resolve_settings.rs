//! Settings with their words replaced and their names checked.

use super::{
    Acceptance, Caller, Settings,
    draft::AcceptanceDraft,
    resolve::{Names, Resolver, is_project},
    shape::{Mistakes, nearest},
    who,
};
use crate::model::{Principal, Resource};

pub(super) fn read(
    resolver: &Resolver<'_>,
    file: usize,
    names: &Names<'_>,
    mistakes: &mut Mistakes,
) -> Settings {
    let draft = &resolver.files[file].draft.settings;
    for project in draft.projects.iter().filter(|project| !is_project(&project.text)) {
        let message = format!("`{}` is not a project", project.text);
        mistakes.add(project.span, message, "write its id, `shop-edge`, or its number");
    }
    let plain = Settings::default();
    Settings {
        accepted: draft
            .accepted
            .iter()
            .filter_map(|entry| acceptance(resolver, entry, names, mistakes))
            .collect(),
        levels: draft.levels.iter().copied().collect(),
        role: draft.role.clone().unwrap_or(plain.role),
        expiry: draft.expiry.unwrap_or(plain.expiry),
        max_until: draft.max_until,
        domains: draft
            .domains
            .as_ref()
            .map(|domains| domains.iter().map(|domain| domain.text.to_lowercase().into()).collect()),
        projects: draft.projects.iter().map(|project| (*project.text).into()).collect(),
    }
}

fn acceptance(
    resolver: &Resolver<'_>,
    draft: &AcceptanceDraft,
    names: &Names<'_>,
    mistakes: &mut Mistakes,
) -> Option<Acceptance> {
    for function in &draft.functions {
        if !names.contains_key(&*function.text) {
            let repair = match nearest(&function.text, names.keys().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name functions of the map by their short names".to_owned(),
            };
            mistakes.add(function.span, format!("`{}` is not a function of the map", function.text), repair);
        }
    }
    let caller = match &draft.caller {
        None => None,
        Some(text) => {
            let replaced = resolver.replace(text, mistakes)?;
            match who::function_name(&replaced) {
                Some(name) => Some(Caller::Function(name.into())),
                // Whatever a finding can name can be accepted, deleted members and all.
                None if replaced.contains(':') || Principal::new(&*replaced).is_public() => {
                    Some(Caller::Principal(Principal::new(replaced)))
                }
                None => {
                    let message = format!("`{replaced}` has no kind");
                    mistakes.add(text.span, message, "write the caller as the finding names it: `kind:name`");
                    return None;
                }
            }
        }
    };
    let resource = match &draft.resource {
        None => None,
        Some(text) => {
            let replaced = resolver.replace(text, mistakes)?;
            let Ok(resource) = replaced.parse::<Resource>();
            Some(resource)
        }
    };
    Some(Acceptance {
        rule: draft.rule,
        caller,
        resource,
        functions: draft.functions.iter().map(|function| (*function.text).into()).collect(),
        role: draft.role.clone(),
        reason: (*draft.reason).into(),
        until: draft.until,
        place: mistakes.place(draft.span),
    })
}
