//! Who runs a guest's program: this emulator, the peer, or another binary that was named.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::error::BenchError;
use super::report::{Party, Role};
use crate::config::suggest;
use crate::fixture;
use crate::host;
use crate::plan::{Launcher, Target};

/// The word that stands for no peer at all.
const NOBODY: &str = "none";

/// What was named to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer<'c> {
    /// Nothing.
    None,
    /// A target of `matrix.yaml`, with further options.
    Target(&'c Target, Vec<String>),
    /// A program on this machine, with options.
    Program(PathBuf, Vec<String>),
}

/// One who runs guest programs.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name, version and part.
    pub party: Party,
    launch: Launch,
}

/// How a guest's program is put behind an emulator.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Launch {
    program: PathBuf,
    /// Before everything.
    first: Vec<OsString>,
    /// For a program with a sysroot, which `$SYSROOT` stands for.
    sysroot: Vec<String>,
    /// Right before the guest's program.
    last: Vec<OsString>,
}

impl<'c> Peer<'c> {
    /// Reads the words of `--against`: the name of a target or the path of a program, then options for it.
    ///
    /// # Errors
    /// [`BenchError::Against`] when there is no such target and no such file.
    pub fn parse(words: &str, targets: &'c [Target]) -> Result<Peer<'c>, BenchError> {
        let words = shell_words::split(words)
            .map_err(|_| BenchError::Against("--against: a quote is not closed".to_owned()))?;
        let Some((name, options)) = words.split_first() else { return Ok(Peer::None) };
        if name == NOBODY {
            return Ok(Peer::None);
        }
        if let Some(target) = targets.iter().find(|target| target.name == *name) {
            return match target.launcher {
                Launcher::Native => Err(BenchError::Against(format!(
                    "--against {name}: this target runs programs of this machine, which every workload is compared \
                     with anyway"
                ))),
                _ => Ok(Peer::Target(target, options.to_vec())),
            };
        }
        let path = PathBuf::from(name);
        if path.is_file() {
            let path = fs::canonicalize(&path).map_err(BenchError::io("resolve", &path))?;
            return Ok(Peer::Program(path, options.to_vec()));
        }
        let known = targets.iter().map(|target| target.name.as_str()).chain([NOBODY]);
        let hint = suggest::hint(name, known);
        Err(BenchError::Against(format!("--against: `{name}` is no target and no file\n{hint}")))
    }

    /// The fixture that it needs.
    pub fn fixture(&self) -> Option<&str> {
        match self {
            Peer::Target(Target { launcher: Launcher::Command { fixture, .. }, .. }, _) => Some(fixture),
            _ => None,
        }
    }

    /// Why it says nothing about goals that were set with `reference` in mind, if so.
    pub fn is_another_than(&self, reference: &str) -> Option<String> {
        match self {
            Peer::None => Some("there is no peer".to_owned()),
            Peer::Target(target, options) if target.name == reference && options.is_empty() => None,
            _ => Some(format!("the goal is about {reference} without options")),
        }
    }

    /// It, ready to run; `root` is the tree of its fixture.
    ///
    /// # Errors
    /// [`BenchError::Io`] when its program cannot be read.
    pub fn contender(&self, root: Option<&Path>) -> Result<Option<Contender>, BenchError> {
        let (name, options, launch) = match self {
            Peer::None => return Ok(None),
            Peer::Target(target, options) => {
                let launch = match &target.launcher {
                    Launcher::Elfuse { options: own } => this(&[own.as_slice(), options].concat())?,
                    Launcher::Command { command, sysroot, .. } => {
                        let (program, first) = command
                            .split_first()
                            .map_or(("", &[][..]), |(program, first)| (program.as_str(), first));
                        Launch {
                            program: root.unwrap_or(Path::new("")).join(program),
                            first: first.iter().map(OsString::from).collect(),
                            sysroot: sysroot.clone(),
                            last: options.iter().map(OsString::from).collect(),
                        }
                    }
                    Launcher::Native => return Ok(None),
                };
                (target.name.clone(), options, launch)
            }
            Peer::Program(path, options) => (path.display().to_string(), options, foreign(path, options)),
        };
        Contender::new(Role::Peer, &name, options, launch).map(Some)
    }
}

impl Contender {
    /// This emulator, given `options`.
    ///
    /// # Errors
    /// [`BenchError::Io`] when the running program cannot be found or read.
    pub fn ours(options: &[String]) -> Result<Contender, BenchError> {
        Contender::new(Role::Elfuse, "elfuse", options, this(options)?)
    }

    fn new(role: Role, name: &str, options: &[String], launch: Launch) -> Result<Contender, BenchError> {
        let sha256 =
            fixture::file_sha256(&launch.program).map_err(BenchError::io("read", &launch.program))?;
        let name = [name.to_owned()].iter().chain(options).cloned().collect::<Vec<_>>().join(" ");
        Ok(Contender { party: Party { role, name, version: version(&launch), sha256 }, launch })
    }

