//! Jobs in place that end early: what they leave behind, who is kept out, and how they are resumed or given up.
//!
//! They end at a known place by the hand of their own child: chunk by chunk through a command that kills its parent.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};

use crate::dying::{self, EXEC, NEXT, all_done, deadly, fresh, pasted};
use crate::harness::{BINARY, RMM, Ran, Rmm, bytes, finish, npy_bytes, prepare, skipped};

pub(crate) const JOURNAL: &str = "a.dat.rmm-journal";

/// A folder with `a.dat`, the bytes 1 to 12, on which a job of 4 chunks has died in chunk 2, with two done.
pub(crate) fn killed(options: &[&str]) -> Rmm {
    let folder = dying::killed(fresh(), &words(EXEC, options));
    assert!(folder.path(JOURNAL).exists());
    folder
}

pub(crate) fn words<'a>(exec: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--exec", exec];
    let threads = options.iter().any(|option| option.starts_with("-j"));
    own.into_iter().filter(|&word| !threads || word != "-j1").chain(options.iter().copied()).collect()
}

/// Goes on with the job, whose child is now harmless.
pub(crate) fn resumed(folder: Rmm, options: &[&str]) -> Ran {
    let all = [options, &["--resume"]].concat();
    folder.file("safe", "").run(words(EXEC, &all))
}

#[test]
fn a_hint_is_pasted_as_it_is_whatever_stands_in_names_and_commands() {
    // Something that shells, terminals and printing would each make something else of.
    let name = OsStr::from_bytes(b"-a\n;touch PWNED;#\x1b\xff'!\\.dat");
    let exec = deadly("exit 1") + " # a\n# FILE, and a tab:\t";
    let words = ["map-chunks", "-i", "-d", "u1", "-j1", "--chunk", "3", "--exec", &exec, "--"].map(OsStr::new);
    let folder = Rmm::new().file(name, (1..=12).collect::<Vec<u8>>());
    let ended = folder.run([&words[..], &[name]].concat()).code(6);
    let said = ended.said();
    assert_eq!(said.lines().count(), 2, "{said}");
    // Whoever else would store in it is told both commands.
    let refused = ended.then().run([&words[..], &[name]].concat()).code(4);
    let hints: Vec<String> =
        refused.said().lines().filter_map(|line| line.strip_prefix("hint: ").map(str::to_owned)).collect();
    let folder = pasted(refused.then().file("safe", "").run([&words[..], &[name]].concat()).code(4)).done().then();
    assert_eq!(std::fs::read(folder.path(name)).expect("there"), all_done());
    assert!(!folder.path("PWNED").exists());
    std::fs::remove_file(folder.path("safe")).expect("there");
    std::fs::write(folder.path(name), (1..=12).collect::<Vec<u8>>()).expect("room");
    let folder = folder.run([&words[..], &[name]].concat()).code(6).then();
    let mut shell = Command::new("bash");
    shell.args(["-c", &hints[1]]);
    folder.run_command(shell).code(0).stderr_has("the job is given up; 2 of 4 chunks are done");
}

#[test]
fn a_job_that_was_killed_is_resumed_and_every_chunk_computed_once() {
    for options in [&[][..], &["--sync"]] {
        let folder = killed(options);
        resumed(folder, options).done().file_is("a.dat", all_done()).names_are(["a.dat", "safe"]);
    }
}

#[test]
fn batches_that_were_under_way_are_stored_once_and_the_others_follow() {
    // Four batches: when the last one is computed, two are whole in the journal.
    let deadly = "if [ $RMM_CHUNK = 3 ] && [ ! -e safe ]; then sleep 0.3; kill -9 $PPID; exit 1; fi; ";
    let exec = format!(r"{deadly}LC_ALL=C tr '\000\001' '\001\002'");
    let words = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "16MiB", "--sync", "--exec", &exec];
    let folder = Rmm::new().file("a.dat", vec![0; 64 << 20]);
    let folder = dying::killed(folder, &words);
    let resumed = [&words[..], &["--resume"]].concat();
    let ran = folder.file("safe", "").run(resumed).done().names_are(["a.dat", "safe"]);
    assert!(std::fs::read(ran.then().path("a.dat")).expect("there").iter().all(|&byte| byte == 1));
}

