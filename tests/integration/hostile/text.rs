//! INDEX, expressions, types and values that are far longer or deeper than anybody means them to be.

use crate::harness::Rmm;

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

#[test]
fn endless_text_is_a_short_error() {
    let many = |text: &str| text.repeat(10_000);
    let deep = format!("{}x{}", many("("), many(")"));
    let lines: Vec<Vec<String>> = [
        vec!["slice", "a.npy", &many("[")],
        vec!["slice", "a.npy", &many("(")],
        vec!["slice", "a.npy", &many("0,")],
        vec!["slice", "a.npy", &many("9")],
        vec!["slice", "a.npy", &many("...,")],
        vec!["slice", "a.npy", &many("0:")],
        vec!["slice", "a.npy", "-d", &many("f")],
        vec!["slice", "a.npy", "--raw", "-d", &many("a:{")],
        vec!["slice", "a.npy", "-s", &many("1,")],
        vec!["slice", "a.npy", "--spec", &many(":")],
        vec!["slice", "a.npy", "--fmt", &many("%")],
        vec!["set", "a.npy", "0", &many("[")],
        vec!["set", "a.npy", "0", &many("9")],
        vec!["set", "a.npy", "0,0", &many("x")],
        vec!["fill", "a.npy", "--value", &many("x")],
        vec!["fill", "a.npy", "--expr", &deep],
        vec!["fill", "a.npy", "--expr", &many("-")],
        vec!["fill", "a.npy", "--expr", &many("sqrt(")],
        vec!["fill", "a.npy", "--expr", &format!("{}1", many("2**"))],
        vec!["fill", "a.npy", "--expr", &format!("{}x", many("not "))],
        vec!["map-chunks", "a.npy", "--expr", &format!("{}1", many("where(x>0,"))],
        vec!["map-chunks", "a.npy", "--expr", &many("x")],
        vec!["create", "b.npy", "-s", "3", "--expr", &deep],
        vec!["create", "b.npy", "-s", "3", "--linspace", &many("1,")],
    ]
    .into_iter()
    .map(|words| words.into_iter().map(str::to_owned).collect())
    .collect();
    for words in lines {
        let ran = a().run(&words).refused(2, "rmm: ").names_are(["a.npy"]);
        let said = ran.said();
        assert!(said.len() < 3000, "{} bytes of message: {}", said.len(), &said[..200]);
    }
}

#[test]
fn nothing_typed_steers_the_terminal() {
    let evil = "\u{1b}]0;pwned\u{7}\u{9b}31m\u{202e}";
    for words in [
        vec!["slice", "a.npy", evil],
        vec!["slice", evil],
        vec!["slice", "a.npy", "-d", evil],
        vec!["slice", "a.npy", "-f", evil],
        vec!["set", "a.npy", "0,0", evil],
        vec!["set", "a.npy", "--from", evil],
        vec!["fill", "a.npy", "--expr", evil],
        vec!["fill", "a.npy", "--expr", "y", "--with", evil],
        vec!["map-chunks", "a.npy", "--expr", "x", "--reduce", evil],
        vec!["map-chunks", "a.npy", "--exec", "exit 1", "-o", evil],
        vec![evil],
        vec!["slice", "a.npy", "--io", evil],
    ] {
        let ran = a().run(&words);
        let said = ran.said();
        assert!(said.starts_with("rmm: "), "{words:?}: {said:?}");
        assert!(said.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{words:?}: {said:?}");
    }
}
