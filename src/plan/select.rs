//! The part of a plan that the user asked for.

use globset::{Glob, GlobMatcher};

use crate::config::suggest;

use super::{Case, Coordinates, Link, VolumeKind};

/// What to select; an empty list selects everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Names of suites.
    pub suites: Vec<String>,
    /// Globs over a case's name or its id, with or without the engine.
    pub cases: Vec<Glob>,
    /// Values of the link axis.
    pub links: Vec<Link>,
    /// Values of the volume axis.
    pub volumes: Vec<VolumeKind>,
    /// Tags; one of them is enough.
    pub tags: Vec<String>,
}

/// A selection without a single case, or a name in it that selects nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NothingSelected {
    /// No case has this word.
    #[error("no {what} matches `{wanted}`{}", hint_line(.hint))]
    Name {
        /// Such as `suite`.
        what: &'static str,
        /// The user's word.
        wanted: String,
        /// The nearest names, or nothing.
        hint: String,
    },
    /// Each word has cases, but no case has all of them.
    #[error("no case matches all of the filters\nrun `matrix list` to see every case")]
    Together,
}

fn hint_line(hint: &str) -> String {
    if hint.is_empty() { "\nrun `matrix list` to see every case".to_owned() } else { format!("\n{hint}") }
}

/// The cases of `cases` that `filter` selects, in their order.
///
/// # Errors
/// [`NothingSelected`]: every word of a filter must select something, and so must all of them together.
pub fn select(cases: Vec<Case>, filter: &Filter) -> Result<Vec<Case>, NothingSelected> {
    for wanted in &filter.suites {
        if !cases.iter().any(|case| case.at.suite == *wanted) {
            let known = cases.iter().map(|case| case.at.suite.as_str());
            return Err(no_such("suite", wanted, known));
        }
    }
    for wanted in &filter.tags {
        if !cases.iter().any(|case| case.tags.contains(wanted)) {
            let known = cases.iter().flat_map(|case| case.tags.iter().map(String::as_str));
            return Err(no_such("tag", wanted, known));
        }
    }
    let mut globs: Vec<GlobMatcher> = Vec::new();
    for wanted in &filter.cases {
        let matcher = wanted.compile_matcher();
        if !cases.iter().any(|case| matches(&matcher, case)) {
            let ids: Vec<String> = cases.iter().map(|case| case.at.to_string()).collect();
            let names = cases.iter().map(|case| case.at.name.as_str());
            let known = ids.iter().map(String::as_str).chain(names);
            return Err(no_such("case", wanted.glob(), known));
        }
        globs.push(matcher);
    }
    let selected: Vec<Case> = cases
        .into_iter()
        .filter(|case| filter.suites.is_empty() || filter.suites.contains(&case.at.suite))
        .filter(|case| filter.links.is_empty() || filter.links.contains(&case.at.link))
        .filter(|case| {
            filter.volumes.is_empty() || case.at.volume.is_some_and(|kind| filter.volumes.contains(&kind))
        })
        .filter(|case| filter.tags.is_empty() || filter.tags.iter().any(|tag| case.tags.contains(tag)))
        .filter(|case| globs.is_empty() || globs.iter().any(|glob| matches(glob, case)))
        .collect();
    if selected.is_empty() { Err(NothingSelected::Together) } else { Ok(selected) }
}

fn matches(glob: &GlobMatcher, case: &Case) -> bool {
    let on_any_engine = || Coordinates { engine: None, ..case.at.clone() }.to_string();
    glob.is_match(&case.at.name)
        || glob.is_match(case.at.to_string())
        || case.at.engine.is_some() && glob.is_match(on_any_engine())
}

fn no_such<'k>(what: &'static str, wanted: &str, known: impl Iterator<Item = &'k str>) -> NothingSelected {
    let near = suggest::nearest(wanted, known);
    let hint = match near.as_slice() {
        [] => String::new(),
        names => format!("did you mean: {}?", names.join(", ")),
    };
    NothingSelected::Name { what, wanted: wanted.to_owned(), hint }
}

#[cfg(test)]
mod tests {
    use super::super::{Engine, expand, testing};
    use super::*;

    fn run(filter: Filter) -> Result<Vec<String>, NothingSelected> {
        let config = testing::config();
        let cases = expand(&config, &config.targets[0], &config.profiles[0], &[]);
        let cases = select(cases, &filter)?;
        Ok(cases.iter().map(|case| case.at.to_string()).collect())
    }

    fn globs(patterns: &[&str]) -> Vec<Glob> {
        patterns.iter().map(|pattern| Glob::new(pattern).unwrap()).collect()
    }

    #[test]
    fn no_filter_selects_everything() {
        assert_eq!(run(Filter::default()).unwrap().len(), 5);
    }

    #[test]
    fn a_glob_matches_the_name_or_the_id() {
        let ids = run(Filter { cases: globs(&["so*"]), ..Filter::default() }).unwrap();
        assert_eq!(ids, ["text/static/sort", "text/glibc-dyn/sort", "shell/static/sort"]);
        let ids = run(Filter { cases: globs(&["text/*/env"]), ..Filter::default() }).unwrap();
        assert_eq!(ids, ["text/static/env", "text/glibc-dyn/env"]);
    }

    #[test]
    fn an_id_without_its_engine_matches_on_all_of_them() {
        let config = testing::config();
        let engines: Vec<Engine> = ["interp", "jit"].iter().map(|name| name.parse().unwrap()).collect();
        let ids = |pattern: &str| -> Vec<String> {
            let cases = expand(&config, &config.targets[0], &config.profiles[0], &engines);
            let filter = Filter { cases: globs(&[pattern]), ..Filter::default() };
            select(cases, &filter).unwrap().iter().map(|case| case.at.to_string()).collect()
        };
        assert_eq!(ids("text/static/sort"), ["text/static/interp/sort", "text/static/jit/sort"]);
        assert_eq!(ids("text/static/jit/sort"), ["text/static/jit/sort"]);
        assert_eq!(ids("*/jit/*").len(), 5);
        assert_eq!(ids("env").len(), 4);
    }

    #[test]
    fn filters_narrow_each_other() {
        let filter = Filter {
            suites: vec!["text".to_owned()],
            cases: globs(&["sort", "env"]),
            links: vec![Link::GlibcDyn],
            ..Filter::default()
        };
        assert_eq!(run(filter).unwrap(), ["text/glibc-dyn/sort", "text/glibc-dyn/env"]);
    }

    #[test]
    fn a_word_without_cases_is_an_error_even_beside_one_with_cases() {
        let error = run(Filter { cases: globs(&["env", "srot"]), ..Filter::default() }).unwrap_err();
        assert_eq!(error.to_string(), "no case matches `srot`\ndid you mean: sort?");
        let error = run(Filter { suites: vec!["txt".to_owned()], ..Filter::default() }).unwrap_err();
        assert_eq!(error.to_string(), "no suite matches `txt`\ndid you mean: text?");
    }

    #[test]
    fn filters_that_exclude_each_other_are_an_error() {
        let filter = Filter { suites: vec!["shell".to_owned()], cases: globs(&["env"]), ..Filter::default() };
        assert_eq!(run(filter), Err(NothingSelected::Together));
    }
}
