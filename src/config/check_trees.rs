//! Checks `tree`, `after` and what else only a case with a private sysroot has.

use std::path::{Component, Path};

use crate::plan::placeholder::{self, Piece, Places};
use crate::plan::{Claim, Condition, HostFallback, Laid, NameRule, Node, SysrootKind, VolumeKind};

use super::check;
use super::raw_trees::{RawClaim, RawCondition, RawLaid, RawNode};
use super::reader::{Reader, Spanned};
use super::suggest;
use super::tree::Span;

/// What the strings of a suite may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// The suite's sysroots are private.
    pub private: bool,
    /// The suite runs on volumes.
    pub volumes: bool,
}

impl Scope {
    fn names(self) -> Vec<&'static str> {
        let mut names = placeholder::NAMES.to_vec();
        if self.private {
            names.extend(placeholder::PRIVATE_NAMES);
        }
        if self.volumes {
            names.extend(placeholder::VOLUME_NAMES);
        }
        names
    }
}

/// Complains about placeholders in `text` that the suite does not have.
pub fn placeholders(reader: &mut Reader<'_>, scope: Scope, span: Span, text: &str) {
    let known = scope.names();
    for piece in placeholder::pieces(text) {
        let Piece::Name(name) = piece else { continue };
        if known.contains(&name) {
            continue;
        }
        if placeholder::PRIVATE_NAMES.contains(&name) {
            let message = format!("`${name}` needs a sysroot of the case's own");
            reader.complain(span, message, "write `sysroot: private` at the top of the suite");
        } else if placeholder::VOLUME_NAMES.contains(&name) {
            let message = format!("`${name}` needs a suite that runs on volumes");
            reader.complain(span, message, "write `volumes: true` at the top of the suite");
        } else {
            let hint = match suggest::nearest(name, known.iter().copied()).first() {
                Some(near) => format!("did you mean `${near}`? (`$$` is a plain $)"),
                None => format!("known: ${}; `$$` is a plain $", known.join(", $")),
            };
            reader.complain(span, format!("unknown placeholder `${name}`"), hint);
        }
    }
}

/// Checks a suite's `sysroot`.
pub fn sysroot(reader: &mut Reader<'_>, raw: Option<&Spanned<String>>) -> SysrootKind {
    let Some(raw) = raw else { return SysrootKind::Fixture };
    match raw.value.as_str() {
        "private" => SysrootKind::Private,
        "fixture" => SysrootKind::Fixture,
        _ => {
            check::known_name(reader, "sysroot", raw, ["fixture", "private"]);
            SysrootKind::Fixture
        }
    }
}

/// Checks a case's `host-fallback`.
pub fn host_fallback(reader: &mut Reader<'_>, raw: Option<&Spanned<String>>) -> Option<HostFallback> {
    let raw = raw?;
    let found = HostFallback::ALL.into_iter().find(|mode| mode.name() == raw.value);
    if found.is_none() {
        check::known_name(
            reader,
            "mode of the host fallback",
            raw,
            HostFallback::ALL.map(HostFallback::name),
        );
    }
    found
}

/// Checks a case's `program-at`.
pub fn program_at(reader: &mut Reader<'_>, scope: Scope, raw: Option<&Spanned<String>>) -> Option<String> {
    let raw = raw?;
    host_path(reader, scope, raw);
    if scope.private && !raw.value.starts_with("$SR/") {
        reader.complain(raw.span, "a program is put into the sysroot or nowhere", "begin with $SR/");
    }
    Some(raw.value.clone())
}

/// Checks `tree`.
pub fn tree(reader: &mut Reader<'_>, scope: Scope, raw: &[RawLaid]) -> Vec<Laid> {
    let mut laid = Vec::new();
    for entry in raw {
        host_path(reader, scope, &entry.path);
        let node = match &entry.node {
            RawNode::File { content, mode } => Node::File {
                content: check::bytes(reader, content),
                mode: mode.as_ref().map_or(0o644, |mode| permissions(reader, mode)),
            },
            RawNode::Directory { mode } => Node::Directory { mode: permissions(reader, mode) },
            RawNode::Symlink { target } => {
                placeholders(reader, scope, target.span, &target.value);
                if target.value.is_empty() {
                    reader.complain(target.span, "a symbolic link cannot be empty", "");
                }
                Node::Symlink { target: target.value.clone() }
            }
            RawNode::Hardlink { to } => {
                host_path(reader, scope, to);
                Node::Hardlink { to: to.value.clone() }
            }
        };
        laid.push(Laid { path: entry.path.value.clone(), node });
    }
    laid
}

/// Checks `after`.
pub fn after(reader: &mut Reader<'_>, scope: Scope, raw: &[RawCondition]) -> Vec<Condition> {
    raw.iter().map(|condition| check_condition(reader, scope, condition)).collect()
}

