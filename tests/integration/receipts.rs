//! Receipts: which job one belongs to, so that a command that is repeated until it succeeds computes everything once.
//!
//! Jobs end at a known place by the hand of their own child, in chunk 2 of 4, for as long as there is no file `safe`.

use std::fs;
use std::os::unix::fs::symlink;

use crate::dying::{EXEC, NEXT, all_done, deadly, ended, fresh, hinted, killed};
use crate::harness::{Ran, Rmm, npy_bytes};

/// Where the results of a job go, and how it is kept: its options, its file and its journal.
const KINDS: [(&[&str], &str, &str); 4] = [
    (&["-i"], "a.dat", "a.dat.rmm-journal"),
    (&["-i", "--sync"], "a.dat", "a.dat.rmm-journal"),
    (&["-o", "out", "-f", "raw"], "out", "out.rmm-part.rmm-journal"),
    (&["-o", "out", "-f", "raw", "--sync"], "out", "out.rmm-part.rmm-journal"),
];

fn words<'a>(kind: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-j1", "--chunk", "3", "--exec", EXEC];
    own.iter().chain(kind).chain(more).copied().collect()
}

/// The hint that goes on with a job, pasted into a shell.
#[track_caller]
fn pasted(ran: Ran) -> Ran {
    let shell = hinted(&ran.said());
    ran.then().file("safe", "").run_command(shell)
}

/// A loop that repeats its command until it succeeds, for a job that somebody else has ended meanwhile: nothing is done
/// twice.
#[track_caller]
fn is_done_once(folder: Rmm, job: &[&str], (kind, result): (&[&str], &str)) {
    let folder = folder.run(job).done().file_is(result, all_done()).then();
    assert!(!folder.path("a.dat.rmm-journal").exists() && !folder.path("out.rmm-part").exists(), "{kind:?}");
}

#[test]
fn a_job_with_a_receipt_is_not_resumed_without_it_or_with_another() {
    for (kind, result, journal) in KINDS {
        let job = words(kind, &["--resume", "--receipt", "done"]);
        for other in [&[][..], &["--receipt", "other"], &["--receipt", "../done"]] {
            let folder = killed(fresh(), &job);
            let at = fs::canonicalize(folder.path("")).expect("there").join("done");
            let before = fs::read(folder.path(journal)).expect("there");
            let ran = folder.run(words(kind, &[&["--resume"], other].concat()));
            let ran = ran.refused(4, &format!("that was begun with --receipt {}", at.display()));
            let ran = ran.stderr_has("hint: rmm map-chunks --resume a.dat").stderr_has("--receipt done\n");
            let ran = ran.stderr_has(&format!("hint: rmm map-chunks {result} --discard-journal\n"));
            assert_eq!(ran.read(journal), before, "{kind:?} {other:?}");
            let ran = pasted(ran).done().file_is(result, all_done());
            is_done_once(ran.then(), &job, (kind, result));
        }
    }
}

#[test]
fn a_job_without_a_receipt_is_not_resumed_with_one() {
    for (kind, result, _) in KINDS {
        // One with -o is kept only where it is asked for.
        let job = words(kind, &["--receipt", "done", "--resume"]);
        let plain = words(kind, if result == "out" { &["--resume"] } else { &[] });
        let folder = killed(fresh(), &plain);
        let ran = folder.run(&job).refused(4, "that was begun without --receipt, and is ended without one");
        let ran = pasted(ran).done().file_is(result, all_done());
        assert!(!ran.then().path("done").exists(), "{kind:?}");
    }
}

#[test]
fn the_command_that_is_told_to_resume_a_job_names_its_receipt() {
    for (kind, result, _) in KINDS {
        // Under --sync a job that fails with its first batch keeps nothing, and one that is stopped all that is computed.
        let deed = if kind.contains(&"--sync") { "kill -TERM $PPID; sleep 5" } else { "true" };
        let exec = deadly(deed);
        let job = words(kind, &["--resume", "--receipt", "done"]);
        let job: Vec<&str> = job.iter().map(|&word| if word == EXEC { &exec } else { word }).collect();
        let folder = fresh();
        let (_, said) = ended(&folder, &job);
        assert!(said.contains("2 of 4 chunks are done: elements 0 to 5 of the selection; "), "{kind:?}: {said}");
        assert!(said.contains(" is kept\n") && said.ends_with("--receipt done\n"), "{kind:?}: {said}");
        let ran = folder.file("safe", "").run_command(hinted(&said)).done();
        is_done_once(ran.then(), &job, (kind, result));
    }
}

