//! Program to memory: header, segments, interpreter, initial stack.
//!
//! `header` checks and reads the file's headers, `load` maps its segments, `stack` lays out what the program finds
//! at its stack pointer, `script` reads a `#!` line, `vdso` makes the library that Linux puts beside every program.

mod header;
mod load;
mod script;
mod stack;
mod vdso;

pub use header::{Header, Kind, NotElf, Segment};
pub use load::{Image, load};
pub use script::{Script, parse as parse_script};
pub use stack::{Stack, StackInput, build as build_stack};
pub use vdso::{Vdso, vdso};
