//! The files of a map: found, read, and everything that is wrong with finding them said at once.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use super::{Error, MapOptions};
use crate::{
    callers::{CallerMap, MapText},
    emulator::estate,
    model::Container,
    sources::google::Asked,
};

/// Where the map is unless somebody says otherwise.
const HOME: &str = "policies";
/// The largest file of a map.
const LARGEST: u64 = 32 * 1024 * 1024;

/// The texts of a map: the sample map in a demo that names none, of files as they are named, of directories what
/// ends in `.yaml` or `.yml`, not deeper.
///
/// # Errors
/// With everything that could not be read.
pub(super) fn map(options: &MapOptions, is_demo: bool) -> Result<Vec<MapText>, Error> {
    if is_demo && options.paths.is_empty() {
        let text = |(path, text): (&str, &str)| MapText { path: path.into(), bytes: text.into() };
        return Ok(estate::MAP.into_iter().map(text).collect());
    }
    texts(&options.paths)
}

/// The texts of a map that need not be there: `None` where nobody named one and there is none.
///
/// # Errors
/// With everything that could not be read.
pub(super) fn map_if_any(options: &MapOptions, is_demo: bool) -> Result<Option<Vec<MapText>>, Error> {
    let is_there = is_demo || !options.paths.is_empty() || Path::new(HOME).exists();
    is_there.then(|| map(options, is_demo)).transpose()
}

/// The project that gives names their meaning: the only one that is named, else the one of the environment.
pub(super) fn project(named: &[Container]) -> Option<String> {
    let mut projects = named.iter().filter_map(|container| match container {
        Container::Project(project) => Some(project.to_string()),
        Container::Folder(_) | Container::Organization(_) => None,
    });
    match (projects.next(), projects.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => None,
        (None, _) => ["GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|project| !project.is_empty()),
    }
}

/// What is asked of Google Cloud: the projects of the map and what is named besides, else the project of the
/// environment.
pub(super) fn asked(map: Option<&CallerMap>, wider: &[Container]) -> Asked {
    let mut asked = Asked::new(map, wider);
    if asked.is_empty() {
        asked.projects.extend(project(&[]).map(Into::into));
    }
    asked
}

/// The texts of these files and directories; none is the map's usual place.
///
/// # Errors
/// With everything that could not be read.
pub(super) fn texts(paths: &[PathBuf]) -> Result<Vec<MapText>, Error> {
    let home = [PathBuf::from(HOME)];
    let is_home = paths.is_empty();
    let paths = if is_home { &home } else { paths };
    let mut wrong = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        match files(path) {
            Ok(files) => found.extend(files),
            Err(FilesError::None) => {
                wrong.push(format!(
                    "`{}` holds no `.yaml` or `.yml` file, so there is no map in it",
                    path.display()
                ));
            }
            Err(FilesError::Io(error)) if is_home && error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoMap(HOME));
            }
            Err(FilesError::Io(error)) => {
                wrong.push(format!("`{}` could not be read: {error}", path.display()));
            }
        }
    }
    // One file that is named twice is one file.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    let mut texts = Vec::new();
    for path in found {
        match read(&path) {
            Ok(bytes) => texts.push(MapText { path: path.to_string_lossy().into(), bytes }),
            Err(error) => wrong.push(format!("`{}` could not be read: {error}", path.display())),
        }
    }
    if wrong.is_empty() { Ok(texts) } else { Err(Error::Files(wrong)) }
}

enum FilesError {
    None,
    Io(io::Error),
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The file itself, or the maps in a directory, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, FilesError> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_map = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if is_map && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() { Err(FilesError::None) } else { Ok(files) }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 32 MiB, which no caller map is"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dir: &Path, names: &[&str]) {
        for name in names {
            fs::write(dir.join(name), "callmap: 1\n").unwrap();
        }
    }

    #[test]
    fn a_directory_gives_its_maps_by_name_and_not_deeper() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("deeper.yaml")).unwrap();
        written(dir.path(), &["b.yml", "a.yaml", "notes.md", "deeper.yaml/c.yaml"]);
        let again = dir.path().join("b.yml");
        let found = texts(&[dir.path().to_owned(), again]).unwrap();
        let names: Vec<_> = found.iter().map(|text| text.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["a.yaml", "b.yml"]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let large = dir.path().join("large.yaml");
        File::create(&large).unwrap().set_len(LARGEST + 1).unwrap();
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        let Err(Error::Files(wrong)) = texts(&[dir.path().join("none"), empty, large]) else { panic!() };
        assert_eq!(wrong.len(), 3);
        assert!(wrong[0].contains("none` could not be read: "));
        assert!(wrong[1].ends_with("so there is no map in it"));
        assert!(wrong[2].ends_with("it is larger than 32 MiB, which no caller map is"));
    }
}
