//! New files whose makers are killed: what stays of them, and who takes it away.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::harness::{RMM, Rmm};
use crate::snapshot::Snapshot;

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

/// The names in the folder that nobody gave.
fn temporaries(folder: &Rmm) -> Vec<String> {
    let listing = Snapshot::of(&folder.path(""));
    listing.names().into_iter().filter(|name| name.contains(".rmm-")).map(str::to_owned).collect()
}

/// A command that is in the middle of making `out.npy`.
fn making(folder: &Rmm) -> Child {
    let mut command = Command::new(&*RMM);
    command.args(["map-chunks", "a.npy", "--exec", "sleep 60; cat", "-o", "out.npy", "--force"]);
    command.current_dir(folder.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("rmm runs");
    while temporaries(folder).is_empty() {
        thread::sleep(Duration::from_millis(2));
    }
    // Whoever makes it locks it at once; nothing shows from outside when that is done.
    thread::sleep(Duration::from_millis(50));
    child
}

/// As `kill -9`. A process that was just being started holds what it was started with until it is another program.
fn kill(folder: &Rmm, mut child: Child) {
    child.kill().expect("an own child");
    child.wait().expect("an own child");
    for name in temporaries(folder) {
        let left = File::open(folder.path(&name)).expect("left behind");
        while left.try_lock().is_err() {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

#[test]
fn what_a_killed_command_leaves_the_next_one_on_the_same_file_takes_away() {
    for line in [
        "rmm create out.npy -s 3",
        "echo 1 2 | rmm create out.npy --from -",
        "echo 1 2 | rmm create out.npy --from - --order F",
        "rmm slice a.npy -o out.npy",
        "rmm map-chunks a.npy --expr x+1 -o out.npy",
        "rmm set a.npy 0,0 1 -m c -o out.npy",
        "rmm slice a.npy -o ./out.npy -f csv",
    ] {
        let folder = a();
        kill(&folder, making(&folder));
        assert_eq!(temporaries(&folder).len(), 1, "{line}");
        folder.sh(line).done().names_are(["a.npy", "out.npy"]);
    }
}

#[test]
fn an_edit_in_place_takes_it_away_too_and_reading_does_not() {
    let folder = a().arange("out.npy", [3]);
    kill(&folder, making(&folder));
    let folder = folder.run(["get", "out.npy", "0"]).prints("0.0\n").then();
    assert_eq!(temporaries(&folder).len(), 1);
    let folder = folder.run(["set", "a.npy", "0", "5"]).done().then();
    assert_eq!(temporaries(&folder).len(), 1, "it is another file's");
    folder.run(["set", "out.npy", "0", "5"]).done().names_are(["a.npy", "out.npy"]);
}

#[test]
fn what_somebody_is_still_making_stays() {
    let folder = a();
    let child = making(&folder);
    let living = temporaries(&folder);
    let folder = folder.run(["create", "out.npy", "-s", "3"]).done().then();
    assert_eq!(temporaries(&folder), living);
    kill(&folder, child);
    folder.run(["create", "out.npy", "-s", "3", "--force"]).done().names_are(["a.npy", "out.npy"]);
}

#[test]
fn nothing_planted_is_followed() {
    let folder = a().file("precious", "mine").file(".out.npy.rmm-short", "not ours");
    symlink("precious", folder.path(".out.npy.rmm-aaaaaa")).expect("a link");
    fs::hard_link(folder.path("precious"), folder.path(".out.npy.rmm-bbbbbb")).expect("a link");
    fs::create_dir(folder.path(".out.npy.rmm-cccccc")).expect("a folder");
    symlink("precious", folder.path("link.npy.rmm.json")).expect("a link");
    let ran = folder.run(["create", "out.npy", "-s", "3", "--sidecar"]).done();
    let ran = ran.names_are([
        ".out.npy.rmm-aaaaaa",
        ".out.npy.rmm-cccccc",
        ".out.npy.rmm-short",
        "a.npy",
        "link.npy.rmm.json",
        "out.npy",
        "out.npy.rmm.json",
        "precious",
    ]);
    let ran =
        ran.file_is("precious", "mine").then().run(["create", "link.npy", "-s", "3"]).refused(2, "link.npy.rmm.json");
    let ran = ran.then().run(["create", "link.npy", "-s", "3", "--sidecar", "--force"]).done();
    let folder = ran.file_is("precious", "mine").then();
    assert!(folder.path("link.npy.rmm.json").symlink_metadata().expect("made").is_file());
}
