//! Guest path to host object: walk, resolver, fallback, proc.
