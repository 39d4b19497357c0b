//! `matrix doctor`: [`checks`] asks the machine, [`guest`] is the program of the emulator's self-check.

mod checks;
mod command;
mod guest;

pub use command::{DoctorArgs, run};
