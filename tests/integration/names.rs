//! Names that lead elsewhere while a job runs: nothing that is somebody else's by then is replaced, removed or given up.

use crate::dying::{EXEC, NEXT, all_done, fresh, killed};
use crate::harness::{Ran, Rmm};
use crate::resume::JOURNAL;

const PART: &str = "out.rmm-part";
const PART_JOURNAL: &str = "out.rmm-part.rmm-journal";
const IN_PLACE: [&str; 8] = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3"];

/// Runs a job in 4 chunks whose child adds one, and does something else first in one of them, and prints how it ended.
fn ended(options: &str, chunk: u32, deed: &str) -> Ran {
    let script = format!("if [ $RMM_CHUNK = {chunk} ]; then {deed}; fi; {NEXT}");
    fresh()
        .file("deed", script)
        .sh(&format!("rmm map-chunks a.dat -d u1 -j1 --chunk 3 --exec 'sh deed' {options}; echo $?"))
}

fn old() -> Vec<u8> {
    (1..=12).collect()
}

#[test]
fn a_partial_file_that_is_somebody_elses_by_the_end_is_not_given_the_name_of_the_result() {
    let theirs = format!("rm {PART} {PART_JOURNAL}; echo theirs > {PART}; echo theirs > {PART_JOURNAL}");
    for options in ["-o out -f raw --resume", "-o out -f raw --resume --sync"] {
        let ran = ended(options, 2, &theirs).code(0).stdout("3\n");
        let ran = ran.stderr_has("out.rmm-part, which was removed or replaced meanwhile");
        let ran = ran.names_are(["a.dat", "deed", PART, PART_JOURNAL]);
        ran.file_is(PART, "theirs\n").file_is(PART_JOURNAL, "theirs\n");
        // Nor does a job that has stored nothing clear it away.
        let ran = ended(options, 0, &format!("{theirs}; exit 1")).code(0).stdout("6\n");
        let ran = ran.names_are(["a.dat", "deed", PART, PART_JOURNAL]);
        ran.file_is(PART, "theirs\n").file_is(PART_JOURNAL, "theirs\n");
    }
}

#[test]
fn a_new_file_whose_temporary_is_replaced_does_not_appear() {
    let ran = ended("-o out -f raw", 2, "for name in .out.rmm-*; do rm $name; echo theirs > $name; done").code(0);
    let ran = ran.stdout("3\n").stderr_has("which was removed or replaced meanwhile");
    assert!(!ran.then().path("out").exists());
}

#[test]
fn a_job_that_fails_leaves_the_journal_of_another() {
    let moved = format!("mv a.dat b.dat; mv {JOURNAL} b.dat.rmm-journal; cp b.dat a.dat; echo theirs > {JOURNAL}");
    for options in ["-i", "-i --sync"] {
        let ran = ended(options, 0, &format!("{moved}; exit 1")).code(0).stdout("6\n");
        ran.file_is(JOURNAL, "theirs\n").file_is("a.dat", old());
        let ran = ended(options, 2, &moved).code(0).stdout("3\n").stderr_has("a.dat: was replaced by another file");
        let ran = ran.file_is(JOURNAL, "theirs\n");
        assert!(!ran.said().contains("the job is done"), "{}", ran.said());
    }
}

#[test]
fn a_journal_that_was_moved_with_its_array_is_kept() {
    let ran = ended("-i", 2, &format!("mkdir new; mv a.dat {JOURNAL} new")).code(0).stdout("3\n");
    let said = "vanished while being written: No such file or directory; 4 of 4 chunks are done: elements 0 to 11 of the \
                selection; its journal was moved or removed meanwhile\n";
    let ran = ran.stderr_has(said);
    assert!(ran.then().path("new").join(JOURNAL).exists());
}

#[test]
fn the_journal_of_a_job_that_runs_is_not_removed_though_its_array_was_moved() {
    let discard = "rmm map-chunks a.dat --discard-journal 2> said; echo $? > code";
    let ran = ended("-i", 2, &format!("mv a.dat old.dat; cp old.dat a.dat; {discard}")).code(0).stdout("3\n");
    let ran = ran.file_is("code", "4\n").names_are(["a.dat", JOURNAL, "code", "deed", "old.dat", "said"]);
    // Once nobody holds it, it is as it says.
    let ran = ran.then().run(["map-chunks", "a.dat", "--discard-journal"]).code(0);
    ran.stderr_has("is the journal of another file").names_are(["a.dat", "code", "deed", "old.dat", "said"]);
}

