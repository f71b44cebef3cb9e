//! The command that goes on with a job, pasted where it was shown: in the folder of the job, in another one, and after
//! files and folders were given other names. Whatever else has the name of then stays as it is.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use crate::dying::{EXEC, all_done, deadly, fresh, hinted, killed, pasted};
use crate::harness::{Ran, Rmm};

/// Where results go, and the file of them.
const KINDS: [(&[&str], &str); 2] = [(&["-i"], "a.dat"), (&["-o", "out", "-f", "raw"], "out")];

fn words<'a>(kind: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-j1", "--chunk", "3", "--exec", EXEC];
    own.iter().chain(kind).chain(more).copied().collect()
}

/// A folder `sub` in the folder of a job that was killed, with files in it that are called as those of the job.
fn with_namesakes(options: &[&str], kind: &[&str]) -> Rmm {
    let folder = killed(fresh(), &words(kind, options));
    fs::create_dir(folder.path("sub")).expect("made");
    folder.file("sub/a.dat", "theirs").file("sub/out", "theirs").file("safe", "")
}

/// What is refused in the folder `sub`, and the hint for it pasted there.
#[track_caller]
fn pasted_in_sub(folder: Rmm, line: &str) -> Ran {
    let ran = folder.sh(&format!("cd sub && {line}")).code(4);
    let hint = hint_of(&ran);
    ran.then().sh(&format!("cd sub && bash -c \"$(cat <<'END'\n{hint}\nEND\n)\""))
}

#[track_caller]
fn hint_of(ran: &Ran) -> String {
    hinted(&ran.said()).get_args().last().expect("the hint").to_str().expect("text").to_owned()
}

#[track_caller]
fn namesakes_are_untouched(ran: Ran) {
    let folder = ran.file_is("sub/a.dat", "theirs").file_is("sub/out", "theirs").then();
    assert_eq!(fs::read_dir(folder.path("sub")).expect("there").count(), 2);
}

#[test]
fn a_hint_that_is_pasted_in_another_folder_goes_on_with_the_job_and_touches_nothing_else() {
    for (kind, result) in KINDS {
        for options in [&["--resume", "--receipt", "done"][..], &["--resume", "--receipt", "done", "--sync"]] {
            let other = format!("rmm map-chunks ../a.dat -d u1 --expr x {}", kind.join(" ").replace("out", "../out"));
            let ran = pasted_in_sub(with_namesakes(options, kind), &other).done().file_is(result, all_done());
            namesakes_are_untouched(ran);
        }
    }
}

#[test]
fn in_the_folder_of_the_job_it_is_shown_as_it_was_typed() {
    for (kind, result) in KINDS {
        let folder = with_namesakes(&["--resume", "--receipt", "done"], kind);
        let other = [&["map-chunks", "a.dat", "-d", "u1", "--expr", "x"][..], kind].concat();
        let ran = folder.run(other).refused(4, "\nhint: rmm map-chunks --resume a.dat -d u1 -j1");
        pasted(ran).done().file_is(result, all_done());
    }
}

#[test]
fn an_array_that_was_renamed_with_its_journal_is_called_by_its_name_of_now() {
    for (kind, result) in KINDS {
        let (part, other, new) = match result {
            "out" => ("out.rmm-part", "rmm map-chunks a.dat -d u1 --expr x -f raw -o", "new.rmm-part"),
            _ => ("a.dat", "rmm map-chunks -d u1 -i --expr x", "new"),
        };
        for from_sub in [false, true] {
            let folder = with_namesakes(&["--receipt", "done", "--resume"], kind);
            let rename = |ending: &str| {
                let (from, to) = (format!("{part}{ending}"), format!("{new}{ending}"));
                fs::rename(folder.path(from), folder.path(to)).expect("renamed");
            };
            ["", ".rmm-journal"].into_iter().for_each(rename);
            // What is called so now is another file.
            let folder = if result == "out" { folder.file("out", "theirs") } else { folder.file("a.dat", "theirs") };
            let ran = if from_sub {
                let ran = pasted_in_sub(folder, &format!("{other} ../new").replace(" a.dat", " ../a.dat"));
                ran.code(0)
            } else {
                pasted(folder.sh(&format!("{other} new")).code(4).stderr_has(" new ")).code(0)
            };
            namesakes_are_untouched(ran.file_is("new", all_done()).file_is(result, "theirs"));
        }
    }
}

