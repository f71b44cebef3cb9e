//! Readers and writers of one file at the same time: every value that is read is one that was written.

use std::process::{Command, Stdio};

use crate::harness::{RMM, Rmm, bytes, finish, wait};

/// Values of which no mixture of bytes is another.
const VALUES: [u64; 2] = [0x1111_1111_1111_1111, 0xeeee_eeee_eeee_eeee];
const ROUNDS: usize = 12;

fn writer(folder: &Rmm, words: fn(u64) -> Vec<String>) -> std::process::Child {
    let lines: Vec<String> =
        (0..ROUNDS).map(|round| format!("\"$RMM\" {} || exit 9", words(VALUES[round % 2]).join(" "))).collect();
    let mut command = Command::new("sh");
    command.args(["-c", &lines.join("\n")]).env("RMM", &*RMM).current_dir(folder.path(""));
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("sh runs")
}

fn every_value_is_old_or_new(words: fn(u64) -> Vec<String>) {
    let folder = Rmm::new().npy("x.npy", "<u8", [1000], bytes(&[VALUES[1]; 1000]));
    let mut writing = writer(&folder, words);
    let allowed = VALUES.map(|value| value.to_string());
    let mut reads = 0;
    while writing.try_wait().expect("a child can be waited for").is_none() || reads == 0 {
        let mut command = Command::new(&*RMM);
        command.args(["slice", "x.npy"]).current_dir(folder.path("")).stdin(Stdio::null());
        let (status, stdout, stderr) = finish(&mut command, None);
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        let text = String::from_utf8(stdout).expect("digits");
        assert_eq!(text.lines().count(), 1000);
        let foreign = text.lines().find(|line| !allowed.iter().any(|value| value == line));
        assert_eq!(foreign, None, "neither old nor new");
        reads += 1;
    }
    assert!(wait(&mut writing).is_some_and(|status| status.success()), "the writer failed");
}

#[test]
fn readers_of_a_fill_see_old_or_new_values() {
    every_value_is_old_or_new(|value| vec!["fill x.npy --value".to_owned(), value.to_string()]);
}

#[test]
fn readers_of_a_set_see_old_or_new_values() {
    every_value_is_old_or_new(|value| vec!["set x.npy ::2".to_owned(), value.to_string()]);
}

#[test]
fn one_writer_of_many_never_breaks_another() {
    let folder = Rmm::new().npy("x.npy", "<u8", [1000], bytes(&[VALUES[1]; 1000]));
    let ends: Vec<Option<i32>> = (0..6)
        .map(|number| {
            let mut command = Command::new(&*RMM);
            let index = format!("{number}::6");
            let value = VALUES[number % 2].to_string();
            command.args(["set", "x.npy", &index, &value]).current_dir(folder.path("")).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("rmm runs")
        })
        .collect::<Vec<_>>()
        .iter_mut()
        .map(|child| wait(child).and_then(|status| status.code()))
        .collect();
    // Each has stored all of its values, or found the file busy and stored none.
    assert!(ends.iter().all(|code| matches!(code, Some(0 | 4))), "{ends:?}");
    let ran = folder.run(["get", "x.npy", "0:6"]).code(0);
    let text = String::from_utf8(ran.output().to_vec()).expect("digits");
    for (number, (line, code)) in text.lines().zip(&ends).enumerate() {
        let stored = VALUES[number % 2].to_string();
        assert!(*code == Some(4) || line == stored, "writer {number} ended with 0, and {line} is there");
    }
}
