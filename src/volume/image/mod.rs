//! Volumes in disk images: APFS by `hdiutil` on macOS, ext4 by a loop device or `fuse2fs` on Linux.
//!
//! Every host tool is started through [`Runner`], so that tests can answer in its place.

#[cfg(any(target_os = "linux", test))]
mod ext4;
mod hdiutil;
mod plist;
mod runner;
#[cfg(test)]
mod testing;

#[cfg(target_os = "linux")]
pub(super) use ext4::{Ext4, create as create_ext4, serve as serve_ext4};
#[cfg(target_os = "macos")]
pub(super) use hdiutil::detach_beneath;
pub(super) use hdiutil::{Attached, attach};
pub(super) use runner::Host;
