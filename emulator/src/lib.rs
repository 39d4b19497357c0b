//! A user-mode AArch64 Linux emulator.
//!
//! Reader's way: [`elf`] puts an image into [`mem`]; [`isa`] decodes it; [`interp`] runs it on a [`cpu`], [`jit`] faster;
//! [`syscall`] answers it, through [`path`] and [`fd`] for files and [`task`] for processes; [`host`] holds the
//! only calls to the operating system.

pub mod cli;
pub mod cpu;
pub mod elf;
pub mod fd;
pub mod fpu;
pub mod host;
pub mod interp;
pub mod isa;
pub mod jit;
pub mod mem;
pub mod path;
pub mod syscall;
pub mod task;
pub mod trace;