#[test]
fn threads_and_casting_may_be_others_when_a_job_is_resumed() {
    resumed(killed(&[]), &["-j4", "-q", "--overflow", "wrap", "--casting", "unsafe"])
        .done()
        .file_is("a.dat", all_done());
}

#[test]
fn nobody_else_stores_in_the_array_and_readers_are_warned_once() {
    let folder = killed(&[]);
    let half: Vec<u8> = (2..=7).chain(7..=12).collect();
    for words in [
        &["set", "a.dat", "-d", "u1", "0", "9"][..],
        &["fill", "a.dat", "-d", "u1", "--value", "9"],
        &["fill", "a.dat", "-d", "u1", "--expr", "x*2"],
        &["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x*2"],
        &["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x*2", "--no-journal"],
        &["create", "a.dat", "-d", "u1", "-s", "3", "--force"],
        &["create", "a.dat", "--from", "/dev/stdin", "--from-format", "csv", "--force"],
        &["set", "a.dat", "-d", "u1", "--updates", "/dev/stdin"],
        &["slice", "a.dat", "-d", "u1", "-o", "a.dat", "--force"],
    ] {
        let before = std::fs::read(folder.path("a.dat")).expect("there");
        assert_eq!(before, half);
        let mut command = Command::new(&*RMM);
        command.args(words);
        let (status, _, stderr) = finish(prepare(&mut command, &folder.path("")).stdin(Stdio::null()), None);
        let stderr = String::from_utf8_lossy(&stderr);
        assert_eq!(status.code(), Some(4), "{words:?}: {stderr}");
        assert!(stderr.contains("unfinished job") && stderr.contains("--discard-journal"), "{stderr}");
        assert_eq!(std::fs::read(folder.path("a.dat")).expect("there"), half);
    }
    let warning = "rmm: a.dat has an unfinished job, or one that runs: some elements are old, some are new\n";
    let folder = folder.run(["get", "a.dat", "-d", "u1", "0", "11"]).code(0).stdout("2\n12\n").stderr(warning).then();
    let folder =
        folder.run(["info", "a.dat", "--get", "size", "-d", "u1"]).code(0).stdout("12\n").stderr(warning).then();
    // So it is where a copy is edited, or nothing but looked at what would be stored.
    let edit = ["fill", "a.dat", "-d", "u1", "0:1", "--value", "7"];
    let folder =
        folder.run([&edit[..], &["--mode", "c", "-o", "copy", "-f", "raw"]].concat()).code(0).stderr(warning).then();
    let folder = folder.run([&edit[..], &["--dry-run"]].concat()).code(0).stderr_has(warning).then();
    let set = ["set", "a.dat", "-d", "u1", "0", "7", "--mode", "c"];
    let mut folder = folder.run(set).code(0).stderr_has(warning).then();
    for check in [["--expr", "x"], ["--exec", "cat"]] {
        let check = [&["map-chunks", "a.dat", "-d", "u1", "-i", "--check"], &check[..]].concat();
        let ran = folder.run(check).code(0).stderr(warning);
        folder = ran.then();
    }
    std::fs::remove_file(folder.path("copy")).expect("there");
    let folder = folder.file("b.dat", [1; 12]);
    let with = ["map-chunks", "b.dat", "-d", "u1", "--with", "y=a.dat:u1", "--expr", "y - x", "0:1"];
    folder.run(with).stderr_has(warning);
    let folder = killed(&[]);
    let from = ["create", "c.dat", "-d", "u1", "-s", "12", "--from", "a.dat", "--from-format", "raw"];
    let folder = folder.run(from).code(0).stderr(warning).file_is("c.dat", half).then();
    folder.run(["-q", "slice", "a.dat", "-d", "u1", "0:2"]).prints("2\n3\n");
}

