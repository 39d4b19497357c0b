//! Events as JSON lines: written as they happen, read back for every other report.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Record;
use crate::run::{Event, RunError, Sink};

/// The event file of a run, and a second one where the user wants it. Each event is one `write` of one line, so a
/// killed run leaves at most the last line short.
#[derive(Debug)]
pub struct EventLog {
    files: Vec<(PathBuf, File)>,
    failed: PathBuf,
}

impl EventLog {
    /// Begins the file `own`, and appends to `also` if given.
    ///
    /// # Errors
    /// [`RunError::Io`] when a file cannot be opened.
    pub fn create(own: &Path, also: Option<&Path>) -> Result<EventLog, RunError> {
        let open = |path: &Path| -> Result<(PathBuf, File), RunError> {
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                std::fs::create_dir_all(parent).map_err(RunError::io("create", parent))?;
            }
            let file = OpenOptions::new().create(true).append(true).open(path);
            let mut file = file.map_err(RunError::io("open", path))?;
            if ends_amid_a_line(path) {
                file.write_all(b"\n").map_err(RunError::io("write", path))?;
            }
            Ok((path.to_owned(), file))
        };
        let files = std::iter::once(own).chain(also).map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(EventLog { files, failed: own.to_owned() })
    }

    /// The file that could not be written last.
    pub fn failed_path(&self) -> PathBuf {
        self.failed.clone()
    }
}

/// Whether an earlier run that was killed left a line cut short.
fn ends_amid_a_line(path: &Path) -> bool {
    let last = || -> io::Result<u8> {
        let mut file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Ok(b'\n');
        }
        file.seek(SeekFrom::End(-1))?;
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    // An empty file has no last byte.
    last().is_ok_and(|byte| byte != b'\n')
}

impl Sink for EventLog {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        for (path, file) in &mut self.files {
            if let Err(error) = file.write_all(&line) {
                self.failed = path.clone();
                return Err(error);
            }
        }
        Ok(())
    }
}

/// An event file that tells no run.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line that is no event, and not the last one.
    #[error("line {line} is not an event: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: serde_json::Error,
    },
    /// The first event must be the start of a run.
    #[error("it does not begin with the start of a run")]
    NoStart,
}

/// Reads the last run of an event file. A line that is cut short, as a killed run leaves it, is ignored at the end of
/// the file and before the start of another run.
///
/// # Errors
/// [`RecordError`] as its variants say.
pub fn from_jsonl(mut reader: impl BufRead) -> Result<Record, RecordError> {
    let (mut record, mut bytes) = (None::<Record>, Vec::new());
    let mut cut_short = None;
    for line in 1.. {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let event: Result<Event, _> = serde_json::from_slice(&bytes);
        match (event, cut_short.take()) {
            (Ok(event), problem) => match (Record::start(&event), problem, &mut record) {
                (Some(started), _, _) => record = Some(started),
                (None, Some(problem), _) => return Err(problem),
                (None, None, Some(record)) => record.add(event),
                (None, None, None) => return Err(RecordError::NoStart),
            },
            (Err(_), Some(problem)) => return Err(problem),
            (Err(problem), None) => cut_short = Some(RecordError::Line { line, problem }),
        }
    }
    record.ok_or_else(|| cut_short.unwrap_or(RecordError::NoStart))
}

/// [`from_jsonl`] of the file at `path`.
///
/// # Errors
/// [`RunError::Io`] when it cannot be read or tells no run.
pub fn from_file(path: &Path) -> Result<Record, RunError> {
    let failed = |error: RecordError| match error {
        RecordError::Io(source) => source,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    };
    let file = File::open(path).map_err(RunError::io("read", path))?;
    from_jsonl(BufReader::new(file)).map_err(failed).map_err(RunError::io("read", path))
}
