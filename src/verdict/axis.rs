//! What the places where cases failed have in common, and the places where they passed have not.
//!
//! A case that runs at several places of the matrix fails somewhere and passes elsewhere. [`explain()`] looks for the
//! smallest conjunction of axis values that is true of every failing place and of no passing place of the same cases.
//! Where one conjunction does not do for all cases, it groups them, the largest group first, and says what remains.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

/// What came of a case at one place, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// As expected, at whichever attempt.
    Passed,
    /// Not as expected, at the last attempt.
    Failed,
    /// Skipped or not run: it says nothing.
    Nothing,
}

/// A case at one place of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What is the same at every place, such as `coreutils/cat`.
    pub case: String,
    /// The place: axes in the order that breaks ties, the same for all; one that the case does not have is absent.
    pub axes: Vec<Term>,
    /// What came of it.
    pub seen: Seen,
}

/// An axis and one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// Such as `volume`.
    pub axis: String,
    /// Such as `folding`.
    pub value: String,
}

/// Failures that the same axis values tell from the passes of the same cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// All of them hold at every failing place and never all at a passing one; not empty.
    pub terms: Vec<Term>,
    /// The failing instances, as indices.
    pub failures: Vec<usize>,
    /// With a single term: the other value with which the same places pass, if there is only one.
    pub other: Option<Term>,
    /// How many of the failures pass at the same place with `other`.
    pub pass_with_other: usize,
    /// Passing instances of the same cases.
    pub passes: usize,
}

/// What can be said about the failures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Instances that failed.
    pub failures: usize,
    /// The patterns, the one with the most cases first.
    pub patterns: Vec<Pattern>,
    /// Failures of cases that ran at several places and passed nowhere.
    pub everywhere: Vec<usize>,
    /// Failures of cases that ran at one place only.
    pub single: Vec<usize>,
    /// Failures that no conjunction tells from the passes of their case.
    pub unexplained: Vec<usize>,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.axis, self.value)
    }
}

impl Pattern {
    /// The terms alone, such as `link=musl-dyn and volume=folding`.
    pub fn predicate(&self) -> String {
        self.terms.iter().map(Term::to_string).collect::<Vec<_>>().join(" and ")
    }
}

impl Explanation {
    /// One sentence for every pattern, then what remains; empty when nothing failed or nothing can be compared.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.patterns.iter().map(|pattern| self.sentence(pattern)).collect();
        let all = self.failures;
        if !self.everywhere.is_empty() {
            lines.push(format!("fails wherever it runs ({} of {all})", self.everywhere.len()));
        }
        if !self.unexplained.is_empty() {
            lines.push(format!(
                "{} of {all} fail without any combination of axes in common",
                self.unexplained.len()
            ));
        }
        // Of a failure that stands alone there is nothing to say, except that the sentences above leave it out.
        if !lines.is_empty() && !self.single.is_empty() {
            lines.push(format!("{} of {all} ran at one place only", self.single.len()));
        }
        lines
    }

    /// The pattern of the failing instance with this index.
    pub fn pattern_of(&self, index: usize) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.failures.contains(&index))
    }

    /// What a pattern says, such as `fails only with volume=folding (57 of 57; the same 57 cases pass on byte-exact)`.
    pub fn sentence(&self, pattern: &Pattern) -> String {
        let count = pattern.failures.len();
        let elsewhere = match &pattern.other {
            Some(other) => {
                let place = if other.axis == "volume" {
                    format!("on {}", other.value)
                } else {
                    format!("with {other}")
                };
                match (pattern.pass_with_other, count) {
                    (1, 1) => format!("the same case passes {place}"),
                    (passes, count) if passes == count => format!("the same {count} cases pass {place}"),
                    (passes, _) => format!("{passes} of them pass {place}"),
                }
            }
            None => match pattern.passes {
                1 => "the same case passes once elsewhere".to_owned(),
                passes => format!("the same cases pass {passes} times elsewhere"),
            },
        };
        format!("fails only with {} ({count} of {}; {elsewhere})", pattern.predicate(), self.failures)
    }
}

/// The failing and passing instances of one case.
#[derive(Debug, Default)]
struct Places {
    failing: Vec<usize>,
    passing: Vec<usize>,
}

