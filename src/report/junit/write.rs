//! The document as a file: small enough, and whole or not there.

use std::io;
use std::path::Path;

use super::decorate::{Room, decorate};
use super::model::document;
use super::skeleton::skeleton;
use crate::host;
use crate::plan::JunitDialect;
use crate::report::Record;
use crate::report::excerpt::Cap;
use crate::run::RunError;

/// Bytes that a reporter still accepts.
const MAX_FILE: usize = 30_000_000;

/// From generous to bare: cases are never dropped, output is.
const ROOMS: [Room; 5] = [
    room(16 << 10, 48 << 10, usize::MAX),
    room(4 << 10, 12 << 10, 16 << 10),
    room(1 << 10, 3 << 10, 4 << 10),
    room(0, 512, 1 << 10),
    room(0, 0, 256),
];

const fn room(head: u64, tail: u64, bodies: usize) -> Room {
    Room { streams: Cap { head, tail }, bodies }
}

/// The JUnit document of a run.
///
/// # Errors
/// When the document cannot be put together, which no content causes.
pub fn render(record: &Record, dialect: JunitDialect) -> io::Result<Vec<u8>> {
    render_within(record, dialect, MAX_FILE)
}

fn render_within(record: &Record, dialect: JunitDialect, limit: usize) -> io::Result<Vec<u8>> {
    let document = document(record);
    let skeleton = skeleton(&document).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    for room in ROOMS {
        bytes = decorate(&skeleton, &document, dialect, room)?;
        if bytes.len() < limit {
            break;
        }
    }
    Ok(bytes)
}

/// Writes the JUnit document of a run to `path`, replacing what is there.
///
/// # Errors
/// [`RunError::Io`] when the file cannot be written.
pub fn write(record: &Record, dialect: JunitDialect, path: &Path) -> Result<(), RunError> {
    let written = render(record, dialect).and_then(|bytes| host::write_durably(path, &bytes));
    written.map_err(RunError::io("write the JUnit report", path))
}
