//! The exact command line and environment of a case; pure, shared by the runner, `explain` and `repro`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::placeholder::Places;
use super::{Case, Injection, Launcher, Link, SysrootKind, Target};

/// `PATH` of every case.
pub const GUEST_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The directories of one attempt, all beneath one root that nothing else uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseDirs {
    /// Absolute; not under `/tmp` or `/var/tmp`.
    pub root: PathBuf,
    /// Those of a case with a private sysroot.
    pub private: Option<PrivateDirs>,
}

/// What a case with a private sysroot has beside its scratch directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateDirs {
    /// `$SR`: an empty directory on the case's volume.
    pub sysroot: PathBuf,
    /// `$HOST2`: a directory whose path parts from that of the scratch directories in its first or second component.
    pub host2: PathBuf,
}

impl CaseDirs {
    /// The directories beneath `root`.
    pub fn new(root: PathBuf) -> Self {
        CaseDirs { root, private: None }
    }

    /// `$HOST1`; only a case with a private sysroot has it.
    pub fn host1(&self) -> PathBuf {
        self.root.join("u")
    }

    /// `$T`: holds the case's files.
    pub fn files(&self) -> PathBuf {
        self.root.join("t")
    }

    /// `HOME`.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// `TMPDIR`.
    pub fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The working directory.
    pub fn cwd(&self) -> PathBuf {
        self.root.join("cwd")
    }

    /// Every directory that must exist before the case starts.
    pub fn all(&self) -> [PathBuf; 4] {
        [self.files(), self.home(), self.tmp(), self.cwd()]
    }

    /// Every directory in which the case may find or leave something.
    pub fn whole(&self) -> Vec<PathBuf> {
        let mut directories = self.all().to_vec();
        if let Some(private) = &self.private {
            directories.extend([self.host1(), private.sysroot.clone(), private.host2.clone()]);
        }
        directories
    }
}

/// Where on this host the things lie that a case's command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandPaths {
    /// The running `matrix` binary.
    pub matrix: PathBuf,
    /// The root of the tree of the case's fixture, for a dynamic program also its sysroot; the project's directory
    /// for [`Launcher::Native`].
    pub fixture: PathBuf,
    /// The root of the tree of the target's own fixture; only for [`Launcher::Command`].
    pub launcher: Option<PathBuf>,
    /// Options for [`Launcher::Elfuse`] that go with a sysroot.
    pub sysroot_options: Vec<OsString>,
    /// A defect that [`Launcher::Elfuse`] shall have.
    pub inject: Option<Injection>,
    /// This attempt's directories.
    pub dirs: CaseDirs,
    /// `USER`.
    pub user: String,
    /// The descriptor on which the emulator says how it ended; only for [`Launcher::Elfuse`].
    pub status_fd: Option<i32>,
}

/// A process to start: the environment is complete, nothing is inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// A host path.
    pub program: PathBuf,
    /// `argv[1..]`.
    pub args: Vec<OsString>,
    /// The environment of the started process.
    pub env: BTreeMap<String, OsString>,
    /// The working directory.
    pub cwd: PathBuf,
}

/// The host path of the case's program.
pub fn program_path(case: &Case, fixture: &Path) -> PathBuf {
    fixture.join(&case.program)
}

/// The host path of the directory the case's program lies in: `$BIN`.
pub fn bin_dir(case: &Case, fixture: &Path) -> PathBuf {
    let program = program_path(case, fixture);
    program.parent().map_or(program.clone(), Path::to_path_buf)
}

/// What the placeholders in the case's strings stand for.
pub fn places(case: &Case, fixture: &Path, dirs: &CaseDirs) -> Places {
    let places = Places {
        files: dirs.files(),
        bin: bin_dir(case, fixture),
        volume: case.at.volume,
        ..Places::default()
    };
    match &dirs.private {
        Some(PrivateDirs { sysroot, host2 }) => {
            Places { sysroot: sysroot.clone(), host1: dirs.host1(), host2: host2.clone(), ..places }
        }
        None => places,
    }
}

