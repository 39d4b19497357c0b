//! The workloads that the user asked for.

use globset::Glob;

use super::error::BenchError;
use super::table::Workload;
use crate::config::suggest;

/// The workloads that one of `filters` selects, in their order; all of them when there is no filter.
///
/// A filter with a wildcard is a glob over the whole name or `group/name`; the name of a group selects the group; any
/// other word selects the names that hold it.
///
/// # Errors
/// [`BenchError::Nothing`]: every filter must select something.
pub fn select(workloads: &[Workload], filters: &[String]) -> Result<Vec<Workload>, BenchError> {
    let matches = |filter: &str, workload: &Workload| {
        if workloads.iter().any(|other| other.group == filter) {
            return workload.group == filter;
        }
        matches(filter, workload)
    };
    for filter in filters {
        if !workloads.iter().any(|workload| matches(filter, workload)) {
            let names =
                workloads.iter().flat_map(|workload| [workload.name.as_str(), workload.group.as_str()]);
            let mut near = suggest::nearest(filter, names);
            near.dedup();
            let hint =
                if near.is_empty() { String::new() } else { format!("did you mean: {}?", near.join(", ")) };
            return Err(BenchError::Nothing { wanted: filter.clone(), hint });
        }
    }
    let wanted =
        |workload: &&Workload| filters.is_empty() || filters.iter().any(|filter| matches(filter, workload));
    Ok(workloads.iter().filter(wanted).cloned().collect())
}

fn matches(filter: &str, workload: &Workload) -> bool {
    let full = format!("{}/{}", workload.group, workload.name);
    if filter.contains(['*', '?', '[', '{']) {
        let glob = Glob::new(filter).map(|glob| glob.compile_matcher());
        return glob.is_ok_and(|glob| glob.is_match(&workload.name) || glob.is_match(&full));
    }
    full == filter || workload.name.contains(filter)
}

#[cfg(test)]
mod tests {
    use super::super::read::testing;
    use super::*;

    fn names(filters: &[&str]) -> Result<Vec<String>, String> {
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        let workloads = testing::table().workloads;
        let selected = select(&workloads, &filters).map_err(|error| error.to_string())?;
        Ok(selected.into_iter().map(|workload| workload.name).collect())
    }

    #[test]
    fn words_globs_and_groups_select() {
        assert_eq!(
            names(&[]),
            Ok(vec!["true-static".into(), "sort".into(), "sort-two".into(), "fib".into()])
        );
        assert_eq!(names(&["sort"]), Ok(vec!["sort".into(), "sort-two".into()]));
        assert_eq!(names(&["s*t"]), Ok(vec!["sort".into()]));
        assert_eq!(names(&["c"]), Ok(vec!["fib".into()]));
        assert_eq!(names(&["tools/sort"]), Ok(vec!["sort".into()]));
        assert_eq!(names(&["fib", "tools"]), Ok(vec!["sort".into(), "sort-two".into(), "fib".into()]));
    }

    #[test]
    fn a_filter_that_selects_nothing_is_an_error_even_beside_one_that_does() {
        assert_eq!(
            names(&["fib", "srot"]),
            Err("no workload matches `srot`\ndid you mean: sort?".to_owned())
        );
        let message = names(&["zzzzz"]).unwrap_err();
        assert!(message.ends_with("run `matrix bench --list` to see every workload"), "{message}");
    }
}
