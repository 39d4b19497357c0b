//! Open files: one trait, one file per kind.
//!
//! A guest descriptor has the same number as the host descriptor behind it; the table adds what the host does not
//! know. The emulator's own descriptors lie above the guest's limit.

mod table;

pub use table::FdTable;