#[test]
fn a_job_that_keeps_nothing_names_no_command_and_is_begun_anew() {
    for (kind, result, _) in KINDS.into_iter().filter(|(kind, ..)| kind.contains(&"--sync")) {
        let exec = deadly("true");
        let job = words(kind, &["--resume", "--receipt", "done"]);
        let job: Vec<&str> = job.iter().map(|&word| if word == EXEC { &exec } else { word }).collect();
        let left = if result == "out" { "" } else { "; nothing is stored" };
        let said = format!("rmm: a.dat: chunk 2 ([6:9]): the child exited with status 1{left}\n");
        let ran = fresh().run(&job).code(6).stderr(&said).names_are(["a.dat"]);
        let ran = ran.file_is("a.dat", (1..=12).collect::<Vec<u8>>()).then().file("safe", "").run(&job).done();
        is_done_once(ran.file_is(result, all_done()).then(), &job, (kind, result));
    }
}

#[test]
fn a_receipt_is_the_same_by_whatever_path_it_is_named() {
    for (kind, result, _) in KINDS {
        let made = || {
            let folder = fresh();
            fs::create_dir(folder.path("sub")).and_then(|()| symlink("sub", folder.path("link"))).expect("made");
            folder
        };
        let absolute = |folder: &Rmm| folder.path("sub/done").display().to_string();
        for name in ["sub/done", "./sub/done", "link/done", "sub/../link/done", "the root"] {
            let folder = killed(made(), &words(kind, &["--resume", "--receipt", "sub/done"])).file("safe", "");
            let from_root = absolute(&folder);
            let name = if name == "the root" { &from_root } else { name };
            let job = words(kind, &["--resume", "--receipt", name]);
            let folder = folder.run(&job).done().file_is(result, all_done()).then();
            let folder = folder.run(&job).done().file_is(result, all_done()).then();
            assert!(folder.path("sub/done").exists());
        }
    }
}

#[test]
fn a_folder_that_is_reached_by_another_path_now_is_the_same() {
    // As another mount of the same file system would show it: another name, the same folder.
    let folder = fresh();
    fs::create_dir(folder.path("sub")).expect("made");
    let folder = killed(folder, &words(&["-i"], &["--receipt", "sub/done"])).file("safe", "");
    fs::rename(folder.path("sub"), folder.path("elsewhere")).expect("renamed");
    let job = words(&["-i"], &["--resume", "--receipt", "elsewhere/done"]);
    if folder.path("elsewhere").metadata().and_then(|metadata| metadata.created()).is_ok() {
        let folder = folder.run(&job).done().file_is("a.dat", all_done()).then();
        folder.run(&job).done();
    } else {
        folder.run(&job).refused(4, "that was begun with --receipt");
    }
}

#[test]
fn what_a_journal_says_of_its_receipt_is_shown_harmlessly() {
    let folder = killed(fresh(), &words(&["-i"], &["--receipt", "do\x1b]0;ne"]));
    let said = folder.run(words(&["-i"], &["--resume"])).refused(4, "do\\033]0;ne").said();
    assert!(!said.contains('\x1b'), "{said:?}");
}

#[test]
fn a_folder_for_the_receipt_that_is_not_there_is_told_before_anything_is_computed() {
    for (kind, ..) in KINDS {
        let ran = fresh().file("safe", "").run(words(kind, &["--receipt", "no/where"]));
        let folder = ran.refused(3, "no/where: ").names_are(["a.dat", "safe"]).then();
        fs::create_dir(folder.path("no")).expect("made");
        let folder = killed(
            {
                fs::remove_file(folder.path("safe")).expect("there");
                folder
            },
            &words(kind, &["--receipt", "no/where"]),
        );
        fs::remove_dir(folder.path("no")).expect("empty");
        let folder = folder
            .file("safe", "")
            .run(words(kind, &["--resume", "--receipt", "no/where"]))
            .refused(3, "no/where: ")
            .then();
        fs::create_dir(folder.path("no")).expect("made");
        folder.run(words(kind, &["--resume", "--receipt", "no/where"])).done();
    }
}

