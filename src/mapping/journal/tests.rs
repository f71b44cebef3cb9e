//! Journals in files: made, named, looked at, believed or not.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Barrier;
use std::thread;

use super::super::naive::file_of;
use super::*;
use crate::journal::slots::Slots;
use crate::journal::{Blocks, Grid, Header, Protocol, header_of};

fn refusal(array: &Path) -> Error {
    let error = JournalFile::open(array).expect_err("no journal to be believed");
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    error
}

#[test]
fn what_is_stored_is_there_in_whatever_way_it_is_kept() {
    let (_folder, array) = file_of(b"12345678");
    let journal = JournalFile::create(&array, 8192, Kept::Mapped).expect("room");
    journal.write(4096, b"bytes").expect("mapped");
    journal.set_word(64, 7).expect("mapped");
    journal.set_bits(64, 8).expect("mapped");
    assert!(JournalFile::open(&array).expect("none").is_none());
    journal.appear(Sync::Yes).expect("a new name");
    for kept in [Kept::Written, Kept::Seen, Kept::Mapped] {
        let journal = JournalFile::open(&array).expect("ours").expect("there").kept(kept).expect("kept so");
        let mut bytes = [0; 5];
        journal.read(4096, &mut bytes).expect("there");
        assert_eq!((&bytes, journal.len), (b"bytes", 8192));
        if kept != Kept::Written {
            assert_eq!(journal.word(64).expect("there"), 15);
        }
    }
    assert_eq!(journal.path().metadata().expect("there").mode() & 0o777, 0o600);
    journal.vanish(Sync::No).expect("gone");
    journal.vanish(Sync::Yes).expect("gone already");
    assert_eq!(array.parent().expect("a folder").read_dir().expect("a folder").count(), 1);
}

#[test]
fn a_name_that_is_taken_stays_and_what_never_appeared_goes() {
    let (folder, array) = file_of(b"");
    std::fs::write(folder.path().join("array.dat.rmm-journal.new"), [0; 100]).expect("room");
    let journal = JournalFile::create(&array, 4096, Kept::Written).expect("room");
    std::fs::write(journal.path(), b"theirs").expect("room");
    assert_eq!(journal.appear(Sync::No).expect_err("taken").kind(), ErrorKind::Busy);
    journal.give_up();
    assert_eq!(std::fs::read(journal.path()).expect("there"), b"theirs");
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 2);
}

#[test]
fn what_somebody_else_could_have_written_is_not_believed() {
    let (folder, array) = file_of(b"");
    let path = journal_path(&array).expect("a name");
    symlink("/etc/passwd", &path).expect("a link");
    assert_eq!(refusal(&array).message(), "is not a regular file");
    std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, b"journal")).expect("room");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o620)).expect("owned");
    assert!(refusal(&array).message().contains("others may write to (mode 620)"));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("owned");
    std::fs::hard_link(&path, folder.path().join("other")).expect("a link");
    assert!(refusal(&array).message().contains("another name"));
}

#[test]
fn nothing_is_mapped_where_mappings_lose_what_is_stored() {
    let (folder, array) = file_of(b"");
    let error = JournalFile::create_where(&array, 4096, Kept::Mapped, |_| false).expect_err("a bad place");
    assert_eq!((error.kind(), error.hints().len()), (ErrorKind::Io, 1), "{error}");
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
    JournalFile::create_where(&array, 4096, Kept::Written, |_| false).expect("by system calls").give_up();
}

#[test]
#[should_panic(expected = "is looked at")]
fn a_journal_that_is_looked_at_is_not_stored_in() {
    let (_folder, array) = file_of(b"");
    let journal = JournalFile::create(&array, 4096, Kept::Mapped).expect("room");
    let _ = journal.kept(Kept::Seen).expect("mapped").set_word(0, 1);
}

