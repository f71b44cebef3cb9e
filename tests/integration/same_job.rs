//! What may be another when a job is resumed, and what makes it another job.
//!
//! Jobs end at a known place: at a value that does not fit, or by the hand of their own child, in chunk 2 of 4.

use crate::dying::{EXEC, fresh, killed};
use crate::harness::Rmm;

/// The words of a job, one of them replaced, or left out where nothing stands for it.
fn with<'a>(words: &[&'a str], more: &[&'a str], replaced: &[(&str, &[&'a str])]) -> Vec<&'a str> {
    let one = |word: &'a str| {
        let found = replaced.iter().find(|(old, _)| *old == word);
        found.map_or_else(|| vec![word], |(_, new)| new.to_vec())
    };
    words.iter().flat_map(|&word| one(word)).chain(more.iter().copied()).collect()
}

/// The words of a job that is killed, and its file.
const KINDS: [(&[&str], &str); 2] = [
    (&["map-chunks", "a.dat", "--dtype=u1", "-i", "-j1", "--chunk=3", "--exec", EXEC], "a.dat"),
    (&["map-chunks", "a.dat", "--dtype=u1", "-o", "out", "--format=raw", "-j1", "--chunk=3", "--exec", EXEC], "out"),
];

/// What may be another, as the help of `--resume` says.
const MAY_DIFFER: [&[&str]; 11] = [
    &["--io", "pread"],
    &["--io", "mmap"],
    &["--cache", "drop"],
    &["--timeout", "1m"],
    &["-j4"],
    &["-q"],
    &["--color", "always"],
    &["--casting", "unsafe"],
    &["--overflow", "wrap"],
    &["--allow-trailing"],
    &["--raw"],
];

#[test]
fn what_does_not_change_the_results_may_be_another() {
    for (job, result) in KINDS {
        for sync in [&[][..], &["--sync"]] {
            for more in MAY_DIFFER {
                let first: Vec<&str> = with(job, &[sync, &["--receipt", "done"]].concat(), &[]);
                let threads: &[(&str, &[&str])] = if more == ["-j4"] { &[("-j1", &[])] } else { &[] };
                let again = with(&first, &[more, &["--resume"]].concat(), threads);
                let folder = killed(fresh(), &first).file("safe", "").run(&again).done().file_is(result, done()).then();
                // The same holds for its receipt, from either to the other.
                folder.run(&first).done().file_is(result, done());
            }
        }
    }
}

fn done() -> Vec<u8> {
    (2..=13).collect()
}

#[test]
fn the_same_said_in_other_words_is_the_same_job() {
    for (job, result) in KINDS {
        for replaced in [
            &[("--dtype=u1", &["--spec", "uint8:12"][..])][..],
            &[("a.dat", &["./a.dat", ":"])],
            &[("a.dat", &["a.dat", "0:12"])],
            &[("--chunk=3", &["--exec-format", "raw", "--chunk", "3", "--astype", "u1"])],
        ] {
            let first = with(job, &["--resume", "--receipt", "done"], &[]);
            let folder = killed(fresh(), &first).file("safe", "");
            folder.run(with(&first, &[], replaced)).done().file_is(result, done());
        }
    }
}

#[test]
fn what_changes_the_results_or_their_chunks_makes_another_job() {
    for (job, _) in KINDS {
        let first = with(job, &["--resume", "--receipt", "done"], &[]);
        let mut folder = killed(fresh(), &first).file("safe", "");
        for replaced in [
            &[("--chunk=3", &[][..])][..],
            &[("--chunk=3", &["--chunk=4"])],
            &[("--chunk=3", &["--chunk=3B"])],
            &[("--chunk=3", &["--chunk=3", "--exec-format", "npy"])],
            &[("--dtype=u1", &["--dtype=i1"])],
            &[("--dtype=u1", &["--dtype=u1", "--shape", "4,3"])],
            &[("--dtype=u1", &["--dtype=u1", "--shape", "11", "--offset", "1"])],
            &[("a.dat", &["a.dat", "0:6"])],
            &[("a.dat", &["a.dat", "::-1"])],
            &[(EXEC, &["cat"])],
        ] {
            let ran = folder.run(with(&first, &[], replaced));
            folder = ran.code(4).stderr_has("another").stderr_has("hint: rmm map-chunks --resume a.dat").then();
        }
    }
}

#[test]
fn sync_stays_as_the_job_was_begun_and_that_is_said() {
    let without = "the job was begun without --sync: it is on stable storage when it ends, and outlives no loss of power until then\n";
    let with_it = "the job was begun with --sync, and goes on with it\n";
    for (job, result) in KINDS {
        for (began, now, note) in
            [(&[][..], &["--sync"][..], without), (&["--sync"], &[], with_it), (&["--sync"], &["--sync"], "")]
        {
            let folder = killed(fresh(), &with(job, &[began, &["--resume", "--receipt", "done"]].concat(), &[]))
                .file("safe", "");
            let again = with(job, &[now, &["--resume", "--receipt", "done"]].concat(), &[]);
            let note = if note.is_empty() { String::new() } else { format!("rmm: {result}: {note}") };
            let ran = folder.run(&again).code(0).stdout("").stderr(&note).file_is(result, done());
            // A job that is done is not computed again for the storage's sake.
            ran.then().run(with(&again, &["--sync"], &[("--sync", &[])])).done().file_is(result, done());
        }
    }
}

#[test]
fn expressions_may_be_resumed_with_the_same_others() {
    let job = ["map-chunks", "a.dat", "--dtype=u1", "-i", "-j1", "--chunk=3", "--expr=x * 40.0", "--casting=unsafe"];
    let new: Vec<u8> = (1..=12_u8).map(|x| x.wrapping_mul(40)).collect();
    let fresh = || Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    for more in [&["--io", "pread"][..], &["--cache", "drop"], &["-q"], &["--timeout", "1m"]] {
        let folder = fresh().run(job).refused(7, "2 of 4 chunks are done").then();
        let again = with(&job, &[more, &["--resume", "--overflow", "wrap"]].concat(), &[]);
        folder.run(again).done().file_is("a.dat", &new);
    }
    let mut folder = fresh().run(job).refused(7, "2 of 4 chunks are done").then();
    for replaced in [
        &[("--chunk=3", &[][..])][..],
        &[("--chunk=3", &["--chunk=6"])],
        &[("--expr=x * 40.0", &["--expr=x * 41.0"])],
        &[("--expr=x * 40.0", &["--expr=x*40.0"])],
        &[("--expr=x * 40.0", &["--expr=x * 40.0", "--astype=u1"])],
        &[("a.dat", &["a.dat", "0:6"])],
    ] {
        let again = with(&job, &["--resume", "--overflow", "wrap"], replaced);
        folder = folder.run(again).refused(4, "is the journal of another job").then();
    }
    folder.run(with(&job, &["--resume", "--overflow", "wrap"], &[])).done().file_is("a.dat", new);
}
