//! Children of `--exec` that do not do what was agreed.

use crate::harness::{Rmm, bytes, npy_bytes};

/// 40,000 floats: more than a pipe holds.
const COUNT: u64 = 40_000;

/// What it runs, the exit code, and what is said. Where it succeeds, the array is what it was.
const CHILDREN: &[(&str, &str, i32, &str)] = &[
    ("does not exist", "no-such-program", 6, "127"),
    ("ends with a status", "cat; exit 7", 6, "7"),
    ("ends with a status after all is there", "cat; sleep 0.05; exit 1", 6, "1"),
    ("is killed", "kill -9 $$", 6, "9"),
    ("is killed midway", "head -c 1000; kill -SEGV $$", 6, "11"),
    ("gives nothing", "cat > /dev/null", 6, "0 bytes"),
    ("gives nothing and reads nothing", ":", 6, "0 bytes"),
    ("gives too little", "head -c 1000", 6, "1000 bytes"),
    ("gives a byte too little", "head -c 319999", 6, "319999 bytes"),
    ("gives a byte too much", "cat; printf x", 6, "more than"),
    ("gives without end", "yes", 6, "more than"),
    ("gives without end and reads all", "cat; yes", 6, "more than"),
    ("hangs before it reads", "sleep 60", 6, "did not finish within 2 s"),
    ("hangs with all done", "cat; sleep 60", 6, "did not finish within 2 s"),
    ("closes its input early", "exec 0<&-; head -c 320000 /dev/zero", 0, ""),
    ("closes its output early", "cat > /dev/null; exec 1>&-; sleep 0.05", 6, "0 bytes"),
    ("leaves a process behind that holds its output", "cat; sleep 60 &", 6, "did not finish within 2 s"),
    ("leaves a process behind that holds nothing", "cat; sleep 0.2 > /dev/null 2>&1 < /dev/null &", 0, ""),
    ("ignores SIGTERM", "trap '' TERM; cat; sleep 60", 6, "did not finish within 2 s"),
    (
        "ignores SIGTERM with its children",
        "trap '' TERM; sh -c 'trap \"\" TERM; sleep 60'",
        6,
        "did not finish within 2 s",
    ),
    ("stops itself", "cat; kill -STOP $$", 6, "did not finish within 2 s"),
    ("answers before it reads", "head -c 320000 /dev/zero; cat > /dev/null", 0, ""),
];

#[test]
fn children_that_fail_leave_their_chunk_as_it_was() {
    let array = npy_bytes("<f8", &[COUNT], &bytes(&vec![0.0_f64; COUNT as usize]));
    for &(what, command, code, message) in CHILDREN {
        let ways = [&["-i"][..], &["-o", "o.npy"], &["-f", "raw", "-o", "-"]];
        // A child that hangs takes its time, and one way is enough to see how it ends.
        let ways = if message.contains("did not finish") { &ways[..1] } else { &ways[..] };
        for to in ways {
            // What the child says on stderr is its own affair.
            let command = format!("exec 2> /dev/null; {command}");
            let words = ["map-chunks", "a.npy", "--exec", &command, "--timeout", "2s", "--chunk", "1GiB"];
            let ran = Rmm::new().file("a.npy", &array).run(words.iter().chain(to.iter()));
            let said = ran.said();
            let ran = ran.code(code);
            assert!(said.contains(message), "{what}: {said}");
            let ran = ran.file_is("a.npy", &array);
            let made = code == 0 && to.contains(&"o.npy");
            let _ = if made { ran.names_are(["a.npy", "o.npy"]) } else { ran.names_are(["a.npy"]) };
        }
    }
}
