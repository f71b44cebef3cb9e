//! Jobs with `-o` that can be resumed: what they leave behind when they end early, who is kept out, and how they go on.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::dying::{self, EXEC, NEXT, all_done, deadly, fresh, pasted};
use crate::harness::{Ran, Rmm, npy_bytes};
use crate::whose_journal;

const PART: &str = "out.rmm-part";
const JOURNAL: &str = "out.rmm-part.rmm-journal";

fn words<'a>(exec: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-o", "out", "-f", "raw", "--chunk", "3", "--exec", exec];
    let threads = if options.iter().any(|option| option.starts_with("-j")) { &[][..] } else { &["-j1"] };
    own.iter().chain(threads).chain(options).copied().collect()
}

/// A folder with `a.dat`, the bytes 1 to 12, of which a job in 4 chunks that makes `out` has died in chunk 2.
fn killed(options: &[&str]) -> Rmm {
    dying::killed(fresh(), &words(EXEC, options))
}

fn resumed(folder: Rmm, options: &[&str]) -> Ran {
    folder.file("safe", "").run(words(EXEC, options))
}

#[test]
fn a_job_that_was_killed_goes_on_and_its_file_appears_whole() {
    for options in [&["--resume"][..], &["--resume", "--sync"], &["--resume", "--io", "pread"]] {
        let folder = killed(options);
        assert!(folder.path(PART).exists() && folder.path(JOURNAL).exists() && !folder.path("out").exists());
        // The first chunk is not computed again.
        let exec = format!("[ $RMM_CHUNK != 0 ] || touch again; {EXEC}");
        let folder = folder.run(words(&exec, options)).refused(4, "another one").then();
        let ran = resumed(folder, &[options, &["-j3"]].concat()).done().file_is("out", all_done());
        ran.names_are(["a.dat", "out", "safe"]).file_is("a.dat", (1..=12).collect::<Vec<u8>>());
    }
}

#[test]
fn a_plain_job_leaves_nothing_that_stays() {
    let folder = killed(&[]);
    assert!(!folder.path(PART).exists() && !folder.path("out").exists());
    resumed(folder, &[]).done().file_is("out", all_done()).names_are(["a.dat", "out", "safe"]);
}

#[test]
fn only_what_is_left_is_computed() {
    let folder = fresh();
    let exec = format!("echo $RMM_CHUNK >> log; {EXEC}");
    let folder = dying::killed(folder, &words(&exec, &["--resume"]));
    let ran = folder.file("safe", "").run(words(&exec, &["--resume"])).done();
    ran.file_is("log", "0\n1\n2\n2\n3\n").file_is("out", all_done());
}

#[test]
fn every_other_command_on_the_file_says_so_and_keeps_out() {
    let folder = killed(&["--resume"]);
    let spec = ["-d", "u1"];
    let mut folder = folder;
    for other in [
        &["create", "out", "-s", "3"][..],
        &["create", "out", "-s", "3", "--force"],
        &["slice", "a.dat", "-o", "out", "-f", "raw"],
        &["map-chunks", "a.dat", "--expr", "x", "-o", "out", "-f", "raw"],
        &["map-chunks", "a.dat", "--expr", "x", "-o", "out", "-f", "raw", "--resume"],
        &["map-chunks", "a.dat", "--exec", NEXT, "-o", "out", "-f", "raw"],
    ] {
        let ran = folder.run(other.iter().chain(&spec)).refused(4, "unfinished").stderr_has("--discard-journal");
        folder = ran.then();
        assert!(folder.path(PART).exists() && folder.path(JOURNAL).exists());
    }
    let ran = folder.run(words(&deadly("exit 1"), &["--receipt", "done"])).refused(4, "2 of 4 chunks are computed");
    ran.stderr_has("--resume").names_are(["a.dat", PART, JOURNAL]);
}

