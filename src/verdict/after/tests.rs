use std::path::PathBuf;

use super::*;
use crate::plan::{Claim, NameRule, VolumeKind};

fn entry(kind: Kind) -> Entry {
    Entry { kind, mode: 0o644, device: 7 }
}

fn file(content: &str) -> Entry {
    entry(Kind::File(Content::Whole(content.into())))
}

fn directory() -> Entry {
    Entry { mode: 0o755, ..entry(Kind::Directory) }
}

fn snapshot(entries: Vec<(&str, Entry)>) -> Snapshot {
    Snapshot { entries: entries.into_iter().map(|(path, entry)| (PathBuf::from(path), entry)).collect() }
}

fn before() -> Snapshot {
    snapshot(vec![
        ("/s/t", directory()),
        ("/s/t/Foo", file("old")),
        ("/s/t/link", entry(Kind::Symlink("Foo".into()))),
        ("/s/t/sub", directory()),
        ("/s/t/sub/.ef_0123456789abcdef", file("x")),
        ("/s/t0", directory()),
        ("/v/sr", directory()),
        ("/v/sr/base", directory()),
    ])
}

fn places() -> Places {
    Places { files: "/s/t".into(), sysroot: "/v/sr".into(), ..Places::default() }
}

/// What is wrong with `claim` when the trees went from [`before`] to `after`.
fn word_after(claim: Claim, after: &Snapshot, volume: Option<(&Path, u64)>) -> Option<Finding> {
    let (before, places) = (before(), places());
    let trees = Trees { before: &before, after, volume };
    Judge { trees, places: &places }.broken(&claim)
}

fn message(claim: Claim) -> Option<String> {
    word_after(claim, &before(), None).map(|finding| {
        assert_eq!(finding.kind, FindingKind::Postcondition);
        finding.message
    })
}

fn path(text: &str) -> String {
    text.to_owned()
}

fn names(rules: &[&str]) -> Option<Vec<NameRule>> {
    let rule = |text: &&str| match text.strip_prefix('/') {
        Some(pattern) => NameRule::Matches(pattern.to_owned()),
        None => NameRule::Exact((*text).to_owned()),
    };
    Some(rules.iter().map(rule).collect())
}

#[test]
fn a_file_must_have_its_spelling_content_and_mode() {
    let claim = |at: &str, content: &str, mode| Claim::File {
        path: path(at),
        content: Some(content.into()),
        mode: Some(mode),
    };
    assert_eq!(message(claim("$T/Foo", "old", 0o644)), None);
    assert_eq!(message(claim("$T/Foo", "new", 0o644)).as_deref(), Some("$T/Foo has another content"));
    assert_eq!(
        message(claim("$T/Foo", "old", 0o600)).as_deref(),
        Some("$T/Foo has mode 0644, expected 0600")
    );
    assert_eq!(
        message(claim("$T/foo", "old", 0o644)).as_deref(),
        Some("$T/foo is not there under this spelling")
    );
    assert_eq!(message(claim("$T/sub", "", 0o755)).as_deref(), Some("$T/sub is a directory, not a file"));
}

#[test]
fn a_file_too_large_to_keep_is_compared_by_its_size() {
    let after = snapshot(vec![("/s/t/large", entry(Kind::File(Content::Size(9))))]);
    let claim = Claim::File { path: path("$T/large"), content: Some(b"old".to_vec()), mode: None };
    let finding = word_after(claim, &after, None).expect("finding");
    assert_eq!(finding.message, "$T/large has 9 bytes, expected 3");
}

#[test]
fn a_listing_must_be_exactly_the_entries() {
    let claim = |rules: &[&str]| Claim::Directory { path: path("$T"), entries: names(rules), mode: None };
    assert_eq!(message(claim(&["sub", "Foo", "link"])), None);
    // The pattern could take `Foo`; the exact name goes first.
    assert_eq!(message(claim(&["/[A-Z]oo|li.k", "sub", "Foo"])), None);
    let short = word_after(claim(&["sub", "foo"]), &before(), None).expect("finding");
    assert_eq!(short.message, "$T: 2 too many, 1 missing");
    assert_eq!(short.detail, "missing: foo\ntoo many: Foo\ntoo many: link\n");
    let prefix =
        word_after(claim(&["sub", "link", "/Fo"]), &before(), None).expect("a pattern covers the whole name");
    assert_eq!(prefix.message, "$T: 1 too many, 1 missing");
    let mode = Claim::Directory { path: path("$T"), entries: None, mode: Some(0o700) };
    assert_eq!(message(mode).as_deref(), Some("$T has mode 0755, expected 0700"));
}