#[test]
fn names_that_lead_to_the_journal_are_known() {
    let (folder, array) = file_of(b"");
    let name = |name: &str| JournalFile::has_name(&array, &folder.path().join(".").join(name)).expect("a name");
    assert_eq!(
        ["array.dat.rmm-journal", "array.dat.rmm-journal.new", "array.dat", "done"].map(name),
        [true, true, false, false]
    );
}

#[test]
fn the_journal_is_beside_the_file_that_a_link_leads_to() {
    let (folder, array) = file_of(b"");
    let link = folder.path().join("link");
    symlink("array.dat", &link).expect("a link");
    assert_eq!(journal_path(&link).expect("a name"), journal_path(&array).expect("a name"));
}

#[test]
fn a_journal_that_is_cut_short_is_an_error() {
    let (_folder, array) = file_of(b"");
    let journal = JournalFile::create(&array, 8192, Kept::Mapped).expect("room");
    File::options().write(true).open(new_name(journal.path())).and_then(|file| file.set_len(0)).expect("cut short");
    assert_eq!(journal.set_word(4096, 1).expect_err("gone").kind(), ErrorKind::Io);
    assert_eq!(journal.write(0, b"more").expect_err("given up").kind(), ErrorKind::Io);
}

#[test]
fn a_word_that_another_thread_has_lost_with_its_page_is_not_stored() {
    let (_folder, array) = file_of(b"");
    let journal = JournalFile::create(&array, 8192, Kept::Mapped).expect("room");
    let file = File::options().write(true).open(new_name(journal.path())).expect("there");
    let (_, place) = journal.word_at(4096 + 64).expect("in the map");
    // The page is lost between the moment at which this thread finds it there and its store, which meets no fault.
    let done = journal.watched(place, 8, || {
        file.set_len(0).expect("cut short");
        let lost = thread::scope(|scope| scope.spawn(|| journal.set_word(4096, 1)).join().expect("no panic"));
        lost.expect_err("gone");
        file.set_len(8192).expect("long again");
        // SAFETY: the word lies in the map and is aligned.
        unsafe { AtomicU64::from_ptr(place.cast()) }.store(2, Ordering::SeqCst);
    });
    assert_eq!(done.expect_err("not in the file").kind(), ErrorKind::Io);
    assert!(std::fs::read(new_name(journal.path())).expect("there").iter().all(|&byte| byte == 0));
}

#[test]
fn no_commit_succeeds_behind_a_loss() {
    struct Nowhere;
    impl Blocks for Nowhere {
        fn store(&mut self, _block: u64, _bytes: &[u8]) -> Result<()> {
            Ok(())
        }
    }
    let (_folder, array) = file_of(b"");
    let grid = Grid::new(1 << 20, [1 << 20, 1 << 20, 8], 1).expect("a grid");
    let header = Header { slots: 2, ..header_of(Protocol::Slots, grid) };
    let layout = Layout::new(&header, 4096).expect("small");
    let journal = JournalFile::create(&array, layout.nbytes(), Kept::Mapped).expect("room");
    let slots = Slots::new(&journal, &header, layout);
    let begun = Barrier::new(3);
    thread::scope(|scope| {
        let (slots, begun, header) = (&slots, &begun, &header);
        let commits = [0_u64, 1].map(|slot| {
            scope.spawn(move || {
                let commit = |block| slots.commit(slot, block, &[7; 8], &mut Nowhere);
                commit(slot).expect("all there");
                begun.wait();
                // Until one fails; then all others do.
                let mut blocks = (slot + 2..1 << 40).step_by(2).map(|block| block % header.grid.blocks());
                let failed = blocks.find(|&block| commit(block).is_err());
                failed.map(|block| commit(block).is_err() && blocks.take(3).all(|block| commit(block).is_err()))
            })
        });
        begun.wait();
        File::options().write(true).open(new_name(journal.path())).and_then(|file| file.set_len(0)).expect("cut short");
        for thread in commits {
            assert_eq!(thread.join().expect("no panic"), Some(true));
        }
    });
}
