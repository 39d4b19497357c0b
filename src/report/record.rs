//! What the events of a run say in all.

use std::time::Duration;

use crate::cli::Exit;
use crate::host::SIGINT;
use crate::plan::{Case, Coordinates};
use crate::run::{Event, EventKind, RunInfo, VolumeInfo};
use crate::verdict::{Attempt, Explanation, FindingKind, Instance, Seen, Term, Verdict, explain, not_run};

/// An attempt and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The facts.
    pub attempt: Attempt,
    /// The judge's word.
    pub verdict: Verdict,
}

/// All that is known of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// Attempts before the last one, none of which passed.
    pub earlier: Vec<Tried>,
    /// The last attempt, if there was one.
    pub attempt: Option<Attempt>,
    /// The case's verdict.
    pub verdict: Verdict,
    /// A command that runs this case alone; empty for a case that never started.
    pub reproduce: String,
}

impl CaseResult {
    /// Passed, but not at once.
    pub fn flaky(&self) -> bool {
        self.verdict == Verdict::Pass && !self.earlier.is_empty()
    }

    /// Wall time of the last attempt; zero without one.
    pub fn duration(&self) -> Duration {
        self.attempt.as_ref().map_or(Duration::ZERO, |attempt| attempt.duration)
    }
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// Of those, the ones that needed more than one attempt.
    pub flaky: usize,
    /// Not as expected.
    pub failed: usize,
    /// Something other than the program went wrong.
    pub errors: usize,
    /// For a counted reason.
    pub skipped: usize,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.errors + self.skipped
    }
}

/// A run, as far as its events tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The run's own facts.
    pub run: RunInfo,
    /// Milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// Wall time so far.
    pub duration: Duration,
    /// Every selected case, in order.
    pub cases: Vec<Case>,
    /// The first interrupt, if any.
    pub interrupted: Option<u8>,
    /// Whether the run came to its end.
    pub finished: bool,
    earlier: Vec<Vec<Tried>>,
    started: Vec<Option<u64>>,
    results: Vec<Option<CaseResult>>,
}

impl Record {
    /// The record that begins with `event`; `None` if that is no start of a run.
    pub fn start(event: &Event) -> Option<Record> {
        let EventKind::RunStarted { run, cases } = &event.what else { return None };
        let (run, cases) = (run.clone(), cases.clone());
        let count = cases.len();
        Some(Record {
            run,
            started_ms: event.time_ms,
            duration: Duration::ZERO,
            cases,
            interrupted: None,
            finished: false,
            earlier: vec![Vec::new(); count],
            started: vec![None; count],
            results: vec![None; count],
        })
    }

    /// Adds what a later event says. An event about a case that does not exist is ignored.
    pub fn add(&mut self, event: Event) {
        self.duration =
            Duration::from_millis(event.time_ms.saturating_sub(self.started_ms)).max(self.duration);
        match event.what {
            EventKind::AttemptFailed { case, attempt, verdict } => {
                if let Some(earlier) = self.earlier.get_mut(case) {
                    earlier.push(Tried { attempt, verdict });
                }
            }
            EventKind::CaseFinished { case, attempt, verdict, reproduce } => {
                if let (Some(slot), Some(earlier)) = (self.results.get_mut(case), self.earlier.get_mut(case))
                {
                    *slot =
                        Some(CaseResult { earlier: std::mem::take(earlier), attempt, verdict, reproduce });
                }
            }
            EventKind::Interrupted { signal } => {
                self.interrupted.get_or_insert(signal);
            }
            EventKind::RunFinished { duration_ms } => {
                self.duration = Duration::from_millis(duration_ms);
                self.finished = true;
            }
            EventKind::CaseStarted { case, .. } => {
                if let Some(started) = self.started.get_mut(case) {
                    started.get_or_insert(event.time_ms);
                }
            }
            EventKind::RunStarted { .. }
            | EventKind::CaseSlow { .. }
            | EventKind::FailuresExplained { .. } => {}
        }
    }

    /// When the case with this index started, in milliseconds since the Unix epoch; `None` if it did not.
    pub fn started_ms_of(&self, case: usize) -> Option<u64> {
        self.started.get(case).copied().flatten()
    }

    /// Every case with its result, in order; a case without one did not run.
    pub fn results(&self) -> impl Iterator<Item = (&Case, CaseResult)> {
        self.cases.iter().zip(&self.results).zip(&self.earlier).map(|((case, result), earlier)| {
            let result = result.clone().unwrap_or_else(|| CaseResult {
                earlier: earlier.clone(),
                attempt: None,
                verdict: not_run(if self.interrupted.is_some() {
                    "the run was interrupted before this case had run"
                } else {
                    "the run ended before this case had run"
                }),
                reproduce: String::new(),
            });
            (case, result)
        })
    }

    /// The numbers.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, result) in self.results() {
            counts.flaky += usize::from(result.flaky());
            *match result.verdict {
                Verdict::Pass => &mut counts.passed,
                Verdict::Failure(_) => &mut counts.failed,
                Verdict::Error(_) => &mut counts.errors,
                Verdict::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    /// What the failures have in common; indices are into `cases`.
    pub fn explanation(&self) -> Explanation {
        let instance = |(case, result): (&Case, CaseResult)| Instance {
            case: format!("{}/{}", case.at.suite, case.at.name),
            axes: terms(&case.at),
            seen: match result.verdict {
                Verdict::Pass => Seen::Passed,
                Verdict::Failure(_) | Verdict::Error(_) => Seen::Failed,
                Verdict::Skipped(_) => Seen::Nothing,
            },
        };
        explain(&self.results().map(instance).collect::<Vec<_>>())
    }

    /// What was measured of the volume that `case` ran on.
    pub fn volume_of(&self, case: &Case) -> Option<&VolumeInfo> {
        self.run.volumes.iter().find(|volume| Some(volume.kind) == case.at.volume)
    }

    /// The exit code of the run: an interrupt first, then unexpected results. Results that only the machine is to
    /// blame for, such as a broken fixture, are its failure. With an injected defect nothing counts as expected.
    pub fn exit(&self) -> Exit {
        if let Some(signal) = self.interrupted {
            return if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
        }
        let (mut unexpected, mut machine) = (false, false);
        for (_, result) in self.results() {
            match &result.verdict {
                Verdict::Error(finding) if MACHINE.contains(&finding.kind) => machine = true,
                Verdict::Failure(_) | Verdict::Error(_) => unexpected = true,
                Verdict::Pass | Verdict::Skipped(_) => {}
            }
        }
        match (unexpected, machine || !self.finished) {
            (true, _) => Exit::Unexpected,
            (false, true) => Exit::Infrastructure,
            (false, false) if self.run.injected.is_some() => Exit::Unexpected,
            (false, false) => Exit::Expected,
        }
    }
}

fn terms(at: &Coordinates) -> Vec<Term> {
    let term = |(axis, value): (&str, String)| Term { axis: axis.to_owned(), value };
    at.axes().into_iter().map(term).collect()
}

/// Findings that say nothing about the program or the target.
const MACHINE: [FindingKind; 3] = [FindingKind::Spawn, FindingKind::Fixture, FindingKind::OracleUnavailable];
