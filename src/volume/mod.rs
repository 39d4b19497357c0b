//! Volumes that a run puts its sysroots on: byte-exact ones and folding ones.
//!
//! [`provision`] makes them with the best [`Provider`] that works here, [`probe`] measures how a directory treats
//! names, and [`clean_stale`] clears what a killed run left. Each volume has a directory of its own (`home`) whose
//! marker is locked while its owner lives.

mod error;
#[cfg(target_os = "linux")]
mod folding;
mod handle;
mod home;
mod image;
mod make;
mod namespace;
mod probe;
mod provider;
mod provision;
mod remains;

pub use error::{PassedOver, VolumeError};
#[cfg(target_os = "linux")]
pub use folding::serve;
pub use handle::Volume;
pub use home::{Cleaned, Facts, Listed, clean_stale, list};
pub use namespace::enter_namespace_if_needed;
pub use probe::{Probed, probe};
pub use provider::Provider;
pub use provision::{Choice, choices, provision};
