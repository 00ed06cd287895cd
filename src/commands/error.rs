//! Why a run could not do what it was asked for. All of these end with exit code 2.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    apply::journal::JournalError,
    callers::{MapError, change::Refused, edit::EditError},
    emulator::StateError,
    report::{escape, mistakes, style},
    rules::accept::AcceptError,
    sources::{
        ReadError,
        google::{CredentialsError, LiveError},
        groups::GroupsError,
    },
    tokens::{CallError, call::TargetError},
    world::find::FindError,
};

/// Why a run could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The map has mistakes.
    #[error(transparent)]
    Map(#[from] MapError),
    /// Files of the map cannot be read: all of them at once.
    #[error("{}", .0.join("\n"))]
    Files(Vec<String>),
    /// There is no map where maps usually are, and none is named.
    #[error("there is no caller map: no directory `{0}` is here; name a file or a directory with `--map`")]
    NoMap(&'static str),
    /// The world cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A name on the command line means nothing.
    #[error(transparent)]
    Name(#[from] FindError),
    /// A map and a world are not two of a kind.
    #[error(
        "`{0}` is a map and `{1}` is a world: `callmap audit -m {0} --from {1}` compares them",
        map.display(),
        world.display()
    )]
    Mixed {
        /// The map.
        map: PathBuf,
        /// The world.
        world: PathBuf,
    },
    /// What is to be compared cannot be found out.
    #[error("`{}` {why}", path.display())]
    NotCompared {
        /// The file or directory.
        path: PathBuf,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// The file of groups has mistakes.
    #[error(transparent)]
    Groups(#[from] GroupsError),
    /// The sample map is part of the program.
    #[error("the sample map is part of the program and cannot be changed: name a copy of it with `--map`")]
    SampleMap,
    /// Nothing says which projects to read.
    #[error(
        "nothing says which projects of Google Cloud to read: name one with `--project`, or a map with `--map`"
    )]
    NoScope,
    /// Deny policies are asked for, and the files know nothing of them.
    #[error(
        "`--deny`: these files hold no deny policies: write them with `callmap snapshot --deny`, or leave the flag out"
    )]
    NoDenyPolicies,
    /// There are no credentials, or they are not taken.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Google Cloud cannot be read.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// What the environment names is no emulator that may be talked to.
    #[error(
        "`CALLMAP_EMULATOR_HOST` is `{0}`: it has to be a loopback address with a port, such as `127.0.0.1:8080`"
    )]
    EmulatorHost(String),
    /// Nobody said which emulator is meant.
    #[error(
        "which emulator? Name its port (`callmap emulator --env --port 8085`), or set `CALLMAP_EMULATOR_HOST` to its address"
    )]
    WhichEmulator,
    /// An emulator where Google Cloud itself is asked for.
    #[error(
        "`--require-live` asks for Google Cloud itself, and `CALLMAP_EMULATOR_HOST` names an emulator: unset it"
    )]
    NotLive,
    /// The emulator of the sample estate.
    #[error("the sample estate could not be served: {0}")]
    Emulator(String),
    /// There is nothing to run calls on.
    #[error("nothing could be started to make calls with: {0}")]
    Runtime(io::Error),
    /// What is typed as the address of a function is none that is called.
    #[error("`{url}` {what}")]
    Url {
        /// What was typed.
        url: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A function was named, and where it answers cannot be read.
    #[error("where `{name}` answers could not be read: {why}")]
    Unread {
        /// The name.
        name: String,
        /// Why not.
        why: String,
    },
    /// There is no time left for a token.
    #[error("no token came within `--timeout`")]
    Late,
    /// A token that could be used anywhere is not shown to whoever is there.
    #[error(
        "the token by {way}, is for no function in particular, and `{host}` is no host of Google's for functions: whoever \
         answers there could use it anywhere"
    )]
    Unbound {
        /// Who would be shown it.
        host: String,
        /// How the token was come by.
        way: String,
    },
    /// A function answers nowhere.
    #[error("`{0}` has no address of Google's: it is not ready yet, or its `run.app` address is off")]
    NoDoor(String),
    /// What is to be sent to a function means nothing.
    #[error("{0}")]
    Request(String),
    /// What is to be sent to a function cannot be read.
    #[error("`{path}` could not be read, and nothing was sent: {source}")]
    Data {
        /// The file, or `-`.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A call cannot go there.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A function did not answer.
    #[error("`{host}` did not answer: {error}")]
    NoAnswer {
        /// Where it was called.
        host: String,
        /// What happened.
        error: CallError,
    },
    /// An answer broke off.
    #[error("the answer is not whole: {0}")]
    BrokenOff(CallError),
    /// There is no such rule.
    #[error("there is no rule `{id}`{}", near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default())]
    NoRule {
        /// What was asked for.
        id: String,
        /// What was most likely meant.
        near: Option<&'static str>,
    },
    /// Findings cannot be accepted: all of them at once.
    #[error("{}", lines(.0))]
    Accept(Vec<AcceptError>),
    /// The map's file cannot be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A caller is not put on the map, or taken off it.
    #[error(transparent)]
    Change(#[from] Refused),
    /// A time that is over.
    #[error("`{0}` is past: name a time to come")]
    Past(String),
    /// A file would be overwritten.
    #[error("`{}` is there already: write to another file, or remove it first", .0.display())]
    Exists(PathBuf),
    /// A journal cannot be read or written, or a run broke off.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A journal by this name would not be found again.
    #[error("`{}` is no name for a journal: end it with `.ndjson`", .0.display())]
    JournalName(PathBuf),
    /// What is asked for cannot be carried out.
    #[error("{0}")]
    NotCarriedOut(&'static str),
    /// A plan or a journal that is not carried out.
    #[error("refused, and nothing was written: {0}")]
    Refused(String),
    /// Nobody can be asked.
    #[error("there is no terminal to ask on: look at `callmap plan`, and say `--yes`")]
    NobodyToAsk,
    /// The answer cannot be read.
    #[error("the answer could not be read: {0}")]
    Answer(io::Error),
    /// Something is given back only where that is asked for.
    #[error("this gives back {0}: say `{1}` where that is what you want")]
    GivesBack(&'static str, &'static str),
    /// There is nothing to write a map of.
    #[error(
        "no function is live in what was read: look further with `--project`, `--folder` or `--organization`"
    )]
    NothingLive,
    /// A file cannot be written.
    #[error("`{}` could not be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What the emulator is to serve is no state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The emulator cannot listen.
    #[error("port {port} cannot be served: {source}; name another one with `--port`, or 0 for any")]
    Serve {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Standard output cannot be written to.
    #[error("standard output could not be written to: {0}")]
    Print(io::Error),
}

fn lines(errors: &[AcceptError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Error {
    /// A file that cannot be written.
    pub fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }

    /// What to do about it, where the message alone does not say.
    fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoScope => Some(
                "a map in `policies/` says which projects as well, and so does `GOOGLE_CLOUD_PROJECT`; an export of \
                 Cloud Asset Inventory is read with `--from FILE`; `--demo` shows what comes of it on a sample estate",
            ),
            Self::NoMap(_) => Some(
                "`callmap discover --project PROJECT -o FILE` writes a first one of what is live; with `--demo`, the \
                 sample estate brings its own",
            ),
            Self::Unread { .. } => Some(
                "name the function by its URL, `https://….run.app`: nothing has to be read for that. \
                 `roles/run.viewer` lets names be read",
            ),
            Self::Unbound { .. } => Some(
                "take a token for it alone, with `--impersonate EMAIL`; or name the function instead of its URL, so that \
                 its own address is looked up",
            ),
            Self::NoDoor(_) => Some(
                "name the function by the URL that it is reached at, and say `--audience` where that is another",
            ),
            _ => None,
        }
    }

    /// Writes the error for people, with colour, which the stream takes out where none is wanted.
    ///
    /// # Errors
    /// Where the stream cannot be written to.
    pub fn render(&self, width: usize, out: &mut dyn Write) -> io::Result<()> {
        if let Self::Map(error) = self {
            return mistakes::render(error, width, out);
        }
        let (error, bold) = (style::ERROR, style::BOLD);
        for line in self.to_string().lines() {
            writeln!(out, "{error}error{error:#}{bold}:{bold:#} {}", escape::terminal(line))?;
        }
        match self.help() {
            Some(help) => writeln!(out, "{bold}help:{bold:#} {help}"),
            None => Ok(()),
        }
    }
}