#[test]
fn where_no_command_would_do_that_is_said() {
    let said = "hint: --resume goes on, with the options and the names of now, with what was begun in ";
    // Its name is not a word of its own.
    let folder = killed(fresh(), &words(&["--output=out", "-f", "raw"], &["--resume"]));
    for ending in ["", ".rmm-journal"] {
        let path = |name: &str| folder.path(format!("{name}.rmm-part{ending}"));
        fs::rename(path("out"), path("new")).expect("renamed");
    }
    let other = ["map-chunks", "a.dat", "-d", "u1", "--expr", "x", "-f", "raw", "-o", "new"];
    let ran = folder.run(other).refused(4, said).stderr_has(" by: rmm map-chunks a.dat -d u1");
    let job = words(&["--output=new", "-f", "raw"], &["--resume"]);
    ran.then().file("safe", "").run(job).done().file_is("new", all_done());

    // Its folder has another name, and something else has its own.
    let folder = Rmm::new();
    fs::create_dir(folder.path("old")).expect("made");
    let folder = folder.file("old/a.dat", (1..=12).collect::<Vec<u8>>());
    let exec = deadly("exit 1");
    let job = |more: &str| format!("rmm map-chunks a.dat -d u1 -i -j1 --chunk 3 --exec \"$EXEC\"{more}");
    let folder = folder.env("EXEC", &exec).sh(&format!("cd old && {}", job(""))).code(6).then();
    fs::rename(folder.path("old"), folder.path("moved")).expect("renamed");
    let folder = folder.run(["set", "moved/a.dat", "-d", "u1", "0", "9"]).refused(4, said).then();
    fs::create_dir(folder.path("old")).expect("made");
    let folder = folder.file("old/a.dat", "theirs");
    let ran = folder.run(["set", "moved/a.dat", "-d", "u1", "0", "9"]).refused(4, said).stderr_has("/old by: rmm");
    // There it is what was typed.
    let ran = ran.then().sh("cd moved && rmm set a.dat -d u1 0 9").code(4);
    let hint = hint_of(&ran);
    assert!(hint.starts_with("rmm map-chunks --resume a.dat"), "{hint}");
    let folder = ran.then().sh(&format!("cd moved && touch safe && {}", job(" --resume"))).done().then();
    assert_eq!(fs::read(folder.path("moved/a.dat")).expect("there"), all_done());
    assert_eq!(fs::read(folder.path("old/a.dat")).expect("there"), b"theirs");
}

#[test]
fn folders_of_any_name_are_gone_to() {
    let name = OsStr::from_bytes(b"-f \n;touch PWNED;#\x1b\xff'!\\");
    let folder = Rmm::new();
    fs::create_dir(folder.path(name)).expect("made");
    let array = Path::new(name).join("a.dat");
    let folder = folder.file(&array, (1..=12).collect::<Vec<u8>>());
    let exec = deadly("exit 1");
    let mut shell = Command::new("sh");
    shell.args(["-c", "cd \"./$0\" && exec rmm map-chunks a.dat -d u1 -i -j1 --chunk 3 --exec \"$1\""]);
    shell.arg(name).arg(&exec);
    let folder = folder.run_command(shell).code(6).then();
    let folder = folder.file(Path::new(name).join("safe"), "");
    let words = ["set", "-d", "u1", "--", "ARRAY", "0", "9"].map(OsStr::new);
    let ran = folder.run(words.map(|word| if word == "ARRAY" { array.as_os_str() } else { word })).code(4);
    assert_eq!(ran.said().lines().count(), 3, "{}", ran.said());
    let folder = pasted(ran).done().then();
    assert_eq!(fs::read(folder.path(&array)).expect("there"), all_done());
    assert!(!folder.path("PWNED").exists());
}