/// The environment a case sees: the allow-list and its own variables.
pub fn guest_env(case: &Case, paths: &CommandPaths) -> BTreeMap<String, OsString> {
    let places = places(case, &paths.fixture, &paths.dirs);
    let mut env: BTreeMap<String, OsString> = BTreeMap::from([
        ("PATH".to_owned(), GUEST_PATH.into()),
        ("HOME".to_owned(), paths.dirs.home().into()),
        ("TMPDIR".to_owned(), paths.dirs.tmp().into()),
        ("LC_ALL".to_owned(), "C".into()),
        ("TZ".to_owned(), "UTC".into()),
        ("USER".to_owned(), OsString::from(&paths.user)),
    ]);
    env.extend(case.env.iter().map(|(name, value)| (name.clone(), places.substitute(value))));
    env
}

/// The process that runs `case` on `target`.
pub fn command_line(case: &Case, target: &Target, paths: &CommandPaths) -> CommandLine {
    let places = places(case, &paths.fixture, &paths.dirs);
    let program = match &case.program_at {
        Some(at) => places.path(at),
        None => program_path(case, &paths.fixture),
    };
    let cwd = paths.dirs.cwd();
    let env = guest_env(case, paths);
    let dynamic = case.at.link != Link::Static;
    let sysroot = match (case.sysroot, &paths.dirs.private) {
        (SysrootKind::Private, Some(private)) => Some(&private.sysroot),
        _ => dynamic.then_some(&paths.fixture),
    };

    let (host_program, mut args) = match &target.launcher {
        Launcher::Elfuse { options } => {
            let mut args: Vec<OsString> = vec!["elfuse".into()];
            if let Some(sysroot) = sysroot {
                args.extend(["--sysroot".into(), sysroot.into()]);
                args.extend(paths.sysroot_options.iter().cloned());
            }
            if let Some(injection) = paths.inject.filter(|it| sysroot.is_some() || !it.needs_sysroot()) {
                args.extend(["--inject".into(), injection.name().into()]);
            }
            if let Some(mode) = case.host_fallback {
                args.extend(["--host-fallback".into(), mode.name().into()]);
            }
            if let Some(descriptor) = paths.status_fd {
                args.extend(["--status-fd".into(), descriptor.to_string().into()]);
            }
            args.extend(options.iter().map(OsString::from));
            // Behind the target's own: the last `--engine` counts.
            args.extend(case.at.engine.iter().flat_map(|engine| engine.options()).map(OsString::from));
            args.push("--clear-env".into());
            for (name, value) in &env {
                args.push("--env".into());
                args.push(assignment(name, value));
            }
            args.extend(["--".into(), program.into()]);
            (paths.matrix.clone(), args)
        }
        Launcher::Command { command, sysroot, .. } => {
            let root = paths.launcher.clone().unwrap_or_default();
            let emulator = command.first().map(String::as_str).unwrap_or_default();
            let mut args: Vec<OsString> = command.iter().skip(1).map(OsString::from).collect();
            if dynamic {
                args.extend(sysroot.iter().map(|argument| match argument.as_str() {
                    "$SYSROOT" => paths.fixture.clone().into(),
                    other => OsString::from(other),
                }));
            }
            args.push(program.into());
            (root.join(emulator), args)
        }
        Launcher::Native => (program, Vec::new()),
    };
    args.extend(case.args.iter().map(|argument| places.substitute(argument)));
    CommandLine { program: host_program, args, env, cwd }
}

/// `NAME=VALUE`.
fn assignment(name: &str, value: &OsStr) -> OsString {
    let mut out = OsString::from(name);
    out.push("=");
    out.push(value);
    out
}

#[cfg(test)]
mod tests {
    use super::super::{HostFallback, expand, testing};
    use super::*;

    fn paths() -> CommandPaths {
        CommandPaths {
            matrix: PathBuf::from("/opt/matrix"),
            fixture: PathBuf::from("/cache/tree"),
            launcher: Some(PathBuf::from("/cache/qemu")),
            sysroot_options: vec!["--simulate-folding".into()],
            inject: None,
            dirs: CaseDirs::new(PathBuf::from("/scratch/7")),
            user: "someone".to_owned(),
            status_fd: Some(3),
        }
    }