#[test]
fn what_is_called_as_a_journal_that_never_appeared_is_removed_where_it_is_one() {
    let name = "a.dat.rmm-journal.new";
    let ran = fresh().file(name, "precious").run([&IN_PLACE[..], &["--exec", NEXT]].concat());
    let ran = ran.refused(5, "is not a journal of rmm").stderr_has("hint: mv a.dat.rmm-journal.new ");
    ran.file_is(name, "precious").file_is("a.dat", old());
    let create = ["create", "a.dat", "-d", "u1", "-s", "3", "--force"];
    for words in [&create[..], &["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x"]] {
        fresh().file(name, [0; 5000]).run(words).code(0).names_are(["a.dat"]);
    }
    fresh().file(name, "precious").run(create).code(0).file_is(name, "precious");
    let folder = fresh().file(format!("{PART_JOURNAL}.new"), [0; 5000]);
    folder.run(["create", "out", "-d", "u1", "-s", "3"]).code(0).names_are(["a.dat", "out"]);
}

#[test]
fn what_is_edited_into_a_copy_is_known_to_be_half_done() {
    let warning = "rmm: a.dat has an unfinished job, or one that runs: some elements are old, some are new\n";
    let spec = ["a.dat", "-d", "u1"];
    for words in [
        &["set", "0", "9", "--mode", "c", "-o", "copy"][..],
        &["set", "0", "9", "--dry-run"],
        &["map-chunks", "-i", "--check", "--expr", "x + 1"],
    ] {
        let folder = killed(fresh(), &[&IN_PLACE[..], &["--exec", EXEC]].concat());
        let ran = folder.run([&words[..1], &spec, &words[1..]].concat()).code(0);
        assert_eq!(ran.said().matches(warning).count(), 1, "{words:?}: {}", ran.said());
    }
    let folder = killed(fresh(), &[&IN_PLACE[..], &["--exec", EXEC]].concat()).file("safe", "");
    folder.run([&IN_PLACE[..], &["--exec", EXEC, "--resume"]].concat()).done().file_is("a.dat", all_done());
}

#[test]
fn what_waits_in_a_journal_is_stored_wherever_its_chunks_lie() {
    // Stores beyond 2,560,000 bytes fail, in the middle of a chunk.
    let (expr, exec) = ("--expr 'x + 1.0' --casting unsafe", "--exec 'tr \"\\000\" \"\\001\"' --chunk 50");
    for (index, shape, by, counted) in [
        (":", "--order F -s 1000,4000", expr, "in the order of the file"),
        ("::-1,:", "-s 4000,1000", expr, "in the order of the file"),
        (":,::2", "-s 4000,1000", expr, "of the selection"),
        (":,::-3", "--order F -s 1000,4000", expr, "in the order of the file"),
        (":,::2", "-s 4000,1000", exec, "of the selection"),
        (":,::-3", "--order F -s 1000,4000", exec, "in the order of the chunks"),
        ("3999:3499:-1,:", "-s 4000,1000 --sync", expr, "in the order of the file"),
        (":,3500:", "--order F -s 1000,4000 --sync", exec, "in the order of the file"),
    ] {
        let job = format!("ulimit -f 5000; rmm map-chunks a.dat '{index}' -d u1 {shape} -i -j1 --io pread {by}");
        let ran = Rmm::new().sparse("a.dat", 4_000_000).sh(&job).refused(3, "File too large");
        let ran = ran.stderr_has("in the journal: ").then().run(["map-chunks", "a.dat", "--discard-journal"]);
        let ran = ran.code(0).names_are(["a.dat"]);
        // No chunk is new in part, and as many are new as is said.
        let ones: usize = ran.read("a.dat").into_iter().map(usize::from).sum();
        ran.stderr_has(&format!("elements 0 to {} {counted}\n", ones - 1));
    }
}
