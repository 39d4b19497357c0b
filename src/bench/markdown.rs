//! The report as a document: what was measured, where, how, and every figure.

use std::fmt::Write;

use super::goals::Verdict;
use super::report::{Outcome, Report, Role, Row};
use super::table::Group;
use super::terminal::milliseconds;

/// The document; `groups` say what each group is about.
pub fn markdown(report: &Report, groups: &[Group]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, report, groups);
    out
}

fn write(out: &mut String, report: &Report, groups: &[Group]) -> std::fmt::Result {
    writeln!(out, "# Benchmarks\n")?;
    writeln!(out, "Written by `{}` on {} UTC.\n", report.command, report.date)?;
    if report.debug_build {
        writeln!(out, "**Built without optimisation: these figures say little.**\n")?;
    }
    if report.interrupted {
        writeln!(out, "**Interrupted: some workloads were not measured.**\n")?;
    }
    writeln!(out, "| | |\n|---|---|")?;
    let machine = &report.machine;
    writeln!(out, "| machine | {}, {} processors |", machine.processor, machine.processors)?;
    writeln!(out, "| system | {} |", machine.system)?;
    for party in &report.parties {
        let sha256 = party.sha256.get(..16).map(|digits| format!(", sha256 `{digits}…`")).unwrap_or_default();
        writeln!(out, "| {} | `{}`: {}{sha256} |", party.role.name(), party.name, party.version)?;
    }
    writeln!(out, "\n{}\n", method(report.runs))?;

    writeln!(out, "## Ratios\n\nGeometric means of CPU medians; smaller is faster.\n")?;
    writeln!(out, "| group | what it holds | / peer | / native |\n|---|---|---:|---:|")?;
    for mean in &report.geomeans {
        let name = mean.group.as_deref().unwrap_or("**all**");
        let about = groups.iter().find(|group| group.name == name).map_or("", |group| group.about.as_str());
        let number =
            |value: Option<f64>, of| value.map_or("–".to_owned(), |value| format!("{value:.2} ({of})"));
        let (peer, native) = (number(mean.to_peer, mean.of.0), number(mean.to_native, mean.of.1));
        writeln!(out, "| {name} | {about} | {peer} | {native} |")?;
    }
    writeln!(out, "\nIn brackets: how many workloads stand behind a figure.")?;

    if !report.goals.is_empty() {
        writeln!(out, "\n## Goals\n\n| | goal | measured | at most | |\n|---:|---|---:|---:|---|")?;
    }
    for goal in &report.goals {
        let value = goal.value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let verdict = match &goal.verdict {
            Verdict::Met => "met".to_owned(),
            Verdict::Missed => "**missed**".to_owned(),
            Verdict::Open(why) => format!("open: {why}"),
        };
        writeln!(
            out,
            "| {} | {} | {value}{} | {:.2} | {verdict} |",
            goal.show,
            goal.what,
            goal.remarks(),
            goal.at_most
        )?;
    }

    for mean in report.geomeans.iter().filter_map(|mean| mean.group.as_deref()) {
        writeln!(out, "\n## {mean}\n")?;
        writeln!(out, "CPU and wall: median (least), ms. Memory: MiB.\n")?;
        writeln!(
            out,
            "| workload | elfuse CPU | peer CPU | native CPU | / peer | / native | elfuse wall | peer wall | \
             memory | peer's |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
        )?;
        for row in report.rows.iter().filter(|row| row.group == mean) {
            writeln!(out, "{}", line(row))?;
        }
    }

    writeln!(out, "\n## Commands\n\n```")?;
    for row in &report.rows {
        writeln!(out, "{}: {}", row.workload, row.command)?;
    }
    writeln!(out, "```")?;

    let errors = report.errors();
    writeln!(out, "\n## Errors\n")?;
    if errors.is_empty() {
        writeln!(out, "None: every run ended as it must, and all outputs were the same.")?;
    }
    for (workload, error) in errors {
        writeln!(out, "- {workload}: {error}")?;
    }
    let missing = report.rows.iter().flat_map(|row| {
        row.outcomes.iter().filter_map(move |(role, outcome)| match outcome {
            Outcome::Missing(why) => Some((row, role, why)),
            _ => None,
        })
    });
    for (row, role, why) in missing {
        writeln!(out, "- {} was not measured on {}: {why}", row.workload, role.name())?;
    }
    Ok(())
}

fn method(runs: u32) -> String {
    format!(
        "Each workload runs once by each of them without a clock (this fills the caches, measures memory and gives \
         the output to compare), then {runs} times in turn: elfuse, peer, native, elfuse, … CPU time is user and \
         system time of the process and of the children that it waited for (`wait4`); a ratio is that of the medians. \
         Every output is compared byte for byte. The data are generated and the same everywhere; they and the \
         programs lie in the page cache. Native is the same source compiled for this machine, or this machine's own \
         tool."
    )
}

fn line(row: &Row) -> String {
    let show = |role, wall: bool| match row.outcomes.get(&role) {
        Some(Outcome::Measured { cpu, wall: clock, .. }) => {
            let times = if wall { clock } else { cpu };
            format!("{} ({})", milliseconds(times.median), milliseconds(times.min))
        }
        Some(Outcome::Failed(_)) => "failed".to_owned(),
        _ => "–".to_owned(),
    };
    let peak = |role| match row.outcomes.get(&role) {
        Some(Outcome::Measured { peak_kib, .. }) => format!("{:.1}", *peak_kib as f64 / 1024.0),
        _ => "–".to_owned(),
    };
    let ratio = |ratio: Option<f64>| ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
    let cells = [
        row.workload.clone(),
        show(Role::Elfuse, false),
        show(Role::Peer, false),
        show(Role::Native, false),
        ratio(row.to_peer),
        ratio(row.to_native),
        show(Role::Elfuse, true),
        show(Role::Peer, true),
        peak(Role::Elfuse),
        peak(Role::Peer),
    ];
    format!("| {} |", cells.join(" | "))
}
