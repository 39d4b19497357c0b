//! The project's own recipes and lock, and what a wrong one says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use matrix::cli::Exit;
use matrix::fixture::{FixtureError, Lock};
use matrix::plan::Link;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn refused(change: impl Fn(String) -> String) -> FixtureError {
    let dir = tempfile::tempdir().expect("temporary directory");
    let fixtures = dir.path().join("fixtures");
    fs::create_dir(&fixtures).expect("directory");
    fs::copy(project().join("fixtures/recipes.yaml"), fixtures.join("recipes.yaml")).expect("recipes");
    let text = fs::read_to_string(project().join("fixtures/lock.yaml")).expect("lock");
    fs::write(fixtures.join("lock.yaml"), change(text)).expect("lock");
    Lock::load(dir.path()).expect_err("a wrong lock")
}

#[test]
fn the_lock_pins_every_recipe() {
    let lock = Lock::load(project()).expect("the committed lock fits the committed recipes");
    assert_eq!(lock.digest().len(), 64);
    let names: Vec<_> = lock.names().collect();
    for name in
        ["coreutils-static", "coreutils-musl-dyn", "coreutils-glibc-dyn", "busybox-static", "qemu-aarch64"]
    {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn all_forty_applets_exist_in_every_link_kind() {
    let lock = Lock::load(project()).expect("lock");
    for link in Link::ALL {
        let recipe = lock.recipe(&format!("coreutils-{link}")).expect("recipe");
        assert_eq!(recipe.link, Some(link));
        let applets: BTreeSet<_> = recipe.programs.iter().collect();
        assert_eq!(applets.len(), 40, "{link}");
    }
}

#[test]
fn every_guest_program_belongs_to_a_fixture() {
    let lock = Lock::load(project()).expect("lock");
    let sources: BTreeSet<_> = lock
        .names()
        .filter_map(|name| lock.recipe(name).expect("recipe").sources.as_deref()?.strip_prefix("programs/"))
        .collect();
    for entry in fs::read_dir(project().join("fixtures/programs")).expect("programs") {
        let path = entry.expect("entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let known = if path.is_dir() { sources.contains(name) } else { name.ends_with(".h") };
        assert!(known, "{name} is built by no recipe");
    }
}

#[test]
fn a_typo_in_the_lock_is_a_configuration_error_with_its_line() {
    let error = refused(|text| text.replacen("suite:", "siute:", 1));
    assert_eq!(error.exit(), Exit::Configuration);
    let message = error.to_string();
    assert!(message.contains("lock.yaml: unknown field `siute`") && message.contains("line 3"), "{message}");
}

#[test]
fn all_problems_of_a_lock_come_at_once() {
    let error = refused(|text| {
        text.replacen("version: 1\n", "version: 2\n", 1).replacen("suite: bookworm", "suite: sid", 1)
    });
    assert_eq!(error.exit(), Exit::Configuration);
    let message = error.to_string();
    assert!(message.contains("version 2 is not known"), "{message}");
    assert!(message.contains("the suite is sid, recipes.yaml asks for bookworm"), "{message}");
}

#[test]
fn a_digest_that_is_none_is_named() {
    let error = refused(|text| text.replacen("sha256: ", "sha256: X", 1));
    assert!(error.to_string().contains("is not a sha256 (64 lower-case hex digits)"), "{error}");
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let lock = Lock::load(project()).expect("lock");
    let error = lock.recipe("coreutils").expect_err("no such fixture");
    assert_eq!(error.exit(), Exit::Configuration);
    assert!(error.to_string().contains("known are bench-glibc-dyn, bench-native"), "{error}");
}
