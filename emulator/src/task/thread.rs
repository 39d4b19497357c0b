//! One guest thread.

use std::sync::Arc;

use super::ending::Ending;
use super::process::Process;
use super::signal::SignalState;
use super::vfork::Borrowed;
use crate::cpu::Cpu;
use crate::host;
use crate::interp::BlockCache;
use crate::{jit, path};

/// One guest thread, which is one host thread.
#[derive(Debug)]
pub struct Task {
    /// Its registers.
    pub cpu: Cpu,
    /// Its decoded code.
    pub blocks: BlockCache,
    /// What runs its code.
    pub engine: jit::Thread,
    /// What it shares with its siblings.
    pub process: Arc<Process>,
    /// Its thread id.
    pub tid: i32,
    /// Its signals.
    pub signals: SignalState,
    /// Where to store zero and wake when it ends (`CLONE_CHILD_CLEARTID`); 0 for nowhere.
    pub clear_tid: u64,
    /// The head of its list of robust futexes; 0 for none.
    pub robust_list: u64,
    /// What it owes its waiting parent (vfork's child).
    pub borrowed: Option<Borrowed>,
    /// Its name, where it is not the process's first thread, which has the program's (`PR_SET_NAME`).
    pub name: Option<Vec<u8>>,
    /// Set by a call that ends the thread or the process.
    pub end: Option<End>,
}

/// Why a thread stops running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It alone ends, with this status.
    Thread(i32),
    /// The process ends.
    Process(Ending),
    /// It goes on as the process's first thread, on that one's host thread.
    Moves,
}

impl Task {
    /// The thread's name.
    pub(crate) fn name(&self) -> Vec<u8> {
        self.name.clone().unwrap_or_else(|| self.process.fs.program().comm)
    }

    /// Changes the thread's name.
    pub(crate) fn set_name(&mut self, name: Vec<u8>) {
        if self.tid == host::pid() {
            let program = self.process.fs.program();
            self.process.fs.set_program(path::Program { comm: name, ..program });
            self.name = None;
        } else {
            self.name = Some(name);
        }
    }

    /// Lets the parent of a vfork go on, when the child has a program of its own or ends.
    pub(crate) fn release_parent(&mut self) {
        if let Some(borrowed) = self.borrowed.take() {
            borrowed.give_back(self.process.space.mem());
        }
    }

    /// The first thread of `process`, on the calling host thread.
    pub fn first(process: Arc<Process>) -> Task {
        let cpu = Cpu::new(process.space.mem());
        host::attach(&cpu.interrupt);
        let mask = host::set_mask(u64::MAX);
        host::set_mask(mask);
        let tid = host::thread_id();
        process.threads.add(tid);
        Task {
            cpu,
            blocks: BlockCache::default(),
            engine: jit::Thread::new(&process.jit),
            process,
            tid,
            signals: SignalState::with_mask(mask),
            clear_tid: 0,
            robust_list: 0,
            borrowed: None,
            name: None,
            end: None,
        }
    }
}
