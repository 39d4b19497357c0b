//! The table for people: a line for each workload as it ends, then means, goals and errors.

use super::goals::{Judged, Verdict};
use super::report::{Outcome, Report, Role, Row};
use crate::report::terminal::{Ink, Look};

/// Characters of a bar that is as long as the peer's time.
const BAR: usize = 24;

/// What stands over the names; no name of a mean is longer.
const CORNER: &str = "CPU, median, ms";

/// How the table looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Colours or none.
    pub look: Look,
    /// Characters of the longest workload's name.
    pub width: usize,
}

impl Style {
    /// For workloads with these names.
    pub fn new<'n>(look: Look, names: impl Iterator<Item = &'n str>) -> Style {
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        Style { look, width: width.max(CORNER.len()) }
    }

    /// What stands over the columns.
    pub fn head(self) -> String {
        let line = format!(
            "{:width$} {:>9} {:>9} {:>9} {:>7} {:>8} {:>6}  0{:─<fill$}1 × peer",
            CORNER,
            "elfuse",
            "peer",
            "native",
            "/ peer",
            "/ native",
            "MiB",
            "",
            width = self.width,
            fill = BAR - 2,
        );
        format!("{}\n", self.look.paint(Ink::Strong, &line))
    }

    /// The line of one workload, and one for each thing that went wrong.
    pub fn row(self, row: &Row) -> String {
        let time = |role| match row.outcomes.get(&role) {
            Some(Outcome::Measured { cpu, .. }) => milliseconds(cpu.median),
            Some(Outcome::Failed(_)) => "failed".to_owned(),
            _ => "–".to_owned(),
        };
        let peak = row.peak_kib().map_or("–".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
        let mut line = format!(
            "{:width$} {:>9} {:>9} {:>9} {} {} {peak:>6}  {}\n",
            row.workload,
            time(Role::Elfuse),
            time(Role::Peer),
            time(Role::Native),
            self.ratio(row.to_peer, 7, 1.0),
            self.ratio(row.to_native, 8, f64::INFINITY),
            bar(row.to_peer),
            width = self.width,
        );
        for error in row.errors() {
            line.push_str(&format!("  {} {error}\n", self.look.paint(Ink::Bad, "ERROR")));
        }
        line
    }

    /// What comes after the last workload.
    pub fn end(self, report: &Report) -> String {
        let mut out = String::from("\n");
        for mean in &report.geomeans {
            let name =
                mean.group.as_deref().map_or("geomean of all".to_owned(), |group| format!("  {group}"));
            out.push_str(&format!(
                "{name:width$} {:>29} {} {} {:>6}  {}\n",
                "",
                self.ratio(mean.to_peer, 7, 1.0),
                self.ratio(mean.to_native, 8, f64::INFINITY),
                "",
                bar(mean.to_peer),
                width = self.width,
            ));
        }
        self.missing(report, &mut out);
        if !report.goals.is_empty() {
            out.push('\n');
        }
        for goal in &report.goals {
            out.push_str(&self.goal(goal));
        }
        out.push('\n');
        if report.debug_build {
            let warning = "this matrix was built without optimisation: its figures say little";
            out.push_str(&format!("{}\n", self.look.paint(Ink::Odd, warning)));
        }
        if report.interrupted {
            out.push_str(&format!(
                "{}\n",
                self.look.paint(Ink::Odd, "interrupted: the rest was not measured")
            ));
        }
        let count = report.errors().len();
        let errors = match count {
            0 => self.look.paint(Ink::Good, "no errors, all outputs the same"),
            1 => self.look.paint(Ink::Bad, "1 error"),
            _ => self.look.paint(Ink::Bad, &format!("{count} errors")),
        };
        let noun = if report.rows.len() == 1 { "workload" } else { "workloads" };
        let runs = if report.runs == 1 { "1 run".to_owned() } else { format!("{} runs", report.runs) };
        out.push_str(&format!("{} {noun}, {runs} each: {errors}\n", report.rows.len()));
        out
    }

    /// Each reason for a missing figure once, with the workloads it holds for.
    fn missing(self, report: &Report, out: &mut String) {
        let mut reasons: Vec<(Role, &str, Vec<&str>)> = Vec::new();
        for row in &report.rows {
            for (role, outcome) in &row.outcomes {
                let Outcome::Missing(why) = outcome else { continue };
                match reasons.iter_mut().find(|(other, reason, _)| other == role && reason == why) {
                    Some((_, _, names)) => names.push(&row.workload),
                    None => reasons.push((*role, why, vec![&row.workload])),
                }
            }
        }
        for (role, why, names) in reasons {
            let names = if names.len() == report.rows.len() { "all".to_owned() } else { names.join(", ") };
            let line = format!("not measured ({}): {why}: {names}", role.name());
            out.push_str(&format!("{}\n", self.look.paint(Ink::Dim, &line)));
        }
    }

    fn goal(self, goal: &Judged) -> String {
        let (word, ink) = match goal.verdict {
            Verdict::Met => ("met", Ink::Good),
            Verdict::Missed => ("MISSED", Ink::Bad),
            Verdict::Open(_) => ("open", Ink::Odd),
        };
        let value = goal.value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let why = match &goal.verdict {
            Verdict::Open(why) => format!("; {why}"),
            _ => String::new(),
        };
        let word = self.look.paint(ink, &format!("{word:>6}"));
        format!(
            "{word} {}. {}: {value}{}, at most {:.2}{why}\n",
            goal.show,
            goal.what,
            goal.remarks(),
            goal.at_most
        )
    }

    /// A ratio, right-aligned; green at most `good`, red above.
    fn ratio(self, ratio: Option<f64>, width: usize, good: f64) -> String {
        let Some(ratio) = ratio else { return format!("{:>width$}", "–") };
        let text = format!("{:>width$}", format!("{ratio:.2}"));
        match good.is_infinite() {
            true => text,
            false => self.look.paint(if ratio <= good { Ink::Good } else { Ink::Bad }, &text),
        }
    }
}

