//! Where a process stands in the file system.

/// Working directory, umask, sysroot handle.
#[derive(Debug, Default)]
pub struct FsContext {}