#[test]
fn the_header_of_an_array_is_what_was_typed() {
    let header = "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 12\nencoding: raw\ndata file: a.dat\n";
    let exec = deadly("exit 1");
    let job = ["map-chunks", "a.nhdr", "-i", "-j1", "--chunk", "3", "--exec", &exec];
    let folder = fresh().file("a.nhdr", header).run(job).refused(6, "hint: rmm map-chunks --resume a.nhdr").then();
    fs::create_dir(folder.path("sub")).expect("made");
    let ran = folder.file("safe", "").sh("cd sub && rmm set ../a.dat -d u1 0 9").code(4);
    pasted(ran.stderr_has(" && rmm map-chunks --resume a.nhdr")).done().file_is("a.dat", all_done());
}

#[test]
fn who_would_replace_the_array_is_told_how_its_job_goes_on_and_then_how_it_is_given_up() {
    for (kind, result) in KINDS {
        let mut folder =
            killed(fresh(), &words(kind, &["--resume", "--receipt", "done"])).file("safe", "").file("b", "b");
        let discard = format!("hint: rmm map-chunks {result} --discard-journal");
        for other in [
            &["create", result, "-s", "3", "--force"][..],
            &["slice", "b", "-d", "u1", "-o", result, "-f", "raw", "--force"],
        ] {
            let ran = folder.run(other).refused(4, "unfinished job");
            let said = ran.said();
            let hints: Vec<&str> = said.lines().skip(1).collect();
            assert!(hints.len() == 2 && hints[0].starts_with("hint: rmm map-chunks --resume a.dat"), "{said}");
            assert_eq!(hints[1], discard);
            folder = ran.then();
        }
        pasted(folder.run(["create", result, "-s", "3", "--force"])).done().file_is(result, all_done());
    }
}

#[test]
fn a_command_that_cannot_go_on_as_its_input_has_changed_is_not_named() {
    let job = words(&["-o", "out", "-f", "raw"], &[]);
    let folder = killed(fresh(), &words(&["-o", "out", "-f", "raw"], &["--receipt", "done"])).file("safe", "");
    let file = fs::File::options().write(true).open(folder.path("a.dat")).expect("there");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("owned");
    let mut folder = folder;
    for more in [&["--receipt", "done"][..], &["--receipt", "done", "--resume"]] {
        let ran = folder.run([&job[..], more].concat()).refused(4, "when what it reads was another\n");
        assert_eq!(hint_of(&ran), "rmm map-chunks out --discard-journal");
        folder = ran.then();
    }
    pasted(folder.run([&job[..], &["--receipt", "done"]].concat())).code(0).names_are(["a.dat", "safe"]);

    let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--with", "y=b.dat:u1", "--expr"];
    // 200 + 200 does not fit.
    let fresh = || Rmm::new().file("a.dat", [1, 2, 3, 4, 5, 200]).file("b.dat", [1, 2, 3, 4, 5, 200]);
    let own = [&own[..], &["uint16(x) + y"]].concat();
    let folder = fresh().run(&own).refused(7, "the journal is kept").then();
    let folder = folder.run(["set", "b.dat", "-d", "u1", "0", "7"]).done().then();
    let ran = folder.run(&own).refused(4, "when the arrays that it names were others\n");
    assert_eq!(hint_of(&ran), "rmm map-chunks a.dat --discard-journal");
}

#[test]
fn a_command_that_is_too_long_to_be_kept_is_not_shown_as_one() {
    // Each quote is four letters where it is shown in quotes.
    let exec = format!("{EXEC} #{}", "'".repeat(20_000));
    let job = words(&["-i"], &[]);
    let job: Vec<&str> = job.into_iter().map(|word| if word == EXEC { &*exec } else { word }).collect();
    let folder = killed(fresh(), &job);
    let ran = folder.run(["set", "a.dat", "-d", "u1", "0", "9"]).refused(4, "hint: --resume goes on, with the options");
    assert!(ran.said().len() < 4000 && ran.said().contains("…\n"), "{}", ran.said().len());
    let again = [&job[..], &["--resume"]].concat();
    ran.then().file("safe", "").run(again).done().file_is("a.dat", all_done());
}