/// Three digits that count.
pub(super) fn milliseconds(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 100.0 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

/// As long as the ratio says; an arrow where it does not fit.
fn bar(ratio: Option<f64>) -> String {
    let Some(ratio) = ratio else { return String::new() };
    let eighths = (ratio * (BAR * 8) as f64).round() as usize;
    if eighths > BAR * 8 {
        return format!("{}▶", "█".repeat(BAR));
    }
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8).copied().unwrap_or_default();
    format!("{}{part}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::super::report::testing::row;
    use super::*;

    fn style() -> Style {
        Style::new(Look::PLAIN, ["fib"].into_iter())
    }

    #[test]
    fn a_row_shows_times_ratios_memory_and_a_bar() {
        let line = style().row(&row("fib", "c", 250, 1000, 50));
        assert_eq!(line, "fib                   250      1000      50.0    0.25     5.00    2.0  ██████\n");
        let slow = style().row(&row("fib", "c", 2000, 1000, 1000));
        assert!(slow.contains("2.00") && slow.ends_with("█▶\n"), "{slow}");
    }

    #[test]
    fn a_bar_counts_eighths() {
        assert_eq!(bar(Some(1.0)).chars().count(), BAR);
        assert_eq!(bar(Some(1.0 / (BAR * 8) as f64)), "▏");
        assert_eq!(bar(Some(0.0)), "");
    }

    #[test]
    fn the_bar_of_a_ratio_of_one_ends_under_the_one() {
        let head = style().head();
        let full = style().row(&row("fib", "c", 1000, 1000, 1000));
        let place = head.chars().position(|c| c == '×').expect("a mark");
        assert_eq!(full.trim_end().chars().count(), place - 1, "{head}{full}");
    }
}
