//! Reading JUnit documents back, and the Jenkins schema's rules.

#![allow(dead_code, reason = "not every test file needs everything")]

use std::collections::BTreeSet;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element with its text (its own, not its children's).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> usize {
        self.attribute(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("no number {name}"))
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn names(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }

    /// All test cases of a document.
    pub fn cases(&self) -> Vec<&Element> {
        self.all("testsuite").flat_map(|suite| suite.all("testcase")).collect()
    }
}

/// Whether XML 1.0 allows the character in a document (production 2).
fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Parses a whole document.
///
/// # Errors
/// The first thing that makes it ill-formed.
pub fn parse(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    if let Some(bad) = text.chars().find(|character| !allowed(*character)) {
        return Err(format!("character {:X} is not allowed", bad as u32));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = vec![Element::default()];
    let error = |error: &dyn std::fmt::Display| error.to_string();
    loop {
        let event = reader.read_event().map_err(|e| error(&e))?;
        let top = open.last_mut().ok_or("an end too many")?;
        match event {
            Event::Eof => break,
            Event::Decl(_) => {}
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => top.children.push(element(&start)?),
            Event::End(_) => {
                let done = open.pop().ok_or("an end too many")?;
                open.last_mut().ok_or("an end too many")?.children.push(done);
            }
            Event::Text(text) => top.text.push_str(&text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().map_err(|e| error(&e))? {
                Some(character) if allowed(character) => top.text.push(character),
                Some(character) => return Err(format!("reference to {:X}", character as u32)),
                None => top.text.push_str(match &*reference {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    other => return Err(format!("unknown entity {other}")),
                }),
            },
            other => return Err(format!("unexpected {other:?}")),
        }
    }
    let mut root = open.pop().filter(|_| open.is_empty()).ok_or("an element is not closed")?;
    if root.children.len() != 1 || !root.text.trim().is_empty() {
        return Err("not exactly one root".to_owned());
    }
    Ok(root.children.remove(0))
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

/// What the schema says of an element: attributes that must be there, attributes that may, children that may.
struct Rule {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [&'static str],
    text: bool,
}

/// The Jenkins schema (`junit-10.xsd`).
const SCHEMA: [Rule; 12] = [
    Rule {
        name: "testsuites",
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors"],
        children: &["testsuite"],
        text: false,
    },
    Rule {
        name: "testsuite",
        required: &["name", "tests", "failures", "errors"],
        optional: &[
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
            "version",
        ],
        children: &["testsuite", "properties", "testcase", "system-out", "system-err"],
        text: false,
    },
    Rule { name: "properties", required: &[], optional: &[], children: &["property"], text: false },
    Rule { name: "property", required: &["name", "value"], optional: &[], children: &[], text: false },
    Rule {
        name: "testcase",
        required: &["name"],
        optional: &["classname", "time", "group"],
        children: &[
            "skipped",
            "error",
            "failure",
            "rerunFailure",
            "rerunError",
            "flakyFailure",
            "flakyError",
            "system-out",
            "system-err",
        ],
        text: false,
    },
    Rule { name: "skipped", required: &[], optional: &["type", "message"], children: &[], text: true },
    Rule { name: "failure", required: &[], optional: &["type", "message"], children: &[], text: true },
    Rule { name: "error", required: &[], optional: &["type", "message"], children: &[], text: true },
    Rule {
        name: "rerunFailure",
        required: &["type"],
        optional: &["message"],
        children: &["stackTrace", "system-out", "system-err"],
        text: true,
    },
    Rule {
        name: "flakyFailure",
        required: &["type"],
        optional: &["message"],
        children: &["stackTrace", "system-out", "system-err"],
        text: true,
    },
    Rule { name: "system-out", required: &[], optional: &[], children: &[], text: true },
    Rule { name: "system-err", required: &[], optional: &[], children: &[], text: true },
];

/// Every way in which `element` and what is beneath it breaks the schema.
pub fn schema_violations(element: &Element) -> Vec<String> {
    let Some(rule) = SCHEMA.iter().find(|rule| rule.name == element.name) else {
        return vec![format!("unknown element {}", element.name)];
    };
    let mut found = Vec::new();
    let name = rule.name;
    found.extend(
        rule.required
            .iter()
            .filter(|key| element.attribute(key).is_none())
            .map(|key| format!("{name} lacks {key}")),
    );
    for (key, value) in &element.attributes {
        if !rule.required.contains(&key.as_str()) && !rule.optional.contains(&key.as_str()) {
            found.push(format!("{name} may not have {key}"));
        }
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = |text: &str| {
            text.split_once('.').is_some_and(|(whole, part)| number(whole) && part.len() == 3 && number(part))
        };
        let fits = match key.as_str() {
            "tests" | "failures" | "errors" | "skipped" => number(value),
            "time" => seconds(value),
            "timestamp" => is_timestamp(value),
            _ => true,
        };
        if !fits {
            found.push(format!("{name} {key}={value}"));
        }
    }
    if !rule.text && !element.text.trim().is_empty() {
        found.push(format!("{name} may not hold text"));
    }
    for child in &element.children {
        if !rule.children.contains(&child.name.as_str()) {
            found.push(format!("{name} may not hold {}", child.name));
        }
        found.extend(schema_violations(child));
    }
    found
}

/// `2026-11-24T17:06:04`.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00"
}

/// The dialect's own rules that hold in both projections.
pub fn dialect_violations(root: &Element) -> Vec<String> {
    const ORDER: [&str; 9] = [
        "properties",
        "failure",
        "error",
        "skipped",
        "rerunFailure",
        "flakyFailure",
        "system-out",
        "system-err",
        "",
    ];
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    let count =
        |cases: &[&Element], kind: &str| cases.iter().filter(|case| case.child(kind).is_some()).count();
    let mut compare = |element: &Element, cases: &[&Element]| {
        for (attribute, kind) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            if element.attribute(attribute).is_some() && element.number(attribute) != count(cases, kind) {
                found.push(format!("{}: {attribute} is not the number of its {kind} elements", element.name));
            }
        }
        if element.number("tests") != cases.len() {
            found.push(format!("{}: tests is not the number of cases", element.name));
        }
    };
    compare(root, &root.cases());
    for suite in root.all("testsuite") {
        compare(suite, &suite.all("testcase").collect::<Vec<_>>());
    }
    let thousandths = |text: &str| text.replace('.', "").parse::<u64>().unwrap_or(u64::MAX);
    for suite in root.all("testsuite") {
        let sum: u64 = suite.all("testcase").filter_map(|case| case.attribute("time")).map(thousandths).sum();
        if suite.attribute("time").map(thousandths) != Some(sum) {
            found.push("a suite's time is not the sum of its cases'".to_owned());
        }
        found.extend(
            ["name", "hostname", "timestamp", "file"]
                .iter()
                .filter(|key| suite.attribute(key).is_none())
                .map(|key| format!("testsuite lacks {key}")),
        );
        for case in suite.all("testcase") {
            let at = |key| case.attribute(key).unwrap_or_default().to_owned();
            if !names.insert((
                at("classname"),
                at("name"),
                suite.attribute("file").unwrap_or_default().to_owned(),
            )) {
                found.push(format!("{} {} is there twice", at("classname"), at("name")));
            }
            if ["failure", "error", "skipped"].iter().filter(|kind| case.child(kind).is_some()).count() > 1 {
                found.push("more than one result".to_owned());
            }
            let places: Vec<_> =
                case.names().iter().map(|name| ORDER.iter().position(|one| one == name)).collect();
            if places.iter().any(Option::is_none) || !places.is_sorted() {
                found.push(format!("children {:?}", case.names()));
            }
            for child in &case.children {
                if let Some(message) = child.attribute("message")
                    && (message.chars().count() > 200 || message.contains('\n') || message.is_empty())
                {
                    found.push(format!("message {message:?}"));
                }
            }
        }
    }
    found
}
