//! Power cuts on real file systems: what `--sync` promises, when only what has reached the storage is left.

use libtest_mimic::Trial;

use crate::disk::Kind;
use crate::needs::{self, trial};

pub(crate) fn trials() -> Vec<Trial> {
    // btrfs, tmpfs and overlayfs know no such cut.
    let one = |kind: Kind| {
        let need = kind.need().and_then(|()| needs::plain_python());
        trial(&format!("power::cuts_on_{}", kind.name()), need, move |python| {
            needs::run_script(&python, "power.py", &[kind.name()])
        })
    };
    [Kind::Ext4, Kind::Xfs].into_iter().map(one).collect()
}
