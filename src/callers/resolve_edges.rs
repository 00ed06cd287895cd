//! The edges of one file: who may call which of the functions declared in it.

use foldhash::{HashMap, HashMapExt as _};
use wildmatch::WildMatch;

use super::{
    Caller, CallerMap, Edge, Glob, Mistake, Place,
    draft::{CallerDraft, FunctionDraft, TargetDraft, Text},
    resolve::{Names, Resolver},
    shape::{Mistakes, nearest},
    who,
};
use crate::model::time::rfc3339;

/// What is known while the edges of one file are read.
struct Edges<'r, 'f> {
    resolver: &'r Resolver<'f>,
    own: &'f [FunctionDraft],
    by_name: HashMap<&'f str, &'f FunctionDraft>,
    names: &'r Names<'f>,
    /// Where each pair of caller and function was met first.
    met: HashMap<(usize, &'f str), Place>,
    /// Callers by number: one that is written in two ways is one.
    callers: HashMap<Caller, usize>,
}

pub(super) fn read<'f>(
    resolver: &Resolver<'f>,
    file: usize,
    names: &Names<'f>,
    map: &mut CallerMap,
    mistakes: &mut Mistakes,
) {
    let draft = &resolver.files[file].draft;
    let mut edges = Edges {
        resolver,
        own: &draft.functions,
        by_name: draft.functions.iter().map(|function| (&*function.name.text, function)).collect(),
        names,
        met: HashMap::new(),
        callers: HashMap::new(),
    };
    for caller in &draft.callers {
        edges.caller(caller, map, mistakes);
    }
}

