//! Whether what was measured is good enough. Pure.

use serde::Serialize;

use super::report::{Outcome, Role, Row};
use super::statistics::geomean;
use super::table::{Against, Goal, Measure};

/// One goal and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The number of the demand that it is a part of.
    pub show: u64,
    /// What is compared, in words.
    pub what: String,
    /// What was measured; absent if nothing was.
    pub value: Option<f64>,
    /// The largest value that is good enough.
    pub at_most: f64,
    /// The workload that the value is of, where it is the worst of several.
    pub worst: Option<String>,
    /// Workloads that this machine has nothing to compare with; they are left out.
    pub without: Vec<String>,
    /// Whether it holds.
    pub verdict: Verdict,
}

/// Whether a goal holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not.
    Missed,
    /// It cannot be said, and why.
    Open(String),
}

/// What sums of logarithms may be off by.
const ROUNDING: f64 = 1e-9;
/// Names in a reason; more are counted.
const NAMED: usize = 3;

/// Judges those of `goals` that `rows` say anything about; `other_peer` is why nothing can be said about goals that name the peer, if so.
pub fn judge(goals: &[Goal], rows: &[Row], other_peer: Option<&str>) -> Vec<Judged> {
    let known = |goal: &&Goal| goal.of.iter().any(|name| rows.iter().any(|row| row.workload == *name));
    goals.iter().filter(known).map(|goal| one(goal, rows, other_peer)).collect()
}

fn one(goal: &Goal, rows: &[Row], other_peer: Option<&str>) -> Judged {
    let (mut values, mut lacking, mut without) = (Vec::new(), Vec::new(), Vec::new());
    let native = matches!(goal.measure, Measure::Each(Against::Native) | Measure::Geomean(Against::Native));
    for name in &goal.of {
        let row = rows.iter().find(|row| row.workload == *name);
        let missing = |row: &Row| matches!(row.outcomes.get(&Role::Native), Some(Outcome::Missing(_)));
        if native && row.is_some_and(missing) {
            without.push(name.clone());
            continue;
        }
        let value = row.and_then(|row| match goal.measure {
            Measure::Each(against) | Measure::Geomean(against) => row.to(against),
            Measure::Peak => row.peak_kib().map(|kib| kib as f64 / 1024.0),
        });
        match value {
            Some(value) => values.push((value, name.as_str())),
            None => lacking.push(name.as_str()),
        }
    }
    let (value, worst) = match goal.measure {
        Measure::Geomean(_) => (geomean(&values.iter().map(|(value, _)| *value).collect::<Vec<_>>()), None),
        Measure::Each(_) | Measure::Peak => {
            let worst = values.iter().max_by(|a, b| a.0.total_cmp(&b.0));
            let name = worst.filter(|_| goal.of.len() > 1).map(|(_, name)| (*name).to_owned());
            (worst.map(|(value, _)| *value), name)
        }
    };
    let at_most = goal.at_most as f64 / 1000.0;
    let about_peer = matches!(goal.measure, Measure::Each(Against::Peer) | Measure::Geomean(Against::Peer));
    let exceeded = value.is_some_and(|value| value > at_most * (1.0 + ROUNDING));
    let each = !matches!(goal.measure, Measure::Geomean(_));
    let verdict = match other_peer.filter(|_| about_peer) {
        Some(reason) => Verdict::Open(reason.to_owned()),
        // One that is above the limit is enough, whatever the rest would have been.
        None if exceeded && each => Verdict::Missed,
        None if !lacking.is_empty() => Verdict::Open(unmeasured(&lacking)),
        None if values.is_empty() => Verdict::Open("this machine has nothing to compare with".to_owned()),
        None if exceeded => Verdict::Missed,
        None => Verdict::Met,
    };
    Judged { show: goal.show, what: describe(goal), value, at_most, worst, without, verdict }
}

impl Judged {
    /// What belongs behind the value: whose it is, and what was left out.
    pub fn remarks(&self) -> String {
        let worst = self.worst.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        if self.without.is_empty() { worst } else { format!("{worst} without {}", self.without.join(", ")) }
    }
}

fn unmeasured(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => format!("no figure for {shown}"),
        more => format!("no figure for {shown} and {more} more"),
    }
}

