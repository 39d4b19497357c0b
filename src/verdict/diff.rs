//! A unified diff of two streams, bounded in time and size.

use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use super::visible::visible;

/// Lines that a diff may have, its two headers included.
const MAX_LINES: usize = 200;
/// Characters that a line may have.
const MAX_LINE: usize = 300;
/// Lines of each side that are compared, from the first difference on: the algorithm is quadratic at worst.
const MAX_COMPARED: usize = 2000;
const CONTEXT: usize = 3;

/// The unified diff from `expected` to `actual`; empty if they are equal.
pub(super) fn unified(expected: &[u8], actual: &[u8], actual_name: &str) -> String {
    if expected == actual {
        return String::new();
    }
    let (old, new) = (lines(expected), lines(actual));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let skipped = same.saturating_sub(CONTEXT);
    let window = |lines: &[&[u8]]| -> usize { lines.len().min(skipped + MAX_COMPARED) };
    let (old_end, new_end) = (window(&old), window(&new));
    let (old_part, new_part) = (&old[skipped..old_end], &new[skipped..new_end]);

    let mut out = vec!["--- expected".to_owned(), format!("+++ {actual_name}")];
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, old_part, new_part), CONTEXT) {
        out.push(header(&group, skipped));
        for change in group.iter().flat_map(|op| op.iter_changes(old_part, new_part)) {
            let (sign, line): (char, &[u8]) = match change.tag() {
                ChangeTag::Equal => (' ', change.value()),
                ChangeTag::Delete => ('-', change.value()),
                ChangeTag::Insert => ('+', change.value()),
            };
            push_line(&mut out, sign, line);
        }
    }
    let uncompared = (old.len() - old_end) + (new.len() - new_end);
    if uncompared > 0 {
        out.push(format!("… {uncompared} more lines were not compared"));
    }
    if out.len() > MAX_LINES {
        let more = out.len() - (MAX_LINES - 1);
        out.truncate(MAX_LINES - 1);
        out.push(format!("… {more} more lines of difference"));
    }
    out.join("\n") + "\n"
}

/// Lines with their line feeds, so that a missing last one is a difference.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn push_line(out: &mut Vec<String>, sign: char, line: &[u8]) {
    let (text, complete) = match line.strip_suffix(b"\n") {
        Some(text) => (text, true),
        None => (line, false),
    };
    out.push(format!("{sign}{}", visible(text, MAX_LINE)));
    if !complete {
        out.push("\\ No newline at end of file".to_owned());
    }
}

/// `@@ -START,COUNT +START,COUNT @@`, lines counted from 1 in the whole streams.
fn header(group: &[DiffOp], skipped: usize) -> String {
    let range = |start: usize, end: usize| {
        let count = end - start;
        // An empty range names the line before it (POSIX diff -u).
        let first = skipped + start + usize::from(count > 0);
        if count == 1 { format!("{first}") } else { format!("{first},{count}") }
    };
    let bounds = |pick: fn(&DiffOp) -> std::ops::Range<usize>| {
        let start = group.first().map_or(0, |op| pick(op).start);
        let end = group.last().map_or(start, |op| pick(op).end);
        range(start, end)
    };
    format!("@@ -{} +{} @@", bounds(DiffOp::old_range), bounds(DiffOp::new_range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_diff_u_prints() {
        let expected = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let actual = "a\nb\nc\nd\nE\nf\ng\nh\n";
        let text = unified(expected.as_bytes(), actual.as_bytes(), "stdout");
        assert_eq!(text, "--- expected\n+++ stdout\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
    }

    #[test]
    fn empty_sides_and_missing_line_feeds_show() {
        assert_eq!(unified(b"", b"x\n", "stdout"), "--- expected\n+++ stdout\n@@ -0,0 +1 @@\n+x\n");
        assert_eq!(
            unified(b"x\n", b"x", "stdout"),
            "--- expected\n+++ stdout\n@@ -1 +1 @@\n-x\n+x\n\\ No newline at end of file\n"
        );
        assert_eq!(unified(b"x", b"x", "stdout"), "");
    }

    #[test]
    fn line_numbers_count_from_the_start_of_the_stream() {
        let mut expected: Vec<u8> = (1..=5000).flat_map(|n| format!("{n}\n").into_bytes()).collect();
        let mut actual = expected.clone();
        expected.extend(b"end\n");
        actual.extend(b"END\n");
        let text = unified(&expected, &actual, "stdout");
        assert!(text.contains("@@ -4998,4 +4998,4 @@"), "{text}");
        assert!(text.ends_with("-end\n+END\n"), "{text}");
    }

    #[test]
    fn size_is_bounded() {
        let expected = "x\n".repeat(100_000);
        let actual = "y\n".repeat(100_000);
        let text = unified(expected.as_bytes(), actual.as_bytes(), "stdout");
        assert_eq!(text.lines().count(), MAX_LINES);
        assert!(text.lines().last().is_some_and(|line| line.contains("more lines")));
        let wide = unified(&[b'a'; 1 << 20], &[b'b'; 1 << 20], "stdout");
        assert!(wide.len() < 2000);
    }
}
