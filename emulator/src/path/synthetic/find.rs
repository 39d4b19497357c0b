//! Looking a path up.

use std::ffi::CStr;
use std::os::fd::RawFd;

use super::numbers::{self, own_pid, parse};
use super::table::{Is, ROWS, Row};
use crate::path::guest::{GuestPath, names};
use crate::path::resolve::View;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A directory.
    Directory,
    /// A file.
    File,
    /// A symbolic link, with its target.
    Link(Vec<u8>),
    /// A symbolic link to the working directory, whatever its name.
    WorkingDirectory,
    /// A symbolic link to the object behind a descriptor, whatever its name.
    Descriptor(RawFd),
    /// What the kernel says of a descriptor.
    DescriptorInfo(RawFd),
    /// A device in the host's `/dev`.
    Device(&'static CStr),
    /// A directory of the host's, named from its root.
    HostDirectory(&'static CStr),
}

/// An object of the synthetic layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its guest name.
    pub path: GuestPath,
    /// What it is.
    pub entry: Entry,
}

/// What stands at the absolute path `path`, which has no `.` and `..`.
pub fn find(view: View<'_>, path: &GuestPath) -> Option<Entry> {
    let pattern = numbers::pattern(path.as_bytes())?.path;
    if let Some(rest) = pattern.strip_prefix("/proc/PID/fd/") {
        let fd = parse(rest)?;
        return view.files.get(fd).is_ok().then_some(Entry::Descriptor(fd));
    }
    if let Some(rest) = pattern.strip_prefix("/proc/PID/fdinfo/") {
        let fd = parse(rest)?;
        return view.files.get(fd).is_ok().then_some(Entry::DescriptorInfo(fd));
    }
    let row = row(&pattern)?;
    Some(match row.1 {
        Is::Directory => Entry::Directory,
        Is::File(_) => Entry::File,
        Is::Link(target) => Entry::Link(target.as_bytes().to_vec()),
        Is::SelfLink => Entry::Link(own_pid().to_string().into_bytes()),
        Is::ThreadLink => Entry::Link(format!("{}/task/{}", own_pid(), view.tid).into_bytes()),
        Is::Exe => Entry::Link(view.fs.program().exe.0),
        Is::Cwd => Entry::WorkingDirectory,
        Is::Device(name) => Entry::Device(name),
        Is::HostDirectory(name) => Entry::HostDirectory(name),
    })
}

/// The table's row for a pattern. Placeholders are no names of their own.
pub(super) fn row(pattern: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.0 == pattern)
}

/// The entries of the directory at `path`.
pub(super) fn list(view: View<'_>, path: &GuestPath) -> Vec<Vec<u8>> {
    let Some(pattern) = numbers::pattern(path.as_bytes()) else { return Vec::new() };
    let depth = names(path.as_bytes()).count() + 1;
    let pattern = pattern.path;
    let depth = depth.min(names(pattern.as_bytes()).count() + 1);
    let beneath = ROWS.iter().filter_map(|row| {
        let rest = row.0.strip_prefix(pattern.as_str())?.strip_prefix('/')?;
        let direct = names(row.0.as_bytes()).count() == depth;
        (direct && !matches!(rest, "PID" | "OTHER" | "CPU")).then(|| rest.as_bytes().to_vec())
    });
    beneath.chain(numbers::entries(view, &pattern).into_iter().map(String::into_bytes)).collect()
}
