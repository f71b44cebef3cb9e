//! Which journal is that of an array and of its job: what else has its name, other files, other systems, other versions.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::dying::{all_done, deadly, pasted};
use crate::harness::{RMM, Rmm, skipped};
use crate::resume::{JOURNAL, killed, resumed};

#[test]
fn what_else_has_the_name_of_a_journal_is_refused() {
    let job = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1"];
    let fresh = || Rmm::new().file("a.dat", [1, 2, 3]);
    let resume = || job.into_iter().chain(["--resume"]);
    for content in [&b""[..], &[0; 5000], b"\x93RMMJRN\n"] {
        let folder = fresh().file(JOURNAL, content);
        std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
        let folder = folder.run(job).refused(5, "journal").then().run(resume()).refused(5, "journal").then();
        let ran = folder.run(["map-chunks", "a.dat", "--discard-journal"]);
        ran.code(0).stderr_has("which part is done is not known").names_are(["a.dat"]).file_is("a.dat", [1, 2, 3]);
    }
    let folder = fresh().file(JOURNAL, "notes");
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    let folder = folder.run(["map-chunks", "a.dat", "--discard-journal"]).refused(5, "is not a journal of rmm").then();
    let folder = pasted(folder.run(job).refused(5, "is not a journal of rmm")).done().then();
    folder.run(job).done().file_is("a.dat", [2, 3, 4]).file_is(&format!("{JOURNAL}.old"), "notes");
    let folder = fresh().file("elsewhere", "");
    symlink("elsewhere", folder.path(JOURNAL)).expect("a link");
    let discard = "hint: rmm map-chunks a.dat --discard-journal\n";
    folder.run(resume()).refused(5, "is not a regular file").stderr_has(discard);
    let folder = fresh();
    std::fs::create_dir(folder.path(JOURNAL)).expect("a folder");
    let ran = folder.run(job).refused(5, "is not a regular file");
    pasted(ran).done().then().run(job).code(0);
}

#[test]
fn an_array_whose_header_has_changed_is_no_longer_that_of_its_job() {
    let exec = deadly("exit 1");
    let words = ["map-chunks", "a.npy", "-i", "-j1", "--chunk", "3", "--exec", &exec];
    let folder = Rmm::new().npy("a.npy", "|u1", [12], [1; 12]).run(words).code(6).then();
    let ran = folder.npy("a.npy", "|u1", [6, 2], [1; 12]).run([&words[..], &["--resume"]].concat());
    let ran =
        ran.refused(4, "of the same command, when the arrays that it names were others\nhint: rmm map-chunks a.npy");
    pasted(ran).code(0).names_are(["a.npy"]);
}

#[test]
fn a_journal_is_that_of_one_file_alone() {
    let folder = killed(&[]);
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o666)).expect("owned");
    let ran = resumed(folder, &[]).refused(5, "others may write to (mode 666)");
    let folder = ran.then();
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    let other = folder.path("other");
    std::fs::write(&other, [0; 12]).expect("room");
    std::fs::rename(&other, folder.path("a.dat")).expect("renamed");
    resumed(folder, &[]).refused(5, "is the journal of another file");
}

/// Changes some of the numbers of a journal's header, which stand behind its magic; the checksum is behind all.
pub(crate) fn alter(folder: &Rmm, name: &str, numbers: &[usize]) {
    let mut journal = std::fs::read(folder.path(name)).expect("there");
    for number in numbers {
        journal[8 + number * 8] ^= 1;
    }
    // Behind the numbers stand five texts, whose lengths are among them.
    let len = |number: usize| {
        let at = 8 + number * 8;
        u64::from_le_bytes(journal[at..at + 8].try_into().expect("eight bytes")) as usize
    };
    let end = 8 + 33 * 8 + [1, 20, 23, 26, 29].map(len).iter().sum::<usize>();
    let checksum = rmm::journal::Checksum::of(&journal[..end], 4).0.to_le_bytes();
    journal[end..end + 16].copy_from_slice(&checksum);
    std::fs::write(folder.path(name), journal).expect("written");
}

#[test]
fn a_journal_from_before_the_system_was_started_or_the_disk_mounted_counts_only_with_sync() {
    // Behind version, length, protocol and job there are the array's device, inode, length and birth, the boot, and the
    // numbers of the file system and of the mount, of which the second counts where there is no first.
    let mounted = "the file system was mounted";
    for (numbers, since) in
        [(&[5][..], mounted), (&[9], "the system was started"), (&[11], mounted), (&[11, 12], mounted)]
    {
        let folder = killed(&[]);
        alter(&folder, JOURNAL, numbers);
        resumed(folder, &[]).refused(5, &format!("was begun before {since} the last time"));
        let folder = killed(&["--sync"]);
        alter(&folder, JOURNAL, numbers);
        resumed(folder, &["--sync"]).done().file_is("a.dat", all_done());
    }
}

#[test]
fn a_journal_of_another_version_is_refused_with_the_way_out() {
    for options in [&[][..], &["--receipt", "done"]] {
        let folder = killed(options);
        alter(&folder, JOURNAL, &[0]);
        let ran = resumed(folder, options).refused(5, "is a journal of version 5, and 4 is known");
        pasted(ran).code(0).stderr_has("which part is done is not known").names_are(["a.dat", "safe"]);
    }
}

