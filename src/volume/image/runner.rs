//! Host tools, run to their end.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::thread;
use std::time::Duration;

use crate::host;

/// How a tool ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Ended {
    pub(super) success: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// Runs tools and waits; tests have their own.
pub(in super::super) trait Runner: fmt::Debug {
    /// Runs `words` to its end.
    fn run(&self, words: &[OsString]) -> io::Result<Ended>;
    /// Lets time pass before something is tried again.
    fn pause(&self, time: Duration);
}

/// The tools of this machine.
#[derive(Debug)]
pub(in super::super) struct Host;

impl Runner for Host {
    fn run(&self, words: &[OsString]) -> io::Result<Ended> {
        let (program, rest) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Complaints are compared with known ones.
        let output = host::command(program).args(rest).env("LC_ALL", "C").output()?;
        Ok(Ended {
            success: output.status.success(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    fn pause(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// Runs `words` and turns every failure into one line that names the tool.
pub(super) fn must(runner: &dyn Runner, words: &[OsString]) -> Result<Ended, String> {
    let tool = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    match runner.run(words) {
        Ok(ended) if ended.success => Ok(ended),
        Ok(ended) => {
            Err(format!("{tool}: {}", ended.stderr.lines().last().unwrap_or("it failed without a word")))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!("{tool} is not installed")),
        Err(error) => Err(format!("{tool} cannot be started: {error}")),
    }
}

/// The words of a command line.
pub(super) fn words<const N: usize>(words: [&dyn AsRef<std::ffi::OsStr>; N]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}
