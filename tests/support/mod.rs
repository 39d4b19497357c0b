//! What the tests of the command line share: projects in temporary directories and golden files.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What a run of `matrix` printed, and its exit status.
pub struct Printed {
    /// 0–255; -1 if a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A project of its own.
pub struct Project {
    directory: TempDir,
}

impl Project {
    /// A project with this `matrix.yaml` and these suites, by name.
    pub fn new(matrix: &str, suites: &[(&str, &str)]) -> Project {
        // Not under /tmp: a run refuses to have its scratch directories there.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(directory.path().join("matrix.yaml"), matrix).unwrap();
        fs::create_dir(directory.path().join("suites")).unwrap();
        for (name, text) in suites {
            fs::write(directory.path().join("suites").join(format!("{name}.yaml")), text).unwrap();
        }
        Project { directory }
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs `matrix` with `args` inside the project; paths of the machine are replaced by words.
    pub fn matrix(&self, args: &[&str]) -> Printed {
        matrix(self.path(), args)
    }
}

/// Runs `matrix` with `args` in `directory`.
pub fn matrix(directory: &Path, args: &[&str]) -> Printed {
    let output = matrix::host::command(env!("CARGO_BIN_EXE_matrix"))
        .args(args)
        .current_dir(directory)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("MATRIX_CACHE", directory.join("cache"))
        .output()
        .unwrap();
    let clean = |bytes: &[u8]| {
        let canonical = directory.canonicalize().unwrap();
        String::from_utf8_lossy(bytes)
            .replace(&*canonical.to_string_lossy(), "<project>")
            .replace(&*directory.to_string_lossy(), "<project>")
    };
    Printed {
        status: output.status.code().unwrap_or(-1),
        stdout: clean(&output.stdout),
        stderr: clean(&output.stderr),
    }
}

/// Compares `text` with the file `tests/golden/NAME`; with `BLESS=1` in the environment, writes the file instead.
pub fn golden(name: &str, text: &str) {
    let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
    if env::var_os("BLESS").is_some() {
        fs::write(&file, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; BLESS=1 cargo test writes it", file.display()));
    assert_eq!(text, expected, "{} differs; BLESS=1 cargo test accepts the new text", file.display());
}
