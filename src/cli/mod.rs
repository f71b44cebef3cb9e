//! The command line: one file a subcommand, and the few things that all of them share.
//!
//! To add a subcommand: a file with its `Args` and `run`, a variant of `Command` and a line in `Command::run`.

#![allow(clippy::doc_markdown, reason = "the comments on options are the text of --help")]

mod args;
mod argv;
mod complete;
mod completions;
mod content;
mod create;
mod edit;
mod elsewhere;
mod ended;
mod exec;
mod expr;
mod failure;
mod fill;
mod foreign;
mod get;
mod incoming;
mod info;
mod input;
mod journal;
mod lines;
mod map_chunks;
mod nothing;
mod number;
mod output;
mod partial;
mod reduce;
mod select;
mod set;
mod signals;
mod slice;
mod source;
mod table;
mod timeout;
mod typed;
mod ui;
mod updates;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::Exit;
use ui::{Globals, Ui};

/// Raw memory map: NumPy's memory-mapped arrays as a Unix command
///
/// rmm creates, inspects, reads, slices, edits and computes over files of numbers of any size - headerless raw files,
/// .npy, and what NRRD, MetaImage and ENVI headers describe - in place, in bounded memory, with NumPy's dtypes, subscripts
/// and results.
#[derive(Debug, Parser)]
#[command(name = "rmm", version, max_term_width = 100, disable_help_subcommand = false)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(create::CreateArgs),
    Info(info::InfoArgs),
    Get(get::GetArgs),
    Set(set::SetArgs),
    Slice(slice::SliceArgs),
    Fill(fill::FillArgs),
    MapChunks(map_chunks::MapChunksArgs),
    Completions(completions::CompletionsArgs),
}

impl Command {
    fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        match self {
            Self::Create(args) => create::run(&args, ui),
            Self::Info(args) => info::run(&args, ui),
            Self::Get(args) => failure::about(get::run(&args, ui), args.file()),
            Self::Set(args) => failure::about(set::run(&args, ui), args.file()),
            Self::Slice(args) => failure::about(slice::run(&args, ui), args.file()),
            Self::Fill(args) => failure::about(fill::run(&args, ui), args.file()),
            Self::MapChunks(args) => failure::about(map_chunks::run(&args, ui), args.file()),
            Self::Completions(args) => completions::run(&args, ui),
        }
    }
}

/// The whole command line, from which completions, man pages and the reference are generated.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    match complete::answer() {
        Ok(false) => {}
        Ok(true) => return Exit::Done.into(),
        Err(error) => return failure::exit_usage(&error, "rmm"),
    }
    signals::prepare();
    let command = command();
    let words = argv::normalise(std::env::args_os().collect(), &command);
    let typed = words.iter().find_map(|word| command.find_subcommand(word)).map(clap::Command::get_name);
    let typed = typed.map_or("rmm".to_owned(), |name| format!("rmm {name}"));
    let parsed = command.try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => {
            let ui = Ui::new(&cli.globals);
            failure::exit(cli.command.run(&ui).and_then(|exit| ui.close().map(|()| exit)), &ui)
        }
        Err(error) => failure::exit_usage(&error, &typed),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
