//! Reports in files: their formats, and writing them whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::Error;

/// The formats of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// For a terminal.
    Table,
    /// For machines.
    Json,
    /// For a comment.
    Markdown,
}

/// The formats of reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewFormat {
    /// For a terminal.
    Table,
    /// For spreadsheets.
    Csv,
    /// For a page, or a comment.
    Markdown,
    /// For machines.
    Json,
}

/// The formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// For pages that draw Mermaid.
    Mermaid,
    /// For Graphviz.
    Dot,
}

/// A format that the ending of a file's name stands for.
pub trait Format: Copy {
    /// The endings that stand for it, the usual one first.
    fn endings(self) -> &'static [&'static str];
}

/// A file that a report is to be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile<F = ReportFormat> {
    path: PathBuf,
    format: F,
}

impl Format for ReportFormat {
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Table => &[".txt"],
            Self::Json => &[".json"],
            Self::Markdown => &[".md"],
        }
    }
}

impl Format for ReviewFormat {
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Table => &[".txt"],
            Self::Csv => &[".csv"],
            Self::Markdown => &[".md"],
            Self::Json => &[".json"],
        }
    }
}

impl Format for PictureFormat {
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Mermaid => &[".mmd", ".mermaid"],
            Self::Dot => &[".dot", ".gv"],
        }
    }
}

impl<F: Format> ReportFile<F> {
    /// A file whose ending says which of these formats it is to have.
    ///
    /// # Errors
    /// Where it has another ending, or none.
    pub fn new(path: PathBuf, formats: &[F]) -> Result<Self, String> {
        let name = path.to_string_lossy();
        let is_one = |format: &&F| format.endings().iter().any(|ending| name.ends_with(ending));
        let found = formats.iter().find(is_one).copied();
        let endings = formats.iter().filter_map(|format| format.endings().first());
        let endings = || endings.map(|ending| format!("`{ending}`")).collect::<Vec<_>>();
        let wrong = || format!("no format has this ending: end the name with {}", endings().join(" or "));
        let format = found.ok_or_else(wrong)?;
        Ok(Self { path, format })
    }

    /// The format its ending stands for.
    pub fn format(&self) -> F {
        self.format
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written; it is then as it was.
    pub fn write(&self, text: &[u8]) -> Result<(), Error> {
        whole(&self.path, text).map_err(|source| Error::write(&self.path, source))
    }
}

/// Writes a file that is not there yet, which only its owner may read; no link is followed.
///
/// # Errors
/// Where something is there already, or it cannot be written; nothing is left behind.
pub(super) fn new(path: &Path, text: &[u8]) -> Result<(), Error> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::write(path, source),
    })?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    written.map_err(|source| {
        // What went wrong first is what is reported; half a file is of no use to anyone.
        let _ = fs::remove_file(path);
        Error::write(path, source)
    })
}

/// Writes a file so that whoever looks sees all of it or what was there before.
pub(super) fn whole(path: &Path, text: &[u8]) -> io::Result<()> {
    // The file that a link leads to is replaced, not the link; a device or a pipe is never replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => return File::options().write(true).open(&target)?.write_all(text),
        Ok(_) | Err(_) => {}
    }
    let mut name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = beside_and_over(&beside, &target, text);
    if written.is_err() {
        // What went wrong first is what is reported.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn beside_and_over(beside: &Path, target: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(beside)?;
    file.write_all(text)?;
    if let Ok(found) = fs::metadata(target) {
        file.set_permissions(found.permissions())?;
    }
    file.sync_all()?;
    fs::rename(beside, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_format_and_another_one_is_refused() {
        let all = [ReportFormat::Json, ReportFormat::Markdown];
        let file = ReportFile::new("out/audit.json".into(), &all).unwrap();
        assert_eq!(file.format(), ReportFormat::Json);
        assert_eq!(ReportFile::new("a.md".into(), &all).unwrap().format(), ReportFormat::Markdown);
        let pictures = [PictureFormat::Mermaid, PictureFormat::Dot];
        for (name, format) in [("a.mmd", 0), ("a.mermaid", 0), ("a.dot", 1), ("a.gv", 1)] {
            assert_eq!(ReportFile::new(name.into(), &pictures).unwrap().format(), pictures[format]);
        }
        for wrong in ["audit", "audit.html", "/dev/stdout", "json", "audit.json.gz"] {
            let message = ReportFile::new(wrong.into(), &all).unwrap_err();
            assert_eq!(message, "no format has this ending: end the name with `.json` or `.md`");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_its_owners_and_overwrites_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("plan.json");
        new(&file, b"first").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(new(&file, b"second"), Err(Error::Exists(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "first");
        // A link that leads nowhere is something that is there.
        let link = dir.path().join("link.json");
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &link).unwrap();
        assert!(matches!(new(&link, b"x"), Err(Error::Exists(_))));
        assert!(!dir.path().join("elsewhere").exists());
        assert!(matches!(new(&dir.path().join("no/plan.json"), b"x"), Err(Error::Write { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_written_whole_or_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("audit.json"), dir.path().join("link.json"));
        fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        whole(&link, b"after").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "after");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(whole(&dir.path().join("no/such/dir.json"), b"x").is_err());
        assert!(whole(dir.path(), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
