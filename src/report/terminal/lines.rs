//! What single events look like.

use std::time::Duration;

use super::look::{Ink, Look};
use crate::plan::Case;
use crate::report::sanitise;
use crate::run::{EventKind, RunInfo, VolumeInfo};
use crate::verdict::{Attempt, Verdict, one_line, signal_name};

/// The word for a verdict, and its colour.
pub(super) fn word(verdict: &Verdict) -> (&'static str, Ink) {
    match verdict {
        Verdict::Pass => ("PASS", Ink::Good),
        Verdict::Failure(_) => ("FAIL", Ink::Bad),
        Verdict::Error(_) => ("ERROR", Ink::Bad),
        Verdict::Skipped(_) => ("SKIP", Ink::Odd),
    }
}

/// The line for an event, if it has one. With `brief`, as beside a bar, passing and slow cases have none.
pub(super) fn line(event: &EventKind, cases: &[Case], look: Look, brief: bool) -> Option<String> {
    match event {
        EventKind::RunStarted { run, cases } => Some(header(run, cases.len(), look)),
        EventKind::CaseSlow { case } if !brief => {
            let case = cases.get(*case)?;
            let over = Some(case.slow);
            Some(row(look, ("SLOW", Ink::Odd), over, case, "still running"))
        }
        EventKind::AttemptFailed { case, attempt, verdict } => {
            let message = format!("{}; trying again", message(verdict));
            Some(row(look, ("RETRY", Ink::Odd), Some(attempt.duration), cases.get(*case)?, &message))
        }
        EventKind::CaseFinished { verdict: Verdict::Pass, .. } if brief => None,
        EventKind::CaseFinished { case, attempt, verdict, .. } => {
            let duration = attempt.as_ref().map(|attempt: &Attempt| attempt.duration);
            Some(row(look, word(verdict), duration, cases.get(*case)?, &message(verdict)))
        }
        EventKind::Interrupted { signal } => Some(look.paint(
            Ink::Odd,
            &format!(
                "{}: no more cases start, the running ones are ended; once more kills them at once",
                signal_name(*signal)
            ),
        )),
        EventKind::CaseStarted { .. }
        | EventKind::CaseSlow { .. }
        | EventKind::FailuresExplained { .. }
        | EventKind::RunFinished { .. } => None,
    }
}

fn header(run: &RunInfo, count: usize, look: Look) -> String {
    let cases = if count == 1 { "case" } else { "cases" };
    let text = format!("running {count} {cases} on {}", run.target);
    let mut lines = format!(
        "{} {}",
        look.paint(Ink::Strong, &text),
        look.paint(Ink::Dim, &format!("(run {})", run.run_id))
    );
    for volume in &run.volumes {
        lines.push_str(&format!("\n  {}", volume_line(volume)));
    }
    if !run.engines.is_empty() {
        let names: Vec<&str> = run.engines.iter().map(|engine| engine.name()).collect();
        lines.push_str(&format!("\n  engines: {}", names.join(", ")));
    }
    if let Some(injection) = run.injected {
        let warning = format!("injected: {injection}, a known defect; this run never counts as expected");
        lines.push_str(&format!("\n  {}", look.paint(Ink::Odd, &warning)));
    }
    lines
}

/// `volume folding: fuse; probed: preserves case, folds case, …; not: …`, or `volume folding: simulated by …`.
fn volume_line(volume: &VolumeInfo) -> String {
    let facts = volume.probed.facts();
    let those = |wanted| {
        let names = facts.iter().filter(|(_, fact)| *fact == wanted).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let (yes, no) = (those(true), those(false));
    let provider = if volume.simulated { "simulated by the emulator" } else { volume.provider.name() };
    let not = if no.is_empty() { String::new() } else { format!("; not: {no}") };
    format!("volume {}: {provider}; probed: {yes}{not}", volume.kind)
}

fn row(look: Look, word: (&str, Ink), duration: Option<Duration>, case: &Case, message: &str) -> String {
    let time =
        duration.map_or_else(|| " ".repeat(11), |duration| format!("[{:>8.3}s]", duration.as_secs_f64()));
    let word = look.paint(word.1, &format!("{:>5}", word.0));
    let id = one_line(&sanitise(case.at.to_string().as_bytes()));
    let message = if message.is_empty() { String::new() } else { format!("  {message}") };
    format!("{word} {} {id}{message}", look.paint(Ink::Dim, &time))
}

/// What a verdict says, in one line.
pub(super) fn message(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Pass => String::new(),
        Verdict::Failure(finding) | Verdict::Error(finding) | Verdict::Skipped(finding) => {
            one_line(&sanitise(finding.message.as_bytes()))
        }
    }
}
