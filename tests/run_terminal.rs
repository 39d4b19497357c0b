//! What a person reads of a run.

mod run_support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use matrix::plan::{Case, RunRequest};
use matrix::report::Record;
use matrix::report::terminal::{Look, Terminal, summary};
use matrix::run::run;
use matrix::verdict::signal_name;
use run_support::*;

/// A writer that others can look into.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("UTF-8")
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shown(request: &RunRequest, look: Look) -> (String, Record) {
    let out = Shared::default();
    let mut screen = Terminal::start(look, out.clone());
    let record = run(request, &inputs(), &mut screen).expect("run");
    screen.finish().expect("finish");
    (out.text(), record)
}

/// Times, run ids and directories as placeholders.
fn stable(text: &str, place: &Place) -> String {
    let text = text.replace(&*place.directory.path().to_string_lossy(), "PLACE");
    let text =
        regex::Regex::new(r"\[ *\d+\.\d{3}s\]").expect("pattern").replace_all(&text, "[TIME]").into_owned();
    let text =
        regex::Regex::new(r"in \d+\.\d s").expect("pattern").replace_all(&text, "in TIME").into_owned();
    regex::Regex::new(r"\d{8}T\d{6}\.\d{3}-\d+").expect("pattern").replace_all(&text, "ID").into_owned()
}

fn some_cases() -> Vec<Case> {
    let mut skipped = shell("skipped", "exit 1");
    skipped.unsupported = Some("it executes children".into());
    let mut missing = shell("missing-1", "");
    missing.program = "/nonexistent/program".into();
    let mut missing_too = missing.clone();
    missing_too.at.name = "missing-2".into();
    vec![
        shell("good", "true"),
        prints(shell("differs", r"printf 'a\nB\n'; printf 'wa\033[31mrn\033[0m\007\n' >&2"), "a\nb\n"),
        shell("status", "seq 100; exit 3"),
        skipped,
        missing,
        missing_too,
    ]
}

#[test]
fn plain_lines_and_the_summary() {
    let place = Place::new();
    let mut request = place.request(some_cases());
    request.jobs = 1;
    let (lines, record) = shown(&request, Look::PLAIN);
    assert_eq!(
        stable(&lines, &place),
        "\
running 6 cases on native (run ID)
 PASS [TIME] scripts/static/good
 FAIL [TIME] scripts/static/differs  stdout differs at line 2: `B`, expected `b`
 FAIL [TIME] scripts/static/status  exit status 3, expected exit status 0
 SKIP             scripts/static/skipped  it executes children
ERROR [TIME] scripts/static/missing-1  cannot start /nonexistent/program: No such file or directory (os error 2)
ERROR [TIME] scripts/static/missing-2  cannot start /nonexistent/program: No such file or directory (os error 2)
"
    );
    let text = summary(&record, Look::PLAIN, Some(&place.path("out.xml")));
    assert_eq!(
        stable(&text, &place),
        "
FAIL scripts/static/differs (suites/scripts.yaml:7)
  stdout differs at line 2: `B`, expected `b`
    --- expected
    +++ stdout
    @@ -1,2 +1,2 @@
     a
    -b
    +B
  stderr:
    warn\\x07
  reproduce: matrix repro --target native scripts/static/differs

FAIL scripts/static/status (suites/scripts.yaml:7)
  exit status 3, expected exit status 0
  stdout:
    1
    2
    3
    4
    5
    6
    7
    8
    9
    10
    … 80 more lines
    91
    92
    93
    94
    95
    96
    97
    98
    99
    100
  reproduce: matrix repro --target native scripts/static/status

ERROR scripts/static/missing-1 (suites/scripts.yaml:7)
ERROR scripts/static/missing-2 (suites/scripts.yaml:7)
  cannot start /nonexistent/program: No such file or directory (os error 2)
  reproduce: matrix repro --target native scripts/static/missing-1

SKIP 1: it executes children
6 cases in TIME: 1 passed, 2 failed, 2 errors, 1 skipped
JUnit report: PLACE/out.xml
"
    );
}

#[test]
fn colours_come_from_us_alone() {
    let place = Place::new();
    let look = Look { colour: true, bar: false };
    let (lines, record) = shown(&place.request(some_cases()), look);
    assert!(lines.contains("\x1b[32m PASS\x1b[0m"), "{lines}");
    let text = summary(&record, look, None);
    assert!(text.contains("\x1b[31m-b\x1b[0m") && text.contains("warn\\x07"), "{text}");
    let plain = summary(&record, Look::PLAIN, None);
    assert!(!plain.contains('\x1b'));
}

#[test]
fn beside_a_bar_only_what_is_unexpected_has_a_line() {
    let place = Place::new();
    let (lines, _) = shown(&place.request(some_cases()), Look { colour: false, bar: true });
    assert!(!lines.contains("PASS"), "{lines}");
    assert!(lines.contains("FAIL") && lines.contains("SKIP"), "{lines}");
}

#[test]
fn a_reader_that_went_away_does_not_stop_the_run() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let place = Place::new();
    let mut screen = Terminal::start(Look::PLAIN, Gone);
    let record = run(&place.request(some_cases()), &inputs(), &mut screen).expect("run");
    screen.finish().expect("no failure");
    assert!(record.finished);
    assert_eq!(record.counts().total(), 6);
}

#[test]
fn an_interrupted_run_says_so() {
    let place = Place::new();
    let mut record = run_all(&place.request(vec![shell("good", "true")]));
    record.interrupted = Some(2);
    let text = summary(&record, Look::PLAIN, None);
    assert!(text.contains(&format!("interrupted by {}", signal_name(2))), "{text}");
}