    fn case(id: &str) -> (Case, Target) {
        let config = testing::config();
        let cases = expand(&config, &config.targets[0], &config.profiles[0], &[]);
        let case = cases.into_iter().find(|case| case.at.to_string() == id).unwrap();
        (case, config.targets[0].clone())
    }

    fn words(line: &CommandLine) -> Vec<&str> {
        line.args.iter().map(|word| word.to_str().unwrap()).collect()
    }

    #[test]
    fn a_dynamic_program_gets_its_tree_as_sysroot() {
        let (case, target) = case("text/glibc-dyn/sort");
        let line = command_line(&case, &target, &paths());
        assert_eq!(line.program, Path::new("/opt/matrix"));
        assert_eq!(
            words(&line),
            [
                "elfuse",
                "--sysroot",
                "/cache/tree",
                "--simulate-folding",
                "--status-fd",
                "3",
                "--clear-env",
                "--env",
                "HOME=/scratch/7/home",
                "--env",
                "LC_ALL=C",
                "--env",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "--env",
                "TMPDIR=/scratch/7/tmp",
                "--env",
                "TZ=UTC",
                "--env",
                "USER=someone",
                "--env",
                "WHERE=/scratch/7/t",
                "--",
                "/cache/tree/usr/bin/sort",
                "/scratch/7/t/a b",
                "/cache/tree/usr/bin",
            ]
        );
        assert_eq!(line.cwd, Path::new("/scratch/7/cwd"));
    }

    #[test]
    fn the_engine_stands_behind_the_targets_options() {
        let (mut case, mut target) = case("text/static/sort");
        target.launcher = Launcher::Elfuse { options: vec!["--engine".to_owned(), "interp".to_owned()] };
        case.at.engine = Some("jit-no-chain".parse().unwrap());
        let line = command_line(&case, &target, &paths());
        let words = words(&line);
        let at = words.iter().position(|word| *word == "--engine").unwrap();
        let wanted = ["--engine", "interp", "--engine", "jit", "--no-chain", "--clear-env"];
        assert_eq!(words[at..at + wanted.len()], wanted);
    }

    #[test]
    fn a_private_sysroot_goes_before_everything() {
        let (mut case, target) = case("text/static/sort");
        case.sysroot = SysrootKind::Private;
        case.host_fallback = Some(HostFallback::Off);
        case.program_at = Some("$SR/bin/sort".to_owned());
        case.args = vec!["$SR$HOST2/x".to_owned(), "$HOST1".to_owned()];
        let mut paths = paths();
        paths.dirs.private = Some(PrivateDirs { sysroot: "/volume/3".into(), host2: "/tmp/h".into() });
        let line = command_line(&case, &target, &paths);
        let words = words(&line);
        assert_eq!(
            words[..6],
            ["elfuse", "--sysroot", "/volume/3", "--simulate-folding", "--host-fallback", "off"]
        );
        assert_eq!(words[words.len() - 3..], ["/volume/3/bin/sort", "/volume/3/tmp/h/x", "/scratch/7/u"]);
    }

    #[test]
    fn a_static_program_has_no_sysroot() {
        let (case, target) = case("text/static/sort");
        let line = command_line(&case, &target, &paths());
        assert!(!words(&line).contains(&"--sysroot"));
        assert!(words(&line).contains(&"/cache/tree/bin/sort"));
    }

    #[test]
    fn a_foreign_emulator_comes_from_its_fixture() {
        let (case, mut target) = case("text/glibc-dyn/sort");
        target.launcher = Launcher::Command {
            fixture: "qemu".to_owned(),
            command: vec!["usr/bin/qemu".to_owned(), "-one".to_owned()],
            sysroot: vec!["-L".to_owned(), "$SYSROOT".to_owned()],
        };
        let line = command_line(&case, &target, &paths());
        assert_eq!(line.program, Path::new("/cache/qemu/usr/bin/qemu"));
        assert_eq!(
            words(&line),
            [
                "-one",
                "-L",
                "/cache/tree",
                "/cache/tree/usr/bin/sort",
                "/scratch/7/t/a b",
                "/cache/tree/usr/bin"
            ]
        );
        assert_eq!(line.env["TZ"], "UTC");
        assert_eq!(line.env.len(), 7);
    }
}
