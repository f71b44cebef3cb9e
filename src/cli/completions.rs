//! `rmm completions`: what a shell needs to complete the words of `rmm`.

use clap::Args;
use clap_complete::{Shell, generate};

use super::failure::Exit;
use super::ui::Ui;

/// Print a completion script for a shell
///
/// The script goes to stdout. It names every subcommand and option of this very rmm, so it is best made again after an
/// update.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm completions bash > rmm.bash       then: source rmm.bash
  rmm completions zsh > _rmm            into a folder of $fpath
  rmm completions fish > rmm.fish       into ~/.config/fish/completions
  rmm completions powershell > _rmm.ps1
                                        then: . ./_rmm.ps1")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    generate(args.shell, &mut super::command(), "rmm", &mut script);
    ui.data(&script)?;
    Ok(Exit::Done)
}