#[test]
fn the_array_of_the_job_itself_is_not_warned_of_under_another_name() {
    // 200 + 200 does not fit.
    let words = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--with", "y=a.dat:u1"];
    let words = [&words[..], &["--expr", "uint16(x) + y"]].concat();
    let folder = Rmm::new().file("a.dat", [1, 2, 3, 4, 5, 200]);
    let folder = folder.run(&words).refused(7, "the journal is kept").then();
    let resumed = [&words[..], &["--resume", "--overflow", "wrap"]].concat();
    folder.run(resumed).done().file_is("a.dat", [2, 4, 6, 8, 10, 144]);
}

#[test]
fn a_job_that_no_rule_lets_end_is_told_how_to_be_given_up() {
    let words = ["map-chunks", "a.dat", "-d", "i1", "-i", "-j1", "--chunk", "3", "--expr", "2**x"];
    let folder = Rmm::new().file("a.dat", [0, 1, 2, 3, 4, 255]);
    let folder = folder.run(words).refused(7, "rmm map-chunks a.dat --discard-journal").then();
    folder.run(["map-chunks", "a.dat", "--discard-journal"]).code(0).file_is("a.dat", [1, 2, 4, 3, 4, 255]);
}

#[test]
fn an_array_that_was_stored_in_since_makes_another_job() {
    let own = |more: &[&'static str]| {
        let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--with", "y=b.dat:u1"];
        own.into_iter().chain(["--expr", "uint16(x) + y"]).chain(more.iter().copied()).collect::<Vec<_>>()
    };
    // 200 + 200 does not fit.
    let fresh = || Rmm::new().file("a.dat", [1, 2, 3, 4, 5, 200]).file("b.dat", [1, 2, 3, 4, 5, 200]);
    let folder = fresh().run(own(&[])).refused(7, "the journal is kept").then();
    let folder = folder.run(["set", "b.dat", "-d", "u1", "0", "7"]).done().then();
    let ran =
        folder.run(own(&["--resume", "--overflow", "wrap"])).refused(4, "an array that it reads has changed since");
    ran.file_is("a.dat", [2, 4, 6, 4, 5, 200]);
    let folder = fresh().run(own(&[])).refused(7, "the journal is kept").then();
    let folder = folder.run(own(&["--resume", "--overflow", "wrap"])).done();
    folder.file_is("a.dat", [2, 4, 6, 8, 10, 144]);
    // The same for a receipt, and for an array that was made anew.
    let job = ["map-chunks", "a.dat", "-d", "u1", "-i", "--with", "y=b.dat:u1", "--expr", "x - y", "--receipt", "done"];
    let folder = fresh().run(job).done().file_is("a.dat", [0; 6]).then();
    let folder = folder.run(job).done().file_is("a.dat", [0; 6]).then();
    std::fs::remove_file(folder.path("b.dat")).expect("there");
    let folder = folder.file("b.dat", [1, 2, 3, 4, 5, 200]).run(job);
    folder.refused(2, "an array that it reads has changed since").file_is("a.dat", [0; 6]);
}

#[test]
fn another_job_does_not_go_on_with_a_journal() {
    let folder = killed(&[]).run(words("cat", &["--resume"])).refused(4, "is the journal of another job").then();
    let folder = folder.run(words(EXEC, &[])).refused(4, "2 of 4 chunks are computed").then();
    let other = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1", "--resume"];
    folder.run(other).refused(4, "is the journal of another job");
}

#[test]
fn there_may_be_nothing_to_resume() {
    let folder = Rmm::new().file("a.dat", [1, 2, 3]);
    let folder = folder.run(words("cat", &["--resume"])).refused(2, "there is nothing to resume").then();
    let expr = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x", "--resume"];
    let folder = folder.run(expr).refused(2, "there is nothing to resume").then();
    let elsewhere = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "--resume"];
    let folder = folder.run(elsewhere).refused(2, "there is nothing to resume").then();
    let fill = ["fill", "a.dat", "-d", "u1", "--expr", "i", "--casting", "unsafe", "--resume"];
    let folder = folder.run(fill).refused(2, "there is nothing to resume").then();
    let text = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-f", "csv", "--resume"];
    let message = "only results of files, stored in place or in npy and raw files, can be resumed";
    let folder = folder.run(text).refused(2, message).then();
    folder.run(["map-chunks", "a.dat", "--discard-journal"]).refused(2, "has no unfinished job");
}