fn describe(goal: &Goal) -> String {
    let whom = |against| match against {
        Against::Peer => "the peer",
        Against::Native => "native",
    };
    let of = goal.written.join(", ");
    match goal.measure {
        Measure::Each(against) => format!("{of}: CPU / {}", whom(against)),
        Measure::Geomean(against) => format!("{of}: geomean of CPU / {}", whom(against)),
        Measure::Peak => format!("{of}: peak memory, MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::testing::row;
    use super::*;

    fn goal(of: &[&str], measure: Measure, at_most: u64) -> Goal {
        let of: Vec<String> = of.iter().map(|name| (*name).to_owned()).collect();
        Goal { show: 1, written: of.clone(), of, measure, at_most }
    }

    fn verdict(goal: Goal) -> (Option<f64>, Verdict) {
        let rows = [row("a", "c", 10, 40, 10), row("b", "c", 90, 100, 10)];
        let judged = judge(&[goal], &rows, None).remove(0);
        (judged.value, judged.verdict)
    }

    #[test]
    fn the_limit_itself_is_good_enough() {
        let each = Measure::Each(Against::Peer);
        assert_eq!(verdict(goal(&["a"], each, 250)), (Some(0.25), Verdict::Met));
        assert_eq!(verdict(goal(&["a"], each, 249)), (Some(0.25), Verdict::Missed));
        assert_eq!(verdict(goal(&["a"], Measure::Peak, 2000)), (Some(2.0), Verdict::Met));
    }

    #[test]
    fn of_several_the_worst_counts_and_a_mean_counts_all() {
        let goals = [goal(&["a", "b"], Measure::Each(Against::Peer), 1000)];
        let rows = [row("a", "c", 10, 40, 10), row("b", "c", 90, 100, 10)];
        let judged = judge(&goals, &rows, None).remove(0);
        assert_eq!((judged.value, judged.worst.as_deref()), (Some(0.9), Some("b")));
        let (mean, met) = verdict(goal(&["a", "b"], Measure::Geomean(Against::Native), 3000));
        assert!((mean.unwrap() - 3.0).abs() < 1e-9);
        assert_eq!(met, Verdict::Met);
    }

    #[test]
    fn what_was_not_measured_leaves_a_goal_open_unless_another_missed_it() {
        let each = Measure::Each(Against::Peer);
        assert_eq!(verdict(goal(&["a", "x"], each, 500)).1, Verdict::Open("no figure for x".to_owned()));
        assert_eq!(verdict(goal(&["b", "x"], each, 500)).1, Verdict::Missed);
        let mean = Measure::Geomean(Against::Peer);
        let open = Verdict::Open("no figure for w, x, y and 1 more".to_owned());
        assert_eq!(verdict(goal(&["b", "w", "x", "y", "z"], mean, 500)).1, open);
    }

    #[test]
    fn what_this_machine_lacks_is_left_out_and_named() {
        let mut rows = [row("a", "c", 10, 40, 10), row("b", "c", 90, 100, 10)];
        rows[1].outcomes.insert(Role::Native, Outcome::Missing("this machine has no `b`".to_owned()));
        let judged = judge(&[goal(&["a", "b"], Measure::Geomean(Against::Native), 1000)], &rows, None);
        assert_eq!((&judged[0].verdict, judged[0].value), (&Verdict::Met, Some(1.0)));
        assert_eq!(judged[0].without, ["b"]);
        let judged = judge(&[goal(&["b"], Measure::Each(Against::Native), 1000)], &rows, None);
        assert_eq!(judged[0].verdict, Verdict::Open("this machine has nothing to compare with".to_owned()));
    }

    #[test]
    fn a_goal_of_other_workloads_is_left_out() {
        let rows = [row("a", "c", 10, 40, 10)];
        assert_eq!(judge(&[goal(&["x"], Measure::Peak, 1000)], &rows, None), []);
    }

    #[test]
    fn another_peer_says_nothing_about_goals_that_name_the_peer() {
        let rows = [row("a", "c", 10, 40, 10)];
        let goals = [
            goal(&["a"], Measure::Each(Against::Peer), 500),
            goal(&["a"], Measure::Each(Against::Native), 1000),
        ];
        let judged = judge(&goals, &rows, Some("the peer is another one"));
        assert_eq!(judged[0].verdict, Verdict::Open("the peer is another one".to_owned()));
        assert_eq!(judged[1].verdict, Verdict::Met);
    }
}
