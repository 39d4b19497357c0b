//! The guest processor's state: registers, flags, exclusive monitor.

mod features;
mod state;

pub use features::{Feature, hwcap, hwcap2};
pub use state::{Cpu, Engine, Exclusive, Masks, Nzcv, SP, Vector, ZERO, ZERO_SINK};