fn check_condition(reader: &mut Reader<'_>, scope: Scope, raw: &RawCondition) -> Condition {
    let path = |reader: &mut Reader<'_>, path: &Spanned<String>| {
        host_path(reader, scope, path);
        path.value.clone()
    };
    let claim = match &raw.claim {
        RawClaim::File { path: at, content, mode } => Claim::File {
            path: path(reader, at),
            content: content.as_ref().map(|content| check::bytes(reader, content)),
            mode: mode.as_ref().map(|mode| permissions(reader, mode)),
        },
        RawClaim::Directory { path: at, entries, mode } => Claim::Directory {
            path: path(reader, at),
            entries: entries
                .as_ref()
                .map(|entries| entries.iter().map(|entry| name_rule(reader, entry)).collect()),
            mode: mode.as_ref().map(|mode| permissions(reader, mode)),
        },
        RawClaim::Symlink { path: at, target } => {
            placeholders(reader, scope, target.span, &target.value);
            Claim::Symlink { path: path(reader, at), target: target.value.clone() }
        }
        RawClaim::Absent { path: at } => Claim::Absent { path: path(reader, at) },
        RawClaim::Unchanged { path: at } => Claim::Unchanged { path: path(reader, at) },
        RawClaim::NewPaths { paths } => {
            Claim::NewPaths { paths: paths.iter().map(|at| path(reader, at)).collect() }
        }
        RawClaim::OnVolume { path: at } => {
            if !scope.private {
                let message = "`directory-on-volume` needs a sysroot of the case's own";
                reader.complain(at.span, message, "write `sysroot: private` at the top of the suite");
            }
            Claim::OnVolume { path: path(reader, at) }
        }
        RawClaim::NoTokenOutsideSysroot => Claim::NoTokenOutsideSysroot,
    };
    let volume = raw.volume.as_ref().and_then(|wanted| {
        if !scope.volumes {
            let hint = "write `volumes: true` at the top of the suite";
            reader.complain(wanted.span, "`volume` needs a suite that runs on volumes", hint);
        }
        let found = VolumeKind::ALL.into_iter().find(|kind| kind.name() == wanted.value);
        if found.is_none() {
            check::known_name(reader, "volume", wanted, VolumeKind::ALL.iter().map(|kind| kind.name()));
        }
        found
    });
    Condition { claim, volume }
}

/// A name as it stands, or a pattern between slashes, which no name can hold.
fn name_rule(reader: &mut Reader<'_>, raw: &Spanned<String>) -> NameRule {
    if let Some(pattern) = raw.value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        if let Err(error) = regex::bytes::Regex::new(pattern) {
            check::bad_pattern(reader, raw.span, &error);
        }
        return NameRule::Matches(pattern.to_owned());
    }
    if raw.value.is_empty() || raw.value.contains('/') {
        reader.complain(
            raw.span,
            "not the name of a directory's entry",
            "a name, or a pattern between slashes",
        );
    }
    NameRule::Exact(raw.value.clone())
}

/// Complains unless `path` begins with a directory of the attempt and goes down from there.
fn host_path(reader: &mut Reader<'_>, scope: Scope, path: &Spanned<String>) {
    placeholders(reader, scope, path.span, &path.value);
    let rooted = match placeholder::pieces(&path.value).as_slice() {
        [Piece::Name("T" | "SR" | "HOST1" | "HOST2")] => true,
        [Piece::Name("SR"), Piece::Name(_), ..] => true,
        [Piece::Name("T" | "SR" | "HOST1" | "HOST2"), Piece::Text(rest), ..] => rest.starts_with('/'),
        _ => false,
    };
    let places = Places {
        files: "/".into(),
        sysroot: "/".into(),
        host1: "/1".into(),
        host2: "/2".into(),
        ..Places::default()
    };
    let whole = places.path(&path.value);
    let down = whole.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    if !rooted || !down || Path::new(&path.value).components().any(|part| part == Component::ParentDir) {
        let known = if scope.private { "$T, $SR, $HOST1 or $HOST2" } else { "$T" };
        let message = format!("`{}` is not a path beneath a directory of the case", path.value);
        reader.complain(path.span, message, format!("begin with {known}; no `..`"));
    }
}

/// Octal permission bits.
fn permissions(reader: &mut Reader<'_>, raw: &Spanned<String>) -> u32 {
    match u32::from_str_radix(&raw.value, 8) {
        Ok(mode) if mode <= 0o7777 => mode,
        _ => {
            reader.complain(raw.span, format!("`{}` is not a mode", raw.value), "octal digits, such as 0644");
            0o644
        }
    }
}
