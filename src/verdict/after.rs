//! Host-side conditions against what was found.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use regex::bytes::Regex;

use super::diff::unified;
use super::outcome::{Finding, FindingKind};
use super::snapshot::{Content, Entry, Kind, Snapshot, Trees};
use super::visible::{one_line, visible};
use crate::plan::placeholder::Places;
use crate::plan::{Case, Claim, Condition, NameRule};

/// Characters of a name or path in a message.
const QUOTED: usize = 120;
/// Paths that one detail lists.
const LISTED: usize = 50;

/// What does not hold of the case's conditions.
pub(super) fn broken(case: &Case, trees: Trees<'_>, places: &Places) -> Vec<Finding> {
    let applies = |condition: &&Condition| condition.volume.is_none_or(|kind| case.at.volume == Some(kind));
    let conditions = case.expect.after.iter().filter(applies);
    conditions.filter_map(|condition| Judge { trees, places }.broken(&condition.claim)).collect()
}

struct Judge<'a> {
    trees: Trees<'a>,
    places: &'a Places,
}

impl Judge<'_> {
    fn broken(&self, claim: &Claim) -> Option<Finding> {
        match claim {
            Claim::File { path, content, mode } => self.file(path, content.as_deref(), *mode),
            Claim::Directory { path, entries, mode } => self.directory(path, entries.as_deref(), *mode),
            Claim::Symlink { path, target } => self.symlink(path, target),
            Claim::Absent { path } => {
                let entry = self.after().entries.get(&self.places.path(path))?;
                problem(format!("{path} is there: {}", entry.kind.noun()), Vec::new())
            }
            Claim::Unchanged { path } => self.unchanged(path),
            Claim::NewPaths { paths } => self.new_paths(paths),
            Claim::NoTokenOutsideSysroot => self.no_token(),
            Claim::OnVolume { path } => self.on_volume(path),
        }
    }

    fn after(&self) -> &Snapshot {
        self.trees.after
    }

    /// What lies at `path`, or the finding that nothing does.
    fn entry(&self, path: &str) -> Result<&Entry, Option<Finding>> {
        let host = self.places.path(path);
        self.after().entries.get(&host).ok_or_else(|| {
            let parent = host.parent().unwrap_or(Path::new("/"));
            let names = self.after().children(parent).map(name_of).collect();
            problem(format!("{path} is not there under this spelling"), listed("its directory holds", names))
        })
    }

    fn file(&self, path: &str, content: Option<&[u8]>, mode: Option<u32>) -> Option<Finding> {
        let entry = match self.entry(path) {
            Ok(entry) => entry,
            Err(finding) => return finding,
        };
        let found = match &entry.kind {
            Kind::File(found) => found,
            other => return problem(format!("{path} is {}, not a file", other.noun()), Vec::new()),
        };
        match (content, found) {
            (Some(expected), Content::Whole(bytes)) if expected != bytes => {
                let detail = unified(expected, bytes, path);
                Some(Finding { detail, ..finding(format!("{path} has another content")) })
            }
            (Some(expected), Content::Size(size)) => {
                problem(format!("{path} has {size} bytes, expected {}", expected.len()), Vec::new())
            }
            (Some(_), Content::Unreadable) => {
                problem(format!("{path} cannot be read, mode {:04o}", entry.mode), Vec::new())
            }
            _ => permissions(path, entry, mode),
        }
    }

    fn directory(&self, path: &str, rules: Option<&[NameRule]>, mode: Option<u32>) -> Option<Finding> {
        let entry = match self.entry(path) {
            Ok(entry) => entry,
            Err(finding) => return finding,
        };
        if entry.kind != Kind::Directory {
            return problem(format!("{path} is {}, not a directory", entry.kind.noun()), Vec::new());
        }
        let Some(rules) = rules else { return permissions(path, entry, mode) };
        let host = self.places.path(path);
        let mut names: Vec<&Path> = self.after().children(&host).collect();
        let mut missing = Vec::new();
        // Exact names first, so that no pattern takes one of them away.
        let (exact, patterns): (Vec<_>, Vec<_>) =
            rules.iter().partition(|rule| matches!(rule, NameRule::Exact(_)));
        for rule in exact.into_iter().chain(patterns) {
            match names.iter().position(|path| fits(rule, path)) {
                Some(at) => drop(names.remove(at)),
                None => missing.push(format!("missing: {rule}")),
            }
        }
        if names.is_empty() && missing.is_empty() {
            return permissions(path, entry, mode);
        }
        let message = format!("{path}: {} too many, {} missing", names.len(), missing.len());
        missing.extend(names.into_iter().map(|path| format!("too many: {}", name_of(path))));
        problem(message, missing)
    }

    fn symlink(&self, path: &str, target: &str) -> Option<Finding> {
        let entry = match self.entry(path) {
            Ok(entry) => entry,
            Err(finding) => return finding,
        };
        let expected = self.places.substitute(target);
        match &entry.kind {
            Kind::Symlink(found) if *found == expected => None,
            Kind::Symlink(found) => {
                let found = visible(found.as_bytes(), QUOTED);
                problem(format!("{path} is a link to {found}, expected {target}"), Vec::new())
            }
            other => problem(format!("{path} is {}, not a symbolic link", other.noun()), Vec::new()),
        }
    }

    fn unchanged(&self, path: &str) -> Option<Finding> {
        let host = self.places.path(path);
        let (before, after) = (self.trees.before, self.after());
        let mut changes = Vec::new();
        for (path, old) in before.beneath(&host) {
            match after.entries.get(path) {
                None => changes.push(format!("gone: {}", shown(path))),
                Some(new) if (&new.kind, new.mode) != (&old.kind, old.mode) => {
                    changes.push(format!("changed: {}", shown(path)));
                }
                Some(_) => {}
            }
        }
        let new = after.beneath(&host).filter(|(path, _)| !before.entries.contains_key(*path));
        changes.extend(new.map(|(path, _)| format!("new: {}", shown(path))));
        if changes.is_empty() {
            return None;
        }
        problem(format!("{path} is not as it was: {}", changes[0]), changes)
    }

    fn new_paths(&self, allowed: &[String]) -> Option<Finding> {
        let allowed: Vec<(bool, _)> =
            allowed.iter().map(|text| (text.ends_with('/'), self.places.path(text))).collect();
        let may_be = |path: &Path| {
            allowed.iter().any(|(tree, root)| path == root || (*tree && path.starts_with(root)))
        };
        let new: Vec<String> = self
            .after()
            .entries
            .keys()
            .filter(|path| !self.trees.before.entries.contains_key(*path) && !may_be(path))
            .map(|path| shown(path))
            .collect();
        let first = new.first()?;
        problem(format!("a new path: {first}"), listed("new and not allowed", new.clone()))
    }

    fn no_token(&self) -> Option<Finding> {
        let sysroot = &self.places.sysroot;
        let outside =
            |path: &&std::path::PathBuf| sysroot.as_os_str().is_empty() || !path.starts_with(sysroot);
        let found: Vec<String> = self
            .after()
            .entries
            .keys()
            .filter(outside)
            .filter(|path| path.file_name().is_some_and(|name| belongs_to_sidecar(name.as_bytes())))
            .map(|path| shown(path))
            .collect();
        let first = found.first()?;
        problem(format!("a name of the sidecar layer outside the sysroot: {first}"), found.clone())
    }

    fn on_volume(&self, path: &str) -> Option<Finding> {
        let entry = match self.entry(path) {
            Ok(entry) => entry,
            Err(finding) => return finding,
        };
        let host = self.places.path(path);
        // A snapshot goes down from the sysroot without following links, so the path alone tells where it lies.
        if entry.kind != Kind::Directory || !host.starts_with(&self.places.sysroot) {
            return problem(format!("{path} is not a directory in the sysroot"), Vec::new());
        }
        match self.trees.volume {
            Some((root, device)) if !host.starts_with(root) || entry.device != device => {
                problem(format!("{path} does not lie on the volume at {}", shown(root)), Vec::new())
            }
            _ => None,
        }
    }
}

