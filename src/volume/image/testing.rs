//! A runner that replays recorded answers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::time::Duration;

use super::runner::{Ended, Runner};

/// Gives the recorded answers in their order, and notes what was asked.
#[derive(Debug, Default)]
pub(super) struct Replay {
    answers: RefCell<VecDeque<io::Result<Ended>>>,
    asked: RefCell<Vec<String>>,
    pauses: RefCell<Vec<Duration>>,
}

impl Replay {
    pub(super) fn answer(self, success: bool, stdout: &str, stderr: &str) -> Replay {
        let ended = Ended { success, stdout: stdout.into(), stderr: stderr.to_owned() };
        self.answers.borrow_mut().push_back(Ok(ended));
        self
    }

    pub(super) fn absent(self) -> Replay {
        self.answers.borrow_mut().push_back(Err(io::ErrorKind::NotFound.into()));
        self
    }

    pub(super) fn asked(&self) -> Vec<String> {
        assert!(self.answers.borrow().is_empty(), "an answer was not asked for");
        self.asked.borrow().clone()
    }

    pub(super) fn pauses(&self) -> Vec<u64> {
        self.pauses.borrow().iter().map(Duration::as_secs).collect()
    }
}

impl Runner for Replay {
    fn run(&self, words: &[OsString]) -> io::Result<Ended> {
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        self.asked.borrow_mut().push(words.join(" "));
        self.answers.borrow_mut().pop_front().expect("more was asked than was recorded")
    }

    fn pause(&self, time: Duration) {
        self.pauses.borrow_mut().push(time);
    }
}