#[test]
fn links_and_absence_are_judged_without_following() {
    let link = |target: &str| Claim::Symlink { path: path("$T/link"), target: path(target) };
    assert_eq!(message(link("Foo")), None);
    assert_eq!(message(link("$T/Foo")).as_deref(), Some("$T/link is a link to Foo, expected $T/Foo"));
    assert_eq!(message(Claim::Absent { path: path("$T/foo") }), None);
    assert_eq!(message(Claim::Absent { path: path("$T/Foo") }).as_deref(), Some("$T/Foo is there: a file"));
}

#[test]
fn changes_beneath_a_directory_are_found() {
    let claim = || Claim::Unchanged { path: path("$T") };
    assert_eq!(message(claim()), None);
    let mut after = before();
    after.entries.remove(Path::new("/s/t/link"));
    after.entries.insert("/s/t/Foo".into(), file("new"));
    after.entries.insert("/s/t/new".into(), file(""));
    // Not beneath, though its name begins alike.
    after.entries.insert("/s/t0/x".into(), file(""));
    let finding = word_after(claim(), &after, None).expect("finding");
    assert_eq!(finding.message, "$T is not as it was: changed: /s/t/Foo");
    assert_eq!(finding.detail, "changed: /s/t/Foo\ngone: /s/t/link\nnew: /s/t/new\n");
}

#[test]
fn new_paths_are_only_those_allowed() {
    let claim = |paths: &[&str]| Claim::NewPaths { paths: paths.iter().map(|text| path(text)).collect() };
    assert_eq!(message(claim(&[])), None);
    let mut after = before();
    after.entries.insert("/s/t/new".into(), directory());
    after.entries.insert("/s/t/new/x".into(), file(""));
    let word = |paths: &[&str]| word_after(claim(paths), &after, None).map(|finding| finding.message);
    assert_eq!(word(&[]).as_deref(), Some("a new path: /s/t/new"));
    assert_eq!(word(&["$T/new"]).as_deref(), Some("a new path: /s/t/new/x"));
    assert_eq!(word(&["$T/new/"]), None);
}

#[test]
fn tokens_are_found_outside_the_sysroot_only() {
    let finding = word_after(Claim::NoTokenOutsideSysroot, &before(), None).expect("finding");
    assert_eq!(
        finding.message,
        "a name of the sidecar layer outside the sysroot: /s/t/sub/.ef_0123456789abcdef"
    );
    for (path, found) in [
        ("/v/sr/base/.ef_0123456789abcdef", false),
        ("/v/sr/.elfuse_case_index", false),
        ("/s/t/.elfuse_case_index.lock", true),
        ("/s/t/.ef_0123456789abcde", false),
    ] {
        let after = snapshot(vec![(path, file(""))]);
        let finding = word_after(Claim::NoTokenOutsideSysroot, &after, None);
        assert_eq!(finding.is_some(), found, "{path}");
    }
}

#[test]
fn a_directory_must_lie_in_the_sysroot_and_on_its_volume() {
    let claim = |at: &str| Claim::OnVolume { path: path(at) };
    let word = |at: &str, root: &str, device| {
        word_after(claim(at), &before(), Some((Path::new(root), device))).map(|finding| finding.message)
    };
    assert_eq!(word("$SR/base", "/v", 7), None);
    assert_eq!(word("$SR/base", "/v", 8).as_deref(), Some("$SR/base does not lie on the volume at /v"));
    assert_eq!(word("$SR/base", "/w", 7).as_deref(), Some("$SR/base does not lie on the volume at /w"));
    assert_eq!(word("$T/sub", "/s", 7).as_deref(), Some("$T/sub is not a directory in the sysroot"));
    assert!(word("$SR/absent", "/v", 7).is_some());
}

#[test]
fn a_condition_for_one_kind_of_volume_is_not_looked_at_on_the_other() {
    let condition = |volume| Condition { claim: Claim::Absent { path: path("$T/Foo") }, volume };
    let config = crate::plan::testing::config();
    let mut case = crate::plan::expand(&config, &config.targets[0], &config.profiles[0], &[]).remove(0);
    let (before, places) = (before(), places());
    let trees = Trees { before: &before, after: &before, volume: None };
    case.at.volume = Some(VolumeKind::ByteExact);
    case.expect.after = vec![condition(Some(VolumeKind::Folding))];
    assert_eq!(broken(&case, trees, &places), []);
    case.expect.after = vec![condition(Some(VolumeKind::ByteExact)), condition(None)];
    assert_eq!(broken(&case, trees, &places).len(), 2);
}
