//! A volume for the time of a test, made by the program itself.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A directory for volumes that goes with the value.
pub struct State(tempfile::TempDir);

impl State {
    /// A new one, not beneath the temporary directory.
    pub fn new() -> State {
        State(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("directory"))
    }

    /// The cache directory of runs of the program.
    pub fn cache(&self) -> &Path {
        self.0.path()
    }

    /// Where volumes lie in it.
    pub fn volumes(&self) -> PathBuf {
        self.cache().join("volumes")
    }

    /// `matrix volume WORDS…` with this cache.
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = matrix::host::command(env!("CARGO_BIN_EXE_matrix"));
        command.arg("volume").args(words).env("MATRIX_CACHE", self.cache());
        command
    }
}

/// A volume held by a process.
pub struct Mounted {
    pub root: PathBuf,
    pub holder: Child,
    pub state: State,
    gone: bool,
}

impl Mounted {
    /// A volume of `kind` by `provider`; `None`, with the reason printed, where the provider does not work.
    pub fn new(kind: &str, provider: &str) -> Option<Mounted> {
        let state = State::new();
        let mut command = state.command(&["create", kind, "--provider", provider]);
        let mut holder =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start the program");
        let mut line = String::new();
        BufReader::new(holder.stdout.take().expect("output")).read_line(&mut line).expect("line");
        match line.rsplit_once(": ") {
            Some((root, _)) => Some(Mounted { root: root.into(), holder, state, gone: false }),
            None => {
                let output = holder.wait_with_output().expect("wait");
                let reason = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!(output.status.code(), Some(5), "{reason}");
                // Seen with the test's name in every run's output: it is not silent.
                std::io::Write::write_all(
                    &mut std::io::stderr(),
                    format!("1 test not made: {provider} makes no {kind} volume here: {reason}").as_bytes(),
                )
                .expect("say so");
                None
            }
        }
    }
}

impl Mounted {
    /// The end of a value whose volume is gone already.
    pub fn forget(mut self) {
        self.gone = true;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        // Asked, not killed: it clears up.
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.holder),
            rustix::process::Signal::TERM,
        )
        .expect("signal");
        self.holder.wait().expect("wait");
        assert!(!self.root.exists(), "the volume stayed");
    }
}
