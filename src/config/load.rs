//! Finds the project and reads its files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::check;
use super::diagnostic::{Diagnostics, SourceText};
use super::model::Config;
use super::raw;
use super::reader::Reader;
use super::tree;

/// The file that marks a project's directory.
pub const ROOT_FILE: &str = "matrix.yaml";

/// The directory of the suites, beside it.
const SUITES: &str = "suites";

/// Why there is no usable configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No directory from the start upwards has a `matrix.yaml`.
    #[error(
        "no matrix.yaml in {start} or any directory above it\n\
         run matrix inside a project, or name one with --project DIR",
        start = .start.display()
    )]
    NoProject {
        /// Where the search began.
        start: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {file}: {error}", file = .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The files say something wrong.
    #[error("{0}")]
    Invalid(Diagnostics),
}

/// The nearest directory from `start` upwards that has a `matrix.yaml`.
///
/// # Errors
/// [`ConfigError::NoProject`] when there is none.
pub fn find_project(start: &Path) -> Result<PathBuf, ConfigError> {
    let found = start.ancestors().find(|directory| directory.join(ROOT_FILE).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| ConfigError::NoProject { start: start.to_path_buf() })
}

/// Reads and checks `matrix.yaml` and every suite; `fixtures` are the names of the lock file.
///
/// # Errors
/// [`ConfigError::Read`] when `matrix.yaml` or the directory of suites cannot be read, [`ConfigError::Invalid`] with
/// everything that is wrong in any file.
pub fn load(project: &Path, fixtures: &[String]) -> Result<Config, ConfigError> {
    let mut diagnostics = Diagnostics::new();
    let source = SourceText::new(ROOT_FILE, read(&project.join(ROOT_FILE))?);
    let root = tree::parse(&source, &mut diagnostics);
    let root = root.and_then(|node| raw::matrix(&mut Reader::new(&source, &mut diagnostics), &node));
    let Some(root) = root else { return Err(ConfigError::Invalid(diagnostics.sorted())) };

    let present = suite_files(&project.join(SUITES))?;
    let checked = check::root(&mut Reader::new(&source, &mut diagnostics), &root, fixtures);
    let mut suites = Vec::new();
    let mut listed: Vec<&str> = Vec::new();
    for wanted in &root.suites {
        let mut reader = Reader::new(&source, &mut diagnostics);
        check::case_name(&mut reader, wanted);
        if listed.contains(&wanted.value.as_str()) {
            reader.complain(wanted.span, format!("the suite `{}` stands twice", wanted.value), "");
            continue;
        }
        listed.push(&wanted.value);
        if !present.contains(&wanted.value) {
            check::known_name(&mut reader, "suite", wanted, present.iter().map(String::as_str));
            continue;
        }
        let file = Path::new(SUITES).join(format!("{}.yaml", wanted.value));
        let text = SourceText::new(&file, read(&project.join(&file))?);
        let Some(node) = tree::parse(&text, &mut diagnostics) else { continue };
        let mut reader = Reader::new(&text, &mut diagnostics);
        let Some(raw) = raw::suite(&mut reader, &node) else { continue };
        suites.push(check::suite(&mut reader, &wanted.value, file, &raw, fixtures));
    }
    // A file that nobody lists would be skipped silently.
    for name in present.iter().filter(|name| !listed.contains(&name.as_str())) {
        let span = tree::Span { line: 1, column: 1, width: 1 };
        let file = Path::new(SUITES).join(format!("{name}.yaml"));
        let text = SourceText::new(&file, read(&project.join(&file))?);
        let message = format!("the suite `{name}` is not listed in {ROOT_FILE}");
        diagnostics.push(text.complain(span, message, format!("add it to `suites` in {ROOT_FILE}")));
    }
    if !diagnostics.is_empty() {
        return Err(ConfigError::Invalid(diagnostics.sorted()));
    }
    Ok(Config {
        project: project.to_path_buf(),
        targets: checked.targets,
        default_target: checked.default_target,
        links: checked.links,
        volumes: checked.volumes,
        suites,
        profiles: checked.profiles,
    })
}

/// The stems of the suite files, in order.
fn suite_files(directory: &Path) -> Result<Vec<String>, ConfigError> {
    let fail = |error| ConfigError::Read { file: directory.to_path_buf(), error };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml")
            && let Some(stem) = path.file_stem()
        {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(file).map_err(|error| ConfigError::Read { file: file.to_path_buf(), error })
}
