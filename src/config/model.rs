//! The checked configuration: whatever holds one of these types is right.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::plan::{Expect, HostFallback, Laid, Link, SysrootKind, Target, VolumeKind};

/// `matrix.yaml` and every suite it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The directory of `matrix.yaml`.
    pub project: PathBuf,
    /// What can run programs; at least one.
    pub targets: Vec<Target>,
    /// The name of the target that runs when none is named.
    pub default_target: String,
    /// The values of the link axis that run.
    pub links: Vec<Link>,
    /// The values of the volume axis that run.
    pub volumes: Vec<VolumeKind>,
    /// The suites, in the order of `matrix.yaml`.
    pub suites: Vec<Suite>,
    /// The profiles; `default` is always among them.
    pub profiles: Vec<Profile>,
}

/// One suite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The file's stem.
    pub name: String,
    /// One line for people.
    pub about: String,
    /// Relative to the project, such as `suites/coreutils.yaml`.
    pub file: PathBuf,
    /// Where the suite's programs lie, for each link kind it runs in.
    pub programs: BTreeMap<Link, Programs>,
    /// Which tree is the sysroot of its cases.
    pub sysroot: SysrootKind,
    /// The kinds of volume that its sysroots are put on, each; with none they stay where they were built.
    pub volumes: Vec<VolumeKind>,
    /// The cases, in the order of the file; names are unique.
    pub cases: Vec<CaseSpec>,
}

/// A directory of programs in a fixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The fixture's name in `fixtures/lock.yaml`; absent for programs of this machine, which only a native target runs.
    pub fixture: Option<String>,
    /// Relative to the fixture's tree; without a fixture, absolute or relative to the project.
    pub directory: String,
}

/// A case before it meets the axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSpec {
    /// Unique in its suite.
    pub name: String,
    /// The line it was written on, from 1.
    pub line: u32,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// The program, relative to the suite's directory of programs.
    pub program: String,
    /// Where the program is copied to and started from.
    pub program_at: Option<String>,
    /// `argv[1..]`, with placeholders.
    pub args: Vec<String>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// The suite's files and its own.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The suite's environment and its own.
    pub env: BTreeMap<String, String>,
    /// What the emulator is told about the host fallback.
    pub host_fallback: Option<HostFallback>,
    /// The suite's tree and its own.
    pub tree: Vec<Laid>,
    /// What must hold.
    pub expect: Expect,
    /// Its own hard limit, if it has one.
    pub timeout: Option<Duration>,
    /// It starts other programs of the guest.
    pub executes_children: bool,
}

/// How a run is made, where the command line does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name, such as `ci`.
    pub name: String,
    /// Workers; absent means one for each processor.
    pub jobs: Option<usize>,
    /// A case that runs longer is ended.
    pub timeout: Duration,
    /// A case that runs longer is marked slow.
    pub slow: Duration,
    /// From TERM to KILL.
    pub grace: Duration,
    /// Bytes that each output stream of a case may have.
    pub output_limit: u64,
    /// How often a case that did not pass is tried again.
    pub retries: u32,
}

impl Profile {
    /// What holds where no profile says otherwise.
    pub fn base() -> Self {
        Profile {
            name: "default".to_owned(),
            jobs: None,
            timeout: Duration::from_secs(30),
            slow: Duration::from_secs(10),
            grace: Duration::from_secs(2),
            output_limit: 64 << 20,
            retries: 0,
        }
    }
}

impl Suite {
    /// The kinds of volume that its cases run on with `link`; a static program has no sysroot to put on one, unless
    /// it is private.
    pub fn volumes(&self, link: Link) -> &[VolumeKind] {
        if link == Link::Static && self.sysroot == SysrootKind::Fixture { &[] } else { &self.volumes }
    }
}

impl Config {
    /// The target called `name`.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// The profile called `name`.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}
