//! Completes the skeleton to the dialect.

use std::io;

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::model::{Document, Problem, Suite, TestCase, TestResult};
use crate::plan::JunitDialect;
use crate::report::excerpt::{Cap, excerpt};

/// How much a document may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Of every stream.
    pub streams: Cap,
    /// Bytes of every body.
    pub bodies: usize,
}

/// The document in `dialect`, made from its `skeleton`.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if the skeleton is not the document's.
pub(super) fn decorate(
    skeleton: &[u8],
    document: &Document,
    dialect: JunitDialect,
    room: Room,
) -> io::Result<Vec<u8>> {
    let mut reader = Reader::from_reader(skeleton);
    reader.config_mut().expand_empty_elements = true;
    let mut out = Decorator { writer: Writer::new_with_indent(Vec::new(), b' ', 2), dialect, room };
    let mut suites = document.suites.iter();
    let mut cases = [].iter();
    let mut case: Option<&TestCase> = None;
    loop {
        match reader.read_event().map_err(invalid)? {
            Event::Eof => break,
            Event::Decl(_) => out.emit(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?,
            Event::Start(element) => match element.name().as_ref() {
                "testsuites" => out.root(document)?,
                "testsuite" => {
                    let suite = suites.next().ok_or_else(stranger)?;
                    cases = suite.cases.iter();
                    out.suite(&element, suite)?;
                }
                "testcase" => {
                    let next = cases.next().ok_or_else(stranger)?;
                    case = Some(next);
                    out.case(&element, next)?;
                }
                _ => out.result(&element, case.ok_or_else(stranger)?)?,
            },
            Event::End(element) => {
                if element.name().as_ref() == "testcase" {
                    out.rest(case.take().ok_or_else(stranger)?)?;
                }
                out.emit(Event::End(element))?;
            }
            _ => {}
        }
    }
    let mut bytes = out.writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn stranger() -> io::Error {
    invalid("the skeleton has an element that the document has not")
}

struct Decorator {
    writer: Writer<Vec<u8>>,
    dialect: JunitDialect,
    room: Room,
}

impl Decorator {
    fn emit(&mut self, event: Event<'_>) -> io::Result<()> {
        self.writer.write_event(event)
    }

    fn rich(&self) -> bool {
        self.dialect == JunitDialect::Rich
    }

    fn root(&mut self, document: &Document) -> io::Result<()> {
        let count = |of: fn(&TestCase) -> bool| {
            document.suites.iter().flat_map(|suite| &suite.cases).filter(|case| of(case)).count().to_string()
        };
        let mut element = BytesStart::new("testsuites");
        element.push_attribute(("name", document.name.as_str()));
        element.push_attribute(("tests", count(|_| true).as_str()));
        element.push_attribute((
            "failures",
            count(|case| matches!(case.result, TestResult::Failure(_))).as_str(),
        ));
        element
            .push_attribute(("errors", count(|case| matches!(case.result, TestResult::Error(_))).as_str()));
        if self.rich() {
            element.push_attribute((
                "skipped",
                count(|case| matches!(case.result, TestResult::Skipped(_))).as_str(),
            ));
        }
        element.push_attribute(("time", seconds(document.time_ms).as_str()));
        if self.rich() {
            element.push_attribute(("timestamp", timestamp(document.timestamp_ms).as_str()));
        }
        self.emit(Event::Start(element))
    }

    fn suite(&mut self, skeleton: &BytesStart<'_>, suite: &Suite) -> io::Result<()> {
        let mut element = kept(skeleton, &["name", "tests", "failures", "errors", "hostname"])?;
        element.push_attribute(("skipped", suite.skipped().to_string().as_str()));
        element.push_attribute(("time", seconds(suite.time_ms()).as_str()));
        element.push_attribute(("timestamp", timestamp(suite.timestamp_ms).as_str()));
        element.push_attribute(("file", suite.file.as_str()));
        self.emit(Event::Start(element))?;
        self.properties(&suite.properties)
    }

    fn case(&mut self, skeleton: &BytesStart<'_>, case: &TestCase) -> io::Result<()> {
        let mut element = kept(skeleton, &["name", "classname"])?;
        element.push_attribute(("time", seconds(case.time_ms).as_str()));
        if self.rich() {
            element.push_attribute(("file", case.file.as_str()));
            element.push_attribute(("line", case.line.to_string().as_str()));
        }
        self.emit(Event::Start(element))?;
        if self.rich() { self.properties(&case.properties) } else { Ok(()) }
    }

    fn properties(&mut self, properties: &[(&str, String)]) -> io::Result<()> {
        self.emit(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in properties {
            let element = BytesStart::new("property");
            self.emit(Event::Empty(element.with_attributes([("name", *name), ("value", value.as_str())])))?;
        }
        self.emit(Event::End(BytesEnd::new("properties")))
    }

    /// `failure`, `error` or `skipped`.
    fn result(&mut self, skeleton: &BytesStart<'_>, case: &TestCase) -> io::Result<()> {
        let body = match &case.result {
            TestResult::Failure(problem) | TestResult::Error(problem) | TestResult::Skipped(problem) => {
                &problem.body
            }
            TestResult::Pass => return Err(stranger()),
        };
        let element = kept(skeleton, &["type", "message"])?;
        self.emit(Event::Start(element))?;
        self.text(&shortened(body, self.room.bodies))
    }

    /// Everything after a case's result.
    fn rest(&mut self, case: &TestCase) -> io::Result<()> {
        let name = if matches!(case.result, TestResult::Pass) { "flakyFailure" } else { "rerunFailure" };
        for Problem { kind, message, body } in &case.earlier {
            let element =
                BytesStart::new(name).with_attributes([("type", *kind), ("message", message.as_str())]);
            self.emit(Event::Start(element))?;
            self.text(&shortened(body, self.room.bodies))?;
            self.emit(Event::End(BytesEnd::new(name)))?;
        }
        for (name, file) in ["system-out", "system-err"].iter().zip(case.streams.iter().flatten()) {
            let text = excerpt(file, self.room.streams);
            if !text.is_empty() {
                self.emit(Event::Start(BytesStart::new(*name)))?;
                self.text(&text)?;
                self.emit(Event::End(BytesEnd::new(*name)))?;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.emit(Event::Text(BytesText::new(text))) }
    }
}

/// The skeleton's element with these attributes only.
fn kept<'a>(skeleton: &BytesStart<'a>, names: &[&str]) -> io::Result<BytesStart<'a>> {
    let mut element = skeleton.to_owned();
    element.clear_attributes();
    for name in names {
        let attribute = skeleton.try_get_attribute(name).map_err(invalid)?;
        element.push_attribute(attribute.ok_or_else(|| invalid(format!("the skeleton lacks {name}")))?);
    }
    Ok(element)
}

/// The head of a body and its last lines, which say how to go on.
fn shortened(body: &str, room: usize) -> String {
    if body.len() <= room {
        return body.to_owned();
    }
    let start = body.floor_char_boundary(room);
    let last: Vec<&str> = body.lines().rev().take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    format!("{}\n[… shortened to keep the report small]\n{}\n", &body[..start], last.join("\n"))
}

/// Seconds with three decimals.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

/// UTC, without a zone.
fn timestamp(milliseconds: u64) -> String {
    let since = junit_report::Duration::milliseconds(i64::try_from(milliseconds).unwrap_or(0));
    let time = junit_report::OffsetDateTime::UNIX_EPOCH + since;
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}