#[test]
fn a_job_is_given_up_with_word_of_what_is_done() {
    let said = "rmm: a.dat: the job is given up; 2 of 4 chunks are done: elements 0 to 5 of the selection\n";
    for options in [&[][..], &["--sync"]] {
        let ran = killed(options).run(["map-chunks", "a.dat", "--discard-journal"]);
        // With --sync nothing is stored before a batch is whole.
        let (said, stored) = match options {
            [] => (said.to_owned(), (2..=7).chain(7..=12).collect::<Vec<u8>>()),
            _ => (said.replace("2 of 4", "0 of 4").replace("elements 0 to 5", "no element"), (1..=12).collect()),
        };
        let folder = ran.code(0).stderr(&said).file_is("a.dat", stored).names_are(["a.dat"]).then();
        folder.run(["set", "a.dat", "-d", "u1", "0", "9"]).done();
    }
}

#[test]
fn a_value_that_does_not_fit_midway_keeps_the_journal_and_another_rule_goes_on() {
    let exec = r"cat > /dev/null; if [ $RMM_CHUNK = 2 ]; then printf '\3\1\3\1\3\1'; else printf '\5\0\5\0\5\0'; fi";
    let own = |more: &[&'static str]| {
        let all = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--astype", "u2"];
        let all = all.iter().copied().chain(["--casting", "unsafe"]).chain(more.iter().copied());
        all.map(str::to_owned).chain(["--exec".to_owned(), exec.to_owned()]).collect::<Vec<_>>()
    };
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>()).env("LC_ALL", "C");
    let ran = folder.run(own(&[])).refused(7, "chunk 2 ([6:9]): at index (6,): 259");
    let ran = ran.stderr_has("2 of 4 chunks are done: elements 0 to 5").stderr_has("--resume");
    let folder = ran.file_is("a.dat", [5, 5, 5, 5, 5, 5, 7, 8, 9, 10, 11, 12]).then();
    let ran = folder.run(own(&["--resume", "--overflow", "saturate"])).done();
    ran.file_is("a.dat", [5, 5, 5, 5, 5, 5, 255, 255, 255, 5, 5, 5]).names_are(["a.dat"]);
}

#[test]
fn nothing_is_left_where_nothing_was_stored() {
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    let ran = folder.run(words("exit 1", &[])).refused(6, "nothing is stored");
    let folder = ran.names_are(["a.dat"]).then();
    let expr = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x * 100.0", "--casting", "unsafe"];
    let ran = folder.run(expr).refused(2, "at index (2,)");
    ran.names_are(["a.dat"]).file_is("a.dat", (1..=12).collect::<Vec<u8>>());
}

#[test]
fn a_signal_stops_at_a_safe_point_and_says_how_to_go_on() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
        let exec = deadly(&format!("kill -{signal} $PPID; sleep 5"));
        let (ended, stderr) = dying::ended(&folder, &words(&exec, &[]));
        assert_eq!(ended, Some(number), "{stderr}");
        assert!(stderr.contains("2 of 4 chunks are done") && stderr.contains(" --resume"), "{stderr}");
        folder.file("safe", "").run(words(&exec, &["--resume"])).done().file_is("a.dat", all_done());
    }
}

