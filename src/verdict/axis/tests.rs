//! Tables of instances: `case place=result`.

use super::*;

/// An instance from such as `cat static - pass`: case, link, volume (`-` for none), and `pass`, `fail` or `skip`.
fn instance(line: &str) -> Instance {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [case, link, volume, seen] = words[..] else { panic!("four words: {line}") };
    let term = |axis: &str, value: &str| Term { axis: axis.to_owned(), value: value.to_owned() };
    let axes = [term("target", "elfuse"), term("link", link), term("volume", volume)];
    Instance {
        case: case.to_owned(),
        axes: axes.into_iter().filter(|term| term.value != "-").collect(),
        seen: match seen {
            "pass" => Seen::Passed,
            "fail" => Seen::Failed,
            "skip" => Seen::Nothing,
            other => panic!("{other}"),
        },
    }
}

fn explained(table: &str) -> Explanation {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    explain(&lines.map(instance).collect::<Vec<_>>())
}

fn lines(table: &str) -> Vec<String> {
    explained(table).lines()
}

#[test]
fn one_axis_tells_all_failures_from_all_passes() {
    let table = "
        cat static   -          pass
        cat musl-dyn byte-exact pass
        cat musl-dyn folding    fail
        cat glibc-dyn byte-exact pass
        cat glibc-dyn folding    fail
        tree glibc-dyn byte-exact pass
        tree glibc-dyn folding    fail
        echo musl-dyn folding    pass";
    assert_eq!(
        lines(table),
        ["fails only with volume=folding (3 of 3; the same 3 cases pass on byte-exact)"]
    );
    let explanation = explained(table);
    assert_eq!(explanation.patterns[0].failures, [2, 4, 6]);
    assert_eq!(explanation.pattern_of(4).map(Pattern::predicate).as_deref(), Some("volume=folding"));
    assert_eq!(explanation.pattern_of(0), None);
}

#[test]
fn the_engine_is_an_axis_like_the_others() {
    let table = |places: [(&str, &str, &str); 6]| {
        let instance = |(at, (volume, engine, seen)): (usize, (&str, &str, &str))| {
            let case = if at < 4 { "cat" } else { "tree" };
            let mut instance = instance(&format!("{case} musl-dyn {volume} {seen}"));
            instance.axes.push(Term { axis: "engine".to_owned(), value: engine.to_owned() });
            instance
        };
        explain(&places.into_iter().enumerate().map(instance).collect::<Vec<_>>())
    };
    let explanation = table([
        ("byte-exact", "interp", "pass"),
        ("byte-exact", "jit", "fail"),
        ("folding", "interp", "pass"),
        ("folding", "jit", "fail"),
        ("-", "interp", "pass"),
        ("-", "jit", "fail"),
    ]);
    assert_eq!(
        explanation.lines(),
        ["fails only with engine=jit (3 of 3; the same 3 cases pass with engine=interp)"]
    );
    let explanation = table([
        ("byte-exact", "interp", "pass"),
        ("byte-exact", "jit", "pass"),
        ("folding", "interp", "pass"),
        ("folding", "jit", "fail"),
        ("-", "interp", "pass"),
        ("-", "jit", "pass"),
    ]);
    assert_eq!(explanation.patterns[0].predicate(), "volume=folding and engine=jit");
}

#[test]
fn two_axes_are_needed_when_each_alone_also_passes() {
    let table = "
        cat musl-dyn  byte-exact pass
        cat musl-dyn  folding    fail
        cat glibc-dyn byte-exact pass
        cat glibc-dyn folding    pass";
    assert_eq!(
        lines(table),
        ["fails only with link=musl-dyn and volume=folding (1 of 1; the same cases pass 3 times elsewhere)"]
    );
}

#[test]
fn with_equals_the_fewer_terms_and_then_the_earlier_axis_win() {
    // link=static, volume absent: only the link can be named. Elsewhere link and volume say the same.
    assert_eq!(
        lines("cat static - fail\n cat musl-dyn folding pass"),
        ["fails only with link=static (1 of 1; the same case passes once elsewhere)"]
    );
    assert_eq!(
        lines("cat static - pass\n cat musl-dyn folding fail"),
        ["fails only with link=musl-dyn (1 of 1; the same case passes once elsewhere)"]
    );
}

#[test]
fn cases_that_no_single_predicate_fits_are_grouped() {
    let table = "
        a musl-dyn  byte-exact pass
        a musl-dyn  folding    fail
        a glibc-dyn byte-exact pass
        a glibc-dyn folding    fail
        b musl-dyn  byte-exact pass
        b musl-dyn  folding    fail
        b glibc-dyn byte-exact pass
        b glibc-dyn folding    fail
        c musl-dyn  byte-exact fail
        c musl-dyn  folding    fail
        c glibc-dyn byte-exact pass
        c glibc-dyn folding    pass
        d static    -          fail
        e musl-dyn  byte-exact fail
        e musl-dyn  folding    fail
        f musl-dyn  byte-exact fail
        f musl-dyn  folding    pass
        f glibc-dyn byte-exact pass
        f glibc-dyn folding    fail";
    assert_eq!(
        lines(table),
        [
            "fails only with volume=folding (4 of 11; the same 4 cases pass on byte-exact)",
            "fails only with link=musl-dyn (2 of 11; the same 2 cases pass with link=glibc-dyn)",
            "fails wherever it runs (2 of 11)",
            "2 of 11 fail without any combination of axes in common",
            "1 of 11 ran at one place only",
        ]
    );
    let explanation = explained(table);
    assert_eq!(explanation.single, [12]);
    assert_eq!(explanation.everywhere, [13, 14]);
    assert_eq!(explanation.unexplained, [15, 18]);
}

