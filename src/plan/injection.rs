//! Known defects that the emulator can be told to have, so that the suites can be shown to find them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A defect for `--inject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Injection {
    /// On a folding volume the sidecar layer refuses what it does not know, so nothing falls back to the host
    SidecarVeto,
    /// The translation of MADD gives one too much, which `--engine check` stops at
    JitMadd,
}

impl Injection {
    /// The name as users and the emulator write it.
    pub const fn name(self) -> &'static str {
        match self {
            Injection::SidecarVeto => "sidecar-veto",
            Injection::JitMadd => "jit-madd",
        }
    }

    /// Can only a program with a sysroot show it?
    pub const fn needs_sysroot(self) -> bool {
        matches!(self, Injection::SidecarVeto)
    }
}

impl fmt::Display for Injection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