#[test]
fn a_receipt_has_none_of_the_names_of_a_job_that_makes_a_file() {
    let made = ["-o", "out", "-f", "raw"];
    for (name, whose) in [
        ("out", "the file that is made"),
        ("./out", "the file that is made"),
        ("out.rmm-part", "its partial file"),
        ("out.rmm-part.rmm-journal", "its journal"),
    ] {
        let ran = fresh().file("safe", "").run(words(&made, &["--receipt", name]));
        ran.refused(2, &format!("the receipt cannot have the name of {whose}")).names_are(["a.dat", "safe"]);
    }
}

#[test]
fn what_is_no_file_is_no_receipt_and_nobody_waits_for_it() {
    for (kind, ..) in KINDS {
        let folder = fresh().file("safe", "");
        fs::create_dir(folder.path("folder")).expect("made");
        let folder = folder.sh("mkfifo fifo").done().then();
        let folder = folder.run(words(kind, &["--receipt", "fifo"])).refused(2, "fifo: is not a regular file").then();
        folder.run(words(kind, &["--receipt", "folder"])).refused(2, "folder: is not a regular file");
    }
}

#[test]
fn a_job_that_has_nothing_to_do_has_a_receipt_too() {
    let expr = ["map-chunks", "a.npy", "0:0", "--expr", "x + 1"];
    let exec = ["map-chunks", "a.npy", "0:0", "--exec", "cat"];
    let fill = ["fill", "a.npy", "0:0", "--expr", "x + 1"];
    for (job, place, made) in [
        (&expr[..], &["-i"][..], None),
        (&exec, &["-i", "--sync"], None),
        (&fill, &[], None),
        (&expr, &["-o", "out.npy"], Some(npy_bytes("|u1", &[0], &[]))),
        (&exec, &["-o", "out.raw", "--sync"], Some(Vec::new())),
    ] {
        let job = |more: &[&'static str]| [job, place, &["-q", "--receipt", "done"], more].concat();
        for first in [&[][..], &["--resume"]] {
            let mut folder = Rmm::new().npy("a.npy", "|u1", [2], [1, 2]);
            let mut receipt = None;
            for more in [first, &[], &["--resume"]] {
                let ran = folder.run(job(more)).done().file_is("a.npy", npy_bytes("|u1", &[2], &[1, 2]));
                let found = ran.read("done");
                assert_eq!(*receipt.get_or_insert(found.clone()), found, "it is written once");
                folder = match &made {
                    Some(made) => ran.file_is(place[1], made).names_are(["a.npy", "done", place[1]]).then(),
                    None => ran.names_are(["a.npy", "done"]).then(),
                };
            }
            let other = [&["map-chunks", "a.npy", "0:0", "--expr", "x + 2"][..], &["-i", "--receipt", "done"]].concat();
            folder.run(other).refused(2, "is the receipt of another job");
        }
    }
    // Killed between the receipt and the name: nothing else of it stays.
    let job = ["map-chunks", "a.npy", "0:0", "--expr", "x", "-o", "out.raw", "-q", "--receipt", "done", "--resume"];
    let folder = Rmm::new().npy("a.npy", "|u1", [2], [1, 2]).run(job).done().then();
    fs::remove_file(folder.path("out.raw")).expect("there");
    let folder = folder.run(job).done().file_is("out.raw", []).names_are(["a.npy", "done", "out.raw"]).then();
    let folder = folder.run(job).done().then();
    fs::remove_file(folder.path("out.raw")).expect("there");
    let other = ["map-chunks", "a.npy", "0:0", "--expr", "x + 1", "-o", "out.raw", "-q", "--receipt", "done"];
    folder.run(other).refused(2, "is the receipt of another job");
}

#[test]
fn the_receipt_of_an_array_is_not_that_of_one_of_the_same_name_in_another_folder() {
    for (kind, result, _) in KINDS {
        let folder = fresh().file("safe", "");
        fs::create_dir(folder.path("sub"))
            .and_then(|()| fs::copy(folder.path("a.dat"), folder.path("sub/a.dat")))
            .expect("made");
        let receipt = folder.path("done").display().to_string();
        let job = words(kind, &["--resume", "--receipt", &receipt]);
        let folder = folder.run(&job).done().file_is(result, all_done()).then();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "cd sub && exec \"$@\"", "sh", "rmm"]).args(&job);
        let ran = folder.run_command(shell).refused(2, "is the receipt of another job");
        let folder = ran.file_is("sub/a.dat", (1..=12).collect::<Vec<u8>>()).then();
        assert_eq!(fs::read_dir(folder.path("sub")).expect("there").count(), 1, "{kind:?}");
        folder.run(&job).done().file_is(result, all_done());
    }
}

