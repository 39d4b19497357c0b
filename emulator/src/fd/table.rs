//! The descriptor table of one process.

/// The descriptor table of one process.
#[derive(Debug, Default)]
pub struct FdTable {}
