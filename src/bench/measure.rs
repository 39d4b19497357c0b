//! Runs one workload by everyone in turn, A B A B, and compares what they print.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::compare::difference;
use super::contender::Contender;
use super::error::BenchError;
use super::report::{Outcome, Role, Row};
use super::statistics::Distribution;
use super::table::{Native, Workload};
use crate::cli::quote;
use crate::fixture::Fixture;
use crate::host::{self, Interrupts, Killed, Measured, WaitStatus};
use crate::plan::command::GUEST_PATH;
use crate::verdict::signal_name;

/// What every workload is measured with.
#[derive(Debug)]
pub struct Bench {
    /// This emulator, then the peer if there is one.
    pub contenders: Vec<Contender>,
    /// Why nothing is compared with this machine, if so.
    pub no_native: Option<String>,
    /// The fixtures of the workloads, by name.
    pub fixtures: BTreeMap<String, Fixture>,
    /// The working directory.
    pub data: PathBuf,
    /// Where outputs go.
    pub scratch: PathBuf,
    /// How often each is measured.
    pub runs: u32,
    /// A process that runs longer is killed.
    pub limit: Duration,
    /// The program that measures peak memory; without it the harness's own size counts, too.
    pub peak: Option<PathBuf>,
    /// What ends the measuring.
    pub interrupts: Interrupts,
}

/// One party, with what it has to start.
struct Runner {
    role: Role,
    program: PathBuf,
    args: Vec<OsString>,
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
    peak_kib: u64,
    failed: Option<String>,
}

/// The user asked to end; nothing of this workload counts.
struct Interrupted;

impl Bench {
    /// Measures `workload`; `None` when an interrupt came.
    ///
    /// # Errors
    /// [`BenchError::Io`] when an output cannot be kept.
    pub fn measure(&self, workload: &Workload) -> Result<Option<Row>, BenchError> {
        let mut outcomes = BTreeMap::new();
        let mut runners = Vec::new();
        for contender in &self.contenders {
            match self.guest(workload, contender) {
                Ok(runner) => runners.push(runner),
                Err(why) => drop(outcomes.insert(contender.party.role, Outcome::Missing(why))),
            }
        }
        match self.native(workload) {
            Ok(runner) => runners.push(runner),
            Err(why) => drop(outcomes.insert(Role::Native, Outcome::Missing(why))),
        }
        let mut differences = Vec::new();
        for round in 0..=self.runs {
            for runner in &mut runners {
                if runner.failed.is_none() && self.once(workload, runner, round)?.is_err() {
                    return Ok(None);
                }
            }
            if round == 0 {
                differences = self.differences(workload, &runners)?;
            }
        }
        for runner in runners {
            outcomes.insert(runner.role, runner.outcome());
        }
        let command: Vec<String> = workload.run.iter().map(|word| quote(word)).collect();
        Ok(Some(Row::new(&workload.name, &workload.group, command.join(" "), outcomes, differences)))
    }

    fn guest(&self, workload: &Workload, contender: &Contender) -> Result<Runner, String> {
        let fixture = self.fixture(&workload.fixture)?;
        let (name, args) = workload.run.split_first().ok_or("there is no command")?;
        let (program, args) = contender.command(&fixture.program(name), fixture.sysroot.as_deref(), args);
        Ok(Runner::new(contender.party.role, program, args))
    }

    /// What this machine runs, or why nothing.
    fn native(&self, workload: &Workload) -> Result<Runner, String> {
        if let Some(why) = &self.no_native {
            return Err(why.clone());
        }
        let words = workload.native_run.as_ref().unwrap_or(&workload.run);
        let (name, args) = words.split_first().ok_or("there is no command")?;
        let program = match &workload.native {
            Native::Host => which::which(name).map_err(|_| format!("this machine has no `{name}`"))?,
            Native::Fixture(fixture) => self.fixture(fixture)?.program(name),
            Native::None => return Err("there is nothing to compare with".to_owned()),
        };
        Ok(Runner::new(Role::Native, program, args.iter().map(OsString::from).collect()))
    }

    fn fixture(&self, name: &str) -> Result<&Fixture, String> {
        self.fixtures.get(name).ok_or_else(|| format!("this machine has no fixture `{name}`"))
    }

