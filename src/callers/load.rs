//! From the bytes of a map's files to the map, or to all of its mistakes.

use std::sync::Arc;

use super::{
    CallerMap, MapText, Mistake,
    draft::{EnvironmentDraft, FileDraft},
    mistake::MapError,
    read_file,
    resolve::Resolver,
    shape::{Mistakes, listed, nearest},
    words::Words,
    yaml::{self, Span},
};
use crate::model::Time;

/// One file that was read: its text and its parts.
#[derive(Debug)]
pub(super) struct ReadFile {
    pub(super) path: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) draft: FileDraft,
}

/// Reads a map in one of its environments. `env` is the chosen one; `at` is the time that `max_until` counts from.
///
/// # Errors
/// With every mistake of the map, where there is one.
pub fn load(texts: Vec<MapText>, env: Option<&str>, at: Time) -> Result<CallerMap, MapError> {
    let (files, mut mistakes) = read_all(&texts);
    let map = match choose(&files, env) {
        Ok(words) => Some(Resolver::new(&files, env, words, at).resolve(&mut mistakes)),
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    };
    match map {
        Some(map) if mistakes.is_empty() => Ok(map),
        _ => Err(map_error(texts, mistakes)),
    }
}

/// Reads a map in every environment it has, in their order; a map without any is read once.
///
/// # Errors
/// With every mistake of the map, where there is one.
pub fn check(texts: Vec<MapText>, at: Time) -> Result<Vec<CallerMap>, MapError> {
    let (files, mut mistakes) = read_all(&texts);
    let maps: Vec<_> = match environments(&files) {
        Some(environments) => environments
            .iter()
            .map(|environment| {
                let env = Some(&*environment.name.text);
                Resolver::new(&files, env, words_of(environment), at).resolve(&mut mistakes)
            })
            .collect(),
        None => vec![Resolver::new(&files, None, Words::new(), at).resolve(&mut mistakes)],
    };
    if mistakes.is_empty() { Ok(maps) } else { Err(map_error(texts, mistakes)) }
}

/// Whether a map has environments, whatever mistakes are in it.
pub fn has_environments(texts: &[MapText]) -> bool {
    environments(&read_all(texts).0).is_some()
}

/// Which of these texts holds the settings of the map, where one does.
pub fn settings_file(texts: &[MapText]) -> Option<usize> {
    let (files, _) = read_all(texts);
    files.iter().position(|file| file.draft.settings_at.is_some())
}

fn map_error(texts: Vec<MapText>, mut mistakes: Vec<Mistake>) -> MapError {
    mistakes.sort_by(|left, right| (left.place, &left.message).cmp(&(right.place, &right.message)));
    mistakes.dedup();
    MapError { texts, mistakes }
}

fn read_all(texts: &[MapText]) -> (Vec<ReadFile>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let mut files = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let mut found = Mistakes::of(u32::try_from(index).unwrap_or(u32::MAX));
        files.push(read_one(text, &mut found));
        mistakes.append(&mut found.list);
    }
    if texts.is_empty() {
        let repair = "name a directory or a file with `--map`; `callmap discover` writes a first map";
        mistakes.push(Mistake {
            place: None,
            message: "there is no caller map".to_owned(),
            repair: Some(repair.to_owned()),
            other: None,
        });
    }
    settings_once(&files, &mut mistakes);
    if mistakes.is_empty() && files.iter().all(|file| file.draft.functions_at.is_none()) {
        mistakes.push(Mistake {
            place: None,
            message: "the map has no `functions`".to_owned(),
            repair: Some(
                "name the functions that it governs: an empty map is never \"revoke everything\"".into(),
            ),
            other: None,
        });
    }
    (files, mistakes)
}

fn read_one(file: &MapText, mistakes: &mut Mistakes) -> ReadFile {
    let path = file.path.clone();
    let nothing = |path| ReadFile { path, text: "".into(), draft: FileDraft::default() };
    if file.bytes.len() > yaml::MAX_BYTES {
        let message = format!("the file has {} MiB, and 32 are the most", file.bytes.len() >> 20);
        mistakes.add(Span { start: 0, end: 0 }, message, "split the map into several files");
        return nothing(path);
    }
    let text = match yaml::decode(&file.bytes) {
        Ok(text) => text,
        Err(mistake) => {
            mistakes.add_yaml(mistake);
            return nothing(path);
        }
    };
    let draft = match yaml::parse(text) {
        Ok(root) => read_file::read(&root, mistakes),
        Err(found) => {
            for mistake in found {
                mistakes.add_yaml(mistake);
            }
            FileDraft::default()
        }
    };
    ReadFile { path, text: text.into(), draft }
}

/// Settings stand in one file: a second with any of them is a mistake that names both.
fn settings_once(files: &[ReadFile], mistakes: &mut Vec<Mistake>) {
    let mut with = files.iter().enumerate().filter_map(|(index, file)| {
        let setting = file.draft.settings_at.as_ref()?;
        Some((Mistakes::of(u32::try_from(index).unwrap_or(u32::MAX)).place(setting.span), setting, file))
    });
    let Some((first_place, first, first_file)) = with.next() else { return };
    for (place, setting, _) in with {
        mistakes.push(Mistake {
            place: Some(place),
            message: format!(
                "settings stand in two files: `{}` here, `{}` in `{}`",
                setting.text, first.text, first_file.path
            ),
            repair: Some("keep all settings in one file of the map".to_owned()),
            other: Some((first_place, "the first settings are here".to_owned())),
        });
    }
}

fn environments(files: &[ReadFile]) -> Option<&[EnvironmentDraft]> {
    files.iter().find_map(|file| file.draft.settings.environments.as_deref())
}

fn words_of(environment: &EnvironmentDraft) -> Words {
    environment.words.iter().map(|(word, value)| (word.text.clone(), value.text.clone())).collect()
}

/// The words of the chosen environment.
fn choose(files: &[ReadFile], env: Option<&str>) -> Result<Words, Mistake> {
    let mistake =
        |message: String, repair: String| Mistake { place: None, message, repair: Some(repair), other: None };
    let environments = environments(files);
    let names: Vec<&str> = environments.into_iter().flatten().map(|known| &*known.name.text).collect();
    match (environments, env) {
        (None, None) => Ok(Words::new()),
        (None, Some(env)) => Err(mistake(
            format!("the map has no environments, and `{env}` was asked for"),
            "leave `--env` (or `CALLMAP_ENV`) out, or define `environments:`".to_owned(),
        )),
        (Some(_), None) => Err(mistake(
            "the map has environments, and none was chosen".to_owned(),
            format!("choose one with `--env` (or `CALLMAP_ENV`): {}", listed(&names)),
        )),
        (Some(environments), Some(env)) => {
            let chosen = environments.iter().find(|known| &*known.name.text == env);
            chosen.map(words_of).ok_or_else(|| {
                let repair = match nearest(env, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the map has {}", listed(&names)),
                };
                mistake(format!("`{env}` is not an environment of the map"), repair)
            })
        }
    }
}
