//! Runs whose sysroots lie on volumes: a small fixture, and a script in place of an emulator.

mod run_support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use matrix::cli::Exit;
use matrix::plan::{Case, Injection, Launcher, Link, RunRequest, Target, VolumeKind};
use matrix::report::{Record, from_file};
use matrix::run::{EventKind, Inputs, run};
use matrix::verdict::{FindingKind, Verdict};
use matrix::volume::Provider;
use run_support::*;

/// What stands for an emulator: it shows the sysroot it was given, then runs the program.
const RUNNER: &str = "#!/bin/sh\n[ \"$1\" = -L ] && { echo \"sysroot $2\"; shift 2; }\nexec \"$@\"\n";

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
    fs::write(path, text).expect("write");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("chmod");
}

/// The fixtures `runner` and `tree`; `tree` holds the program `usr/bin/tool`.
fn fixtures(place: &Place, tool: &str) -> Inputs {
    executable(&place.path("runner/bin/run"), RUNNER);
    executable(&place.path("tree/usr/bin/tool"), tool);
    std::os::unix::fs::symlink("usr/bin", place.path("tree/bin")).expect("symlink");
    let mut inputs = inputs();
    inputs.roots.insert("runner".into(), place.path("runner"));
    inputs.roots.insert("tree".into(), place.path("tree"));
    inputs
}

fn on(volume: Option<VolumeKind>, name: &str) -> Case {
    let mut case = shell(name, "");
    case.at.target = "runner".into();
    case.at.link = Link::MuslDyn;
    case.at.volume = volume;
    case.fixture = "tree".into();
    case.program = "usr/bin/tool".into();
    case.args = vec!["$BIN".into()];
    case
}

fn request(place: &Place, cases: Vec<Case>) -> RunRequest {
    let launcher = Launcher::Command {
        fixture: "runner".into(),
        command: vec!["bin/run".into()],
        sysroot: vec!["-L".into(), "$SYSROOT".into()],
    };
    let target = Target { name: "runner".into(), launcher, no_children: None };
    RunRequest { target, ..place.request(cases) }
}

fn recorded(request: &RunRequest, inputs: &Inputs) -> (Record, Heard) {
    let mut heard = Heard::default();
    (run(request, inputs, &mut heard).expect("the run"), heard)
}

/// The volumes that are left.
fn left(place: &Place) -> usize {
    let homes = |entries: fs::ReadDir| entries.flatten().filter(|entry| entry.path().is_dir()).count();
    fs::read_dir(place.path("cache/volumes")).map_or(0, homes)
}

#[test]
fn a_sysroot_is_a_copy_on_the_volume_and_ends_with_the_run() {
    let place = Place::new();
    // It writes into its sysroot: the fixture must not change.
    let inputs =
        fixtures(&place, "#!/bin/sh\necho \"bin $1\"; echo spoilt > \"$1\"/spoilt; ls -l \"$1\"/../../bin\n");
    let mut request = request(&place, vec![on(Some(VolumeKind::ByteExact), "one")]);
    request.volume_provider = Some(Provider::Directory);
    let (record, _) = recorded(&request, &inputs);
    assert_eq!(record.exit(), Exit::Expected);
    let (_, result) = record.results().next().expect("result");
    let output = fs::read_to_string(result.attempt.expect("attempt").stdout).expect("output");
    let lines: Vec<&str> = output.lines().collect();
    let root = lines[0].strip_prefix("sysroot ").expect("a sysroot");
    assert!(root.ends_with("/v/tree") && root.contains("/cache/volumes/"), "{output}");
    assert_eq!(lines[1], format!("bin {root}/usr/bin"));
    assert!(output.contains("bin -> usr/bin"), "{output}");
    assert!(!Path::new(root).exists());
    assert!(!place.path("tree/usr/bin/spoilt").exists());
    assert_eq!(left(&place), 0);

    let volume = &record.run.volumes[..];
    assert_eq!(volume.len(), 1, "only what the selected cases need: {volume:?}");
    assert_eq!((volume[0].kind, volume[0].provider), (VolumeKind::ByteExact, Provider::Directory));
    assert!(!volume[0].simulated && volume[0].probed.preserves_case && !volume[0].probed.folds_case);
}