/// Explains the failures among `instances`.
pub fn explain(instances: &[Instance]) -> Explanation {
    let mut cases: BTreeMap<&str, Places> = BTreeMap::new();
    for (index, instance) in instances.iter().enumerate() {
        let places = cases.entry(&instance.case).or_default();
        match instance.seen {
            Seen::Failed => places.failing.push(index),
            Seen::Passed => places.passing.push(index),
            Seen::Nothing => {}
        }
    }
    let mut left: Vec<Places> = cases.into_values().filter(|places| !places.failing.is_empty()).collect();
    let failures = left.iter().map(|places| places.failing.len()).sum();
    let mut explanation = Explanation { failures, ..Explanation::default() };

    let all: Vec<&Places> = left.iter().collect();
    if let Some(terms) = predicates(instances, &all).into_iter().next() {
        explanation.patterns.push(pattern(instances, terms, &all));
        return explanation;
    }
    while let Some(terms) = most_common(instances, &left) {
        let (group, rest) = left.into_iter().partition(|places| explains(instances, &terms, places));
        let group: Vec<Places> = group;
        explanation.patterns.push(pattern(instances, terms, &group.iter().collect::<Vec<_>>()));
        left = rest;
    }
    for places in left {
        let remains = match (places.failing.len(), places.passing.len()) {
            (1, 0) => &mut explanation.single,
            (_, 0) => &mut explanation.everywhere,
            _ => &mut explanation.unexplained,
        };
        remains.extend(places.failing);
    }
    for indices in [&mut explanation.single, &mut explanation.everywhere, &mut explanation.unexplained] {
        indices.sort_unstable();
    }
    explanation
}

/// Every conjunction that is true of all failing and of no passing instance of `cases` together, the one with the
/// fewest terms first and then by the order of the axes; none if nothing passed.
fn predicates(instances: &[Instance], cases: &[&Places]) -> Vec<Vec<Term>> {
    let failing = || cases.iter().flat_map(|places| &places.failing).map(|index| &instances[*index]);
    let passing = || cases.iter().flat_map(|places| &places.passing).map(|index| &instances[*index]);
    let (Some(first), Some(_)) = (failing().next(), passing().next()) else { return Vec::new() };
    let common: Vec<&Term> =
        first.axes.iter().filter(|term| failing().all(|instance| instance.axes.contains(term))).collect();
    let mut found: Vec<Vec<usize>> = (1_u32..1 << common.len())
        .map(|set| (0..common.len()).filter(|index| set & (1 << index) != 0).collect())
        .filter(|set: &Vec<usize>| {
            passing().all(|instance| set.iter().any(|index| !instance.axes.contains(common[*index])))
        })
        .collect();
    found.sort_by_key(|set| (set.len(), set.clone()));
    found.into_iter().map(|set| set.into_iter().map(|index| common[index].clone()).collect()).collect()
}

/// The conjunction that explains the most cases, each by itself; with equals the shorter, then the earlier one.
fn most_common(instances: &[Instance], cases: &[Places]) -> Option<Vec<Term>> {
    let mut counts: Vec<(Vec<Term>, usize)> = Vec::new();
    for places in cases {
        for terms in predicates(instances, &[places]) {
            match counts.iter_mut().find(|(known, _)| *known == terms) {
                Some((_, count)) => *count += 1,
                None => counts.push((terms, 1)),
            }
        }
    }
    let rank = |axis: &str| {
        let order = instances.iter().map(|instance| instance.axes.iter().position(|term| term.axis == axis));
        order.flatten().max()
    };
    let key = |(terms, count): &(Vec<Term>, usize)| {
        let order: Vec<_> = terms.iter().map(|term| (rank(&term.axis), term.value.clone())).collect();
        (std::cmp::Reverse(*count), terms.len(), order)
    };
    counts.into_iter().min_by_key(key).map(|(terms, _)| terms)
}

fn explains(instances: &[Instance], terms: &[Term], places: &Places) -> bool {
    let holds = |index: &usize| terms.iter().all(|term| instances[*index].axes.contains(term));
    !places.passing.is_empty() && places.failing.iter().all(holds) && !places.passing.iter().any(holds)
}

fn pattern(instances: &[Instance], terms: Vec<Term>, cases: &[&Places]) -> Pattern {
    let mut failures: Vec<usize> = cases.iter().flat_map(|places| places.failing.clone()).collect();
    failures.sort_unstable();
    let passes = cases.iter().map(|places| places.passing.len()).sum();
    let (mut others, mut pass_with_other) = (BTreeSet::new(), 0);
    if let [term] = terms.as_slice() {
        for places in cases {
            for failing in &places.failing {
                let found: Vec<Term> = places
                    .passing
                    .iter()
                    .filter_map(|passing| only_other(&instances[*failing], &instances[*passing], &term.axis))
                    .collect();
                pass_with_other += usize::from(!found.is_empty());
                others.extend(found);
            }
        }
    }
    let other = if others.len() == 1 { others.pop_first() } else { None };
    if other.is_none() {
        pass_with_other = 0;
    }
    Pattern { terms, failures, other, pass_with_other, passes }
}

/// The value of `axis` at the place `other`, if the places `one` and `other` are the same but for that.
fn only_other(one: &Instance, other: &Instance, axis: &str) -> Option<Term> {
    let rest = |instance: &Instance| {
        instance.axes.iter().filter(|term| term.axis != axis).cloned().collect::<Vec<Term>>()
    };
    let term = other.axes.iter().find(|term| term.axis == axis)?;
    (rest(one) == rest(other)).then(|| term.clone())
}

#[cfg(test)]
mod tests;
