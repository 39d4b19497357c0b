//! The known names nearest to a mistyped one.

/// Up to three of `known`, nearest first; empty when nothing is near.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lowered = wrong.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| {
            let similarity = strsim::jaro_winkler(&lowered, &name.to_lowercase());
            let edits = strsim::damerau_levenshtein(&lowered, &name.to_lowercase());
            // A short name has few letters to agree in: one edit is near whatever the score says.
            (if edits <= 1 { similarity.max(0.9) } else { similarity }, name)
        })
        .filter(|(score, _)| *score >= 0.8)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// ``did you mean `a`?``, or the whole list when nothing is near and the list is short, or nothing.
pub fn hint<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wrong, known.iter().copied()).first() {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => String::new(),
        None if known.len() <= 12 => format!("known: {}", known.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name() {
        assert_eq!(hint("stdot", ["stdin", "stdout", "exit"]), "did you mean `stdout`?");
        assert_eq!(hint("U", ["T", "BIN"]), "did you mean `T`?");
        assert_eq!(nearest("coreutil", ["busybox", "coreutils"]), ["coreutils"]);
    }

    #[test]
    fn a_far_name_gets_the_list() {
        assert_eq!(hint("zzz", ["stdin", "stdout"]), "known: stdin, stdout");
    }
}
