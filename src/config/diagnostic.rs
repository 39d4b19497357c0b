//! One complaint about a configuration file, with the line it is about.

use std::fmt;
use std::path::PathBuf;

use super::tree::Span;

/// A configuration file's name and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// Relative to the directory of `matrix.yaml`.
    pub file: PathBuf,
    /// The whole text.
    pub text: String,
}

impl SourceText {
    /// Joins a file's name and its text.
    pub fn new(file: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        SourceText { file: file.into(), text: text.into() }
    }

    /// A complaint about `span`; `label` stands beside the caret and may be empty.
    pub fn complain(&self, span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        let line = self.text.lines().nth(span.line.saturating_sub(1)).unwrap_or("");
        Diagnostic {
            file: self.file.clone(),
            span,
            source_line: line.to_owned(),
            message: message.into(),
            label: label.into(),
        }
    }
}

/// One complaint; its `Display` form is what the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Relative to the directory of `matrix.yaml`.
    pub file: PathBuf,
    /// The place.
    pub span: Span,
    /// The whole line the place is in.
    pub source_line: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it, or nothing.
    pub label: String,
}

/// Characters of a source line that are shown.
const LINE_WINDOW: usize = 120;

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { line, column, width } = self.span;
        let gutter = " ".repeat(line.to_string().len());
        // A long line is cut so that the caret stays in view; a tab is shown as one column.
        let characters: Vec<char> =
            self.source_line.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
        let skip = if column > LINE_WINDOW * 3 / 4 { column - LINE_WINDOW / 2 } else { 0 };
        let shown: String = characters.iter().skip(skip).take(LINE_WINDOW).collect();
        let head = if skip > 0 { "…" } else { "" };
        let tail = if characters.len() > skip + LINE_WINDOW { "…" } else { "" };
        let indent = " ".repeat(column - 1 - skip + head.chars().count());
        let room = (LINE_WINDOW + skip).saturating_sub(column - 1).max(1);
        let carets = "^".repeat(width.clamp(1, room));

        writeln!(f, "error: {}", self.message)?;
        writeln!(f, "{gutter}--> {}:{line}:{column}", self.file.display())?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{line} | {head}{shown}{tail}")?;
        write!(f, "{gutter} | {indent}{carets}")?;
        if !self.label.is_empty() {
            write!(f, " {}", self.label)?;
        }
        writeln!(f)
    }
}

/// Everything that is wrong with the configuration, in the order of its files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a complaint.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether there is nothing to complain about.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The complaints, ordered by line within each file.
    pub fn sorted(mut self) -> Self {
        let mut files: Vec<PathBuf> = Vec::new();
        for diagnostic in &self.list {
            if !files.contains(&diagnostic.file) {
                files.push(diagnostic.file.clone());
            }
        }
        let rank = |file: &PathBuf| files.iter().position(|known| known == file);
        self.list.sort_by_key(|d| (rank(&d.file), d.span.line, d.span.column));
        self
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.list {
            writeln!(f, "{diagnostic}")?;
        }
        match self.list.len() {
            1 => writeln!(f, "1 error in the configuration; nothing was run"),
            count => writeln!(f, "{count} errors in the configuration; nothing was run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_span() {
        let source = SourceText::new("a.yaml", "x: 1\nkey: value\n");
        let text = source.complain(Span { line: 2, column: 6, width: 5 }, "bad", "try this").to_string();
        assert_eq!(text, "error: bad\n --> a.yaml:2:6\n  |\n2 | key: value\n  |      ^^^^^ try this\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let line = format!("{}BAD{}", "a".repeat(300), "b".repeat(300));
        let source = SourceText::new("a.yaml", line);
        let text = source.complain(Span { line: 1, column: 301, width: 3 }, "bad", "").to_string();
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[4].chars().position(|c| c == '^').unwrap();
        let word =
            lines[3].chars().collect::<Vec<_>>().windows(3).position(|w| w == ['B', 'A', 'D']).unwrap();
        assert_eq!(caret, word);
        assert!(lines[3].chars().count() < 130, "{text}");
    }
}
