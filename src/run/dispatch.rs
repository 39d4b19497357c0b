//! Cases to workers, events back: N threads, a channel to each and one from all.

use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use super::attempt::Context;
use super::case::run_case;
use super::{EventKind, RunError};
use crate::host::{self, Pipe};

/// What comes back from a worker or the signal watch.
enum Message {
    /// Something happened.
    Happened(Box<EventKind>),
    /// The worker has nothing to do.
    Idle(usize),
}

/// Tells the dispatcher that a worker will take no more, should it panic.
struct Farewell<'a> {
    worker: usize,
    send: &'a Sender<Message>,
}

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.send.send(Message::Idle(self.worker));
        }
    }
}

/// Runs every case of the request in order, at most `jobs` at a time, and calls `tell` on this thread with what
/// happens. After an interrupt, or when `tell` says to stop by returning `false`, no more cases start; those that run
/// come to their end.
///
/// # Errors
/// [`RunError::Machine`] when there are no threads or pipes to be had.
pub(super) fn dispatch(
    context: &Context<'_>,
    tell: &mut dyn FnMut(EventKind) -> bool,
) -> Result<(), RunError> {
    let cases = context.request.cases.len();
    let workers = context.request.jobs.clamp(1, cases.max(1));
    let Pipe { read: ended, write: over } = host::pipe().map_err(RunError::machine("make a pipe"))?;
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        let mut hands: Vec<Option<Sender<usize>>> = Vec::new();
        let spawned = RunError::machine("start a worker");
        let started = (0..workers).try_for_each(|worker| {
            let (hand, take) = mpsc::channel();
            let send = send.clone();
            thread::Builder::new().name(format!("worker-{worker}")).spawn_scoped(scope, move || {
                let say = |message| {
                    // The dispatcher outlives the workers; if it panicked, the scope passes that on.
                    let _ = send.send(message);
                };
                let _farewell = Farewell { worker, send: &send };
                say(Message::Idle(worker));
                for index in take {
                    run_case(context, index, worker, &mut |event| say(Message::Happened(Box::new(event))));
                    say(Message::Idle(worker));
                }
            })?;
            hands.push(Some(hand));
            Ok(())
        });
        // With no hands the workers that did start find nothing to do and end.
        started.map_err(spawned)?;
        let (watch, ended) = (send, &ended);
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn_scoped(scope, move || watch_signals(context, ended, &watch))
            .map_err(RunError::machine("watch for signals"))?;

        let (mut next, mut working, mut stopped) = (0, workers, false);
        while working > 0 {
            let Ok(message) = receive.recv() else { break };
            match message {
                Message::Happened(event) => stopped |= !tell(*event),
                Message::Idle(worker) => {
                    stopped |= context.interrupts.first().is_some();
                    match (&hands[worker], next < cases && !stopped) {
                        (Some(hand), true) if hand.send(next).is_ok() => next += 1,
                        _ => {
                            hands[worker] = None;
                            working -= 1;
                        }
                    }
                }
            }
        }
        drop(over);
        // What the signal watch said last.
        for message in receive {
            if let Message::Happened(event) = message {
                tell(*event);
            }
        }
        Ok(())
    })
}

/// Tells of the first interrupt as soon as it comes; returns then, or when `ended` ends.
fn watch_signals(context: &Context<'_>, ended: &std::fs::File, send: &Sender<Message>) {
    let interrupts = &context.interrupts;
    loop {
        if let Some(signal) = interrupts.first() {
            let _ = send.send(Message::Happened(Box::new(EventKind::Interrupted { signal })));
            return;
        }
        let files = [Some(interrupts.readable()), Some(ended)];
        match host::wait_readable(files, Duration::from_secs(3600)) {
            Ok([false, true]) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