#[test]
fn it_is_given_up_with_word_of_what_was_done() {
    for words in
        [&["map-chunks", "out", "--discard-journal"][..], &["map-chunks", "a.dat", "-o", "out", "--discard-journal"]]
    {
        let said =
            "rmm: out: the job that makes it is given up; 2 of 4 chunks are done: elements 0 to 5 of the selection\n";
        let ran = killed(&["--resume"]).run(words).code(0).stderr(said).names_are(["a.dat"]);
        let folder = ran.then().run(words).code(3).then();
        folder.run(["create", "out", "-d", "u1", "-s", "3"]).done();
    }
}

#[test]
fn a_signal_stops_it_and_says_how_to_go_on() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let folder = fresh();
        let exec = deadly(&format!("kill -{signal} $PPID; sleep 5"));
        let (ended, stderr) = dying::ended(&folder, &words(&exec, &["--resume"]));
        assert_eq!(ended, Some(number), "{stderr}");
        assert!(stderr.contains("2 of 4 chunks are done") && stderr.contains("out.rmm-part is kept"), "{stderr}");
        assert!(stderr.contains(" --resume"), "{stderr}");
        folder.file("safe", "").run(words(&exec, &["--resume"])).done().file_is("out", all_done());
    }
}

#[test]
fn a_failure_keeps_what_is_done_and_nothing_where_nothing_is() {
    let ran = fresh().run(words(&deadly("true"), &["--resume"])).refused(6, "out.rmm-part is kept");
    let folder = ran.stderr_has("2 of 4 chunks are done").names_are(["a.dat", PART, JOURNAL]).then();
    let ran = folder.file("safe", "").run(words(&deadly("true"), &["--resume"])).done();
    ran.file_is("out", all_done());
    fresh().run(words("exit 1", &["--resume"])).refused(6, "").names_are(["a.dat"]);
}

#[test]
fn a_job_that_no_rule_lets_end_is_told_how_to_be_given_up() {
    // Enough elements for a chunk that is stored before the last, which fits no rule.
    let mut old = vec![1; 4 << 20];
    old[(4 << 20) - 1] = 255;
    let job = ["map-chunks", "a.dat", "-d", "i1", "-j1", "-o", "out", "-f", "raw", "--resume", "--expr", "2**x"];
    let folder = Rmm::new().file("a.dat", old).run(job).refused(7, "out.rmm-part is kept").then();
    let ran = folder.run(job).refused(7, "out.rmm-part is kept").stderr_has("hint: rmm map-chunks --resume a.dat");
    let ran = ran.stderr_has("hint: rmm map-chunks out --discard-journal\n").names_are(["a.dat", PART, JOURNAL]);
    ran.then().run(["map-chunks", "out", "--discard-journal"]).code(0).names_are(["a.dat"]);
}

#[test]
fn a_journal_of_other_chunks_is_left_alone_though_nothing_of_it_is_done() {
    let exec = EXEC.replace("$RMM_CHUNK = 2", "$RMM_CHUNK = 0");
    let folder = dying::killed(fresh(), &words(&exec, &["--resume"]));
    // The length of a block, as another version might choose it.
    whose_journal::alter(&folder, JOURNAL, &[18]);
    let folder = folder.file("safe", "");
    let (_, said) = dying::ended(&folder, &words(&exec, &["--resume"]));
    assert!(said.contains("is the journal of another job, of other chunks\nhint: "), "{said}");
    assert!(!said.contains("is kept") && said.matches("hint: ").count() == 2, "{said}");
    assert!(folder.path(PART).exists() && folder.path(JOURNAL).exists());
}

#[test]
fn arrays_with_headers_and_expressions_are_made_so_too() {
    let folder = fresh();
    let job = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x + 1", "-o", "out.npy", "--resume"];
    let folder = folder.run(job).done().file_is("out.npy", npy_bytes("|u1", &[12], &all_done())).then();
    let ran = folder.run(job).refused(2, "exists already").names_are(["a.dat", "out.npy"]);
    let folder = ran.then().run(job.into_iter().chain(["--force", "--sync"])).done().then();
    // A type that needs a sidecar, and one that needs none any more.
    let bf16 = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "--astype", "bfloat16", "-o", "out.npy", "--resume"];
    let ran = folder.run(bf16.into_iter().chain(["--force"])).done();
    let folder = ran.names_are(["a.dat", "out.npy", "out.npy.rmm.json"]).then();
    folder.run(job.into_iter().chain(["--force"])).done().names_are(["a.dat", "out.npy"]);
}

