//! The command line as it is written: words and options, and which command they mean.

mod words;

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use words::{
    Accept, Apply, Audit, Call, Can, Check, Completions, Diff, Discover, Emulator, Explain, Grant, Graph,
    Man, Plan, Review, Revoke, Rule, Snapshot, Token, Undo, Who,
};

use crate::{
    commands::{self, Console, Error, Exit},
    model::Time,
};

/// Who can call which Google Cloud Run function, and is that what you declared?
///
/// Reads a map of who may call what, reads what is live, and explains every difference.
#[derive(Debug, Parser)]
#[command(name = "callmap", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 nothing found, 1 findings, 2 usage, map, file or credentials, \
    3 none found, but not everything could be read.")]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colour.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    #[arg(help_heading = "Output", display_order = 900)]
    color: Colour,
    /// Say nothing but errors, and what `--format` or `-o` ask for.
    #[arg(short, long, global = true, help_heading = "Output", display_order = 901)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Compare the map with the world.
    Audit(Box<Audit>),
    /// Plan the changes that would make the world match the map.
    #[command(
        after_help = "Exit codes: 0 made, with or without changes, 1 with --exit-code and something to do, \
        2 usage, map, file or credentials, 3 made, but not everything could be read."
    )]
    Plan(Box<Plan>),
    /// Carry out the changes that make the world match the map.
    #[command(
        after_help = "Exit codes: 0 done, or nothing to do, 1 declined, or over --max-removals, 2 usage, map, file \
        or credentials, refused, or nobody to ask, 4 no longer as planned, and nothing was written, 5 not all of it \
        was done, 130 after Ctrl-C."
    )]
    Apply(Box<Apply>),
    /// Take back what an apply did.
    #[command(
        after_help = "Exit codes: 0 done, or nothing to do, 1 declined, 2 usage, file or credentials, refused, or \
        nobody to ask, 4 no longer as it was, and nothing was written, 5 not all of it was done, 130 after Ctrl-C."
    )]
    Undo(Box<Undo>),
    /// Say why a caller can, or cannot, call a function.
    Explain(Box<Explain>),
    /// List everyone who can call a function.
    Who(Box<Who>),
    /// List everything a caller can call.
    Can(Box<Can>),
    /// Call a function, and say in plain words why it was refused.
    #[command(
        after_help = "Exit codes: 0 a status below 400, 1 a status of 400 or above, 2 usage, map, file or \
        credentials, no token that may go there, or no answer."
    )]
    Call(Box<Call>),
    /// Print an ID token that a function will accept.
    #[command(
        after_help = "Exit codes: 0 printed, 2 usage, map, file or credentials, or no token to be had."
    )]
    Token(Box<Token>),
    /// Write a map from what is live.
    Discover(Box<Discover>),
    /// Check the map alone, offline: syntax, names, dates.
    Check(Check),
    /// Write findings into the map as accepted, comments kept.
    Accept(Box<Accept>),
    /// Let a caller call a function for a time: edit the map, comments kept, and grant it with --apply.
    #[command(
        after_help = "Exit codes: 0 done, or nothing to do, 1 declined, 2 usage, map, file or credentials, or refused; \
        with --apply as `callmap apply`: 4 no longer as planned, 5 not all of it was done, 130 after Ctrl-C."
    )]
    Grant(Box<Grant>),
    /// Take a caller of a function off the map, comments kept, and its grant out with --apply.
    #[command(
        after_help = "Exit codes: 0 done, or nothing to do, 1 declined, 2 usage, map, file or credentials, or refused; \
        with --apply as `callmap apply`: 4 no longer as planned, 5 not all of it was done, 130 after Ctrl-C."
    )]
    Revoke(Box<Revoke>),
    /// Compare two maps, or two worlds: which access came and which went.
    #[command(
        after_help = "Exit codes: 0 compared, 1 with --exit-code and something that differs, 2 usage, map or file, \
        3 compared, but not everything that decides is known in both."
    )]
    Diff(Box<Diff>),
    /// List every temporary and human caller: until when, why, whom to ask, and what they reach.
    #[command(
        after_help = "Exit codes: 0 listed, 2 usage, map, file or credentials, 3 listed, but not everything that \
        decides was read."
    )]
    Review(Box<Review>),
    /// Draw the map and the world: who can call what, and what differs.
    #[command(
        after_help = "Exit codes: 0 drawn, 2 usage, map, file or credentials, 3 drawn, but not everything that \
        decides was read."
    )]
    Graph(Box<Graph>),
    /// Say what a rule says, why, and how to fix it.
    Rule(Rule),
    /// Save the world to a file, to be read again with `--from`.
    Snapshot(Box<Snapshot>),
    /// Tell the whole story on a sample estate.
    Demo,
    /// Serve a local Google to try things on.
    Emulator(Emulator),
    /// Write a shell's completion script.
    Completions(Completions),
    /// Write the manual page, or all of them.
    Man(Man),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

