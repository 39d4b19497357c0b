//! YAML text to a tree that knows where every key and value stands.
//!
//! The accepted language is YAML without anchors, aliases, tags and several documents; a key that stands twice in one
//! mapping is an error. Scalars stay text: the reader of a field decides what it must be, so `no` is never a boolean
//! by accident.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as ParserSpan};

use super::diagnostic::{Diagnostics, SourceText};

/// A place in a file, within one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Counts from 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters, at least 1.
    pub width: usize,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it begins.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Text.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping: keys, in the order of the file, each once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where it begins.
    pub span: Span,
    /// Its text.
    pub name: String,
}

impl Value {
    /// The word for it in a message.
    pub fn noun(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Scalar(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Nesting beyond this is refused, so that a file cannot exhaust the stack.
const DEPTH_LIMIT: usize = 32;

/// Reads the tree of one file; complaints go to `diagnostics`, and a file without a usable tree gives `None`.
pub fn parse(source: &SourceText, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut builder = Builder { source, diagnostics, events: Parser::new_from_str(&source.text) };
    builder.document().ok()
}

/// The complaint that ended the reading has been pushed.
struct Stop;

struct Builder<'a, 'd> {
    source: &'a SourceText,
    diagnostics: &'d mut Diagnostics,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Builder<'a, '_> {
    fn document(&mut self) -> Result<Node, Stop> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd | Event::DocumentEnd, span) => {
                    let place = place(span);
                    return Err(self.stop(place, "the file is empty", ""));
                }
                (event, span) => {
                    let root = self.node(event, span, 0)?;
                    return self.end_of_document().map(|()| root);
                }
            }
        }
    }

    fn end_of_document(&mut self) -> Result<(), Stop> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), span) => {
                    return Err(self.stop(
                        place(span),
                        "a second document begins here",
                        "one file holds one document",
                    ));
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, ParserSpan), Stop> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = point(error.marker());
                Err(self.stop(at, format!("this is not YAML: {}", error.info()), ""))
            }
            None => Err(self.stop(Span { line: 1, column: 1, width: 1 }, "the file ends too early", "")),
        }
    }

    fn node(&mut self, event: Event<'a>, span: ParserSpan, depth: usize) -> Result<Node, Stop> {
        let at = place(span);
        if depth > DEPTH_LIMIT {
            return Err(self.stop(at, "nested too deeply", ""));
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plain(at, anchor, tag.is_some())?;
                let null = style == ScalarStyle::Plain && matches!(text.as_ref(), "" | "~" | "null");
                if null { Value::Null } else { Value::Scalar(text.into_owned()) }
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain(at, anchor, tag.is_some())?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::List(items),
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.plain(at, anchor, tag.is_some())?;
                Value::Map(self.mapping(depth)?)
            }
            Event::Alias(_) => {
                return Err(self.stop(at, "aliases are not read here", "write the value out"));
            }
            _ => return Err(self.stop(at, "a value is missing here", "")),
        };
        Ok(Node { span: at, value })
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Stop> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let Value::Scalar(name) = key.value else {
                let message = format!("a key must be a text, not {}", key.value.noun());
                self.complain(key.span, message, "");
                continue;
            };
            if let Some((first, _)) = entries.iter().find(|(known, _)| known.name == name) {
                let label = format!("first on line {}", first.span.line);
                self.complain(key.span, format!("the key `{name}` stands twice"), label);
                continue;
            }
            entries.push((Key { span: key.span, name }, value));
        }
    }

    fn plain(&mut self, at: Span, anchor: usize, tagged: bool) -> Result<(), Stop> {
        if anchor > 0 {
            return Err(self.stop(at, "anchors are not read here", "write the value out"));
        }
        if tagged {
            return Err(self.stop(at, "tags are not read here", ""));
        }
        Ok(())
    }

    fn complain(&mut self, at: Span, message: impl Into<String>, label: impl Into<String>) {
        self.diagnostics.push(self.source.complain(at, message, label));
    }

    fn stop(&mut self, at: Span, message: impl Into<String>, label: impl Into<String>) -> Stop {
        self.complain(at, message, label);
        Stop
    }
}

fn point(marker: &Marker) -> Span {
    Span { line: marker.line().max(1), column: marker.col() + 1, width: 1 }
}

fn place(span: ParserSpan) -> Span {
    let start = point(&span.start);
    let width = if span.start.line() == span.end.line() {
        span.end.col().saturating_sub(span.start.col()).max(1)
    } else {
        1
    };
    Span { width, ..start }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> String {
        let mut diagnostics = Diagnostics::new();
        let _ = parse(&SourceText::new("a.yaml", text), &mut diagnostics);
        diagnostics.to_string()
    }

    #[test]
    fn keys_and_values_know_their_places() {
        let mut diagnostics = Diagnostics::new();
        let text = "a: 1\ncases:\n  - {name: sort, run: \"x y\"}\n";
        let root = parse(&SourceText::new("a.yaml", text), &mut diagnostics).unwrap();
        let Value::Map(entries) = root.value else { panic!("not a mapping") };
        let Value::List(cases) = &entries[1].1.value else { panic!("not a list") };
        let Value::Map(case) = &cases[0].value else { panic!("not a mapping") };
        assert_eq!(case[1].0.span, Span { line: 3, column: 18, width: 3 });
        assert_eq!(case[1].1.span, Span { line: 3, column: 23, width: 5 });
        assert_eq!(case[1].1.value, Value::Scalar("x y".to_owned()));
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error() {
        assert!(errors("a: 1\nb: 2\na: 3\n").contains("`a` stands twice"));
    }

    #[test]
    fn what_is_not_read_is_refused() {
        assert!(errors("a: &x 1\n").contains("anchors"));
        assert!(errors("a: !!str 1\n").contains("tags"));
        assert!(errors("a: 1\n---\nb: 2\n").contains("second document"));
        assert!(errors("").contains("empty"));
        assert!(errors("a: [1\n").contains("not YAML"));
        assert!(errors(&"[".repeat(100_000)).contains("error"));
    }
}
