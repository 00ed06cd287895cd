//! What to do once a question is answered: commands and whom to ask, each with what it is for.

use super::{escape, words};
use crate::{
    access::{Can, Verdict},
    callers::{Caller, CallerMap, DeclaredFunction, Edge},
    model::{Principal, Time},
};

/// What comes next: what to type or whom to ask, and what for.
pub type Next = Vec<(String, &'static str)>;

/// What somebody asked, in the words that were typed.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who.
    pub caller: &'a str,
    /// What, where one function was asked about.
    pub function: &'a str,
    /// The map, which knows whom to ask.
    pub map: Option<&'a CallerMap>,
}

/// A call that the map declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The function, as the map calls it.
    pub function: String,
    /// The first moment at which it may no longer be called; `None` is for good.
    pub until: Option<Time>,
    /// Why, where the map says so.
    pub reason: Option<String>,
}

/// The word for whoever is asking.
pub const ME: &str = "me";

impl<'a> Asked<'a> {
    /// What comes after a verdict.
    pub fn explained(&self, verdict: Verdict) -> Next {
        let Self { caller, function, map: _ } = *self;
        match verdict {
            Verdict::Yes if caller == ME => {
                vec![(line(&["call", function]), "call it")]
            }
            Verdict::Yes => vec![(line(&["can", caller]), "everything else it can call")],
            Verdict::No => {
                let mut next = Next::new();
                if let Some(declared) = self.declared(function) {
                    next.push((granting(caller, function), "let it in for a while, on the map"));
                    next.extend(ask(declared));
                }
                next.push((line(&["who", function]), "everybody who can call it"));
                next
            }
            Verdict::Unknown => {
                vec![("callmap audit".to_owned(), "what could not be read, and what it takes")]
            }
        }
    }

    /// What comes after a list of who can call a function.
    pub fn named(&self) -> Next {
        let explain = format!("{} CALLER {}", "callmap explain", quoted(self.function));
        vec![
            (explain, "why one of them can, or somebody else cannot"),
            ("callmap review".to_owned(), "who of them is there for a time, or a person"),
        ]
    }

    /// What comes after a list of what a caller can call.
    pub fn listed(&self, can: &Can, declared: &[Declared], at: Time) -> Next {
        let Self { caller, function: _, map } = *self;
        let mut next = Next::new();
        if caller != ME {
            next.push((format!("callmap explain {} FUNCTION", quoted(caller)), "why it can, or cannot"));
            return next;
        }
        let in_force = declared.iter().find(|declared| declared.until.is_none_or(|until| at < until));
        let sure = can.functions.iter().find(|callable| callable.verdict == Verdict::Yes);
        if let Some(declared) = in_force {
            next.push((line(&["call", &declared.function]), "call what the map declares for you"));
        } else if let Some(callable) = sure {
            next.push((line(&["call", &callable.function.to_string()]), "call one of them"));
        } else {
            next.push((
                "callmap call URL".to_owned(),
                "try a function by its address: that takes no right to read",
            ));
        }
        if map.is_some() {
            next.push((granting(ME, "FUNCTION"), "ask for a function on the map, for a while"));
        }
        let owners =
            map.into_iter().flat_map(|map| &map.functions).filter_map(|function| function.owner.as_deref());
        let owners: std::collections::BTreeSet<_> = owners.collect();
        if !owners.is_empty() {
            let owners: Vec<_> = owners.into_iter().map(escape::terminal).collect();
            next.push((format!("ask {}", owners.join(", ")), "they own the functions of the map"));
        }
        next
    }

    fn declared(&self, name: &str) -> Option<&'a DeclaredFunction> {
        let short = name.rsplit('/').next().unwrap_or(name);
        self.map?
            .functions
            .iter()
            .find(|function| &*function.name == short || &*function.target.service == short)
    }
}

/// Everything that a map declares for a caller by its own name.
pub fn declared(map: &CallerMap, caller: &Principal) -> Vec<Declared> {
    let of_caller = |edge: &&Edge| matches!(&edge.caller, Caller::Principal(named) if named == caller);
    let edges = map.edges.iter().filter(of_caller);
    let declared = edges.map(|edge| {
        let function = &map.functions[edge.function];
        let region =
            if function.has_regions { format!("{}/", function.target.location) } else { String::new() };
        Declared {
            function: format!("{region}{}", function.name),
            until: edge.until,
            reason: edge.reason.as_ref().map(ToString::to_string),
        }
    });
    declared.collect()
}

/// What a declared call says of itself, as a row.
pub(super) fn row(declared: &Declared, at: Time) -> [String; 3] {
    let Declared { function, until, reason } = declared;
    let end = match until {
        None => "for good".to_owned(),
        Some(until) if *until <= at => format!("expired {} ago", words::span(at - *until)),
        Some(until) => {
            format!("until {}, {} left", crate::model::time::rfc3339(*until), words::span(*until - at))
        }
    };
    let reason = reason.as_deref().map(|reason| escape::terminal(reason).into_owned());
    [escape::terminal(function).into_owned(), end, reason.unwrap_or_default()]
}

fn ask(function: &DeclaredFunction) -> Option<(String, &'static str)> {
    let owner = function.owner.as_ref()?;
    Some((format!("ask {}", escape::terminal(owner)), "they own it"))
}

fn granting(caller: &str, function: &str) -> String {
    format!("callmap grant {} {} --for 8h --reason WHY", quoted(caller), quoted(function))
}

fn line(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    format!("callmap {}", words.join(" "))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let word = shlex::try_quote(word).unwrap_or(word.into());
    escape::terminal(&word).into_owned()
}
