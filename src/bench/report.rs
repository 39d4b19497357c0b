//! What was measured, complete: every form of output is made from this.

use std::collections::BTreeMap;

use serde::Serialize;

use super::goals::Judged;
use super::statistics::{Distribution, geomean, ratio};
use super::table::Against;

/// All that a run of `matrix bench` found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Of this format: 1.
    pub version: u32,
    /// When it began, UTC, such as `2026-11-24 22:40`.
    pub date: String,
    /// The command line, for people who want to see it again.
    pub command: String,
    /// Where.
    pub machine: Machine,
    /// How often each was measured, after one run that was not.
    pub runs: u32,
    /// Whether this binary was built without optimisation, so that its figures say little.
    pub debug_build: bool,
    /// Who ran; the emulator first.
    pub parties: Vec<Party>,
    /// One for each workload that ended.
    pub rows: Vec<Row>,
    /// For each group and for all together.
    pub geomeans: Vec<Geomean>,
    /// What must hold, and whether it does.
    pub goals: Vec<Judged>,
    /// Whether it was ended before its time.
    pub interrupted: bool,
}

/// This machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Such as `AMD EPYC`.
    pub processor: String,
    /// Processors that can be used.
    pub processors: usize,
    /// Such as `Linux 6.1.0 x86_64`.
    pub system: String,
}

/// Who runs the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// This emulator.
    Elfuse,
    /// What it is compared with.
    Peer,
    /// This machine without an emulator.
    Native,
}

/// One of those who run the programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Its part in the comparison.
    pub role: Role,
    /// Such as `qemu-aarch64`, with its options.
    pub name: String,
    /// What it says of itself.
    pub version: String,
    /// The digest of its program, lower-case hex; empty for this machine's own tools.
    pub sha256: String,
}

/// One workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub workload: String,
    /// The name of its group.
    pub group: String,
    /// What the guest's command line is.
    pub command: String,
    /// What each party did.
    pub outcomes: BTreeMap<Role, Outcome>,
    /// Outputs that are not the same, in words.
    pub differences: Vec<String>,
    /// Our CPU median in units of the peer's.
    pub to_peer: Option<f64>,
    /// Our CPU median in units of this machine's.
    pub to_native: Option<f64>,
}

/// What one party did with one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every run ended as it must.
    Measured {
        /// User and system time of the process and of the descendants that were waited for.
        cpu: Distribution,
        /// From start to end.
        wall: Distribution,
        /// Peak memory in KiB, of one process of them.
        peak_kib: u64,
    },
    /// There was nothing to run.
    Missing(String),
    /// A run ended otherwise.
    Failed(String),
}

/// The geometric mean of ratios of CPU medians.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Geomean {
    /// The group; absent for all together.
    pub group: Option<String>,
    /// To the peer.
    pub to_peer: Option<f64>,
    /// To this machine.
    pub to_native: Option<f64>,
    /// How many workloads stand behind the two.
    pub of: (usize, usize),
}

impl Row {
    /// Completes a row with its ratios.
    pub fn new(
        workload: &str,
        group: &str,
        command: String,
        outcomes: BTreeMap<Role, Outcome>,
        differences: Vec<String>,
    ) -> Row {
        let median = |role| match outcomes.get(&role) {
            Some(Outcome::Measured { cpu, .. }) => Some(cpu.median),
            _ => None,
        };
        let to = |role| ratio(median(Role::Elfuse)?, median(role)?);
        let (to_peer, to_native) = (to(Role::Peer), to(Role::Native));
        let (workload, group) = (workload.to_owned(), group.to_owned());
        Row { workload, group, command, outcomes, differences, to_peer, to_native }
    }

    /// The ratio to one of the others.
    pub fn to(&self, against: Against) -> Option<f64> {
        match against {
            Against::Peer => self.to_peer,
            Against::Native => self.to_native,
        }
    }

    /// Our peak memory in KiB.
    pub fn peak_kib(&self) -> Option<u64> {
        match self.outcomes.get(&Role::Elfuse) {
            Some(Outcome::Measured { peak_kib, .. }) => Some(*peak_kib),
            _ => None,
        }
    }