fn permissions(path: &str, entry: &Entry, expected: Option<u32>) -> Option<Finding> {
    let expected = expected.filter(|expected| *expected != entry.mode)?;
    problem(format!("{path} has mode {:04o}, expected {expected:04o}", entry.mode), Vec::new())
}

fn fits(rule: &NameRule, path: &Path) -> bool {
    let Some(name) = path.file_name().map(OsStrExt::as_bytes) else { return false };
    match rule {
        NameRule::Exact(expected) => name == expected.as_bytes(),
        NameRule::Matches(pattern) => {
            Regex::new(&format!(r"\A(?:{pattern})\z")).is_ok_and(|regex| regex.is_match(name))
        }
    }
}

/// Whether the sidecar layer would have made this name: a token, the index, its lock or its next version.
fn belongs_to_sidecar(name: &[u8]) -> bool {
    let token = name
        .strip_prefix(b".ef_")
        .is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit));
    token || name.starts_with(b".elfuse_case_index")
}

fn name_of(path: &Path) -> String {
    visible(path.file_name().unwrap_or_default().as_bytes(), QUOTED)
}

fn shown(path: &Path) -> String {
    visible(path.as_os_str().as_bytes(), QUOTED)
}

fn listed(title: &str, names: Vec<String>) -> Vec<String> {
    std::iter::once(format!("{title}:")).chain(names).collect()
}

fn finding(message: String) -> Finding {
    Finding { kind: FindingKind::Postcondition, message: one_line(&message), detail: String::new() }
}

fn problem(message: String, lines: Vec<String>) -> Option<Finding> {
    let more = lines.len().saturating_sub(LISTED);
    let mut detail: String = lines.iter().take(LISTED).map(|line| format!("{line}\n")).collect();
    if more > 0 {
        detail.push_str(&format!("and {more} more\n"));
    }
    Some(Finding { detail, ..finding(message) })
}

#[cfg(test)]
mod tests;
