//! The project's configuration, with what its lock file names.

use std::path::Path;

use crate::config::{self, Config};

use super::{CliError, selection};

/// Reads the configuration of the project `given`, or of the nearest one.
pub fn load(given: Option<&Path>) -> Result<Config, CliError> {
    let project = selection::project(given)?;
    Ok(config::load(&project, &fixture_names())?)
}

fn fixture_names() -> Vec<String> {
    [
        "coreutils-static",
        "coreutils-musl-dyn",
        "coreutils-glibc-dyn",
        "busybox-static",
        "programs-glibc-dyn",
        "guest-programs",
        "qemu-aarch64",
    ]
    .map(str::to_owned)
    .to_vec()
}