#[test]
fn a_receipt_of_another_device_counts_only_by_the_birth_of_the_file() {
    for (kind, result, _) in KINDS {
        let job = words(kind, &["--receipt", "done"]);
        let folder = fresh().file("safe", "").run(&job).done().file_is(result, all_done()).then();
        let receipt = fs::read_to_string(folder.path("done")).expect("text");
        let array = receipt.lines().find(|line| line.starts_with("array ")).expect("a line of it");
        let numbers: Vec<u64> = array.split(' ').skip(1).map(|number| number.parse().expect("a number")).collect();
        let [dev, ino, len, _] = numbers[..] else { panic!("{array}") };
        let unborn = |dev: u64| receipt.replace(array, &format!("array {dev} {ino} {len} 0"));
        let folder = folder.file("done", unborn(dev)).run(&job).done().then();
        folder
            .file("done", unborn(dev + 1))
            .run(&job)
            .refused(2, "is the receipt of another job")
            .file_is(result, all_done());
    }
}

/// Something happens in the last chunk of a job with a receipt: its command, with the exit code on stdout.
fn disturbed(folder: Rmm, kind: &[&str], deed: &str) -> Ran {
    let child = format!("if [ $RMM_CHUNK = 3 ] && [ ! -e safe ]; then {deed}; fi; {NEXT}");
    folder.file("child", child).sh(&format!("{}; echo $?", line(kind)))
}

fn line(kind: &[&str]) -> String {
    let how = "-d u1 -j1 --chunk 3 --exec 'sh child' --resume --receipt done";
    format!("rmm map-chunks a.dat {how} {}", kind.join(" "))
}

/// The second hint, a command, as the first says what stands in its way.
#[track_caller]
fn moved_and_resumed(ran: Ran) -> Ran {
    let said = ran.said();
    let hints: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("hint: ")).collect();
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", &hints[..2].join(" && ")]);
    ran.then().file("safe", "").run_command(shell)
}

#[test]
fn what_has_the_name_of_a_receipt_by_the_end_stays() {
    for (kind, result, journal) in KINDS {
        let other = "rmm receipt 1\njob 1\noperation 1\narray 1 1 1 1\ncommand x\n";
        for (deed, there, message) in [
            ("echo notes > done", "notes\n", "is there and is no receipt"),
            ("cp other done", other, "is the receipt of another job by now"),
        ] {
            let ran = disturbed(fresh().file("other", other), kind, deed).stdout("3\n").file_is("done", there);
            let place = if result == "out" { "its journal" } else { "the journal" };
            let said = format!("rmm: done: {message}; 4 of 4 chunks are done: elements 0 to 11 of the selection; ");
            let ran = ran.stderr_has(&format!("{said}{place} is kept\nhint: mv done done.old\nhint: rmm "));
            let ran = ran.file_is(result, all_done());
            assert!(ran.read(journal).len() > 100, "{kind:?}: the journal is kept");
            let ran = moved_and_resumed(ran).done().file_is(result, all_done()).file_is("done.old", there);
            let folder = ran.then();
            assert!(!folder.path(journal).exists(), "{kind:?}");
            folder.sh(&line(kind)).done().file_is(result, all_done());
        }
    }
}