    /// What went wrong, in words.
    pub fn errors(&self) -> Vec<String> {
        let failed = self.outcomes.iter().filter_map(|(role, outcome)| match outcome {
            Outcome::Failed(why) => Some(format!("{}: {why}", role.name())),
            _ => None,
        });
        failed.chain(self.differences.iter().cloned()).collect()
    }
}

impl Role {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Elfuse => "elfuse",
            Role::Peer => "peer",
            Role::Native => "native",
        }
    }
}

/// The means of each group of `rows`, in the order of the rows, then that of all.
pub fn geomeans(rows: &[Row]) -> Vec<Geomean> {
    let mut groups: Vec<Option<&str>> = Vec::new();
    for row in rows {
        if !groups.contains(&Some(row.group.as_str())) {
            groups.push(Some(&row.group));
        }
    }
    groups.push(None);
    groups
        .into_iter()
        .map(|group| {
            let of = |against| -> Vec<f64> {
                let rows = rows.iter().filter(|row| group.is_none_or(|group| row.group == group));
                rows.filter_map(|row| row.to(against)).collect()
            };
            let (peer, native) = (of(Against::Peer), of(Against::Native));
            Geomean {
                group: group.map(str::to_owned),
                to_peer: geomean(&peer),
                to_native: geomean(&native),
                of: (peer.len(), native.len()),
            }
        })
        .collect()
}

impl Report {
    /// What went wrong: the workload and what, in words.
    pub fn errors(&self) -> Vec<(&str, String)> {
        let of = |row: &'_ Row| row.errors();
        self.rows
            .iter()
            .flat_map(|row| of(row).into_iter().map(|error| (row.workload.as_str(), error)))
            .collect()
    }
}

#[cfg(test)]
pub mod testing {
    use std::time::Duration;

    use super::*;

    /// A party that took `ms` each time and `kib` of memory.
    pub fn took(ms: u64, kib: u64) -> Outcome {
        let runs = Distribution::of(&[Duration::from_millis(ms)]).expect("one run");
        Outcome::Measured { cpu: runs.clone(), wall: runs, peak_kib: kib }
    }

    /// A row of three, in ms.
    pub fn row(workload: &str, group: &str, ours: u64, peer: u64, native: u64) -> Row {
        let outcomes = [
            (Role::Elfuse, took(ours, 2048)),
            (Role::Peer, took(peer, 9000)),
            (Role::Native, took(native, 900)),
        ];
        Row::new(workload, group, workload.to_owned(), outcomes.into(), Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{row, took};
    use super::*;

    #[test]
    fn ratios_are_of_cpu_medians() {
        let row = row("fib", "c", 20, 40, 10);
        assert_eq!((row.to_peer, row.to_native), (Some(0.5), Some(2.0)));
        assert_eq!(row.peak_kib(), Some(2048));
    }

    #[test]
    fn what_was_not_measured_has_no_ratio_and_only_failures_are_errors() {
        let outcomes = [
            (Role::Elfuse, took(1, 1)),
            (Role::Peer, Outcome::Failed("exit status 1, expected 0".to_owned())),
            (Role::Native, Outcome::Missing("this machine has no `lua`".to_owned())),
        ];
        let row = Row::new("lua", "interpreters", "lua".to_owned(), outcomes.into(), vec!["x".to_owned()]);
        assert_eq!((row.to_peer, row.to_native), (None, None));
        assert_eq!(row.errors(), ["peer: exit status 1, expected 0", "x"]);
    }

    #[test]
    fn means_stand_for_each_group_and_for_all() {
        let mut rows = vec![row("a", "c", 1, 2, 1), row("b", "c", 8, 4, 1), row("d", "tools", 1, 1, 1)];
        rows[2].to_native = None;
        let means = geomeans(&rows);
        let groups: Vec<_> = means.iter().map(|mean| mean.group.as_deref()).collect();
        assert_eq!(groups, [Some("c"), Some("tools"), None]);
        assert!((means[0].to_peer.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!((means[1].to_native, means[1].of), (None, (1, 0)));
        assert_eq!(means[2].of, (3, 2));
    }
}
