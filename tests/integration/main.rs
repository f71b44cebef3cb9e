//! The command as its users meet it: every promise of its documentation, one file a subject.
//!
//! `harness` runs the binary in folders of their own and holds every run to the promises of its exit code.

mod completions;
mod concurrency;
mod create;
mod dispositions;
mod docs;
mod dying;
mod ending;
mod engine;
mod errors;
mod expr;
mod fill;
mod flow;
mod generated;
mod get;
mod guess;
mod harness;
mod headers;
mod help;
mod hints;
mod hostile;
mod import;
mod info;
mod interrupts;
mod kills;
mod layers;
mod leftovers;
mod map_chunks;
mod modes;
mod naming;
mod output;
mod partial;
mod receipts;
mod reduce;
mod resume;
mod same_job;
mod selections;
mod set;
mod sizes;
mod slice;
mod snapshot;
mod streams;
mod surroundings;
mod updates;
mod whose_journal;
