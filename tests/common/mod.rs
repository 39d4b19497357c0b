//! What the integration tests share: fixtures, and the emulator as a child of the built `matrix`.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use matrix::fixture::{Cache, Fixture, Lock, Silent, ensure};

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fixture `name`, built now if the cache lacks it.
pub fn fixture(name: &str) -> Fixture {
    let lock = Lock::load(root()).unwrap_or_else(|error| panic!("the fixture lock: {error}"));
    let cache = Cache::open().unwrap_or_else(|error| panic!("the cache: {error}"));
    let mut built =
        ensure(&lock, &cache, &[name], &Silent).unwrap_or_else(|error| panic!("the fixture {name}: {error}"));
    built.remove(0)
}

/// A fresh scratch directory outside /tmp, so that nothing of the system's stands in the way.
pub fn scratch() -> tempfile::TempDir {
    let parent = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    tempfile::tempdir_in(parent).unwrap_or_else(|error| panic!("a scratch directory: {error}"))
}

/// `command` with the environment that cases get, standard input empty, in `directory`.
#[allow(clippy::disallowed_methods, reason = "tests start programs themselves")]
pub fn hermetic(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", directory)
        .env("TMPDIR", directory)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

/// The emulator, ready to take the program and its arguments.
pub fn elfuse(fixture: &Fixture, directory: &Path) -> Command {
    elfuse_with(fixture, directory, &[])
}

/// The same, with options of its own.
pub fn elfuse_with(fixture: &Fixture, directory: &Path, options: &[String]) -> Command {
    let mut command = hermetic(Path::new(env!("CARGO_BIN_EXE_matrix")), directory);
    command.arg("elfuse").args(options);
    if let Some(sysroot) = &fixture.sysroot {
        command.arg("--sysroot").arg(sysroot);
    }
    command.arg("--");
    command
}

/// Whether tests take their time: `SOAK=1`.
pub fn soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|soak| soak == "1")
}
