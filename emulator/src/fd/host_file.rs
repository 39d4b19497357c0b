//! Files that the host serves alone.

use super::open_file::OpenFile;

/// A file, pipe, device or other object that the host serves alone.
#[derive(Debug, Default)]
pub struct HostFile;

impl OpenFile for HostFile {}
