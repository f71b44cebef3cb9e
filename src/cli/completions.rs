//! `rmm completions`: what a shell needs to complete the words of `rmm`.

use clap::Args;
use clap_complete::{Shell, generate};

use super::complete::{SHELLS, VARIABLE};
use super::failure::Exit;
use super::ui::Ui;

/// Print a completion script for a shell
///
/// The script goes to stdout. It names every subcommand and option of this very rmm, so it is best made again after an
/// update.
///
/// With --dynamic the shell asks rmm at each TAB instead, which then also knows dtypes, and the fields and axes of the
/// file that is named on the line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm completions bash > rmm.bash       then: source rmm.bash
  rmm completions zsh > _rmm            into a folder of $fpath
  rmm completions fish > rmm.fish       into ~/.config/fish/completions
  rmm completions powershell > _rmm.ps1
                                        then: . ./_rmm.ps1
  rmm completions bash --dynamic > rmm.bash
                                        fields and axes, too")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
    /// Have the shell ask rmm for the words that fit
    #[arg(long)]
    dynamic: bool,
}

pub(super) fn run(args: &CompletionsArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    if args.dynamic {
        let name = args.shell.to_string();
        let shell = SHELLS.completer(&name).expect("every shell with a script can ask");
        shell.write_registration(VARIABLE, "rmm", "rmm", "rmm", &mut script)?;
    } else {
        generate(args.shell, &mut super::command(), "rmm", &mut script);
    }
    ui.data(&script)?;
    Ok(Exit::Done)
}