impl<'f> Edges<'_, 'f> {
    fn caller(&mut self, draft: &'f CallerDraft, map: &mut CallerMap, mistakes: &mut Mistakes) {
        let caller = self.who(&draft.caller, mistakes);
        let number = caller.clone().map(|caller| {
            let next = self.callers.len();
            *self.callers.entry(caller).or_insert(next)
        });
        let is_here = match &caller {
            Some(Caller::Function(name)) => {
                self.names.get(&**name).is_some_and(|declaration| !declaration.functions.is_empty())
            }
            Some(Caller::Principal(_)) => true,
            None => false,
        };
        for target in &draft.targets {
            let is_public = matches!(&caller, Some(Caller::Principal(principal)) if principal.is_public());
            for name in self.target(target, is_public, map, mistakes) {
                let Some((caller, number)) = caller.as_ref().zip(number) else { continue };
                if !self.is_first(draft, target, name, number, mistakes) || !is_here {
                    continue;
                }
                for function in &self.names[name].functions {
                    map.edges.push(Edge {
                        caller: caller.clone(),
                        function: *function,
                        until: target.until.map(|(until, _)| until),
                        reason: target.reason.as_deref().map(Into::into),
                        place: mistakes.place(target.function.span),
                        caller_place: mistakes.place(draft.caller.span),
                    });
                }
            }
        }
    }

    /// Who a caller is. `function:NAME` sees the functions of all files.
    fn who(&self, text: &Text, mistakes: &mut Mistakes) -> Option<Caller> {
        let kind = text.text.split(':').next();
        if kind.is_some_and(|kind| kind.contains('$')) {
            let message = format!("`{}` has a word where its kind should stand", text.text);
            mistakes.add(
                text.span,
                message,
                "write the kind out, `serviceAccount:`, and use words behind it",
            );
            return None;
        }
        let replaced = self.resolver.replace(text, mistakes)?;
        let Some(name) = who::function_name(&replaced) else {
            return who::principal(text, &replaced, mistakes).map(Caller::Principal);
        };
        if self.names.contains_key(name) {
            return Some(Caller::Function(name.into()));
        }
        let repair = match nearest(name, self.names.keys().copied()) {
            Some(near) => format!("did you mean `function:{near}`?"),
            None => "declare it under `functions`, in any file of the map".to_owned(),
        };
        mistakes.add(text.span, format!("`{name}` is not a function of the map"), repair);
        None
    }

    /// The short names that one entry of a caller's list covers.
    fn target(
        &self,
        target: &'f TargetDraft,
        is_public: bool,
        map: &mut CallerMap,
        mistakes: &mut Mistakes,
    ) -> Vec<&'f str> {
        let TargetDraft { function, until, reason: _ } = target;
        if let Some((until, span)) = until {
            self.end(*until, *span, is_public, mistakes);
        }
        let names = if function.text.contains(['*', '?']) {
            self.glob(function, is_public, map, mistakes)
        } else {
            self.exact(function, mistakes).into_iter().collect()
        };
        for name in &names {
            if self.by_name.get(name).is_some_and(|function| function.is_event_driven) {
                let message = format!("`{name}` is event-driven: only its event source may call it");
                let repair = "leave it out, or take `trigger: event` from the function";
                mistakes.add(function.span, message, repair);
            }
        }
        names
    }

    fn exact(&self, function: &Text, mistakes: &mut Mistakes) -> Option<&'f str> {
        if let Some((name, _)) = self.by_name.get_key_value(&*function.text) {
            return Some(name);
        }
        if let Some(elsewhere) = self.names.get(&*function.text) {
            let path = &self.resolver.files[elsewhere.place.file as usize].path;
            mistakes.list.push(Mistake {
                place: Some(mistakes.place(function.span)),
                message: format!("`{}` is declared in `{path}`, not in this file", function.text),
                repair: Some("whoever owns that file says who calls it: add the caller there".to_owned()),
                other: Some((elsewhere.place, "it is declared here".to_owned())),
            });
            return None;
        }
        let repair = match nearest(&function.text, self.by_name.keys().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it under `functions` of this file".to_owned(),
        };
        mistakes.add(function.span, format!("`{}` is not a function of this file", function.text), repair);
        None
    }

    fn glob(
        &self,
        pattern: &Text,
        is_public: bool,
        map: &mut CallerMap,
        mistakes: &mut Mistakes,
    ) -> Vec<&'f str> {
        if is_public {
            let message = format!("`{}` makes functions public by a pattern", pattern.text);
            mistakes.add(pattern.span, message, "name each function that is public on purpose");
            return Vec::new();
        }
        let matcher = WildMatch::new(&pattern.text);
        let covered: Vec<&'f str> = self
            .own
            .iter()
            .map(|function| &*function.name.text)
            .filter(|name| matcher.matches(name))
            .collect();
        if covered.is_empty() {
            let repair = "it covers the functions of this file alone; correct it, or take it out";
            mistakes.add(pattern.span, format!("`{}` covers no function of this file", pattern.text), repair);
        }
        map.globs.push(Glob {
            pattern: (*pattern.text).into(),
            place: mistakes.place(pattern.span),
            covers: covered.iter().map(|name| (*name).into()).collect(),
        });
        covered
    }

    /// An `until` must be possible, and no later than the map allows.
    fn end(
        &self,
        until: crate::model::Time,
        span: super::yaml::Span,
        is_public: bool,
        mistakes: &mut Mistakes,
    ) {
        if is_public {
            let repair =
                "declare people or service accounts for a time; Google takes no condition on the public";
            mistakes.add(span, "a public caller cannot be temporary", repair);
        }
        let longest = self.resolver.files.iter().find_map(|file| file.draft.settings.max_until);
        let Some(latest) = longest.and_then(|longest| self.resolver.at.checked_add_signed(longest)) else {
            return;
        };
        if until > latest {
            let message = "this is later than `max_until` allows";
            mistakes.add(span, message, format!("end it by {}", rfc3339(latest)));
        }
    }

    /// Whether this caller is declared for this function for the first time in the file.
    fn is_first(
        &mut self,
        draft: &CallerDraft,
        target: &TargetDraft,
        name: &'f str,
        number: usize,
        mistakes: &mut Mistakes,
    ) -> bool {
        let place = mistakes.place(target.function.span);
        let Some(first) = self.met.get(&(number, name)) else {
            self.met.insert((number, name), place);
            return true;
        };
        mistakes.list.push(Mistake {
            place: Some(place),
            message: format!("`{}` may call `{name}` already", draft.caller.text),
            repair: Some("say it once: an entry, or a pattern that covers it".to_owned()),
            other: Some((*first, "it is said here".to_owned())),
        });
        false
    }
}
