//! The command `rmm`; everything it does is in the library's module `cli`.

use std::process::ExitCode;

use rmm::cli::Exit;
use rmm::mapping::OrExit;

#[global_allocator]
static MEMORY: OrExit = OrExit { code: Exit::Io as i32 };

fn main() -> ExitCode {
    rmm::cli::main()
}
