//! The emitter for x86-64 hosts.
//!
//! Reader's way: [`engine`] runs a thread and decides what is interpreted and what translated; `lower` turns a block
//! into code; `cache` keeps the code, links it and drops it; `thunks` are the ways in and out; `asm` and `simd` encode;
//! `regs` says which host register holds what; `region` finds loops, to which `map` gives registers of their own by what
//! `survey` counts;
//! `flags` looks ahead for who needs the condition flags; `check` lets the interpreter judge each step, for which the
//! cache keeps the `source` of its code, and `difference` says what differs; `memory` is the only place with a pointer into the code.

#![allow(unsafe_code)]

mod asm;
mod cache;
mod check;
mod difference;
mod engine;
mod flags;
mod lower;
mod map;
mod memory;
mod region;
mod regs;
mod simd;
mod source;
mod survey;
mod thunks;

pub use engine::{Jit, Thread, available};
pub use lower::lowers;