#[test]
fn a_receipt_makes_it_done_once() {
    let folder = fresh();
    let job = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x + 1", "-o", "out", "-f", "raw", "--receipt", "done"];
    let folder = folder.run(job).done().file_is("out", all_done()).names_are(["a.dat", "done", "out"]).then();
    let folder = folder.run(job).done().then();
    // Killed when its file had its name, and before its journal was gone.
    let journal = std::fs::read(killed(&["--receipt", "other"]).path(JOURNAL)).expect("there");
    let folder = folder.file(JOURNAL, journal);
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    let folder = folder.run(job).done().names_are(["a.dat", "done", "out"]).then();
    let folder = folder.run(job.into_iter().chain(["--resume", "--sync"])).done().file_is("out", all_done()).then();
    let other = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "out", "-f", "raw", "--receipt", "done"];
    let folder = folder.run(other).refused(2, "is the receipt of another job").then();
    std::fs::remove_file(folder.path("out")).expect("there");
    folder.run(job).refused(2, "or what it made has changed");
}

#[test]
fn wherever_the_end_falls_the_same_command_goes_on() {
    // A journal whose file has not its name yet, or its final one already.
    let folder = killed(&["--resume"]);
    std::fs::rename(folder.path(PART), folder.path(".out.rmm-abcdef")).expect("there");
    let ran = resumed(folder, &["--resume"]).done().file_is("out", all_done());
    let folder = ran.names_are(["a.dat", "out", "safe"]).then();
    let journal = std::fs::read(killed(&["--resume"]).path(JOURNAL)).expect("there");
    let folder = folder.file(JOURNAL, &journal);
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    // What is refused changes nothing.
    let folder = resumed(folder, &["--resume"]).refused(2, "exists already").then();
    let ran = folder
        .run(["map-chunks", "out", "--discard-journal"])
        .code(0)
        .stderr_has("a journal without a partial file is removed");
    let folder = ran.names_are(["a.dat", "out", "safe"]).then().file(JOURNAL, &journal);
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    let ran = resumed(folder, &["--resume", "--force"]).done().file_is("out", all_done());
    ran.names_are(["a.dat", "out", "safe"]);
}