#[test]
fn a_target_that_cannot_fold_names_skips_a_simulated_volume() {
    let place = Place::new();
    let inputs = fixtures(&place, "#!/bin/sh\nexit 0\n");
    let cases = vec![on(Some(VolumeKind::ByteExact), "one"), on(Some(VolumeKind::Folding), "one")];
    let mut request = request(&place, cases);
    request.volume_provider = Some(Provider::Simulated);
    let (record, _) = recorded(&request, &inputs);
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    // The provider that was asked for makes folding volumes only; the other is chosen.
    assert_eq!(results[0].verdict, Verdict::Pass);
    let (word, kind, finding) = finding(&results[1]);
    assert_eq!((word, kind), ("skipped", FindingKind::Unsupported));
    assert!(finding.message.contains("simulated"), "{}", finding.message);
    assert_eq!(record.run.volumes.iter().map(|volume| volume.simulated).collect::<Vec<_>>(), [false, true]);
    assert_eq!(left(&place), 0);
}

#[test]
fn a_volume_that_cannot_be_made_is_the_machines_failure() {
    let place = Place::new();
    let inputs = fixtures(&place, "#!/bin/sh\n");
    let mut request = request(&place, vec![on(Some(VolumeKind::ByteExact), "one")]);
    request.volume_provider = Some(Provider::Hdiutil);
    let error = run(&request, &inputs, &mut Heard::default()).expect_err("no hdiutil");
    if cfg!(not(target_os = "macos")) {
        assert_eq!(error.exit(), Exit::Infrastructure);
        assert!(error.to_string().contains("hdiutil cannot make a byte-exact volume here"), "{error}");
    }
    assert_eq!(left(&place), 0);
}

#[test]
fn a_tree_that_cannot_be_copied_is_named_and_nothing_is_left() {
    let place = Place::new();
    let inputs = fixtures(&place, "#!/bin/sh\n");
    let _socket = std::os::unix::net::UnixListener::bind(place.path("tree/s")).expect("socket");
    let mut request = request(&place, vec![on(Some(VolumeKind::ByteExact), "one")]);
    request.volume_provider = Some(Provider::Directory);
    let error = run(&request, &inputs, &mut Heard::default()).expect_err("a socket");
    assert_eq!(error.exit(), Exit::Infrastructure);
    let text = error.to_string();
    assert!(text.starts_with("cannot put tree on the byte-exact volume: "), "{text}");
    assert_eq!(left(&place), 0);
}

#[test]
fn what_a_dead_run_left_is_cleared() {
    let place = Place::new();
    let stale = place.path("cache/volumes/b1-0");
    fs::create_dir_all(stale.join("v/tree")).expect("mkdir");
    fs::write(stale.join("owner"), "a volume of matrix\n").expect("mark");
    // No case needs a volume.
    let record = run_all(&place.request(vec![shell("any", "exit 0")]));
    assert_eq!(record.run.volumes, []);
    assert!(!stale.exists());
}

#[test]
fn failures_are_explained_by_their_axes_in_events() {
    let place = Place::new();
    // It fails where its sysroot is not on a volume.
    let inputs = fixtures(&place, "#!/bin/sh\ncase $1 in */volumes/*) exit 0;; esac; exit 1\n");
    let cases: Vec<Case> = ["one", "two"]
        .iter()
        .flat_map(|name| {
            let mut elsewhere = on(None, name);
            elsewhere.at.link = Link::Static;
            [on(Some(VolumeKind::ByteExact), name), elsewhere]
        })
        .collect();
    let request = request(&place, cases);
    let (record, heard) = recorded(&request, &inputs);
    let sentence = "fails only with link=static (2 of 2; the same cases pass 2 times elsewhere)";
    assert_eq!(record.explanation().lines(), [sentence]);
    let said = heard.0.iter().find_map(|event| match &event.what {
        EventKind::FailuresExplained { explanation, summary } => Some((explanation, summary)),
        _ => None,
    });
    let (explanation, summary) = said.expect("an event");
    assert_eq!((explanation, &summary[..]), (&record.explanation(), &[sentence.to_owned()][..]));
    assert_eq!(explanation.patterns[0].failures, [1, 3]);
    let events = record.run.directory.join("events.jsonl");
    assert_eq!(from_file(&events).expect("events"), record);
}

#[test]
fn an_injected_defect_never_ends_with_0() {
    let place = Place::new();
    let mut request = place.request(vec![shell("any", "exit 0")]);
    request.inject = Some(Injection::SidecarVeto);
    let record = run_all(&request);
    assert_eq!(record.counts().passed, 1);
    assert_eq!(record.exit(), Exit::Unexpected);
    assert_eq!(record.run.injected, Some(Injection::SidecarVeto));
    let (_, result) = record.results().next().expect("result");
    assert_eq!(result.reproduce, "matrix repro --target native --inject sidecar-veto scripts/static/any");
    let text = matrix::report::terminal::summary(&record, matrix::report::terminal::Look::PLAIN, None);
    assert!(text.contains("injected: sidecar-veto; whatever the results are"), "{text}");
}
