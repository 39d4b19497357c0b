//! The trees on the host that a case begins with, and what must lie there when it has ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::VolumeKind;

/// Which tree the emulator is given as its sysroot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SysrootKind {
    /// The tree of the case's fixture, if the program is dynamic.
    #[default]
    Fixture,
    /// A small tree of the attempt's own on its volume, `$SR`, beside two directories of the host, `$HOST1` and
    /// `$HOST2`.
    Private,
}

/// What the emulator's `--host-fallback` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostFallback {
    /// What the sysroot lacks is looked for on the host.
    All,
    /// Except beneath the directories of the system.
    Guarded,
    /// Nothing is.
    Off,
}

impl HostFallback {
    /// Every value.
    pub const ALL: [HostFallback; 3] = [HostFallback::All, HostFallback::Guarded, HostFallback::Off];

    /// The option's value.
    pub const fn name(self) -> &'static str {
        match self {
            HostFallback::All => "all",
            HostFallback::Guarded => "guarded",
            HostFallback::Off => "off",
        }
    }
}

/// Something laid out before a case starts; missing parents are made with mode 0755.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// A host path with placeholders; it begins with one that stands for a directory of the attempt.
    pub path: String,
    /// What it is.
    pub node: Node,
}

/// What is laid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// A regular file.
    File {
        /// Its bytes.
        content: Vec<u8>,
        /// Permission bits.
        mode: u32,
    },
    /// A directory, which may have been made as a parent already.
    Directory {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Symlink {
        /// Its text, with placeholders.
        target: String,
    },
    /// Another name for a file that was laid out before.
    Hardlink {
        /// A host path with placeholders.
        to: String,
    },
}

/// What must hold on the host after a case. Names are the bytes that a listing returns, never the answer of a lookup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What must hold.
    pub claim: Claim,
    /// It is looked at only in cases on this kind of volume; absent means always.
    pub volume: Option<VolumeKind>,
}

/// What may be claimed. Paths are host paths with placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A regular file lies there.
    File {
        /// Where.
        path: String,
        /// Its bytes, if they are known.
        content: Option<Vec<u8>>,
        /// Its permission bits, if they are known.
        mode: Option<u32>,
    },
    /// A directory lies there.
    Directory {
        /// Where.
        path: String,
        /// What a listing of it shows, in any order, without `.` and `..`; absent means anything.
        entries: Option<Vec<NameRule>>,
        /// Its permission bits, if they are known.
        mode: Option<u32>,
    },
    /// A symbolic link lies there.
    Symlink {
        /// Where.
        path: String,
        /// Its text, with placeholders.
        target: String,
    },
    /// Nothing lies there.
    Absent {
        /// Where.
        path: String,
    },
    /// Beneath this directory are the same names, kinds, contents and permissions as before the case.
    Unchanged {
        /// The directory.
        path: String,
    },
    /// No other path is new in any directory of the attempt.
    NewPaths {
        /// Those that may be; a trailing `/` allows everything beneath, too.
        paths: Vec<String>,
    },
    /// No name of the sidecar layer, token or index, lies in any directory of the attempt outside the sysroot.
    NoTokenOutsideSysroot,
    /// This directory lies in the sysroot, on the volume under test.
    OnVolume {
        /// The directory.
        path: String,
    },
}

/// One entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameRule {
    /// Exactly this name.
    Exact(String),
    /// A name that this regular expression matches as a whole.
    Matches(String),
}

impl fmt::Display for HostFallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::File { content, mode } => write!(f, "a file of {} bytes, mode {mode:04o}", content.len()),
            Node::Directory { mode } => write!(f, "a directory, mode {mode:04o}"),
            Node::Symlink { target } => write!(f, "a symbolic link to {target}"),
            Node::Hardlink { to } => write!(f, "another name for {to}"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.claim)?;
        match self.volume {
            Some(kind) => write!(f, " (only on a {kind} volume)"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_mode = |f: &mut fmt::Formatter<'_>, mode: &Option<u32>| match mode {
            Some(mode) => write!(f, ", mode {mode:04o}"),
            None => Ok(()),
        };
        match self {
            Claim::File { path, content, mode } => {
                write!(f, "{path} is a file")?;
                if let Some(content) = content {
                    write!(f, " of {} known bytes", content.len())?;
                }
                with_mode(f, mode)
            }
            Claim::Directory { path, entries, mode } => {
                write!(f, "{path} is a directory")?;
                if let Some(entries) = entries {
                    let names: Vec<String> = entries.iter().map(ToString::to_string).collect();
                    write!(f, " that lists {{{}}}", names.join(", "))?;
                }
                with_mode(f, mode)
            }
            Claim::Symlink { path, target } => write!(f, "{path} is a symbolic link to {target}"),
            Claim::Absent { path } => write!(f, "{path} is absent"),
            Claim::Unchanged { path } => write!(f, "{path} is unchanged"),
            Claim::NewPaths { paths } if paths.is_empty() => f.write_str("no path is new"),
            Claim::NewPaths { paths } => write!(f, "no path is new but {}", paths.join(", ")),
            Claim::NoTokenOutsideSysroot => f.write_str("no token or index lies outside the sysroot"),
            Claim::OnVolume { path } => write!(f, "{path} lies in the sysroot on the volume under test"),
        }
    }
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameRule::Exact(name) => f.write_str(name),
            NameRule::Matches(pattern) => write!(f, "/{pattern}/"),
        }
    }
}
