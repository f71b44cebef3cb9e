//! Files as bytes: opened by [`Mode`], read and stored in windows of a few MiB, locked, made, replaced and copied.
//!
//! This is the only room with `unsafe` code, and no reference into a mapping ever leaves it: bytes are copied into
//! private scratch and back. Nothing here knows what the bytes mean; shapes and dtypes live above.
//!
//! ```text
//!            windows, few at a time                        one door
//!   file ══►  [window]  ══ rep movsb, strided moves ══►  scratch       Reader
//!   file ◄══  [window]  ◄═════════════════════════════   scratch       Writer
//!   file ◄──  pread, pwrite: few bytes, whole pieces, files that cannot be mapped
//! ```

mod advice;
mod beside;
mod boot;
mod copy;
mod direct;
mod editor;
mod fault;
mod file;
mod holes;
mod incarnation;
mod journal;
mod leftovers;
mod lock;
mod mark;
mod memory;
mod mode;
#[cfg(test)]
mod naive;
mod names;
mod new_file;
mod partial;
mod paths;
mod picked;
mod pieces;
mod pour;
mod reader;
mod resuming;
mod share;
mod space;
mod spool;
mod stdio;
pub mod stop;
mod target;
mod transfer;
mod trusted;
mod unchanged;
mod waiting;
mod window;
mod writer;

/// Bytes from one part of a journal to the next at least: pages, which the fault handler gives up one by one.
pub const PAGE: u64 = 4096;

pub use advice::{Cache, give_up};
pub use boot::this_boot;
pub use file::{Identity, Io, Mapping};
pub use incarnation::{born, is_mounted_alone, mount_of};
pub use journal::{FLUSHED, JournalFile, Kept, journal_path};
pub use leftovers::{RANDOM, remove_leftovers, temporary_prefix};
pub use lock::{Holder, Lock};
pub use memory::{LastWords, OrExit};
pub use mode::Mode;
pub use new_file::{NewFile, Replace};
pub use partial::{Partial, discarding, moving_aside, partial_path, remove_partial};
pub use paths::{flush_named, follow_links, full_path};
pub use pour::{pour, widen};
pub use reader::Reader;
pub use resuming::{resuming, typed_here};
pub use share::{lead, place_to_share};
pub use space::{Sync, reserve, set_len};
pub use spool::{ELSEWHERE, spool, stream_name, temporary, unkept, unnamed};
pub use stdio::Stream;
pub use transfer::{copy_range, copy_sparse};
pub use trusted::trusted;
pub use waiting::Waiting;
pub use writer::{Stores, Writer};