#[test]
fn a_receipt_makes_a_job_done_once() {
    let folder = Rmm::new().file("a.dat", [1, 2, 3]);
    let job = |more: &[&'static str]| {
        let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1", "--receipt", "done"];
        own.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let folder = folder.run(job(&["--resume"])).done().file_is("a.dat", [2, 3, 4]).names_are(["a.dat", "done"]).then();
    let folder = folder.run(job(&[])).done().file_is("a.dat", [2, 3, 4]).then();
    let folder = folder.run(job(&["--resume", "-j2"])).done().file_is("a.dat", [2, 3, 4]).then();
    let other = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 2", "--receipt", "done"];
    let folder = folder.run(other).refused(2, "is the receipt of another job").then();
    let folder = folder.file("done", "notes").run(job(&[])).refused(2, "is no receipt").then();
    folder.run(["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "--receipt", "new"]).refused(2, "--receipt");
}

#[test]
fn a_receipt_of_a_job_that_outlives_the_system_is_flushed_again_before_the_journal_goes() {
    for (began, flushed) in [(&[][..], false), (&["--sync"], true)] {
        let receipt = ["--receipt", "done"];
        let folder = killed(&[began, &receipt].concat());
        let journal = std::fs::read(folder.path(JOURNAL)).expect("there");
        let folder = resumed(folder, &[began, &receipt].concat()).done().file_is("a.dat", all_done()).then();
        // As if it had been killed between its receipt and its end.
        let folder = folder.file(JOURNAL, &journal);
        std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
        let kept = std::fs::File::open(folder.path("done")).expect("there");
        let number = |metadata: std::io::Result<std::fs::Metadata>| metadata.expect("there").ino();
        let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|ran| ran.success());
        let folder = if traced {
            let job = words(EXEC, &["--resume", "--receipt", "done"]);
            let mut command = Command::new("strace");
            command.args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-o", "trace"]).arg(BINARY).args(job);
            let ran = folder.run_command(command).done().file_is("a.dat", all_done());
            let trace = String::from_utf8_lossy(&ran.read("trace")).into_owned();
            assert_eq!(trace.contains("/done>"), flushed, "{trace}");
            ran.names_are(["a.dat", "done", "safe", "trace"]).then()
        } else {
            skipped("there is no strace, or it may trace nothing");
            resumed(folder, &receipt).done().names_are(["a.dat", "done", "safe"]).then()
        };
        assert_eq!(number(folder.path("done").metadata()), number(kept.metadata()), "it stays as it is");
    }
}

#[test]
fn a_job_that_is_to_be_resumed_and_cannot_have_a_journal_is_told_what_to_leave_out() {
    // A name to which a journal's ending cannot be added.
    let (out, array) = ("o".repeat(240), "a".repeat(250));
    let folder = Rmm::new().file("a.dat", [1, 2, 3]).file(&array, [1, 2, 3]);
    let job = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x+1", "-f", "raw", "-o", &out, "--resume"];
    let ran = folder.run(job).refused(3, "hint: leave --resume out; the job cannot be resumed then\n");
    let ran = ran.then().run(&job[..10]).done().file_is(&out, [2, 3, 4]);
    let job = ["map-chunks", &array, "-d", "u1", "--expr", "x+1", "-i", "--receipt", "done"];
    let ran = ran.then().run(job).refused(3, "hint: add --no-journal and leave --receipt out; ");
    ran.then().run([&job[..7], &["--no-journal"]].concat()).done().file_is(&array, [2, 3, 4]);
}

#[test]
fn readers_are_told_once_of_a_job_that_runs() {
    let job = "rmm map-chunks a.dat -d u1 -i --exec 'touch started; until [ -e go ]; do sleep 0.01; done; cat'";
    let wait = "until [ -e started ]; do sleep 0.01; done";
    let line = format!("{job} & {wait}; rmm get a.dat -d u1 0 2>err; touch go; wait; wc -l <err");
    Rmm::new().file("a.dat", [1, 2, 3]).sh(&line).code(0).stdout("1\n1\n");
}

#[test]
fn where_memory_runs_out_the_journal_that_stays_is_told_of() {
    let run = |limit: u64| {
        let folder = Rmm::new().sparse("a.dat", 8 << 20);
        let line = format!(
            "(ulimit -v {limit}; rmm map-chunks a.dat -i -j3 --io pread --expr x+1 && echo done) 2>err; cat err; ls"
        );
        String::from_utf8_lossy(folder.sh(&line).output()).into_owned()
    };
    // The least that is enough, in mebibytes, is not far from too little.
    let enough = (8..200).find(|mebibytes| run(mebibytes << 10) == "done\na.dat\nerr\n").unwrap_or(200);
    let mut met = 0;
    for limit in (1..=32).map(|step| (enough << 10) - step * 64) {
        let said = run(limit);
        if said.contains("rmm: out of memory") && said.contains(JOURNAL) {
            let note =
                "rmm: a.dat: the journal is kept\nhint: rmm map-chunks --resume a.dat -i -j3 --io pread --expr x+1\n";
            assert!(said.contains(note), "{limit}: {said}");
            met += 1;
        }
    }
    // How much a process takes before it begins is the system's own.
    if met == 0 {
        skipped("no limit of memory is met by a job under way here");
    }
}

#[test]
fn chunks_too_large_to_be_held_are_refused_under_sync() {
    let folder = Rmm::new().run(["create", "a.dat", "-d", "u1", "-s", "2147483648"]).done().then();
    let words = ["map-chunks", "a.dat", "-d", "u1", "-i", "--sync", "--chunk", "2GiB", "--exec", "cat"];
    folder.run(words).refused(2, "chunks of 2147483648 bytes are too large for --sync").names_are(["a.dat"]);
}

#[test]
fn a_folder_that_takes_no_journal_is_an_error_with_the_way_out() {
    let name = "n".repeat(250);
    let folder = Rmm::new().file(&name, [1, 2, 3]);
    let job = ["map-chunks", &name, "-d", "u1", "-i", "--expr", "x + 1"];
    let ran = folder.run(job).refused(3, "cannot keep a journal").stderr_has("--no-journal");
    let folder = ran.file_is(&name, [1, 2, 3]).then();
    folder.run(job.into_iter().chain(["--no-journal"])).done().file_is(&name, [2, 3, 4]);
}

#[test]
fn a_fill_from_the_old_values_can_be_resumed_too() {
    let folder = Rmm::new().npy("a.npy", "<f8", [4], bytes(&[1.0_f64, 2.0, 3.0, 4.0]));
    let fill = ["fill", "a.npy", "--expr", "x * 2", "--receipt", "done"];
    let folder = folder.run(fill).done().then();
    let ran = folder.run(fill).done();
    ran.file_is("a.npy", npy_bytes("<f8", &[4], &bytes(&[2.0_f64, 4.0, 6.0, 8.0]))).names_are(["a.npy", "done"]);
}

#[test]
fn what_is_told_of_a_command_is_what_was_typed() {
    let exec = format!("{} # FILE -- here", deadly("exit 1"));
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    let ran = folder.run(words(&exec, &[])).refused(6, "2 of 4 chunks are done");
    ran.stderr_has("hint: rmm map-chunks --resume a.dat").stderr_has("# FILE -- here");
}

#[test]
fn what_cannot_be_asked_for_at_once_is_refused() {
    let own = |more: &[&'static str]| {
        let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1"];
        own.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let mut folder = Rmm::new().file("a.dat", [1, 2, 3]);
    for (more, message) in [
        (&["--check", "--resume"][..], "'--check' cannot be used with '--resume'"),
        (&["--check", "--receipt", "done"], "'--check' cannot be used with '--receipt <PATH>'"),
        (&["--mode", "c", "--resume"], "there is nothing to resume: mode c leaves FILE as it is"),
        (&["--mode", "c", "--receipt", "done"], "mode c leaves FILE as it is"),
        (&["--discard-journal"], "cannot be used with"),
        (&["--with", "y=-"], "--with y: standard input can be FILE alone"),
        (&["--receipt", "a.dat"], "the receipt cannot have the name of the array"),
        (&["--receipt", "./a.dat.rmm-journal"], "the receipt cannot have the name of its journal"),
    ] {
        folder = folder.run(own(more)).refused(2, message).file_is("a.dat", [1, 2, 3]).names_are(["a.dat"]).then();
    }
    for with in [&["--exec", "cat"][..], &["-i"], &["--reduce", "sum"], &["--expr", "x"], &["--check"]] {
        let words = ["map-chunks", "a.dat", "--discard-journal"].iter().chain(with);
        folder = folder.run(words.copied()).refused(2, "cannot be used with").then();
    }
    let missing = folder.run(own(&["--receipt", "no/where"])).refused(3, "No such file");
    let folder = missing.file_is("a.dat", [1, 2, 3]).names_are(["a.dat"]).then();
    let ran = folder.run(own(&["--mode", "r+", "--receipt", "done"])).done();
    ran.file_is("a.dat", [2, 3, 4]).names_are(["a.dat", "done"]);
}

#[test]
fn other_chunks_are_another_job() {
    let own = |more: &[&'static str]| {
        let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--expr", "x * 40.0", "--casting", "unsafe"];
        own.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    let folder = folder.run(own(&["--chunk", "3"])).refused(7, "2 of 4 chunks are done").then();
    let ran = folder.run(own(&["--chunk", "4", "--resume", "--overflow", "wrap"]));
    let folder = ran.refused(4, "is the journal of another job").stderr_has("--chunk 3").then();
    folder.run(own(&["--chunk", "3", "--resume", "--overflow", "wrap"])).done().names_are(["a.dat"]);
}

#[test]
fn nothing_of_a_chunk_in_which_a_value_does_not_fit_is_stored_however_the_job_is_kept() {
    // More than a batch; the last one does not fit.
    let mut old = vec![1_i64; 2_400_000];
    old[2_399_999] = i64::MAX;
    let chunk = (9 << 20) / 8;
    let of = |done: usize| old.iter().enumerate().map(|(at, &x)| if at < done { 11 } else { x }).collect::<Vec<_>>();
    for kept in [&[][..], &["--sync"], &["--no-journal"]] {
        let own = |more: &[&'static str]| {
            let own =
                ["map-chunks", "a.dat", "-d", "i8", "-i", "--expr", "uint64(x) + uint64(10)", "--casting", "unsafe"];
            own.iter().chain(kept).chain(more).copied().collect::<Vec<_>>()
        };
        let folder = Rmm::new().file("a.dat", bytes(&old));
        let ran = folder.run(own(&["--chunk", "100MiB"])).refused(2, "does not fit");
        let folder = ran.file_is("a.dat", bytes(&old)).names_are(["a.dat"]).then();
        let folder = folder.run(own(&["--chunk", "9MiB"])).refused(7, "does not fit").then();
        let stored = std::fs::read(folder.path("a.dat")).expect("there");
        assert!(stored == bytes(&of(chunk * 2)) || kept == ["--sync"] && stored == bytes(&of(chunk)), "{kept:?}");
        if !kept.contains(&"--no-journal") {
            let ran = folder.run(own(&["--chunk", "9MiB", "--resume", "--overflow", "wrap"])).done();
            let mut new = of(old.len());
            new[old.len() - 1] = i64::MAX.wrapping_add(10);
            ran.file_is("a.dat", bytes(&new)).names_are(["a.dat"]);
        }
    }
    let folder = Rmm::new().run(["create", "a.dat", "-d", "u1", "-s", "2147483648"]).done().then();
    let words = ["map-chunks", "a.dat", "-d", "u1", "-i", "--sync", "--chunk", "2GiB", "--expr", "x + 0.0"];
    let ran = folder.run([&words[..], &["--casting", "unsafe"]].concat());
    ran.refused(2, "chunks of 2147483648 bytes are too large for --sync").names_are(["a.dat"]);
}

#[test]
fn a_job_that_runs_is_not_to_be_given_up() {
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    let create = format!("{} create a.dat -d u1 -s 3 --force 2> said; {NEXT}", RMM.display());
    let folder = folder.run(words(&create, &[])).done().file_is("a.dat", all_done()).then();
    let said = std::fs::read_to_string(folder.path("said")).expect("written");
    assert!(said.contains("busy") || said.contains("process"), "{said}");
    assert!(!said.contains("--discard-journal"), "{said}");
}

#[test]
fn the_receipt_of_a_long_command_is_read_back() {
    // Each quote is four letters where it is shown in quotes.
    let exec = format!("{NEXT} #{}", "'".repeat(40_000));
    let folder = Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>());
    let folder = folder.run(words(&exec, &["--receipt", "done"])).done().then();
    folder.run(words(&exec, &["--receipt", "done"])).done().file_is("a.dat", all_done());
}

#[test]
fn what_a_killed_command_left_a_job_that_can_be_resumed_takes_away_too() {
    let folder = Rmm::new().file("a.dat", [1, 2, 3]).file(".a.dat.rmm-abcdef", "");
    let ran = folder.run(["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1"]).done();
    ran.file_is("a.dat", [2, 3, 4]).names_are(["a.dat"]);
}
