//! Runs of host programs, without an emulator.

#![allow(dead_code, reason = "not every test file needs everything")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use matrix::plan::{
    Case, Coordinates, Expect, ExpectedEnding, JunitDialect, Launcher, Link, RunRequest, Source, SysrootKind,
    Target, TextRule,
};
use matrix::report::{CaseResult, Record};
use matrix::run::{Event, Inputs, RunError, Sink, run};
use matrix::verdict::{Finding, FindingKind, Verdict};

/// One run at a time in a process: a run adopts every orphan of the process.
static ONE: Mutex<()> = Mutex::new(());

/// A project directory that is not under /tmp, with a cache in it.
pub struct Place {
    pub directory: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Place {
    pub fn new() -> Place {
        let turn = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("temporary directory");
        Place { directory, _turn: turn }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn request(&self, cases: Vec<Case>) -> RunRequest {
        RunRequest {
            project: self.directory.path().to_owned(),
            cache: self.path("cache"),
            target: Target { name: "native".into(), launcher: Launcher::Native, no_children: None },
            cases,
            jobs: 2,
            retries: 0,
            grace: Duration::from_millis(500),
            output_limit: 1 << 20,
            junit: None,
            junit_dialect: JunitDialect::Rich,
            jsonl: None,
            volume_provider: None,
            inject: None,
            keep: false,
        }
    }

    /// Scratch directories of all runs that still exist.
    pub fn scratch_left(&self) -> Vec<PathBuf> {
        let runs = fs::read_dir(self.path("cache/runs")).into_iter().flatten().flatten();
        runs.map(|run| run.path().join("s")).filter(|scratch| scratch.exists()).collect()
    }
}

/// A shell script as a case that must exit with 0.
pub fn shell(name: &str, script: &str) -> Case {
    Case {
        at: Coordinates {
            target: "native".into(),
            suite: "scripts".into(),
            link: Link::Static,
            volume: None,
            engine: None,
            name: name.into(),
        },
        source: Source { file: "suites/scripts.yaml".into(), line: 7 },
        tags: Vec::new(),
        fixture: String::new(),
        program: "/bin/sh".into(),
        // `$$` would become `$`: it stands for the shell's own number here.
        program_at: None,
        args: vec!["-c".into(), script.replace("$$", "$$$$")],
        stdin: Vec::new(),
        files: BTreeMap::new(),
        env: BTreeMap::new(),
        sysroot: SysrootKind::Fixture,
        host_fallback: None,
        tree: Vec::new(),
        expect: Expect {
            ending: ExpectedEnding::Exit(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
            after: Vec::new(),
        },
        unsupported: None,
        slow: Duration::from_secs(60),
        timeout: Duration::from_secs(120),
    }
}

pub fn prints(mut case: Case, text: &str) -> Case {
    case.expect.stdout.push(TextRule::Exact(text.into()));
    case
}

/// Keeps every event.
#[derive(Default)]
pub struct Heard(pub Vec<Event>);

impl Sink for Heard {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        self.0.push(event.clone());
        Ok(())
    }
}

pub fn inputs() -> Inputs {
    Inputs {
        roots: BTreeMap::new(),
        lock_sha256: "00".repeat(32),
        emulator_sha256: String::new(),
        check_elf: |_, _| Ok(()),
    }
}

pub fn try_run(request: &RunRequest) -> (Result<Record, RunError>, Vec<Event>) {
    let mut heard = Heard::default();
    let record = run(request, &inputs(), &mut heard);
    (record, heard.0)
}

pub fn run_all(request: &RunRequest) -> Record {
    try_run(request).0.expect("the run")
}

/// Runs one case.
pub fn run_one(place: &Place, case: Case) -> CaseResult {
    run_all(&place.request(vec![case])).results().next().expect("one result").1
}

pub fn finding(result: &CaseResult) -> (&'static str, FindingKind, &Finding) {
    match &result.verdict {
        Verdict::Pass => panic!("it passed"),
        Verdict::Failure(finding) => ("failure", finding.kind, finding),
        Verdict::Error(finding) => ("error", finding.kind, finding),
        Verdict::Skipped(finding) => ("skipped", finding.kind, finding),
    }
}

/// Living processes with `needle` among their arguments.
#[cfg(target_os = "linux")]
pub fn processes_with(needle: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let named = |pid: &u32| {
        let line = fs::read(PathBuf::from("/proc").join(pid.to_string()).join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == needle.as_bytes())
    };
    numbers.filter(named).collect()
}
