//! The last word of a run: what was unexpected, how to see it again, the numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::lines::{message, word};
use super::look::{Ink, Look};
use crate::plan::Case;
use crate::report::excerpt::{Cap, excerpt};
use crate::report::{CaseResult, Record, sanitise};
use crate::verdict::{Finding, Verdict, one_line, signal_name};

/// Bytes of a stream that are looked at.
const CAP: Cap = Cap { head: 2048, tail: 4096 };
/// Lines of a stream's head and tail, each.
const LINES: usize = 10;
/// Lines of a diff.
const DIFF_LINES: usize = 60;
/// Characters of a line.
const WIDTH: usize = 200;
/// Cases named where many say the same.
const NAMED: usize = 5;

/// The summary of a run; `junit` is where that report was written, if it was.
pub fn summary(record: &Record, look: Look, junit: Option<&Path>) -> String {
    let results: Vec<(&Case, CaseResult)> = record.results().collect();
    let mut out = String::new();
    unexpected(&results, look, &mut out);
    for line in record.explanation().lines() {
        out.push_str(&format!("{} {line}\n", look.paint(Ink::Strong, "AXES")));
    }
    flaky(&results, look, &mut out);
    skipped(&results, look, &mut out);

    let counts = record.counts();
    let mut numbers = vec![look.paint(Ink::Good, &format!("{} passed", counts.passed))];
    let mut number = |count: usize, word: &str, ink: Ink| {
        if count > 0 {
            numbers.push(look.paint(ink, &format!("{count} {word}")));
        }
    };
    number(counts.flaky, "of them flaky", Ink::Odd);
    number(counts.failed, "failed", Ink::Bad);
    number(counts.errors, if counts.errors == 1 { "error" } else { "errors" }, Ink::Bad);
    number(counts.skipped, "skipped", Ink::Odd);
    if let Some(signal) = record.interrupted {
        out.push_str(&look.paint(Ink::Odd, &format!("interrupted by {}", signal_name(signal))));
        out.push('\n');
    }
    if let Some(injection) = record.run.injected {
        let warning =
            format!("injected: {injection}; whatever the results are, this run does not count as expected");
        out.push_str(&look.paint(Ink::Odd, &warning));
        out.push('\n');
    }
    let total = if counts.total() == 1 { "1 case".to_owned() } else { format!("{} cases", counts.total()) };
    let seconds = record.duration.as_secs_f64();
    out.push_str(&format!("{total} in {seconds:.1} s: {}\n", numbers.join(", ")));
    if let Some(junit) = junit {
        out.push_str(&format!("JUnit report: {}\n", junit.display()));
    }
    out
}

/// Failures and errors, each with what is needed to go on; those that say the same stand together.
fn unexpected(results: &[(&Case, CaseResult)], look: Look, out: &mut String) {
    let mut groups: Vec<(&Finding, Vec<&(&Case, CaseResult)>)> = Vec::new();
    for entry in results {
        let (Verdict::Failure(finding) | Verdict::Error(finding)) = &entry.1.verdict else { continue };
        // A broken fixture says the same of every program in it; a failure is always a case's own.
        let shared = matches!(entry.1.verdict, Verdict::Error(_)) && finding.detail.is_empty();
        let same = |(other, _): &&mut (&Finding, Vec<_>)| shared && *other == finding;
        match groups.iter_mut().find(same) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((finding, vec![entry])),
        }
    }
    for (finding, entries) in groups {
        let Some((_, result)) = entries.first() else { continue };
        out.push('\n');
        let (word, ink) = word(&result.verdict);
        for (case, _) in entries.iter().take(NAMED) {
            let id = one_line(&sanitise(case.at.to_string().as_bytes()));
            let place = format!("({}:{})", case.source.file.display(), case.source.line);
            out.push_str(&format!("{} {id} {}\n", look.paint(ink, word), look.paint(Ink::Dim, &place)));
        }
        if entries.len() > NAMED {
            out.push_str(&format!("… and {} more that say the same\n", entries.len() - NAMED));
        }
        out.push_str(&format!("  {}\n", message(&result.verdict)));
        let detail = sanitise(finding.detail.as_bytes());
        indented(out, &clipped(&detail, DIFF_LINES, 0), look);
        if let Some(attempt) = &result.attempt {
            let streams = [("stdout", &attempt.stdout), ("stderr", &attempt.stderr)];
            // A diff shows its stream already.
            for (name, path) in streams.iter().filter(|(name, _)| !detail.contains(&format!("+++ {name}"))) {
                let text = if path.exists() { excerpt(path, CAP) } else { String::new() };
                if !text.is_empty() {
                    out.push_str(&format!("  {}\n", look.paint(Ink::Dim, &format!("{name}:"))));
                    indented(out, &clipped(&text, LINES, LINES), Look::PLAIN);
                }
            }
        }
        if !result.reproduce.is_empty() {
            out.push_str(&format!("  reproduce: {}\n", result.reproduce));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
}

fn flaky(results: &[(&Case, CaseResult)], look: Look, out: &mut String) {
    for (case, result) in results.iter().filter(|(_, result)| result.flaky()) {
        let attempts = result.earlier.len() + 1;
        out.push_str(&format!(
            "{} {} passed at attempt {attempts}\n",
            look.paint(Ink::Odd, "FLAKY"),
            case.at
        ));
    }
}

/// Every reason for a skip, counted.
fn skipped(results: &[(&Case, CaseResult)], look: Look, out: &mut String) {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (_, result) in results {
        if let Verdict::Skipped(_) = &result.verdict {
            *reasons.entry(message(&result.verdict)).or_default() += 1;
        }
    }
    for (reason, count) in reasons {
        out.push_str(&format!("{} {count}: {reason}\n", look.paint(Ink::Odd, "SKIP")));
    }
}

/// The first `head` and the last `tail` lines of `text`.
fn clipped(text: &str, head: usize, tail: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= head + tail {
        return text.to_owned();
    }
    let left_out = lines.len() - head - tail;
    let middle = format!("… {left_out} more lines");
    let kept = lines[..head]
        .iter()
        .copied()
        .chain([middle.as_str()])
        .chain(lines[lines.len() - tail..].iter().copied());
    kept.collect::<Vec<_>>().join("\n")
}

/// `line`, or as much of it as a person reads.
fn shortened(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{} … {} more bytes of this line", &line[..at], line.len() - at).into(),
        None => line.into(),
    }
}

/// `text` with four spaces before each line; lines of a diff in their colours.
fn indented(out: &mut String, text: &str, look: Look) {
    for line in text.lines() {
        let line = &*shortened(line);
        let ink = match line.as_bytes().first() {
            Some(b'+') => Some(Ink::Good),
            Some(b'-') => Some(Ink::Bad),
            Some(b'@') => Some(Ink::Dim),
            _ => None,
        };
        let line = ink.map_or_else(|| line.to_owned(), |ink| look.paint(ink, line));
        out.push_str("    ");
        out.push_str(&line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_beyond_the_width_is_cut_at_a_character() {
        assert_eq!(shortened("short"), "short");
        let exact = "é".repeat(WIDTH);
        assert_eq!(shortened(&exact), exact);
        let long = format!("{exact}more");
        assert_eq!(shortened(&long), format!("{exact} … 4 more bytes of this line"));
    }
}