#[test]
fn a_receipt_whose_name_is_busy_by_the_end_is_no_reason_to_say_that_nothing_has_changed() {
    for (kind, result, journal) in KINDS {
        // Somebody else makes a file of that name.
        let ran = disturbed(fresh(), kind, "touch done.rmm-part done.rmm-part.rmm-journal").stdout("3\n");
        let ran = ran.stderr_has("is being made by an unfinished job; 4 of 4 chunks are done: ");
        let ran = ran.stderr_has("journal is kept\n").file_is(result, all_done());
        let folder = ran.then();
        assert!(folder.path(journal).exists() && !folder.path("done").exists(), "{kind:?}");
        fs::remove_file(folder.path("done.rmm-part")).expect("there");
        fs::remove_file(folder.path("done.rmm-part.rmm-journal")).expect("there");
        let folder = folder.sh(&line(kind)).done().file_is(result, all_done()).then();
        assert!(folder.path("done").exists() && !folder.path(journal).exists(), "{kind:?}");
    }
}

#[test]
fn there_is_no_receipt_as_long_as_the_file_is_not_in_its_place() {
    for (kind, result, journal) in KINDS.into_iter().filter(|(_, result, _)| *result == "out") {
        let ran = disturbed(fresh(), kind, "echo theirs > out").stdout("3\n").file_is("out", "theirs\n");
        let said = "rmm: out: has appeared meanwhile; 4 of 4 chunks are done: elements 0 to 11 of the selection; \
                    out.rmm-part is kept\nhint: mv out out.old\nhint: rmm map-chunks --resume a.dat ";
        let ran = ran.stderr_has(said).names_are(["a.dat", "child", "out", "out.rmm-part", journal]);
        let ran = moved_and_resumed(ran).done().file_is(result, all_done()).file_is("out.old", "theirs\n");
        ran.names_are(["a.dat", "child", "done", "out", "out.old", "safe"]);
    }
}

#[test]
fn a_job_that_was_killed_when_its_file_was_in_its_place_is_ended_by_the_same_command() {
    let data: Vec<u8> = (1..=12).collect();
    for sync in ["", " --sync"] {
        let kind = ["-o", "out.npy", sync];
        let folder = Rmm::new().file("a.dat", &data);
        let job = line(&kind).replace("-d u1", "-d bfloat16").replace("--chunk 3", "--chunk 2");
        let child = "if [ $RMM_CHUNK = 2 ] && [ ! -e safe ]; then echo notes > done; fi; cat";
        // What a kill between the two names leaves: neither sidecar nor receipt.
        let ran = folder.file("child", child).sh(&format!("{job}; echo $?")).stdout("3\n");
        let folder = ran.stderr_has("; 3 of 3 chunks are done: ").then();
        let sidecar = fs::read(folder.path("out.npy.rmm.json")).expect("bfloat16 has one");
        fs::remove_file(folder.path("out.npy.rmm.json"))
            .and_then(|()| fs::remove_file(folder.path("done")))
            .expect("there");
        // Whoever does not ask for it to go on is told.
        let plain = job.replace(" --resume", "");
        let ran = folder.sh(&plain).refused(4, "is being made by an unfinished job, 3 of 3 chunks are computed");
        let folder = ran.stderr_has("hint: rmm map-chunks --resume a.dat").stderr_has("--discard-journal").then();
        let other = job.replace("sh child", "cat");
        let folder = folder.sh(&other).refused(2, "exists already").then();
        let without = job.replace(" --receipt done", "");
        let folder = folder.sh(&without).refused(4, "that was begun with --receipt").then();
        let folder =
            folder.file("out.npy.rmm.json", "theirs").sh(&job).refused(2, "would describe the new file").then();
        fs::remove_file(folder.path("out.npy.rmm.json")).expect("there");
        let ran = folder.file("safe", "").sh(&job).done().file_is("out.npy.rmm.json", sidecar);
        let ran = ran.names_are(["a.dat", "child", "done", "out.npy", "out.npy.rmm.json", "safe"]);
        ran.then().sh(&job).done().then().run(["slice", "a.dat", "-d", "bfloat16", "-q"]).code(0);
    }
}

#[test]
fn a_partial_file_that_somebody_has_renamed_is_not_taken_for_a_whole_one() {
    for (kind, ..) in KINDS.into_iter().filter(|(_, result, _)| *result == "out") {
        let job = words(kind, &["--resume", "--receipt", "done"]);
        let folder = killed(fresh(), &job);
        fs::rename(folder.path("out.rmm-part"), folder.path("out")).expect("there");
        let folder = folder.file("safe", "").run(&job).refused(2, "exists already").then();
        assert!(!folder.path("done").exists());
    }
}
