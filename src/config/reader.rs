//! Typed access to a tree's fields; every complaint names a place.

use super::diagnostic::{Diagnostics, SourceText};
use super::suggest;
use super::tree::{Key, Node, Span, Value};

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The place.
    pub span: Span,
    /// The value.
    pub value: T,
}

/// Reads one file's tree.
pub struct Reader<'a> {
    source: &'a SourceText,
    diagnostics: &'a mut Diagnostics,
}

/// The fields of one mapping whose keys are known.
pub struct Fields<'n> {
    /// Where the mapping begins.
    pub span: Span,
    what: &'static str,
    entries: &'n [(Key, Node)],
}

impl<'a> Reader<'a> {
    /// Complaints about `source` go to `diagnostics`.
    pub fn new(source: &'a SourceText, diagnostics: &'a mut Diagnostics) -> Self {
        Reader { source, diagnostics }
    }

    /// Records a complaint.
    pub fn complain(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>) {
        self.diagnostics.push(self.source.complain(span, message, label));
    }

    /// The mapping `node`, whose keys must be among `known`; `what` names it in messages, such as `a case`.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &'static str, known: &[&str]) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in entries {
            if !known.contains(&key.name.as_str()) {
                let hint = suggest::hint(&key.name, known.iter().copied());
                self.complain(key.span, format!("unknown key `{}` in {what}", key.name), hint);
            }
        }
        Some(Fields { span: node.span, what, entries })
    }

    /// The mapping `node`, whose keys are free.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            other => {
                self.complain(node.span, format!("{what} must be a mapping, not {}", other.noun()), "");
                None
            }
        }
    }

    /// The items of the list `node`.
    pub fn items<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            other => {
                self.complain(node.span, format!("{what} must be a list, not {}", other.noun()), "");
                None
            }
        }
    }

    /// The text `node`.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<Spanned<String>> {
        match &node.value {
            Value::Scalar(text) => Some(Spanned { span: node.span, value: text.clone() }),
            other => {
                self.complain(node.span, format!("{what} must be a text, not {}", other.noun()), "");
                None
            }
        }
    }

    /// The list of texts `node`.
    pub fn texts(&mut self, node: &Node, what: &str) -> Option<Vec<Spanned<String>>> {
        let items = self.items(node, what)?;
        Some(items.iter().filter_map(|item| self.text(item, what)).collect())
    }

    /// The whole number `node`, within `range`.
    pub fn integer(&mut self, node: &Node, what: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let text = self.text(node, what)?;
        match text.value.parse::<u64>() {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let message =
                    format!("{what} must be a whole number from {} to {}", range.start(), range.end());
                self.complain(node.span, message, "");
                None
            }
        }
    }

    /// The number of seconds `node`, above 0 and at most a day.
    pub fn seconds(&mut self, node: &Node, what: &str) -> Option<std::time::Duration> {
        let text = self.text(node, what)?;
        match text.value.parse::<f64>() {
            Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => {
                Some(std::time::Duration::from_secs_f64(seconds))
            }
            _ => {
                self.complain(node.span, format!("{what} must be a number of seconds above 0"), "");
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
        let text = self.text(node, what)?;
        match text.value.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.complain(node.span, format!("{what} must be true or false"), "");
                None
            }
        }
    }

    /// The value of `key`; its absence is a complaint.
    pub fn required<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n Node> {
        let found = fields.get(key);
        if found.is_none() {
            self.complain(fields.span, format!("{} has no `{key}`", fields.what), "");
        }
        found
    }
}

impl<'n> Fields<'n> {
    /// The value of `key`, if it is there.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| known.name == key).map(|(_, node)| node)
    }
}
