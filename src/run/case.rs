//! One case: its attempts, and the events about them.

use super::EventKind;
use super::attempt::{Context, Outcome, attempt};
use crate::plan::{Case, RunRequest};
use crate::verdict::{Verdict, not_run, signal_name, unsupported};

/// Runs case `index` on `worker`, with retries, and tells what happens.
pub(super) fn run_case(context: &Context<'_>, index: usize, worker: usize, tell: &mut dyn FnMut(EventKind)) {
    let case = &context.request.cases[index];
    tell(EventKind::CaseStarted { case: index, worker });
    let reproduce = reproduce(context.request, case);
    let reason = context.sysroots.unsupported(context.request, case);
    let reason = case.unsupported.as_deref().or(reason);
    if let Some(verdict) = reason.map(unsupported) {
        tell(EventKind::CaseFinished { case: index, attempt: None, verdict, reproduce });
        return;
    }
    let mut number = 1;
    loop {
        let mut on_slow = || tell(EventKind::CaseSlow { case: index });
        match attempt(context, case, index, number, &mut on_slow) {
            Outcome::Interrupted => {
                let signal = context.interrupts.first().map_or_else(|| "a signal".to_owned(), signal_name);
                let verdict = not_run(&format!("the run was interrupted by {signal} while this case ran"));
                tell(EventKind::CaseFinished { case: index, attempt: None, verdict, reproduce });
                return;
            }
            Outcome::Ended(attempt, verdict) => {
                let bad = matches!(verdict, Verdict::Failure(_) | Verdict::Error(_));
                if !bad || number > context.request.retries || context.interrupts.first().is_some() {
                    let attempt = Some(attempt);
                    tell(EventKind::CaseFinished { case: index, attempt, verdict, reproduce });
                    return;
                }
                tell(EventKind::AttemptFailed { case: index, attempt, verdict });
                number += 1;
            }
        }
    }
}

/// The command that runs this case alone.
fn reproduce(request: &RunRequest, case: &Case) -> String {
    let id = case.at.to_string();
    let inject = request.inject.map(|injection| format!("--inject {injection} ")).unwrap_or_default();
    let engine = case.at.engine.map(|engine| format!("--engine {engine} ")).unwrap_or_default();
    format!(
        "matrix repro --target {} {engine}{inject}{}",
        shell_words::quote(&case.at.target),
        shell_words::quote(&id)
    )
}
