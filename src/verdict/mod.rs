//! Judges an outcome against an expectation; pure.
