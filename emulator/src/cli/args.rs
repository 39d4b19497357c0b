//! From words to settings.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;
use thiserror::Error;

use crate::jit::{self, OPTIMISATIONS, Optimisation, Switches};
use crate::path::failpoint;
use crate::task::Fallback;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    Run(Box<Options>),
    Help,
    Version,
    Isa,
    Syscalls,
}

/// How to run a program.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub sysroot: Option<OsString>,
    pub fallback: Fallback,
    pub env: Vec<Vec<u8>>,
    pub clear_env: bool,
    pub workdir: Option<Vec<u8>>,
    pub strace: bool,
    pub status_fd: Option<i32>,
    pub simulate_folding: bool,
    pub sidecar_veto: bool,
    pub no_isolate: bool,
    pub engine: Switches,
    /// A step at which to die, and at which time that it is reached.
    pub failpoint: Option<(String, u32)>,
    /// The program and its arguments; never empty.
    pub command: Vec<Vec<u8>>,
}

/// What is wrong with the command line.
#[derive(Debug, Error)]
pub(super) enum UsageError {
    #[error("{0}")]
    Word(#[from] lexopt::Error),
    #[error("no PROGRAM given")]
    NoProgram,
    #[error("--host-fallback takes all, guarded or off, not {0:?}")]
    Fallback(String),
    #[error("--engine takes interp, jit or check, not {0:?}")]
    Engine(String),
    #[error("--engine check needs a translator to judge, and there is none for this host's processor")]
    NothingToCheck,
    #[error("--env takes NAME=VALUE, not {0:?}")]
    Env(String),
    #[error("--inject takes sidecar-veto or jit-madd, not {0:?}")]
    Inject(String),
    #[error("--failpoint takes NAME or NAME:N, not {0:?}; the names are {names}", names = failpoint::NAMES.join(" "))]
    Failpoint(String),
    #[error("--simulate-folding folds the names in a sysroot: give --sysroot too")]
    NothingToFold,
    #[error("--status-fd takes the number of an open descriptor, not {0:?}")]
    StatusFd(String),
}

/// Reads the command line; the first word is our own name.
pub(super) fn parse(args: Vec<OsString>) -> Result<Action, UsageError> {
    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("help") | Short('h') => return Ok(Action::Help),
            Long("version") | Short('V') => return Ok(Action::Version),
            Long("isa") => return Ok(Action::Isa),
            Long("syscalls") => return Ok(Action::Syscalls),
            Long("sysroot") => options.sysroot = Some(parser.value()?),
            Long("host-fallback") => {
                let how = parser.value()?.string()?;
                options.fallback = match how.as_str() {
                    "all" => Fallback::All,
                    "guarded" => Fallback::Guarded,
                    "off" => Fallback::Off,
                    _ => return Err(UsageError::Fallback(how)),
                };
            }
            Long("env") => {
                let setting = parser.value()?.into_vec();
                if !setting.iter().skip(1).any(|&byte| byte == b'=') {
                    return Err(UsageError::Env(String::from_utf8_lossy(&setting).into_owned()));
                }
                options.env.push(setting);
            }
            Long("clear-env") => options.clear_env = true,
            Long("workdir") => options.workdir = Some(parser.value()?.into_vec()),
            Long("strace") => options.strace = true,
            Long("simulate-folding") => options.simulate_folding = true,
            Long("engine") => {
                let engine = parser.value()?.string()?;
                (options.engine.translate, options.engine.check) = match engine.as_str() {
                    "interp" => (false, false),
                    "jit" => (true, false),
                    "check" if jit::available() => (true, true),
                    "check" => return Err(UsageError::NothingToCheck),
                    _ => return Err(UsageError::Engine(engine)),
                };
            }
            Long("jit-stats") => options.engine.stats = true,
            Long("no-isolate") => options.no_isolate = true,
            Long("inject") => match parser.value()?.string()? {
                defect if defect == "sidecar-veto" => options.sidecar_veto = true,
                defect if defect == "jit-madd" => options.engine.broken_madd = true,
                defect => return Err(UsageError::Inject(defect)),
            },
            Long("failpoint") => options.failpoint = Some(parse_failpoint(parser.value()?.string()?)?),
            Long("status-fd") => {
                let text = parser.value()?.string()?;
                match text.parse() {
                    Ok(fd) if fd >= 0 => options.status_fd = Some(fd),
                    _ => return Err(UsageError::StatusFd(text)),
                }
            }
            Value(program) => {
                options.command.push(program.into_vec());
                options.command.extend(parser.raw_args()?.map(OsString::into_vec));
            }
            Long(name) if let Some((_, leave_out)) = optimisation(name) => leave_out(&mut options.engine),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.simulate_folding && options.sysroot.is_none() {
        return Err(UsageError::NothingToFold);
    }
    if options.command.is_empty() { Err(UsageError::NoProgram) } else { Ok(Action::Run(Box::new(options))) }
}

/// What `--no-NAME` leaves out.
fn optimisation(name: &str) -> Option<Optimisation> {
    let name = name.strip_prefix("no-")?;
    OPTIMISATIONS.iter().find(|(known, _)| *known == name).copied()
}

/// A step's name, and from which time on that it is reached: the first, unless a number after a colon says otherwise.
fn parse_failpoint(text: String) -> Result<(String, u32), UsageError> {
    let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
    match count.parse() {
        Ok(count) if count > 0 && failpoint::NAMES.contains(&name) => Ok((name.to_owned(), count)),
        _ => Err(UsageError::Failpoint(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Action, String> {
        let words = std::iter::once("elfuse").chain(words.iter().copied()).map(OsString::from).collect();
        parse(words).map_err(|error| error.to_string())
    }

    #[test]
    fn what_follows_the_program_is_its_own() {
        let Ok(Action::Run(options)) = parsed(&["--sysroot", "/r", "prog", "--help", "-x"]) else { panic!() };
        assert_eq!(options.command, [b"prog".as_slice(), b"--help", b"-x"].map(<[u8]>::to_vec));
        assert_eq!(options.sysroot, Some("/r".into()));
        let Ok(Action::Run(options)) = parsed(&["--", "--prog", "--"]) else { panic!() };
        assert_eq!(options.command, [b"--prog".as_slice(), b"--"].map(<[u8]>::to_vec));
    }

    #[test]
    fn each_mistake_has_one_message() {
        assert_eq!(parsed(&[]), Err("no PROGRAM given".into()));
        assert_eq!(parsed(&["--nope"]), Err("invalid option '--nope'".into()));
        assert_eq!(parsed(&["--env", "=x", "p"]), Err("--env takes NAME=VALUE, not \"=x\"".into()));
        assert_eq!(
            parsed(&["--host-fallback", "some", "p"]),
            Err("--host-fallback takes all, guarded or off, not \"some\"".into())
        );
        assert_eq!(
            parsed(&["--inject", "x", "p"]),
            Err("--inject takes sidecar-veto or jit-madd, not \"x\"".into())
        );
        for bad in ["create", "create-locked:0", "create-locked:", "create-locked:x"] {
            let told = parsed(&["--failpoint", bad, "p"]).unwrap_err();
            assert!(
                told.starts_with(&format!("--failpoint takes NAME or NAME:N, not {bad:?}; the names are "))
            );
        }
        let Ok(Action::Run(options)) = parsed(&["--failpoint", "link-moved:3", "p"]) else { panic!() };
        assert_eq!(options.failpoint, Some(("link-moved".into(), 3)));
        let nothing = "--simulate-folding folds the names in a sysroot: give --sysroot too";
        assert_eq!(parsed(&["--simulate-folding", "p"]), Err(nothing.into()));
        let bad = "--status-fd takes the number of an open descriptor, not \"-1\"";
        assert_eq!(parsed(&["--status-fd=-1", "p"]), Err(bad.into()));
    }
}
