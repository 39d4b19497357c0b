//! What becomes of many measurements: the least, the median, the mean of ratios. Pure.

use std::time::Duration;

use serde::Serialize;

/// Several measurements of one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distribution {
    /// The least, in ms.
    pub min: f64,
    /// The median, in ms.
    pub median: f64,
    /// All, in ms and in their order.
    pub runs: Vec<f64>,
}

impl Distribution {
    /// Of `runs`; `None` if there are none.
    pub fn of(runs: &[Duration]) -> Option<Distribution> {
        let runs: Vec<f64> = runs.iter().map(|run| run.as_secs_f64() * 1000.0).collect();
        let min = runs.iter().copied().reduce(f64::min)?;
        Some(Distribution { min, median: median(&runs)?, runs })
    }
}

/// The middle one of `values`, or the mean of the middle two; `None` if there are none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied()?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(middle - 1).map(|lower| (lower + upper) / 2.0)
}

/// The geometric mean of `ratios`, which are above 0; `None` if there are none.
pub fn geomean(ratios: &[f64]) -> Option<f64> {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (sum / ratios.len() as f64).exp())
}

/// `a` in units of `b`; `None` where one of them is too small to have been measured.
pub fn ratio(a: f64, b: f64) -> Option<f64> {
    (a > 0.0 && b > 0.0).then(|| a / b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), Some(3.0));
    }

    #[test]
    fn a_distribution_keeps_every_run_in_order() {
        let runs = [3, 1, 2].map(Duration::from_millis);
        let distribution = Distribution::of(&runs).expect("three runs");
        assert_eq!((distribution.min, distribution.median), (1.0, 2.0));
        assert_eq!(distribution.runs, [3.0, 1.0, 2.0]);
        assert_eq!(Distribution::of(&[]), None);
    }

    #[test]
    fn twice_as_fast_and_twice_as_slow_cancel_out() {
        assert!((geomean(&[0.5, 2.0]).expect("two") - 1.0).abs() < 1e-12);
        assert!((geomean(&[0.2]).expect("one") - 0.2).abs() < 1e-12);
        assert_eq!(geomean(&[]), None);
    }

    #[test]
    fn there_is_no_ratio_with_nothing() {
        assert_eq!(ratio(1.0, 2.0), Some(0.5));
        assert_eq!(ratio(1.0, 0.0), None);
        assert_eq!(ratio(0.0, 1.0), None);
    }
}