#[test]
fn a_file_that_was_made_anew_is_another_though_it_has_the_same_number_and_length() {
    for options in [&[][..], &["--sync"]] {
        let folder = killed(options);
        let (path, original) = (folder.path("a.dat"), (1..=12).collect::<Vec<u8>>());
        std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, &original)).expect("made anew");
        let ran = resumed(folder, options).refused(5, "is the journal of another file");
        ran.file_is("a.dat", original);
        // Whatever number the file system gave: only its birth differs here.
        let folder = killed(options);
        alter(&folder, JOURNAL, &[8]);
        resumed(folder, options).refused(5, "where a.dat was made at another time");
    }
    let job = ["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x + 1", "--receipt", "done"];
    let folder = Rmm::new().file("a.dat", [1, 2, 3]).run(job).done().then();
    std::fs::remove_file(folder.path("a.dat")).expect("there");
    let folder = folder.file("a.dat", [1, 2, 3]);
    folder.run(job).refused(2, "is the receipt of another job").file_is("a.dat", [1, 2, 3]);
}

#[test]
fn a_header_leads_to_the_journal_of_its_data() {
    let nhdr = "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 12\nencoding: raw\ndata file: a.dat\n";
    let folder = killed(&[]).file("a.nhdr", nhdr);
    let warning = "rmm: a.dat has an unfinished job, or one that runs: some elements are old, some are new\n";
    let folder = folder.run(["get", "a.nhdr", "0"]).code(0).stdout("2\n").stderr(warning).then();
    let folder = folder.run(["info", "a.nhdr", "--get", "size"]).code(0).stdout("12\n").stderr(warning).then();
    let ran = folder.run(["set", "a.nhdr", "0", "9"]).refused(4, "unfinished job");
    let folder = ran.stderr_has("hint: rmm map-chunks a.dat --discard-journal").then();
    let ran = folder.run(["map-chunks", "a.nhdr", "--discard-journal"]).code(0);
    ran.stderr_has("2 of 4 chunks are done").names_are(["a.dat", "a.nhdr"]);
}

#[test]
fn a_journal_whose_name_may_not_last_is_taken_away() {
    // One open file after the other is too many: at some of them the journal is there and its folder cannot be flushed.
    let mut folder = Rmm::new().file("a.dat", [1, 2, 3]);
    for most in 4..24 {
        let line = format!("(ulimit -n {most}; exec rmm map-chunks a.dat -d u1 -i -j1 --expr 'x + 0' --sync) || :");
        let ran = folder.sh(&line);
        folder = ran.file_is("a.dat", [1, 2, 3]).names_are(["a.dat"]).then();
    }
}

#[test]
fn the_journal_of_an_array_that_is_gone_is_removed_where_it_is_one() {
    for options in [&[][..], &["--sync"]] {
        for discard in [&["map-chunks", "a.dat", "--discard-journal"][..], &["fill", "a.dat", "--discard-journal"]] {
            let folder = killed(options);
            std::fs::remove_file(folder.path("a.dat")).expect("there");
            let done = if options.is_empty() { "2 of 4 chunks are done: elements 0 to 5" } else { "0 of 4" };
            let ran = folder.run(discard).code(0).stderr_has("rmm: a.dat: is not there, and its journal is removed; ");
            let folder = ran.stderr_has(done).names_are([]).then();
            folder.run(discard).refused(3, "No such file");
        }
    }
    let folder = killed(&[]);
    std::fs::remove_file(folder.path("a.dat")).expect("there");
    alter(&folder, JOURNAL, &[0]);
    let ran = folder.run(["map-chunks", "a.dat", "--discard-journal"]).code(0).stderr_has("is not known");
    let folder = ran.names_are([]).then().file(JOURNAL, "mine");
    std::fs::set_permissions(folder.path(JOURNAL), PermissionsExt::from_mode(0o600)).expect("owned");
    let ran = folder.run(["map-chunks", "a.dat", "--discard-journal"]).refused(5, "is not a journal of rmm");
    pasted(ran).done().file_is("a.dat.rmm-journal.old", "mine");
}

#[test]
fn a_journal_that_its_user_alone_may_read_is_that_of_a_job_all_the_same() {
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let can_become = || Command::new(nobody[0]).args(&nobody[1..]).arg(&*RMM).arg("--version").output();
    if !rustix::process::geteuid().is_root() || !can_become().is_ok_and(|output| output.status.success()) {
        return skipped("only root can become another user, by setpriv");
    }
    let folder = killed(&[]);
    std::fs::set_permissions(folder.path("a.dat"), PermissionsExt::from_mode(0o666)).expect("owned");
    std::fs::set_permissions(folder.path(""), PermissionsExt::from_mode(0o777)).expect("owned");
    let mut folder = folder;
    for words in [
        &["set", "a.dat", "-d", "u1", "0", "1"][..],
        &["fill", "a.dat", "-d", "u1", "--value", "1"],
        &["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x"],
        &["map-chunks", "a.dat", "-d", "u1", "-i", "--expr", "x", "--resume"],
        &["map-chunks", "a.dat", "--discard-journal"],
    ] {
        let mut command = Command::new(nobody[0]);
        command.args(&nobody[1..]).arg(&*RMM).args(words);
        let said = "rmm: a.dat.rmm-journal: is that of an unfinished job of user 0, who alone goes on with it or gives it up\n";
        folder = folder.run_command(command).refused(4, said).then();
    }
    resumed(folder, &[]).done().file_is("a.dat", all_done());
}
