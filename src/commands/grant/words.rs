//! The commands that come next, with what this one was told.

use super::{CallerOptions, ground::Ground};
use crate::{
    callers::Caller,
    model::{Time, time::rfc3339},
    report::{
        grant::{Keeper, Next},
        plan::quoted,
    },
};

/// What a command of the same map has to be told again.
fn told(options: &CallerOptions) -> String {
    let mut words = Vec::new();
    words.extend(options.map.paths.iter().map(|path| format!(" -m {}", quoted(&path.to_string_lossy()))));
    words.extend(options.world.is_demo.then(|| " --demo".to_owned()));
    words.extend(options.map.env.iter().map(|env| format!(" --env {}", quoted(env))));
    words.concat()
}

fn named(caller: &Caller) -> String {
    quoted(&match caller {
        Caller::Principal(principal) => principal.as_str().to_owned(),
        Caller::Function(name) => format!("function:{name}"),
    })
}

/// What comes after a grant that is on the map alone.
pub(super) fn after_grant(
    ground: &Ground,
    options: &CallerOptions,
    is_changed: bool,
    (until, is_public): (Option<Time>, bool),
) -> Vec<Next> {
    let (told, name, function) = (told(options), named(&ground.caller), quoted(&ground.function.name));
    let public = if is_public { " --public" } else { "" };
    // The same end again: from later on, the usual time would end later.
    let term =
        until.map_or_else(|| " --permanent".to_owned(), |until| format!(" --until {}", rfc3339(until)));
    let now = match ground.keeper() {
        Keeper::Writer(_) => "say what has to be put in there: nothing is written by callmap",
        Keeper::Condition | Keeper::Map => "grant it now, once you say yes",
    };
    let mut next =
        vec![(format!("callmap grant {name} {function}{term}{public}{told} --apply"), now.to_owned())];
    next.extend(is_changed.then(|| review(ground, &told, is_public)));
    next
}

/// What comes after a revocation that is on the map alone.
pub(super) fn after_revoke(ground: &Ground, options: &CallerOptions, is_changed: bool) -> Vec<Next> {
    let (told, name, function) = (told(options), named(&ground.caller), quoted(&ground.function.name));
    let mut next = vec![(
        format!("callmap revoke {name} {function}{told} --apply"),
        "take the grant out now, once you say yes".to_owned(),
    )];
    next.extend(is_changed.then(|| review(ground, &told, false)));
    next.push((
        format!("callmap explain {name} {function}{told}"),
        "whether it can call still, and through what".to_owned(),
    ));
    next
}

fn review(ground: &Ground, told: &str, is_public: bool) -> Next {
    let who = ground.owner().map(|owner| format!(" to {owner}")).unwrap_or_default();
    let public = if is_public { " --include-public" } else { "" };
    (
        format!("callmap apply{public}{told}"),
        format!("once the change is merged: commit it, and open a pull request{who}"),
    )
}

/// How the function is called.
pub(super) fn calls(ground: &Ground, options: &CallerOptions, url: Option<&str>) -> Vec<String> {
    let (told, function) = (told(options), quoted(&ground.function.name));
    let url = url.map_or_else(|| "URL".to_owned(), quoted);
    vec![
        format!("callmap call {function}{told}"),
        format!("curl -H \"$(callmap token {function}{told} --header)\" {url}"),
    ]
}

/// What tells more, where something still lets a caller through.
pub(super) fn explain(ground: &Ground, options: &CallerOptions) -> Vec<Next> {
    let (told, name, function) = (told(options), named(&ground.caller), quoted(&ground.function.name));
    vec![(
        format!("callmap explain {name} {function}{told}"),
        "why it can, and the change that would end it".to_owned(),
    )]
}
