//! The one thread that owns the terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lines::line;
use super::look::Look;
use crate::plan::Case;
use crate::run::{Event, EventKind, Sink};
use crate::verdict::Verdict;

/// Shows events as they come. A run never waits for it.
#[derive(Debug)]
pub struct Terminal {
    send: Sender<Event>,
    thread: JoinHandle<io::Result<()>>,
}

impl Terminal {
    /// Starts the thread; lines go to `out`, the bar, if `look` has one, to standard error.
    pub fn start(look: Look, out: impl Write + Send + 'static) -> Terminal {
        let (send, receive) = mpsc::channel();
        let thread = thread::spawn(move || Screen::new(look, out).show(&receive));
        Terminal { send, thread }
    }

    /// Waits until everything is shown.
    ///
    /// # Errors
    /// When a line could not be written, unless its reader went away.
    pub fn finish(self) -> io::Result<()> {
        drop(self.send);
        match self.thread.join() {
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Sink for Terminal {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        // The thread lives until the sender is dropped; after a failed write it only reads on.
        let _ = self.send.send(event.clone());
        Ok(())
    }
}

/// How often the bar's clock moves.
const TICK: Duration = Duration::from_millis(200);
/// Running cases named beside the bar.
const NAMED: usize = 4;

struct Screen<W: Write> {
    look: Look,
    out: W,
    bar: Option<ProgressBar>,
    cases: Vec<Case>,
    running: BTreeMap<usize, Instant>,
    bad: usize,
}

impl<W: Write> Screen<W> {
    fn new(look: Look, out: W) -> Screen<W> {
        Screen { look, out, bar: None, cases: Vec::new(), running: BTreeMap::new(), bad: 0 }
    }

    fn show(mut self, events: &Receiver<Event>) -> io::Result<()> {
        let mut result = Ok(());
        loop {
            match events.recv_timeout(TICK) {
                // Once nobody reads, the rest is taken in silence: the run goes on.
                Ok(event) if result.is_ok() => result = self.take(event.what),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => self.tick(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        result
    }

    fn take(&mut self, event: EventKind) -> io::Result<()> {
        let text = line(&event, &self.cases, self.look, self.look.bar);
        match event {
            EventKind::RunStarted { cases, .. } => {
                self.bar = self.look.bar.then(|| new_bar(cases.len() as u64));
                self.cases = cases;
            }
            EventKind::CaseStarted { case, .. } => {
                self.running.insert(case, Instant::now());
            }
            EventKind::CaseFinished { case, verdict, .. } => {
                self.running.remove(&case);
                self.bad += usize::from(matches!(verdict, Verdict::Failure(_) | Verdict::Error(_)));
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            EventKind::CaseSlow { .. }
            | EventKind::AttemptFailed { .. }
            | EventKind::Interrupted { .. }
            | EventKind::FailuresExplained { .. }
            | EventKind::RunFinished { .. } => {}
        }
        self.tick();
        let Some(text) = text else { return Ok(()) };
        let out = &mut self.out;
        let mut write = || writeln!(out, "{text}").and_then(|()| out.flush());
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn tick(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(self.message());
            bar.tick();
        }
    }

    /// `2 bad; sort, wc (12 s)`: what went wrong so far, what runs, and for how long if that is long.
    fn message(&self) -> String {
        let mut named: Vec<(&Case, Duration)> = self
            .running
            .iter()
            .filter_map(|(case, since)| Some((self.cases.get(*case)?, since.elapsed())))
            .collect();
        named.sort_by_key(|(_, running)| std::cmp::Reverse(*running));
        let mut parts: Vec<String> = named
            .iter()
            .take(NAMED)
            .map(|(case, running)| match running.as_secs() {
                0..=1 => case.at.name.clone(),
                seconds => format!("{} ({seconds} s)", case.at.name),
            })
            .collect();
        if named.len() > NAMED {
            parts.push(format!("{} more", named.len() - NAMED));
        }
        let bad = if self.bad > 0 { format!("{} bad; ", self.bad) } else { String::new() };
        format!("{bad}{}", parts.join(", "))
    }
}

fn new_bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let template = "{spinner} {elapsed_precise} [{bar:30}] {pos}/{len} {wide_msg}";
    // The template is a constant; were it wrong, the default style is still a bar.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
