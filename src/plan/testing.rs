//! A small configuration for tests.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::{CaseSpec, Config, Profile, Programs, Suite};

use super::{Expect, ExpectedEnding, Launcher, Link, SysrootKind, Target, VolumeKind};

fn case(name: &str, executes_children: bool) -> CaseSpec {
    CaseSpec {
        name: name.to_owned(),
        line: 1,
        tags: Vec::new(),
        program: name.to_owned(),
        program_at: None,
        args: vec!["$T/a b".to_owned(), "$BIN".to_owned()],
        stdin: Vec::new(),
        files: BTreeMap::new(),
        host_fallback: None,
        tree: Vec::new(),
        env: BTreeMap::from([("WHERE".to_owned(), "$T".to_owned())]),
        expect: Expect {
            ending: ExpectedEnding::Exit(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
            after: Vec::new(),
        },
        timeout: None,
        executes_children,
    }
}

fn programs(fixture: &str, directory: &str) -> Programs {
    Programs { fixture: Some(fixture.to_owned()), directory: directory.to_owned() }
}

/// Two suites: `text` (static, glibc-dyn; sort, env) and `shell` (static; sort).
pub fn config() -> Config {
    let text = Suite {
        name: "text".to_owned(),
        about: String::new(),
        file: PathBuf::from("suites/text.yaml"),
        programs: BTreeMap::from([
            (Link::Static, programs("text-static", "bin")),
            (Link::GlibcDyn, programs("text-glibc-dyn", "usr/bin")),
        ]),
        sysroot: SysrootKind::Fixture,
        volumes: Vec::new(),
        cases: vec![case("sort", false), case("env", true)],
    };
    let shell = Suite {
        name: "shell".to_owned(),
        about: String::new(),
        file: PathBuf::from("suites/shell.yaml"),
        programs: BTreeMap::from([(Link::Static, programs("shell-static", "bin"))]),
        sysroot: SysrootKind::Fixture,
        volumes: Vec::new(),
        cases: vec![case("sort", false)],
    };
    Config {
        project: PathBuf::from("/project"),
        targets: vec![Target {
            name: "elfuse-aarch64".to_owned(),
            launcher: Launcher::Elfuse { options: Vec::new() },
            no_children: None,
        }],
        default_target: "elfuse-aarch64".to_owned(),
        links: Link::ALL.to_vec(),
        volumes: VolumeKind::ALL.to_vec(),
        suites: vec![text, shell],
        profiles: vec![Profile::base()],
    }
}
