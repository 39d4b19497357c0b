//! One case of the matrix: what runs, where it was defined, what is expected.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Condition, Engine, HostFallback, Laid, SysrootKind, VolumeKind};

/// How the program under test is linked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// No PT_INTERP, no DT_NEEDED.
    Static,
    /// PT_INTERP names musl's loader.
    MuslDyn,
    /// PT_INTERP names glibc's loader.
    GlibcDyn,
}

impl Link {
    /// The axis value as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Link::Static => "static",
            Link::MuslDyn => "musl-dyn",
            Link::GlibcDyn => "glibc-dyn",
        }
    }

    /// Every value, in the order of the reports.
    pub const ALL: [Link; 3] = [Link::Static, Link::MuslDyn, Link::GlibcDyn];
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place in a configuration file; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Relative to the directory of `matrix.yaml`.
    pub file: PathBuf,
    /// The line of the case's first key.
    pub line: u32,
}

/// Where a case stands in the matrix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Coordinates {
    /// The target's name in `matrix.yaml`, such as `elfuse-aarch64`.
    pub target: String,
    /// The suite's name, such as `coreutils`.
    pub suite: String,
    /// The link axis.
    pub link: Link,
    /// The volume axis; absent where no sysroot lies on a volume of its own.
    pub volume: Option<VolumeKind>,
    /// The engine axis; absent where nobody asked for it, and the emulator chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// The case's name within the suite, such as `sort`.
    pub name: String,
}

impl Coordinates {
    /// The axes that this place has, with their values: the order of the reports.
    pub fn axes(&self) -> Vec<(&'static str, String)> {
        let volume = self.volume.map(|volume| ("volume", volume.to_string()));
        let always = [("target", self.target.clone()), ("link", self.link.to_string())];
        let engine = self.engine.map(|engine| ("engine", engine.to_string()));
        always.into_iter().chain(volume).chain(engine).collect()
    }
}

impl Case {
    /// Whether its sysroot is the tree of its fixture.
    pub fn sysroot_is_fixture(&self) -> bool {
        self.sysroot == SysrootKind::Fixture && self.at.link != Link::Static
    }
}

impl fmt::Display for Coordinates {
    /// The case id: `suite/link[/volume][/engine]/name`, unique within one target.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.suite, self.link)?;
        if let Some(volume) = &self.volume {
            write!(f, "{volume}/")?;
        }
        if let Some(engine) = &self.engine {
            write!(f, "{engine}/")?;
        }
        f.write_str(&self.name)
    }
}

/// One case, complete: nothing in it needs the configuration any more.
///
/// Strings may hold the placeholders `$T` (the case's scratch directory), `$BIN` (the host path of the directory the
/// applet lies in) and, with a private sysroot or on a volume, those of [`super::placeholder::Places`]; the executor
/// replaces them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its place in the matrix; the id is its `Display` form.
    pub at: Coordinates,
    /// Where it was written.
    pub source: Source,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// The fixture that holds the program, by its name in `fixtures/lock.yaml`, such as `coreutils-static`; empty for a
    /// program of this machine.
    pub fixture: String,
    /// The program's path inside the fixture's tree, such as `bin/sort`.
    pub program: String,
    /// Where the program is copied to and started from, with placeholders; absent means where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_at: Option<String>,
    /// `argv[1..]`, with placeholders.
    pub args: Vec<String>,
    /// Exactly these bytes on standard input; empty means end of file at once.
    pub stdin: Vec<u8>,
    /// Files laid into `$T` before the case starts: name → content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Environment beyond the allow-list.
    pub env: BTreeMap<String, String>,
    /// Which tree is its sysroot.
    #[serde(default)]
    pub sysroot: SysrootKind,
    /// What the emulator is told about the host fallback; absent means nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_fallback: Option<HostFallback>,
    /// What is laid out beside `files`, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tree: Vec<Laid>,
    /// What must hold afterwards.
    pub expect: Expect,
    /// Why the target cannot run it, if so (`unsupported` in the reports).
    pub unsupported: Option<String>,
    /// A case that runs longer is marked slow.
    pub slow: Duration,
    /// A case that runs longer is ended and counts as timed out.
    pub timeout: Duration,
}

/// What must hold for a case to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// How the process must end.
    pub ending: ExpectedEnding,
    /// What standard output must be; every entry must hold.
    pub stdout: Vec<TextRule>,
    /// What standard error must be; every entry must hold.
    pub stderr: Vec<TextRule>,
    /// What must lie on the host; every entry must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Condition>,
}

/// How a guest process must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedEnding {
    /// With this exit status, 0–255.
    Exit(u8),
    /// By this signal number.
    Signal(u8),
}

/// One rule over a stream. Placeholders are replaced first, and quoted where they stand in a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextRule {
    /// The whole stream, byte for byte.
    Exact(String),
    /// A regular expression found anywhere in the stream.
    Matches(String),
    /// The stream is empty.
    Empty,
}
