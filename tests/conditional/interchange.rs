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
        match self {
            Self::Program(names) => needs::program(names).and_then(|_| needs::python()),
            Self::Module(name) => needs::module(name),
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
