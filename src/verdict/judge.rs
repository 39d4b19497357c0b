//! From what happened to what it means.

use std::os::unix::ffi::OsStrExt;

use regex::bytes::Regex;

use super::diff::unified;
use super::signal::signal_name;
use super::visible::{one_line, visible};
use super::{Attempt, Ending, Finding, FindingKind, Trees, Verdict, after};
use crate::plan::placeholder::Places;
use crate::plan::{Case, ExpectedEnding, TextRule};

/// What the guest left behind.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Everything on its standard output.
    pub stdout: &'a [u8],
    /// Everything on its standard error.
    pub stderr: &'a [u8],
    /// The trees of the host; only for a case that says something about them.
    pub trees: Option<Trees<'a>>,
}

/// Characters of a guest line quoted in a message.
const QUOTED: usize = 60;

/// Judges one attempt at `case`.
///
/// The first rule that does not hold names the kind; the detail lists all. What a case leaves behind is an error only
/// if nothing else is wrong.
pub fn judge(case: &Case, attempt: &Attempt, evidence: Evidence<'_>, places: &Places) -> Verdict {
    let ended = match &attempt.ending {
        Ending::GuestExit { status } => ExpectedEnding::Exit(*status),
        Ending::GuestSignal { signal } => ExpectedEnding::Signal(*signal),
        Ending::TimedOut { limit } => {
            let message = format!("still running after {:.3} s; ended by the harness", limit.as_secs_f64());
            return Verdict::Failure(finding(FindingKind::Timeout, &message));
        }
        Ending::OutputLimit { limit } => {
            let message = format!("wrote more than {limit} bytes to one stream; ended by the harness");
            return Verdict::Failure(finding(FindingKind::OutputLimit, &message));
        }
        Ending::Unsupported { what } => {
            return error(FindingKind::EmulatorCrash, &format!("not supported by the target: {what}"));
        }
        Ending::EmulatorCrash { detail } => {
            return error(FindingKind::EmulatorCrash, &format!("the target failed: {detail}"));
        }
        Ending::HostError { detail } => {
            return error(FindingKind::Spawn, &format!("the host refused: {detail}"));
        }
        Ending::Spawn { detail } => return error(FindingKind::Spawn, detail),
        Ending::Fixture { detail } => return error(FindingKind::Fixture, detail),
    };

    let mut problems = Vec::new();
    if ended != case.expect.ending {
        let message = format!("{}, expected {}", described(ended), described(case.expect.ending));
        problems.push(finding(FindingKind::ExitCode, &message));
    }
    let stdout = Stream { name: "stdout", kind: FindingKind::StdoutMismatch, bytes: evidence.stdout };
    let stderr = Stream { name: "stderr", kind: FindingKind::StderrMismatch, bytes: evidence.stderr };
    problems.extend(case.expect.stdout.iter().filter_map(|rule| stdout.broken(rule, places)));
    problems.extend(case.expect.stderr.iter().filter_map(|rule| stderr.broken(rule, places)));
    match evidence.trees {
        Some(trees) => problems.extend(after::broken(case, trees, places)),
        None if case.expect.after.is_empty() => {}
        None => problems.push(finding(FindingKind::Postcondition, "nobody looked at the host's trees")),
    }
    let strays = (attempt.strays > 0).then(|| {
        let (number, were) =
            (attempt.strays, if attempt.strays == 1 { "process was" } else { "processes were" });
        finding(FindingKind::Leak, &format!("{number} {were} left running and killed by the harness"))
    });
    match (problems.is_empty(), strays) {
        (true, None) => Verdict::Pass,
        (true, Some(leak)) => Verdict::Error(leak),
        (false, strays) => {
            problems.extend(strays);
            Verdict::Failure(joined(problems))
        }
    }
}

/// The verdict on a case that its target cannot run.
pub fn unsupported(reason: &str) -> Verdict {
    Verdict::Skipped(finding(FindingKind::Unsupported, reason))
}

