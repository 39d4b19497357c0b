//! Who can make a volume.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::VolumeKind;

/// A way of making volumes; the values of `--volume-provider`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// An APFS disk image, attached by macOS's `hdiutil`.
    Hdiutil,
    /// An ext4 image, mounted through a loop device by root.
    Loop,
    /// FUSE: the built-in folding filesystem, or an ext4 image served by `fuse2fs`.
    Fuse,
    /// A plain directory, where the disk it lies on already treats names as wanted.
    Directory,
    /// A plain directory whose names the emulator folds itself.
    Simulated,
}

impl Provider {
    /// Every value, the best first.
    pub const ALL: [Provider; 5] =
        [Provider::Hdiutil, Provider::Loop, Provider::Fuse, Provider::Directory, Provider::Simulated];

    /// The value as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Provider::Hdiutil => "hdiutil",
            Provider::Loop => "loop",
            Provider::Fuse => "fuse",
            Provider::Directory => "directory",
            Provider::Simulated => "simulated",
        }
    }

    /// Whether the emulator, not the volume, folds the names.
    pub const fn simulated(self) -> bool {
        matches!(self, Provider::Simulated)
    }

    /// The providers that can make a volume of `kind` on some machine, the best first.
    pub const fn candidates(kind: VolumeKind) -> &'static [Provider] {
        use Provider::{Directory, Fuse, Hdiutil, Loop, Simulated};
        match kind {
            // A plain directory is faster than FUSE, and nothing has to be simulated.
            VolumeKind::ByteExact => &[Hdiutil, Loop, Directory, Fuse],
            VolumeKind::Folding => &[Hdiutil, Loop, Fuse, Directory, Simulated],
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
