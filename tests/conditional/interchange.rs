//! Headers between this program and those that use NRRD, `MetaImage` and ENVI: each side reads what the other writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::needs::{self, Need, trial};

/// The programs: their names in the script, and what is needed of the machine.
const PEERS: &[(&str, Peer)] = &[
    ("unu", Peer::Program(&["unu", "teem-unu"])),
    ("gdal", Peer::Program(&["gdal_translate"])),
    ("pynrrd", Peer::Module("nrrd")),
    ("simpleitk", Peer::Module("SimpleITK")),
    ("rasterio", Peer::Module("rasterio")),
    ("spectral", Peer::Module("spectral")),
];

/// What a peer is.
#[derive(Clone, Copy)]
enum Peer {
    /// A program on the path, under one of these names.
    Program(&'static [&'static str]),
    /// A module of the Python that has NumPy.
    Module(&'static str),
}

impl Peer {
    /// The Python that can talk to it.
    fn python(self) -> Need<PathBuf> {
        let python = needs::python()?;
        match self {
            Self::Program(names) => {
                let folders = std::env::var_os("PATH").unwrap_or_default();
                let there = |name: &&str| std::env::split_paths(&folders).any(|folder| folder.join(name).is_file());
                names.iter().any(there).then_some(python).ok_or_else(|| format!("needs {}", names[0]))
            }
            Self::Module(name) => {
                let output = Command::new(&python).args(["-c", &format!("import {name}")]).output();
                let there = output.is_ok_and(|output| output.status.success());
                there.then_some(python).ok_or_else(|| format!("needs the Python module {name}"))
            }
        }
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    let one = |&(name, peer): &(&'static str, Peer)| {
        trial(&format!("interchange::{name}"), peer.python(), move |python| exchange(&python, name))
    };
    PEERS.iter().map(one).collect()
}

fn exchange(python: &Path, peer: &str) -> Result<(), Failed> {
    let script = needs::root().join("tests/interchange/interchange.py");
    needs::succeeded(&Command::new(python).arg("-B").arg(script).args(["--rmm", needs::RMM, peer]).output()?)
}
