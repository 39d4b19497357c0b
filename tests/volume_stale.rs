//! What a killed owner of a volume leaves, and that clearing it touches nothing else.
#![cfg(target_os = "linux")]

mod volume_support;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use matrix::host;
use volume_support::{Mounted, State};

fn until(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} does not come");
        thread::sleep(Duration::from_millis(10));
    }
}

fn mounts(directory: &Path) -> usize {
    host::mounts_beneath(directory).expect("mounts").len()
}

fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).join("exe").exists()
}

/// Kills the owner of a volume, and its daemon first when `daemon_too`; then the next command clears up.
fn killed(kind: &str, provider: &str, daemon_too: bool) {
    let Some(mut mounted) = Mounted::new(kind, provider) else { return };
    let volumes = mounted.state.volumes();
    fs::write(mounted.root.join("file"), "x").expect("write");
    let home = mounted.root.parent().expect("home").to_owned();
    // Neither a foreign directory nor a living volume beside it may suffer.
    let foreign = volumes.join("foreign/v");
    fs::create_dir_all(&foreign).expect("mkdir");
    fs::write(foreign.join("file"), "mine").expect("write");

    let daemon = fs::read_to_string(home.join("daemon")).ok().map(|pid| pid.parse().expect("a number"));
    if let (true, Some(daemon)) = (daemon_too, daemon) {
        host::kill(daemon);
        until("the daemon's end", || !exists(daemon));
        assert!(fs::metadata(mounted.root.join("file")).is_err(), "nobody serves it");
    }
    mounted.holder.kill().expect("kill");
    mounted.holder.wait().expect("wait");
    assert!(home.exists(), "a killed owner cannot clear up");

    let alive = mounted.state.command(&["list"]).output().expect("list");
    assert!(String::from_utf8_lossy(&alive.stdout).contains("dead: `matrix volume clean` clears it"));
    let cleaned = mounted.state.command(&["clean"]).output().expect("clean");
    assert!(cleaned.status.success(), "{cleaned:?}");
    assert!(String::from_utf8_lossy(&cleaned.stdout).contains("released directory"), "{cleaned:?}");
    assert!(!home.exists());
    assert_eq!(mounts(&volumes), 0);
    if let Some(daemon) = daemon {
        until("the daemon's end", || !exists(daemon));
    }
    let devices = fs::read_dir("/sys/block").expect("devices").flatten();
    let ours = devices
        .filter_map(|device| fs::read_to_string(device.path().join("loop/backing_file")).ok())
        .filter(|file| file.contains(&*volumes.to_string_lossy()));
    assert_eq!(ours.count(), 0);
    assert_eq!(fs::read(foreign.join("file")).expect("foreign"), b"mine");
    mounted.forget();
}

#[test]
fn a_killed_owners_fuse_mount_is_cleared() {
    killed("folding", "fuse", false);
}

#[test]
fn a_dead_mount_is_cleared() {
    killed("folding", "fuse", true);
}

#[test]
fn a_killed_owners_loop_device_is_cleared() {
    killed("byte-exact", "loop", false);
}

#[test]
fn a_living_volume_is_left_alone() {
    let Some(mounted) = Mounted::new("folding", "fuse") else { return };
    let cleaned = mounted.state.command(&["clean"]).output().expect("clean");
    assert_eq!((cleaned.status.code(), cleaned.stdout.len()), (Some(0), 0), "{cleaned:?}");
    fs::write(mounted.root.join("file"), "x").expect("still there");
}

#[test]
fn a_provider_that_does_not_work_is_one_clear_error() {
    let state = State::new();
    let output = state.command(&["create", "folding", "--provider", "directory"]).output().expect("run");
    assert_eq!(output.status.code(), Some(5));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        complaint
            .starts_with("error: provider directory cannot make a folding volume here: it is byte-exact"),
        "{complaint}"
    );
    assert_eq!(complaint.lines().count(), 1);
    assert_eq!(fs::read_dir(state.volumes()).expect("list").count(), 0);
}
