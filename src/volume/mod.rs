//! Volumes that a run puts its sysroots on: byte-exact ones and folding ones.
//!
//! [`provision`] makes them with the best [`Provider`] that works here, [`probe`] measures how a directory treats
//! names, and [`clean_stale`] clears what a killed run left. Each volume has a directory of its own (`home`) whose
//! marker is locked while its owner lives.

mod directory;
mod error;
mod handle;
mod home;
mod probe;
mod provider;
mod provision;
mod remains;

pub use error::{PassedOver, VolumeError};
pub use handle::Volume;
pub use home::{Cleaned, Facts, Listed, clean_stale, list};
pub use probe::{Probed, probe};
pub use provider::Provider;
pub use provision::{choices, provision};
