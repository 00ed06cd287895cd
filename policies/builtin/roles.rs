//! Makes `roles.json` and `emulated.json`, what callmap and its emulator know of Google's own roles, from what Google's
//! IAM API answers.

use std::{
    error::Error,
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use callmap::{access::role_data::RoleDataFile, emulator::roles, sources::role_data};
use chrono::{DateTime, Utc};
use clap::Parser;

/// Makes the role data from what Google's IAM API answers.
#[derive(Parser)]
struct Words {
    /// Pages of `roles.list` in order, single roles, folders of either (`*.json`, by name), or `-` for standard input.
    #[arg(required = true)]
    from: Vec<PathBuf>,
    /// The day it was read [default: that of the newest file].
    #[arg(long)]
    date: Option<String>,
    /// Where it was read.
    #[arg(long, default_value = "https://iam.googleapis.com/v1/roles?view=FULL")]
    source: String,
    /// That there are far fewer roles than before is meant.
    #[arg(long)]
    fewer: bool,
    /// The file to write; what the emulator knows goes into `emulated.json` beside it.
    #[arg(short, long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/builtin/roles.json"))]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is gone, the exit code still tells.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Words { from, date, source, fewer, output } = Words::parse();
    let mut texts = Vec::new();
    let mut newest = None;
    for path in files(&from)? {
        let name = path.display().to_string();
        if path == Path::new("-") {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            texts.push((name, text));
        } else {
            newest = newest.max(Some(DateTime::<Utc>::from(fs::metadata(&path)?.modified()?)));
            texts.push((name, fs::read_to_string(&path)?));
        }
    }
    let date = date.or_else(|| newest.map(|time| time.format("%Y-%m-%d").to_string()));
    let date = date.ok_or("standard input has no day; give it with `--date`")?;
    let before: Option<RoleDataFile> = match fs::read_to_string(&output) {
        Ok(text) => Some(serde_json::from_str(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let made = role_data::make(&texts, &source, &date, before.as_ref().filter(|_| !fewer))?;
    let emulated = roles::make(texts.iter().map(|(_, text)| text.as_str()), &source, &date)?;
    fs::write(&output, role_data::text(&made)?)?;
    fs::write(output.with_file_name("emulated.json"), emulated)?;
    tell(&made, before.as_ref())?;
    Ok(())
}

/// The files, those of a folder by name.
fn files(from: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in from {
        if path.is_dir() {
            let mut inside =
                fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
            inside.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// What is new, and what is gone: to be looked at before it is kept.
fn tell(made: &RoleDataFile, before: Option<&RoleDataFile>) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "{} roles as of {}", made.known_roles.len(), made.date)?;
    let Some(before) = before else { return Ok(()) };
    for role in before.known_roles.difference(&made.known_roles) {
        writeln!(out, "gone: {role}")?;
    }
    writeln!(out, "{} new", made.known_roles.difference(&before.known_roles).count())?;
    for (permission, roles) in &made.roles_with_permission {
        let known = before.roles_with_permission.get(permission);
        for role in roles.iter().filter(|role| known.is_none_or(|known| !known.contains(*role))) {
            writeln!(out, "carries {permission} now: {role}")?;
        }
        for role in known.into_iter().flatten().filter(|role| !roles.contains(*role)) {
            writeln!(out, "carries {permission} no more: {role}")?;
        }
    }
    Ok(())
}
