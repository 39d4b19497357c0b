//! Open files: one trait, one file per kind.
//!
//! A guest descriptor has the same number as the host descriptor behind it; the table adds what the host does not
//! know. The emulator's own descriptors lie above the guest's limit.

mod directory;
mod host_file;
mod inotify;
mod open_file;
mod reserved;
mod socket;
mod synthetic;
mod table;

pub use directory::HostDirectory;
pub use host_file::HostFile;
pub use inotify::Inotify;
pub use open_file::{Kind, OpenFile};
pub use reserved::{reserve, reserved_base};
pub use socket::Socket;
pub use synthetic::{SyntheticDirectory, SyntheticFile};
pub use table::FdTable;
