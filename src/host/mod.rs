//! The harness's own calls to the operating system.
