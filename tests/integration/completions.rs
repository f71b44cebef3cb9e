//! What a shell is told when it asks for words: dtypes, formats, and the fields and axes of the file on the line.

use crate::harness::{Ran, Rmm};

/// A record file, an ordinary one, and a shell that asks as fish does: the last word is being typed.
fn asked(words: &[&str]) -> Ran {
    let rmm = Rmm::new().npy("r.npy", "mass:<f4,speed:<f8", [2], [0; 24]).arange("a.npy", [3, 4]).file("b", [0; 24]);
    rmm.env("RMM_COMPLETE", "fish").run([&["--", "rmm"], words].concat())
}

/// The words without what is said of them.
fn offered(words: &[&str]) -> Vec<String> {
    let ran = asked(words).code(0).stderr("");
    let text = String::from_utf8(ran.output().to_vec()).expect("text");
    text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn fields_of_the_file_are_offered() {
    assert_eq!(offered(&["slice", "r.npy", "--field", ""]), ["mass", "speed"]);
    assert_eq!(offered(&["get", "r.npy", "0", "--field", "mass", "--field", "s"]), ["speed"]);
    assert_eq!(offered(&["slice", "b", "-d", "x:f4,y:f8", "--field", ""]), ["x", "y"]);
    assert_eq!(offered(&["slice", "--spec", "{x:f4,yy:f8}", "b", "--field", "y"]), ["yy"]);
    assert!(offered(&["slice", "a.npy", "--field", ""]).is_empty());
}

#[test]
fn axes_of_the_file_are_offered() {
    asked(&["slice", "a.npy", "--along", ""]).prints("0=\t3 long\n1=\t4 long\n");
    // Its value may be left out, so options may follow as well.
    assert_eq!(offered(&["slice", "a.npy", "--transpose", ""])[..2], ["1,0", "0,1"]);
    assert_eq!(offered(&["set", "a.npy", "--along", "1"]), ["1="]);
}

#[test]
fn dtypes_and_formats_are_offered() {
    assert_eq!(offered(&["slice", "a.npy", "--astype", "bf"]), ["bfloat16"]);
    assert!(offered(&["create", "new", "--dtype", "f"]).contains(&"f4".to_owned()));
    assert!(offered(&["info", "b", "-d", ">f"]).contains(&">f4".to_owned()));
    assert_eq!(offered(&["slice", "a.npy", "--format", "n"]), ["ndjson", "npy"]);
    assert_eq!(offered(&["info", "a.npy", "--emit", "n"]), ["nhdr", "numpy"]);
}

#[test]
fn nothing_is_said_where_nothing_is_known() {
    for words in [["slice", "none.npy", "--field", ""], ["slice", ".", "--along", ""], ["get", "-", "--field", ""]] {
        asked(&words).prints("");
    }
    asked(&["slice", "--spec", "nonsense", "b", "--along", ""]).code(0).stderr("");
}

#[test]
fn a_shell_that_nobody_knows_is_refused() {
    let ran = Rmm::new().env("RMM_COMPLETE", "cmd").run(["--", "rmm", ""]);
    ran.code(2).stderr_has("cmd");
}

#[test]
fn bash_asks_as_its_script_says() {
    let rmm = Rmm::new().npy("r.npy", "mass:<f4,speed:<f8", [2], [0; 24]);
    let script = "source <(rmm completions bash --dynamic)\n\
                  COMP_WORDS=(rmm slice r.npy --field s -f csv) COMP_CWORD=4 COMP_TYPE=9\n\
                  _clap_complete_rmm rmm s --field; echo \"${COMPREPLY[@]}\"\n";
    let rmm = rmm.file("script", script);
    let mut command = std::process::Command::new("bash");
    if command.arg("--version").output().is_err() {
        return crate::harness::skipped("no bash");
    }
    rmm.sh("bash script").prints("speed\n");
}

#[test]
fn every_shell_has_a_script_that_asks() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        Rmm::new().run(["completions", shell, "--dynamic"]).code(0).stderr("").stdout_has("RMM_COMPLETE");
    }
}
