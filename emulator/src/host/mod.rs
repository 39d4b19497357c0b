//! The only calls to the operating system.
#![allow(unsafe_code)]

mod context;
pub mod extable;
mod fault;
mod map;

pub use fault::install_fault_handler;
pub use map::{page_size, reserve};
