//! Speed: translation of guest code into host code, judged by the interpreter.
//!
//! [`Jit`] is what the threads of a process share, [`Thread`] what one of them has. `x86_64` is the only host with an
//! emitter so far; elsewhere `none` stands in and the interpreter runs everything.

mod switches;
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
use x86_64 as host;
#[cfg(not(target_arch = "x86_64"))]
mod none;
#[cfg(not(target_arch = "x86_64"))]
use none as host;

pub use host::{Jit, Thread, available, lowers};
pub use switches::{OPTIMISATIONS, Optimisation, Switches};
