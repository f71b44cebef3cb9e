//! The command `rmm`; everything it does is in the library's module `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rmm::cli::main()
}
