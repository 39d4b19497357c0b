//! The built-in folding filesystem: what default APFS does with names, over a backing directory of this machine.
//!
//! [`fold`] says which names are one, `tree` keeps inodes and names and changes the backing directory, `filesystem`
//! answers the kernel (crate fuser), [`serve`] is the process that does so, and [`mount`] starts it.
//!
//! Names are case-insensitive, case-preserving and normalisation-insensitive; one that is not UTF-8 is `EILSEQ`. The
//! rules it follows:
//! - The kernel keeps no name (entry timeout 0): an unlink under another spelling would leave a ghost otherwise.
//! - What is reached under another spelling is an inode of its own to the kernel. A directory would otherwise change
//!   its name whenever somebody spells it differently, and a rename of case only would be taken for no rename at all.
//! - `fsync` hands the bytes to the backing file and does not wait for the disk: the volume ends with its run.
//!
//! Where nothing else makes a byte-exact volume, the same filesystem serves one: then every name is its own key.

mod attributes;
mod filesystem;
mod fold;
mod mount;
mod serve;
mod tree;

pub(super) use mount::{Daemon, mount};
pub use serve::serve;