#[test]
fn a_group_prefers_the_predicate_that_explains_more_cases() {
    // `a` alone would be explained by its link as well; `b` decides for the volume. `c` keeps one for all away.
    let table = "
        a static    -          pass
        a musl-dyn  folding    fail
        b musl-dyn  byte-exact pass
        b musl-dyn  folding    fail
        c musl-dyn  folding    pass
        c glibc-dyn folding    fail";
    assert_eq!(
        lines(table),
        [
            "fails only with volume=folding (2 of 3; 1 of them pass on byte-exact)",
            "fails only with link=glibc-dyn (1 of 3; the same case passes with link=musl-dyn)",
        ]
    );
}

#[test]
fn a_case_with_one_place_joins_when_the_predicate_fits_it_too() {
    let table = "
        cat musl-dyn byte-exact pass
        cat musl-dyn folding    fail
        new musl-dyn folding    fail";
    assert_eq!(lines(table), ["fails only with volume=folding (2 of 2; 1 of them pass on byte-exact)"]);
}

#[test]
fn skipped_places_say_nothing() {
    let table = "
        cat musl-dyn  byte-exact skip
        cat musl-dyn  folding    fail
        cat glibc-dyn byte-exact pass
        cat glibc-dyn folding    skip";
    assert_eq!(lines(table), ["fails only with link=musl-dyn (1 of 1; the same case passes once elsewhere)"]);
    assert_eq!(lines("cat musl-dyn byte-exact skip\n cat musl-dyn folding fail"), [""; 0]);
}

#[test]
fn without_failures_or_passes_there_is_little_to_say() {
    assert_eq!(explain(&[]), Explanation::default());
    assert_eq!(lines("cat static - pass\n cat musl-dyn folding skip"), [""; 0]);
    assert_eq!(lines("cat static - fail"), [""; 0]);
    assert_eq!(lines("cat static - fail\n cat musl-dyn folding fail"), ["fails wherever it runs (2 of 2)"]);
}

#[test]
fn several_other_values_are_counted_not_named() {
    let table = "
        cat static    - fail
        cat musl-dyn  - pass
        cat glibc-dyn - pass";
    assert_eq!(lines(table), ["fails only with link=static (1 of 1; the same cases pass 2 times elsewhere)"]);
}

#[test]
fn axes_that_this_matrix_does_not_have_yet_work_as_well() {
    let term = |axis: &str, value: &str| Term { axis: axis.to_owned(), value: value.to_owned() };
    let mut instances = Vec::new();
    for (engine, link, seen) in [
        ("interp", "static", Seen::Passed),
        ("interp", "musl-dyn", Seen::Passed),
        ("jit", "static", Seen::Failed),
        ("jit", "musl-dyn", Seen::Passed),
    ] {
        let axes = vec![term("engine", engine), term("link", link)];
        instances.push(Instance { case: "a".to_owned(), axes, seen });
    }
    assert_eq!(
        explain(&instances).lines(),
        ["fails only with engine=jit and link=static (1 of 1; the same cases pass 3 times elsewhere)"]
    );
}

#[test]
fn a_pattern_holds_at_every_failing_place_and_at_no_passing_one() {
    // Every way in which one case can pass and fail at four places.
    let places = [
        ("musl-dyn", "byte-exact"),
        ("musl-dyn", "folding"),
        ("glibc-dyn", "byte-exact"),
        ("glibc-dyn", "folding"),
    ];
    let mut explained = 0;
    for bits in 0..16_u32 {
        let instances: Vec<Instance> = places
            .iter()
            .enumerate()
            .map(|(at, (link, volume))| {
                let seen = if bits & (1 << at) == 0 { "pass" } else { "fail" };
                instance(&format!("a {link} {volume} {seen}"))
            })
            .collect();
        let explanation = explain(&instances);
        for pattern in &explanation.patterns {
            for (index, instance) in instances.iter().enumerate() {
                let holds = pattern.terms.iter().all(|term| instance.axes.contains(term));
                assert_eq!(holds, pattern.failures.contains(&index), "{bits:04b} {pattern:?}");
                assert_eq!(holds, instance.seen == Seen::Failed, "{bits:04b} {pattern:?}");
            }
            explained += 1;
        }
        let told: usize = explanation.patterns.iter().map(|pattern| pattern.failures.len()).sum();
        let rest = explanation.everywhere.len() + explanation.single.len() + explanation.unexplained.len();
        assert_eq!(told + rest, explanation.failures, "{bits:04b}");
    }
    // Four single places, four pairs that share a value; three failures, or two across, have none.
    assert_eq!(explained, 8);
}
