//! The project's configuration, with what its lock file names.

use std::path::Path;

use crate::config::{self, Config};
use crate::fixture::Lock;

use super::{CliError, selection};

/// The lock file below `project`; a project without fixtures needs none.
pub fn lock(project: &Path) -> Result<Option<Lock>, CliError> {
    if !project.join("fixtures/recipes.yaml").exists() {
        return Ok(None);
    }
    Ok(Some(Lock::load(project)?))
}

/// The configuration of the project in `project`, whose lock file is `lock`.
pub fn config(project: &Path, lock: Option<&Lock>) -> Result<Config, CliError> {
    let names: Vec<String> = lock.iter().flat_map(|lock| lock.names()).map(str::to_owned).collect();
    Ok(config::load(project, &names)?)
}

/// The configuration of the project `given`, or of the nearest one.
pub fn load(given: Option<&Path>) -> Result<Config, CliError> {
    let project = selection::project(given)?;
    config(&project, lock(&project)?.as_ref())
}
