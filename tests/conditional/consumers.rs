//! What other programs make of output that is piped to them, and the program of theirs.
//!
//! Each line is run by a shell, in a folder with `a.npy`: 3 million float32 in 3 columns, 0, 1, 2 and so on.

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::needs::{self, Need, RMM, scratch, succeeded, trial};

/// A program, a line that has it read what `rmm` writes or the other way round, and what is printed.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("head", "rmm slice a.npy | head -n 2", "0.0\t1.0\t2.0\n3.0\t4.0\t5.0"),
    ("head", "cat a.npy | rmm slice - -f csv | head -n 1", "0.0,1.0,2.0"),
    ("awk", "rmm slice a.npy :,0 --astype i8 | awk '{ s += $1 } END { printf \"%.0f\\n\", s }'", "1499998500000"),
    (
        "awk",
        "rmm slice a.npy 1 -f text | awk '{ print $1 * 2 }' | rmm create b.npy --from - && rmm get b.npy :",
        "6\n8\n10",
    ),
    ("sort", "rmm slice a.npy :,1 --astype i4 | sort -rn | head -n 1", "2999998"),
    (
        "sort",
        "rmm slice a.npy ::-1,2 --astype i4 | sort -n | rmm create b.npy --from - -d i4 && rmm get b.npy 0 -1",
        "2\n2999999",
    ),
    ("jq", "rmm slice a.npy 5:7 --astype i4 -f json | jq -c '.[1]'", "[18,19,20]"),
    ("jq", "rmm slice a.npy --astype i4 -f ndjson | jq -c 'select(.[0] == 2999997)'", "[2999997,2999998,2999999]"),
    ("jq", "rmm info a.npy --json | jq -c .shape", "[1000000,3]"),
    (
        "duckdb",
        "rmm slice a.npy -f csv --header | duckdb -noheader -list -c \"select count(*) from read_csv('/dev/stdin')\"",
        "1000000",
    ),
];

/// A module of Python, what it does with standard input, what `rmm` writes to it, and what is printed.
const MODULES: &[(&str, &str, &str, &str)] = &[
    (
        "numpy",
        "np.load(io.BytesIO(sys.stdin.buffer.read()))[-1].tolist()",
        "slice a.npy 1: -f npy",
        "[2999997.0, 2999998.0, 2999999.0]",
    ),
    ("numpy", "np.loadtxt(sys.stdin).shape", "slice a.npy :1000 -f text", "(1000, 3)"),
    ("numpy", "np.loadtxt(sys.stdin, delimiter=',')[:, 1].sum()", "slice a.npy :1000 -f csv", "1499500.0"),
    ("numpy", "int(np.frombuffer(sys.stdin.buffer.read(), 'f4')[-1])", "slice a.npy -f raw --cols 0", "2999997"),
    (
        "duckdb",
        "duckdb.sql(\"select max(c) from read_csv('/dev/stdin', header=false, auto_detect=false, delim=',', columns={'a': 'INT', 'b': 'INT', 'c': 'INT'})\").fetchall()",
        "slice a.npy :1000 --astype i4 -f csv",
        "[(2999,)]",
    ),
];

/// The same for what only a build with the feature `arrow` writes.
const ARROW: &[(&str, &str, &str, &str)] = &[
    (
        "polars",
        "polars.read_ipc_stream(sys.stdin.buffer).sum().row(0)",
        "slice a.npy --astype f8 -f arrow",
        "(1499998500000.0, 1499999500000.0, 1500000500000.0)",
    ),
    (
        "polars",
        "polars.read_ipc_stream(sys.stdin.buffer).schema.dtypes()",
        "slice m.dat -d t:M8[ms],x:f2,b:?,n:u8 -f arrow",
        "[Datetime(time_unit='ms', time_zone=None), Float16, Boolean, UInt64]",
    ),
    (
        "pyarrow",
        "pyarrow.ipc.open_stream(sys.stdin.buffer).read_all()[2][-1].as_py()",
        "slice a.npy -f arrow",
        "2999999.0",
    ),
    (
        "pyarrow",
        "pyarrow.ipc.open_stream(sys.stdin.buffer).read_all().to_pydict()",
        "slice m.dat -d t:M8[ms],x:f2,b:?,n:u8 --field t --field b -f arrow",
        "{'t': [None, datetime.datetime(1970, 1, 1, 0, 0)], 'b': [True, False]}",
    ),
    (
        "duckdb",
        "duckdb.from_arrow(pyarrow.ipc.open_stream(sys.stdin.buffer).read_all()).sum('\"1\"').fetchall()",
        "slice a.npy --astype i8 -f arrow",
        "[(1499999500000,)]",
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    let program = |(at, &(program, line, expected)): (usize, &(&'static str, &'static str, &'static str))| {
        let need = needs::program(&[program]);
        trial(&format!("consumers::{program}_{at}"), need, move |_| printed(line, expected))
    };
    let module = |need: fn(&str) -> Need<std::path::PathBuf>| {
        move |(at, &(module, code, words, expected)): (
            usize,
            &(&'static str, &'static str, &'static str, &'static str),
        )| {
            trial(&format!("consumers::{module}_{at}"), need(module), move |python| {
                let imports = "import datetime, io, sys, numpy as np";
                let others = if code.contains("pyarrow") { "import pyarrow, pyarrow.ipc" } else { "" };
                let script = format!("{imports}\n{others}\nimport {module}\nprint({code})");
                let line = format!("rmm {} | '{}' -c \"$SCRIPT\"", quoted(words), python.display());
                printed_by(&line, &script, expected)
            })
        }
    };
    let programs = PROGRAMS.iter().enumerate().map(program);
    let modules = MODULES.iter().enumerate().map(module(needs::module));
    let arrow = ARROW.iter().enumerate().map(module(with_arrow));
    programs.chain(modules).chain(arrow).collect()
}

/// The Python that has a module, where this build writes what that reads.
fn with_arrow(name: &str) -> Need<std::path::PathBuf> {
    if cfg!(feature = "arrow") { needs::module(name) } else { Err("needs --features arrow".to_owned()) }
}

/// Words for a shell, each in quotes.
fn quoted(words: &str) -> String {
    words.split(' ').map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ")
}

fn printed(line: &str, expected: &str) -> Result<(), Failed> {
    printed_by(line, "", expected)
}

fn printed_by(line: &str, script: &str, expected: &str) -> Result<(), Failed> {
    let folder = scratch()?;
    let own = Path::new(RMM).parent().expect("the program lies in a folder");
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap_or_default());
    let run = |line: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env("PATH", &path).env("SCRIPT", script).current_dir(folder.path()).output()
    };
    let described = "-d t:M8[ms],x:f2,b:?,n:u8";
    succeeded(&run("rmm create a.npy -s 1000000,3 -d f4 --arange")?)?;
    succeeded(&run(&format!(
        "rmm create m.dat -s 2 {described} -q && rmm set m.dat 0 \"('NaT',1.5,True,7)\" {described}"
    ))?)?;
    let output = run(line)?;
    succeeded(&output)?;
    let found = String::from_utf8_lossy(&output.stdout);
    if found.trim_end() == expected {
        return Ok(());
    }
    Err(format!("{line}\nprinted {found}, not {expected}\n{}", String::from_utf8_lossy(&output.stderr)).into())
}
