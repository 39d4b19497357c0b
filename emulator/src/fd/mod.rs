//! Open files: one trait, one file per kind.
