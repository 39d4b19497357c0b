//! The volume axis: how a filesystem treats two spellings of one name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of volume that a case's sysroot lies on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeKind {
    /// Names that differ in a byte are two names.
    ByteExact,
    /// Names that differ only in case or normalisation are one name, stored as it was first spelt.
    Folding,
}

impl VolumeKind {
    /// The axis value as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            VolumeKind::ByteExact => "byte-exact",
            VolumeKind::Folding => "folding",
        }
    }

    /// Every value, in the order of the reports.
    pub const ALL: [VolumeKind; 2] = [VolumeKind::ByteExact, VolumeKind::Folding];
}

impl fmt::Display for VolumeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
