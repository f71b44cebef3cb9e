//! Tests that need something a machine may not have: NumPy, other programs, root, four spare gibibytes.
//!
//! A trial whose need is not met is reported as ignored, with the need in brackets before its name. One file a group;
//! each has `trials()`, and knows nothing of the others.

mod cgroup;
mod concurrency;
mod consumers;
mod disk;
mod exact;
mod full_disk;
mod guess;
mod injection;
mod interchange;
mod memory;
mod needs;
mod numpy;
mod power;
mod remount;
mod sharing;
mod truncation;

use libtest_mimic::{Arguments, Trial};

fn main() -> std::process::ExitCode {
    let args = Arguments::from_args();
    let groups = [
        numpy::trials,
        concurrency::trials,
        memory::trials,
        full_disk::trials,
        injection::trials,
        truncation::trials,
        power::trials,
        remount::trials,
        cgroup::trials,
        interchange::trials,
        consumers::trials,
        exact::trials,
        guess::trials,
        sharing::trials,
    ];
    let trials: Vec<Trial> = groups.iter().flat_map(|trials| trials()).collect();
    libtest_mimic::run(&args, trials).exit_code()
}
