//! Guest path to host object: walk, resolver, fallback, proc.

mod context;

pub use context::FsContext;
