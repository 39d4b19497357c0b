//! A volume that is there.

use std::path::PathBuf;

use super::home::Home;
use super::make::Holder;
use super::{Probed, Provider};
use crate::plan::VolumeKind;

/// A volume that was made and measured; dropping it releases everything that belongs to it.
#[derive(Debug)]
pub struct Volume {
    /// From what was measured.
    pub kind: VolumeKind,
    /// Who made it.
    pub provider: Provider,
    /// Its root: an existing empty directory that can be written to.
    pub root: PathBuf,
    /// What was measured; for a simulated volume, what the emulator shows of it.
    pub probed: Probed,
    /// Before the home, which is cleared when nothing is mounted in it any more.
    pub(super) _holder: Holder,
    pub(super) _home: Home,
}
