//! The program: the command line comes in, an exit code goes out.

use std::{io, process::ExitCode};

use anstream::AutoStream;
use callmap::{
    cli::Cli,
    commands::{self, Console},
};

/// Usage, map, file or credentials.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to be told where this fails.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(WRONG));
        }
    };
    let columns = std::env::var("COLUMNS").ok();
    let terminal = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
    let width = commands::width(columns.as_deref(), terminal);
    let mut out = AutoStream::new(io::stdout(), cli.color());
    let mut err = AutoStream::new(io::stderr(), cli.color());
    let mut console =
        Console { out: &mut out, err: &mut err, width, is_quiet: cli.is_quiet(), now: cli.now() };
    match cli.run(&mut console) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => {
            // As above.
            let _ = error.render(width, console.err);
            ExitCode::from(WRONG)
        }
    }
}