    /// Runs once. Round 0 is not timed: it fills the caches, measures memory, and its output is kept to compare with.
    fn once(
        &self,
        workload: &Workload,
        runner: &mut Runner,
        round: u32,
    ) -> Result<Result<(), Interrupted>, BenchError> {
        let kept = self.kept(runner.role);
        let out = if round == 0 { kept.clone() } else { self.scratch.join("again") };
        let (err, peak) = (self.scratch.join("stderr"), self.scratch.join("peak"));
        let measured = match self.run(workload, runner, &out, &err, (round == 0).then_some(&peak))? {
            Ok(measured) => measured,
            Err(error) => {
                runner.failed = Some(format!("cannot start {}: {error}", runner.program.display()));
                return Ok(Ok(()));
            }
        };
        if measured.killed == Some(Killed::Interrupt) || self.interrupts.first().is_some() {
            return Ok(Err(Interrupted));
        }
        runner.failed = self.complaint(workload, &measured, &err)?;
        if round == 0 {
            let text = fs::read_to_string(&peak).unwrap_or_default();
            runner.peak_kib = text.trim().parse().unwrap_or(measured.exit.max_rss_kb);
            return Ok(Ok(()));
        }
        runner.cpu.push(measured.exit.utime + measured.exit.stime);
        runner.wall.push(measured.wall);
        if runner.failed.is_none()
            && let Some(place) = difference(&kept, &out).map_err(BenchError::io("read", &out))?
        {
            runner.failed = Some(format!("printed something else in run {round}: {place}"));
        }
        Ok(Ok(()))
    }

    /// Starts one process and waits; the inner error is that of the start.
    fn run(
        &self,
        workload: &Workload,
        runner: &Runner,
        out: &Path,
        err: &Path,
        peak: Option<&PathBuf>,
    ) -> Result<std::io::Result<Measured>, BenchError> {
        let stdin = match &workload.stdin {
            Some(name) => self.data.join(name),
            None => PathBuf::from("/dev/null"),
        };
        let create = |path: &Path| File::create(path).map_err(BenchError::io("create", path));
        let mut command = match (&self.peak, peak) {
            (Some(program), Some(file)) => {
                let mut command = host::command(program);
                command.arg(file).arg(&runner.program);
                command
            }
            _ => host::command(&runner.program),
        };
        command
            .args(&runner.args)
            .env_clear()
            .env("PATH", GUEST_PATH)
            .env("HOME", &self.scratch)
            .env("TMPDIR", &self.scratch)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(&self.data)
            .stdin(File::open(&stdin).map_err(BenchError::io("open", &stdin))?)
            .stdout(create(out)?)
            .stderr(create(err)?);
        Ok(host::measure(&mut command, self.limit, &self.interrupts))
    }

    /// What is wrong with how a process ended, if anything.
    fn complaint(
        &self,
        workload: &Workload,
        measured: &Measured,
        err: &Path,
    ) -> Result<Option<String>, BenchError> {
        let ending = match (measured.killed, measured.exit.status) {
            (Some(_), _) => format!("took longer than {} s", self.limit.as_secs_f64()),
            (None, WaitStatus::Exited(status)) if status == workload.exit => String::new(),
            (None, WaitStatus::Exited(status)) => {
                format!("exit status {status}, expected {}", workload.exit)
            }
            (None, WaitStatus::Signaled(signal)) => format!("ended by {}", signal_name(signal)),
        };
        let said = fs::read(err).map_err(BenchError::io("read", err))?;
        let said = String::from_utf8_lossy(&said);
        let said =
            said.lines().next().map(|line| crate::report::sanitise(line.as_bytes())).unwrap_or_default();
        Ok(match (ending.is_empty(), said.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("wrote to standard error: {said}")),
            (false, true) => Some(ending),
            (false, false) => Some(format!("{ending}: {said}")),
        })
    }

    /// Where the other outputs part from ours.
    fn differences(&self, workload: &Workload, runners: &[Runner]) -> Result<Vec<String>, BenchError> {
        let mut differences = Vec::new();
        let whole = |role: Role| runners.iter().any(|runner| runner.role == role && runner.failed.is_none());
        for role in [Role::Peer, Role::Native] {
            if !whole(Role::Elfuse) || !whole(role) || (role == Role::Native && workload.native_may_differ) {
                continue;
            }
            let theirs = self.kept(role);
            let place =
                difference(&theirs, &self.kept(Role::Elfuse)).map_err(BenchError::io("read", &theirs))?;
            differences
                .extend(place.map(|place| format!("the output is not that of {}: {place}", role.name())));
        }
        Ok(differences)
    }

    fn kept(&self, role: Role) -> PathBuf {
        self.scratch.join(role.name())
    }
}

impl Runner {
    fn new(role: Role, program: PathBuf, args: Vec<OsString>) -> Runner {
        Runner { role, program, args, cpu: Vec::new(), wall: Vec::new(), peak_kib: 0, failed: None }
    }

    fn outcome(self) -> Outcome {
        match (self.failed, Distribution::of(&self.cpu), Distribution::of(&self.wall)) {
            (Some(why), _, _) => Outcome::Failed(why),
            (None, Some(cpu), Some(wall)) => Outcome::Measured { cpu, wall, peak_kib: self.peak_kib },
            (None, _, _) => Outcome::Missing("it was not measured".to_owned()),
        }
    }
}