/// The verdict on a case that was selected and did not run to its end.
pub fn not_run(reason: &str) -> Verdict {
    Verdict::Skipped(finding(FindingKind::NotRun, reason))
}

fn finding(kind: FindingKind, message: &str) -> Finding {
    Finding { kind, message: one_line(message), detail: String::new() }
}

/// An error whose whole text stands in the detail when the message cannot hold it.
fn error(kind: FindingKind, text: &str) -> Verdict {
    let mut finding = finding(kind, text);
    if finding.message != text {
        finding.detail = text.to_owned();
    }
    Verdict::Error(finding)
}

/// One finding from several: the first one's kind and message, every one's detail.
fn joined(problems: Vec<Finding>) -> Finding {
    let several = problems.len() > 1;
    let detail = problems
        .iter()
        .map(|problem| match (several, problem.detail.is_empty()) {
            (true, true) => format!("{}\n", problem.message),
            (true, false) => format!("{}\n{}", problem.message, problem.detail),
            (false, _) => problem.detail.clone(),
        })
        .collect();
    let (kind, first) =
        problems.first().map_or((FindingKind::ExitCode, ""), |first| (first.kind, &first.message));
    let message = if several {
        one_line(&format!("{first} (and {} more)", problems.len() - 1))
    } else {
        first.to_owned()
    };
    Finding { kind, message, detail }
}

fn described(ending: ExpectedEnding) -> String {
    match ending {
        ExpectedEnding::Exit(status) => format!("exit status {status}"),
        ExpectedEnding::Signal(signal) => format!("signal {signal} ({})", signal_name(signal)),
    }
}

/// One of the two streams.
struct Stream<'a> {
    name: &'static str,
    kind: FindingKind,
    bytes: &'a [u8],
}

impl Stream<'_> {
    /// The finding, if the rule does not hold.
    fn broken(&self, rule: &TextRule, places: &Places) -> Option<Finding> {
        let name = self.name;
        let (message, detail) = match rule {
            TextRule::Exact(text) => {
                let expected = places.substitute(text);
                let expected = expected.as_bytes();
                if expected == self.bytes {
                    return None;
                }
                (self.first_difference(expected), unified(expected, self.bytes, name))
            }
            TextRule::Matches(pattern) => match Regex::new(&places.substitute_pattern(pattern)) {
                Ok(regex) if regex.is_match(self.bytes) => return None,
                Ok(_) => (format!("{name} does not match /{pattern}/: {}", self.summary()), String::new()),
                Err(problem) => (format!("/{pattern}/ is not a pattern"), problem.to_string()),
            },
            TextRule::Empty if self.bytes.is_empty() => return None,
            TextRule::Empty => {
                (format!("{name} is not empty: {}", self.summary()), unified(b"", self.bytes, name))
            }
        };
        Some(Finding { detail, ..finding(self.kind, &message) })
    }

    /// Size and first line.
    fn summary(&self) -> String {
        match self.bytes.split(|byte| *byte == b'\n').next() {
            Some(first) if !self.bytes.is_empty() => {
                format!("{} bytes, first line `{}`", self.bytes.len(), visible(first, QUOTED))
            }
            _ => "it is empty".to_owned(),
        }
    }

    fn first_difference(&self, expected: &[u8]) -> String {
        let quoted = |line: Option<&[u8]>| match line {
            Some(line) => format!("`{}`", visible(line.strip_suffix(b"\n").unwrap_or(line), QUOTED)),
            None => "nothing".to_owned(),
        };
        let mut old = expected.split_inclusive(|byte| *byte == b'\n');
        let mut new = self.bytes.split_inclusive(|byte| *byte == b'\n');
        let mut number = 1;
        loop {
            let (a, b) = (old.next(), new.next());
            if a != b || a.is_none() {
                return format!(
                    "{} differs at line {number}: {}, expected {}",
                    self.name,
                    quoted(b),
                    quoted(a)
                );
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests;
