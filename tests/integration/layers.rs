//! The sources keep the layers that the table in src/lib.rs draws, and the habits that go with them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::root;

/// A file of the library, and what is in it but tests.
struct Source {
    name: String,
    module: String,
    whole: String,
    code: Vec<(usize, String)>,
}

impl Source {
    fn read(path: &Path) -> Self {
        let whole = fs::read_to_string(path).expect("the sources can be read");
        let name = path.strip_prefix(root()).expect("inside the package").to_string_lossy().into_owned();
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default().to_owned();
        let code = code_of(&whole);
        Self { name, module, whole, code }
    }

    /// The files of the modules that are only for tests.
    fn test_modules(&self) -> Vec<String> {
        let folder = self.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines: Vec<&str> = self.whole.lines().collect();
        let marked = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").map(|pair| pair[1]);
        let names = marked.filter_map(|line| line.trim_start_matches("pub(crate) ").strip_prefix("mod "));
        names.filter_map(|name| name.strip_suffix(';')).map(|name| format!("{folder}/{name}.rs")).collect()
    }

    /// The lines that hold the word as a word, outside comments and tests.
    fn lines_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        let has = move |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word);
        self.code.iter().filter(move |(_, line)| has(line)).map(|(number, line)| (*number, line.as_str()))
    }
}

/// The numbered lines before the tests, without comments and the contents of one-line strings.
fn code_of(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut after_cfg = false;
    for (place, line) in text.lines().enumerate() {
        if after_cfg && line.starts_with("mod tests") {
            break;
        }
        after_cfg = line == "#[cfg(test)]";
        let line = without_strings(line);
        let code = line.split("//").next().unwrap_or_default().to_owned();
        lines.push((place + 1, code));
    }
    lines
}

fn without_strings(line: &str) -> String {
    // Every second part between quotes is inside of them.
    line.replace("\\\"", "").split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "only {} sources", paths.len());
    let all: Vec<Source> = paths.iter().map(|path| Source::read(path)).collect();
    let testing: Vec<String> = all.iter().flat_map(Source::test_modules).collect();
    all.into_iter().filter(|source| !testing.contains(&source.name)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources can be listed") {
        let path = entry.expect("a listing goes on").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The modules of each layer, the lowest first, as the table in src/lib.rs lists them.
fn layers() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("the sources can be read");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1);
    let names = |row: &str| row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.filter_map(|row| row.split_once('|')).map(|(_, modules)| names(modules)).collect()
}

#[test]
fn every_module_has_a_layer() {
    let layers = layers().concat();
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("the sources can be read");
    let modules = text.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|line| line.trim_end_matches(';'));
    let missing: Vec<&str> = modules.filter(|module| !layers.iter().any(|known| known == module)).collect();
    assert!(missing.is_empty(), "not in the table of src/lib.rs: {missing:?}");
}

#[test]
fn imports_go_downward_only() {
    let layers = layers();
    let level = |module: &str| layers.iter().position(|layer| layer.iter().any(|known| known == module));
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = level(&source.module) else { continue };
        for (number, line) in &source.code {
            for path in line.split("crate::").skip(1) {
                let imported = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if level(imported).is_some_and(|other| other > own) {
                    wrong.push(format!("{}:{number} reaches up to {imported}", source.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_lives_in_mapping_alone_and_says_why() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.whole.lines().collect();
        for (number, line) in source.lines_with("unsafe") {
            if !source.name.starts_with("src/mapping/") {
                wrong.push(format!("{}:{number} is outside mapping", source.name));
            }
            let is_block = line.contains("unsafe {") || line.contains("unsafe impl");
            let comment = lines[..number - 1].iter().rev().take_while(|line| !line.trim().is_empty()).take(12);
            let explained = line.contains("SAFETY") || comment.clone().any(|line| line.contains("SAFETY:"));
            if is_block && !explained {
                wrong.push(format!("{}:{number} has no SAFETY comment", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_ui_prints() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.name != "src/cli/ui.rs") {
        for word in ["println", "eprintln", "print", "eprint", "dbg"] {
            let calls = source.lines_with(word).filter(|(_, line)| line.contains(&format!("{word}!(")));
            wrong.extend(calls.map(|(number, _)| format!("{}:{number} has {word}!", source.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_people_see_stays_on_the_command_line() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "cli") {
        for word in ["clap", "anyhow", "indicatif", "signal_hook"] {
            wrong.extend(source.lines_with(word).map(|(number, _)| format!("{}:{number} knows {word}", source.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_introduce_themselves() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.whole.lines().count();
        if lines > 500 {
            wrong.push(format!("{} has {lines} lines", source.name));
        }
        if !source.whole.starts_with("//! ") {
            wrong.push(format!("{} does not say what it is", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