impl Cli {
    /// The command line of these words, the first of which is the program.
    ///
    /// # Errors
    /// Where they mean nothing, or ask for help; the error knows what to print and how to exit.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = command();
        let mut matches = command.try_get_matches_from_mut(words)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }

    /// When to use colour.
    pub fn color(&self) -> anstream::ColorChoice {
        match self.color {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        }
    }

    /// Whether only errors and what is asked for are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The time of the run. An emulator that the environment names has a clock of its own.
    pub fn now(&self) -> Time {
        match self.verb {
            Verb::Rule(_) | Verb::Demo | Verb::Emulator(_) | Verb::Completions(_) | Verb::Man(_) => {
                commands::here()
            }
            _ => commands::there(),
        }
    }

    /// Does what is asked for.
    ///
    /// # Errors
    /// Where it cannot be done.
    pub fn run(self, console: &mut Console<'_>) -> Result<Exit, Error> {
        match self.verb {
            Verb::Audit(audit) => commands::audit(&audit.options(), console),
            Verb::Plan(plan) => commands::plan(&plan.options(), console),
            Verb::Explain(explain) => {
                let Explain { caller, function, question } = *explain;
                commands::explain(&caller, &function, &question.options(), console)
            }
            Verb::Who(who) => {
                let Who { function, question } = *who;
                commands::who(&function, &question.options(), console)
            }
            Verb::Can(can) => {
                let Can { caller, question } = *can;
                commands::can(&caller, &question.options(), console)
            }
            Verb::Call(call) => commands::call(&call.options(), console),
            Verb::Token(token) => {
                let (function, options) = token.options();
                commands::token(&function, &options, console)
            }
            Verb::Discover(discover) => commands::discover(&discover.options(), console),
            Verb::Apply(apply) => commands::apply(&apply.options(), console),
            Verb::Undo(undo) => commands::undo(&undo.options(), console),
            Verb::Accept(accept) => commands::accept(&accept.options(), console),
            Verb::Grant(grant) => commands::grant(&grant.options(), console),
            Verb::Revoke(revoke) => commands::revoke(&revoke.options(), console),
            Verb::Check(Check { map, at, format }) => commands::check(&map, at, format.report(), console),
            Verb::Diff(diff) => commands::diff(&diff.options(), console),
            Verb::Review(review) => commands::review(&review.options(), console),
            Verb::Graph(graph) => commands::graph(&graph.options(), console),
            Verb::Rule(Rule { id }) => commands::rule(id.as_deref(), console),
            Verb::Snapshot(snapshot) => commands::snapshot(&snapshot.options(), console),
            Verb::Demo => commands::demo(console),
            Verb::Emulator(emulator) => commands::emulator(&emulator.options(), console),
            Verb::Completions(Completions { shell }) => completions(shell, console),
            Verb::Man(Man { dir }) => man(dir, console),
        }
    }
}

/// The command line. What those that write share with `plan` and then refuse, or have no use for, is not offered there;
/// who shows a function a token acts as an account there and not while reading.
fn command() -> clap::Command {
    let command = ["call", "token"].into_iter().fold(Cli::command(), |command, verb| {
        command.mut_subcommand(verb, |verb| {
            let verb = verb.mut_arg("impersonate", |arg| {
                arg.help("Have the token of this service account, as which the credentials may act")
                    .help_heading("ID token")
            });
            verb.mut_arg("concurrency", |arg| arg.hide(true))
        })
    });
    ["apply", "grant", "revoke"].into_iter().fold(command, |command, verb| {
        command.mut_subcommand(verb, |verb| {
            verb.mut_args(|arg| match arg.get_id().as_str() {
                "from" | "at" | "max_data_age" => arg.hide(true),
                _ => arg,
            })
        })
    })
}

fn completions(shell: clap_complete::Shell, console: &mut Console<'_>) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "callmap", &mut script);
    console.print(&script)?;
    Ok(Exit::Done)
}

fn man(dir: Option<PathBuf>, console: &mut Console<'_>) -> Result<Exit, Error> {
    if let Some(dir) = dir {
        clap_mangen::generate_to(command(), &dir).map_err(|source| Error::write(&dir, source))?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command()).render(&mut page).map_err(Error::Print)?;
        console.print(&page)?;
    }
    Ok(Exit::Done)
}