    /// The program to start and its arguments, for the guest's `program` with `args`.
    pub fn command(
        &self,
        program: &Path,
        sysroot: Option<&Path>,
        args: &[String],
    ) -> (PathBuf, Vec<OsString>) {
        let Launch { program: emulator, first, sysroot: words, last } = &self.launch;
        let mut all = first.clone();
        if let Some(sysroot) = sysroot {
            all.extend(words.iter().map(|word| match word.as_str() {
                "$SYSROOT" => sysroot.into(),
                other => OsString::from(other),
            }));
        }
        all.extend(last.iter().cloned());
        all.push(program.into());
        all.extend(args.iter().map(OsString::from));
        (emulator.clone(), all)
    }
}

/// The running binary as the emulator.
fn this(options: &[String]) -> Result<Launch, BenchError> {
    let program = env::current_exe().map_err(BenchError::io("find", "the running program"))?;
    Ok(elfuse(program, Some("elfuse"), options))
}

/// Another binary: one named like qemu takes `-L`, one named `matrix` has the emulator inside, any other is taken for
/// a build of `elfuse`.
fn foreign(path: &Path, options: &[String]) -> Launch {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.starts_with("qemu") {
        return Launch {
            program: path.to_owned(),
            first: Vec::new(),
            sysroot: ["-L", "$SYSROOT"].map(str::to_owned).to_vec(),
            last: options.iter().map(OsString::from).collect(),
        };
    }
    elfuse(path.to_owned(), (name == "matrix").then_some("elfuse"), options)
}

fn elfuse(program: PathBuf, command: Option<&str>, options: &[String]) -> Launch {
    Launch {
        program,
        first: command.map(OsString::from).into_iter().collect(),
        sysroot: ["--sysroot", "$SYSROOT"].map(str::to_owned).to_vec(),
        last: options.iter().map(OsString::from).chain(["--".into()]).collect(),
    }
}

/// The first line that the program answers to `--version`; empty if it does not.
fn version(launch: &Launch) -> String {
    let output = host::command(&launch.program).args(&launch.first).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Vec<Target> {
        let qemu = Launcher::Command {
            fixture: "qemu".to_owned(),
            command: vec!["bin/qemu".to_owned(), "-one".to_owned()],
            sysroot: vec!["-L".to_owned(), "$SYSROOT".to_owned()],
        };
        let target = |name: &str, launcher| Target { name: name.to_owned(), launcher, no_children: None };
        vec![target("qemu-aarch64", qemu), target("host", Launcher::Native)]
    }

    fn words(launch: &Launch, sysroot: Option<&str>) -> String {
        let party =
            Party { role: Role::Peer, name: String::new(), version: String::new(), sha256: String::new() };
        let contender = Contender { party, launch: launch.clone() };
        let args = ["a".to_owned(), "b".to_owned()];
        let (program, args) = contender.command(Path::new("/guest"), sysroot.map(Path::new), &args);
        let words: Vec<_> = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        format!("{} {}", program.display(), words.join(" "))
    }

    #[test]
    fn each_kind_of_emulator_takes_the_sysroot_in_its_own_way() {
        let options = ["--engine".to_owned(), "interp".to_owned()];
        let ours = foreign(Path::new("/x/matrix"), &options);
        assert_eq!(words(&ours, Some("/s")), "/x/matrix elfuse --sysroot /s --engine interp -- /guest a b");
        assert_eq!(
            words(&foreign(Path::new("/x/old"), &options), None),
            "/x/old --engine interp -- /guest a b"
        );
        let qemu = foreign(Path::new("/x/qemu-aarch64-static"), &["-cpu".to_owned(), "max".to_owned()]);
        assert_eq!(words(&qemu, Some("/s")), "/x/qemu-aarch64-static -L /s -cpu max /guest a b");
    }

    #[test]
    fn the_words_name_a_target_a_file_or_nobody() {
        let targets = targets();
        assert_eq!(Peer::parse("none", &targets).unwrap(), Peer::None);
        let peer = Peer::parse("qemu-aarch64 -cpu cortex-a72", &targets).unwrap();
        assert_eq!(peer.fixture(), Some("qemu"));
        assert!(matches!(&peer, Peer::Target(_, options) if options.len() == 2));
        assert!(peer.is_another_than("qemu-aarch64").is_some());
        assert_eq!(Peer::parse("qemu-aarch64", &targets).unwrap().is_another_than("qemu-aarch64"), None);
        let file = tempfile::NamedTempFile::new().unwrap();
        let peer = Peer::parse(&format!("{} -x", file.path().display()), &targets).unwrap();
        assert!(matches!(&peer, Peer::Program(_, options) if options == &["-x"]));
    }

    #[test]
    fn what_names_nothing_gets_a_suggestion() {
        let targets = targets();
        let error = |words: &str| Peer::parse(words, &targets).unwrap_err().to_string();
        let wanted = "--against: `qemu-aarch` is no target and no file\ndid you mean `qemu-aarch64`?";
        assert_eq!(error("qemu-aarch"), wanted);
        assert!(error("host").contains("compared with anyway"));
        assert!(error("'x").contains("a quote is not closed"));
    }
}
