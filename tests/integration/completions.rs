//! What a shell is told when it asks for words: dtypes, formats, and the fields and axes of the file on the line.

use std::process::Command;

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
    assert_eq!(offered(&["slice", "-", "-d", "x:f4,y:f8", "--field", ""]), ["x", "y"]);
}

#[test]
fn axes_of_the_file_are_offered() {
    asked(&["slice", "a.npy", "--along", ""]).prints("0=\t3 long\n1=\t4 long\n");
    // Its value may be left out, so options may follow as well.
    assert_eq!(offered(&["slice", "a.npy", "--transpose", ""])[..2], ["1,0", "0,1"]);
    assert_eq!(offered(&["set", "a.npy", "--along", "1"]), ["1="]);
    assert_eq!(offered(&["map-chunks", "a.npy", "--reduce", "sum", "--axis", ""]), ["0", "1"]);
    assert_eq!(offered(&["map-chunks", "a.npy", "--reduce", "sum", "--axis=1,"]), ["--axis=1,0", "--axis=1,1"]);
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

/// What an interactive bash makes of lines in which a tab is typed: the words that a command gets, each in brackets.
fn typed_in_bash(lines: &[&str]) -> Option<Vec<String>> {
    let missing = ["bash", "setsid"].iter().find(|name| Command::new(name).arg("--version").output().is_err());
    if let Some(name) = missing {
        crate::harness::skipped(&format!("no {name}"));
        return None;
    }
    // Bash completes `say` as it does rmm; without a controlling terminal it reads what is typed from a file.
    let prepared = "unset HISTFILE; source <(rmm completions bash --dynamic); : > said\n\
                    eval \"$(complete -p rmm | sed 's/ rmm$/ say/')\"\n\
                    root=$PWD; say() { printf '[%s]' \"${@#\"$root\"/}\" >> \"$root/said\"; echo >> \"$root/said\"; }\n";
    let typed = lines.iter().fold(prepared.to_owned(), |typed, line| typed + line + "\n");
    let record = "[('mass', '<f4'), ('speed', '<f8'), ('top speed', '<f8')]";
    let rmm = Rmm::new().npy("my file.npy", record, [1], [0; 20]).arange("plain.npy", [2, 3, 4]).file("raw", [0; 24]);
    let rmm = rmm.file("typed", typed).env("INPUTRC", "/dev/null").env("TERM", "dumb");
    let ran = rmm
        .sh("mkdir 'a dir'; : > 'a dir/inner'; setsid -w bash --norc --noprofile -i < typed > log 2>&1; cat said")
        .code(0);
    let said = String::from_utf8(ran.output().to_vec()).expect("text");
    Some(said.lines().map(str::to_owned).collect())
}

/// Each line, the last of it with `say`, and the words that it becomes.
#[track_caller]
fn bash_completes(cases: &[(&str, &str)]) {
    let (lines, words): (Vec<&str>, Vec<&str>) = cases.iter().copied().unzip();
    let Some(said) = typed_in_bash(&lines) else { return };
    assert_eq!(said, words, "{lines:#?}");
}

#[test]
fn bash_quotes_names_of_files() {
    bash_completes(&[
        ("say slice my\t", "[slice][my file.npy]"),
        ("say slice my\\ f\t", "[slice][my file.npy]"),
        ("say slice 'my f\t", "[slice][my file.npy]"),
        ("say slice \"my f\t", "[slice][my file.npy]"),
        ("say slice $PWD/pl\t", "[slice][plain.npy]"),
        ("say create x --from=my\t", "[create][x][--from=my file.npy]"),
        // A folder is no end of a name.
        ("say slice a\tinner", "[slice][a dir/inner]"),
    ]);
}

#[test]
fn bash_completes_files_where_no_word_of_rmm_stands() {
    bash_completes(&[
        ("say slice plain.npy > ra\t", "[slice][plain.npy]"),
        ("say slice plain.npy 2>ra\t", "[slice][plain.npy]"),
        // Anything else would have made another file.
        ("say ra*", "[raw]"),
        ("say map-chunks plain.npy -- ./pl\t", "[map-chunks][plain.npy][--][./plain.npy]"),
    ]);
}

#[test]
fn bash_offers_a_file_where_nothing_is_typed_but_no_option() {
    bash_completes(&[
        ("cd 'a dir'\nsay slice \t", "[slice][inner]"),
        // An index may stand there, and neither a file nor an option is put in its place.
        ("say get inner \t", "[get][inner]"),
    ]);
}

#[test]
fn bash_knows_the_file_whose_name_is_quoted() {
    bash_completes(&[
        ("say slice 'my file.npy' --field s\t", "[slice][my file.npy][--field][speed]"),
        ("say slice my\\ file.npy --field t\t", "[slice][my file.npy][--field][top speed]"),
        ("say slice \"$PWD/my file.npy\" --field 't\t", "[slice][my file.npy][--field][top speed]"),
        ("say slice raw -d x:f4,yy:f8 --field y\t", "[slice][raw][-d][x:f4,yy:f8][--field][yy]"),
        ("cat raw | say slice - -d x:f4,yy:f8 --field y\t", "[slice][-][-d][x:f4,yy:f8][--field][yy]"),
    ]);
}

#[test]
fn bash_completes_behind_signs_at_which_it_cuts_words() {
    bash_completes(&[
        ("say slice plain.npy --format=nd\t", "[slice][plain.npy][--format=ndjson]"),
        ("say slice raw --dtype '>f4\t", "[slice][raw][--dtype][>f4]"),
        ("say slice raw --astype 'm8[n\t", "[slice][raw][--astype][m8[ns]]"),
        // The sign is not the end of the word.
        ("say slice plain.npy --along 1\t::2", "[slice][plain.npy][--along][1=::2]"),
        ("say map-chunks plain.npy --axis=0,2\t -q", "[map-chunks][plain.npy][--axis=0,2][-q]"),
    ]);
}

#[test]
fn words_behind_the_cursor_count_in_bash() {
    // The cursor goes back by two words and a character, to the end of the 1.
    bash_completes(&[("say slice --along 1 plain.npy\u{1b}b\u{1b}b\u{2}\t::2", "[slice][--along][1=::2][plain.npy]")]);
}

#[test]
fn zsh_asks_with_words_as_they_stand_on_the_line() {
    let told = |words: &[&str]| {
        let rmm = Rmm::new().npy("my file.npy", "mass:<f4,speed:<f8", [2], [0; 24]);
        let rmm = rmm.env("RMM_COMPLETE", "zsh").env("_CLAP_COMPLETE_INDEX", &(words.len() - 1).to_string());
        rmm.run([&["--"], words].concat())
    };
    for name in ["'my file.npy'", "my\\ file.npy", "\"my file.npy\""] {
        told(&["rmm", "slice", name, "--field", "'s"]).prints("words\nspeed:<f8\n");
    }
    told(&["rmm", "slice", "my\\ file.npy", "--along", ""]).prints("words\n0=:2 long\n");
    told(&["rmm", "slice", "my\\ f"]).prints("");
    told(&["rmm", "get", "my\\ file.npy", ""]).prints("words\n");
}

#[test]
fn every_shell_has_a_script_that_asks() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        Rmm::new().run(["completions", shell, "--dynamic"]).code(0).stderr("").stdout_has("RMM_COMPLETE");
    }
}