#[test]
fn what_is_called_as_a_partial_file_and_is_not_one_stays_as_it_is() {
    let job = words(NEXT, &["--resume"]);
    for other in [&job[..], &words(NEXT, &["--receipt", "done"]), &["map-chunks", "out", "--discard-journal"]] {
        let folder = fresh().file(PART, "mine").file("out.rmm-part.old", "older");
        let hint = "hint: mv out.rmm-part out.rmm-part.old1\n";
        let ran = folder.run(other).refused(2, "is there without a journal").stderr_has(hint);
        // Who has nothing to do with it goes on.
        let ran = ran.then().run(["create", "out", "-s", "3"]).done().file_is(PART, "mine");
        let ran =
            ran.then().run(["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "out", "-f", "raw", "--force"]);
        let folder = ran.done().then();
        std::fs::remove_file(folder.path("out")).expect("there");
        let ran = pasted(folder.run(&job)).done().then().run(&job).done().file_is("out", all_done());
        ran.file_is("out.rmm-part.old1", "mine").file_is("out.rmm-part.old", "older");
    }
}

#[test]
fn what_is_called_as_the_journal_of_a_partial_file_and_is_not_one_stays_as_it_is() {
    let job = words(NEXT, &["--resume"]);
    for other in [&job[..], &["map-chunks", "out", "--discard-journal"]] {
        let folder = fresh().file(JOURNAL, "mine");
        std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
        let ran = pasted(folder.run(other).refused(5, "is not a journal of rmm")).done();
        let ran = ran.then().run(&job).done().file_is("out", all_done());
        ran.file_is("out.rmm-part.rmm-journal.old", "mine");
        // A file beside a journal of another one.
        let folder = killed(&["--resume"]);
        std::fs::remove_file(folder.path(PART)).expect("there");
        let ran = folder.file(PART, "mine").run(other).refused(5, "is the journal of another file");
        let ran = ran.stderr_has("hint: mv out.rmm-part out.rmm-part.old\n");
        let ran = ran.stderr_has("hint: mv out.rmm-part.rmm-journal out.rmm-part.rmm-journal.old\n");
        let ran = pasted(ran).done().then().run(&job).done();
        ran.file_is("out", all_done()).file_is("out.rmm-part.old", "mine");
    }
}

#[test]
fn a_journal_that_another_job_has_just_begun_is_left_to_it() {
    let folder = killed(&["--resume"]);
    std::fs::remove_file(folder.path(PART)).expect("there");
    let held = std::fs::File::open(folder.path(JOURNAL)).expect("there");
    held.try_lock().expect("free");
    let folder = folder.run(words(NEXT, &["--resume"])).refused(4, "is in use by").then();
    let folder = folder.run(["map-chunks", "out", "--discard-journal"]).refused(4, "is in use by").then();
    // And before it has its name.
    std::fs::rename(folder.path(JOURNAL), folder.path("out.rmm-part.rmm-journal.new")).expect("renamed");
    let folder = folder.run(words(NEXT, &["--resume"])).refused(4, "is in use by").then();
    drop(held);
    folder.run(words(NEXT, &["--resume"])).done().file_is("out", all_done()).names_are(["a.dat", "out"]);
}

#[test]
fn an_input_that_has_changed_since_is_another_job() {
    let folder = killed(&["--resume"]);
    let file = std::fs::File::options().write(true).open(folder.path("a.dat")).expect("there");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("owned");
    let ran =
        resumed(folder, &["--resume"]).refused(4, "of the same command, when what it reads was another\nhint: rmm");
    let ran = ran.stderr_has("--discard-journal").then().run(words(EXEC, &["--resume", "-j2"]));
    ran.refused(4, "or its input has changed since").stderr_has("--discard-journal");
}

#[test]
fn what_else_has_its_name_is_refused() {
    let job = words(NEXT, &["--resume"]);
    let folder = fresh().file("victim", "precious");
    symlink("victim", folder.path(PART)).expect("a link");
    let ran = folder.run(&job).refused(5, "is not a regular file").file_is("victim", "precious");
    let folder = pasted(ran).done().file_is("victim", "precious").then();
    std::fs::remove_file(folder.path("out.rmm-part.old")).expect("a link");
    let folder = folder.file(PART, [0; 12]).file(JOURNAL, "notes");
    folder.run(&job).refused(5, "journal").names_are(["a.dat", PART, JOURNAL, "victim"]);
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    for job in [
        &["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "--resume"][..],
        &["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "out.csv", "--resume"],
        &["map-chunks", "a.dat", "-d", "u1", "--reduce", "sum", "-o", "out.npy", "--resume"],
        &["map-chunks", "-", "-d", "u1", "--expr", "x", "-o", "out.npy", "--resume"],
        &["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "/dev/null", "-f", "raw", "--resume"],
    ] {
        fresh().run(job).refused(2, "there is nothing to resume").names_are(["a.dat"]);
    }
    let checked = &["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "out.npy", "--resume", "--check"];
    fresh().run(checked).refused(2, "cannot be used with '--check'").names_are(["a.dat"]);
    let onto_itself =
        ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-o", "a.dat", "-f", "raw", "--force", "--resume"];
    fresh().run(onto_itself).refused(2, "is both input and output").names_are(["a.dat"]);
}
