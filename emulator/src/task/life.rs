//! Threads and processes beginning and ending.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use super::ending::Ending;
use super::thread::{End, Task};
use super::vfork::Borrowed;
use crate::cpu::SP;
use crate::host::{self, Handshake};
use crate::interp::BlockCache;
use crate::jit;
use crate::mem::GuestAddr;
use crate::syscall::Errno;
use crate::task::signal::SignalState;

/// The most robust futexes that an ending thread releases (kernel: `ROBUST_LIST_LIMIT`).
const ROBUST_LIMIT: usize = 2048;
const FUTEX_OWNER_DIED: u32 = 0x4000_0000;
const FUTEX_WAITERS: u32 = 0x8000_0000;
const FUTEX_TID: u32 = 0x3fff_ffff;

/// What a new thread or process gets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Birth {
    /// Its stack pointer; the parent's when 0.
    pub stack: u64,
    /// Its TPIDR_EL0, if it is not the parent's.
    pub tls: Option<u64>,
    /// Where the parent stores its id.
    pub parent_tid: Option<u64>,
    /// Where its id is stored in its own memory.
    pub child_tid: Option<u64>,
    /// What is zeroed when it ends.
    pub clear_tid: u64,
    /// Its alternate signal stack is taken away.
    pub drop_alternate: bool,
    /// The parent waits until it executes a program or ends.
    pub wait: bool,
}

impl Task {
    /// Runs this thread on the calling host thread until it ends, and the process with the last one. Comes back when
    /// the host thread is to end; the first one never does.
    ///
    /// The first host thread, whose id is the process's, waits after its guest thread's end: a program that another
    /// thread executes goes on there, as the kernel has it (execve(2), "Effect on threads").
    pub(crate) fn live(mut self: Box<Self>) {
        loop {
            match self.run() {
                End::Process(ending) => {
                    let threads = self.process.threads.all();
                    threads
                        .iter()
                        .for_each(|thread| self.release_robust_futexes(thread.tid, thread.robust_list));
                    self.process.finish(&ending)
                }
                End::Moves => return self.move_to_first(),
                End::Thread(status) => {
                    if self.leave() {
                        self.process.finish(&Ending::Exit(status));
                    }
                    if self.tid != host::pid() {
                        return;
                    }
                    let process = Arc::clone(&self.process);
                    self = process.threads.receive();
                    host::attach(&self.cpu.interrupt);
                    host::set_mask(self.signals.mask());
                }
            }
        }
    }

    /// Hands this thread to the first host thread.
    fn move_to_first(mut self: Box<Self>) {
        host::set_mask(u64::MAX);
        self.signals.keep_noted();
        self.cpu.interrupt.store(1, Ordering::Relaxed);
        let process = Arc::clone(&self.process);
        let before = std::mem::replace(&mut self.tid, host::pid());
        process.threads.add(self.tid);
        process.threads.remove(before);
        process.threads.give(self);
    }

    /// Does what the kernel does when a thread ends; true when it was the last.
    fn leave(&mut self) -> bool {
        host::set_mask(u64::MAX);
        self.release_robust_futexes(self.tid, self.robust_list);
        if self.clear_tid != 0 {
            let at = GuestAddr(self.clear_tid);
            if self.process.space.mem().store::<u32>(at, 0).is_ok() {
                self.wake(at);
            }
        }
        self.process.threads.remove(self.tid)
    }

    fn wake(&self, at: GuestAddr) {
        if let Ok(word) = self.pointer(at.0, 4) {
            host::futex_wake(word);
        }
    }

    /// Marks the robust futexes of the list at `head` that thread `tid` holds as orphaned.
    ///
    /// # Source
    /// The kernel's Documentation/locking/robust-futex-ABI.rst.
    pub(crate) fn release_robust_futexes(&self, tid: i32, head: u64) {
        if head == 0 {
            return;
        }
        let mem = self.process.space.mem();
        let load = |at: u64| mem.load::<u64>(GuestAddr(at)).ok();
        let (Some(mut entry), Some(offset), Some(pending)) =
            (load(head), load(head.wrapping_add(8)), load(head.wrapping_add(16)))
        else {
            return;
        };
        for _ in 0..ROBUST_LIMIT {
            if entry & !1 == head {
                break;
            }
            let next = load(entry & !1);
            if entry != pending {
                self.orphan((entry & !1).wrapping_add(offset), tid);
            }
            let Some(next) = next else { break };
            entry = next;
        }
        if pending & !1 != 0 {
            self.orphan((pending & !1).wrapping_add(offset), tid);
        }
    }

    fn orphan(&self, at: u64, tid: i32) {
        let mem = self.process.space.mem();
        let at = GuestAddr(at);
        while let Ok(word) = mem.load::<u32>(at) {
            if word & FUTEX_TID != tid as u32 {
                return;
            }
            let orphaned = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
            match mem.cas32(at, word, orphaned) {
                Ok(seen) if seen == word => {
                    if word & FUTEX_WAITERS != 0 {
                        self.wake(at);
                    }
                    return;
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Starts a sibling thread; gives its id.
    ///
    /// # Errors
    /// `EAGAIN` when the host will not start one.
    pub(crate) fn spawn(&self, birth: Birth) -> Result<u64, Errno> {
        let mut cpu = self.cpu.copy_for_thread();
        cpu.interrupt = Arc::default();
        cpu.exclusive.bytes = 0;
        cpu.set_reg(0, 0);
        if birth.stack != 0 {
            cpu.set_reg(SP, birth.stack);
        }
        if let Some(tls) = birth.tls {
            cpu.tpidr = tls;
        }
        let process = Arc::clone(&self.process);
        let (mask, name) = (self.signals.mask(), self.name());
        let (tell, told) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        // Nothing may reach the new thread before it is attached.
        host::set_mask(u64::MAX);
        let started = host::start_thread(move || {
            // The host gives a thread the floating-point status of the one that starts it.
            host::float::settle();
            let tid = host::thread_id();
            host::attach(&cpu.interrupt);
            let task = Box::new(Task {
                cpu,
                blocks: BlockCache::default(),
                engine: jit::Thread::new(&process.jit),
                process,
                tid,
                signals: SignalState::with_mask(mask),
                clear_tid: birth.clear_tid,
                robust_list: 0,
                borrowed: None,
                name: Some(name),
                end: None,
            });
            task.process.threads.add(tid);
            if let Some(at) = birth.child_tid {
                let _ = task.process.space.mem().store(GuestAddr(at), tid as u32);
            }
            let _ = tell.send(tid);
            let _ = gone.recv();
            host::set_mask(mask);
            task.live();
        });
        host::set_mask(mask);
        started.map_err(|_| Errno::EAGAIN)?;
        let tid = told.recv().map_err(|_| Errno::EAGAIN)?;
        if let Some(at) = birth.parent_tid {
            let _ = self.process.space.mem().store(GuestAddr(at), tid as u32);
        }
        let _ = go.send(());
        Ok(tid as u64)
    }

    /// Duplicates the process with this thread only; gives the child's id, or 0 in the child.
    ///
    /// # Errors
    /// The host's.
    pub(crate) fn fork(&mut self, birth: Birth) -> Result<u64, Errno> {
        let process = Arc::clone(&self.process);
        let (ours, childs) = if birth.wait { Some(host::handshake()?).unzip() } else { (None, None) };
        let mask = host::set_mask(u64::MAX);
        // Lock order: threads, signal actions, translations, memory, image, files, file system. Held across the fork so that the child finds them whole.
        let pid = {
            let mut threads = process.threads.hold();
            let actions = process.actions.lock();
            let translations = process.jit.hold();
            let memory = process.space.hold();
            let image = process.image_mut();
            let files = (process.files.hold(), process.fs.hold());
            let several = threads.len() > 1;
            let pid = host::fork();
            if matches!(pid, Ok(0)) {
                self.tid = host::thread_id();
                process.threads.reset(&mut threads, self.tid);
            }
            drop((files, image, memory, translations, actions));
            if matches!(pid, Ok(0)) {
                self.engine.alone();
            }
            if several && matches!(pid, Ok(0)) {
                process.files.sweep();
            }
            pid
        };
        if !matches!(pid, Ok(0)) {
            drop(childs);
            host::set_mask(mask);
            let pid = pid?;
            if let Some(at) = birth.parent_tid {
                let _ = process.space.mem().store(GuestAddr(at), pid as u32);
            }
            if let Some(ours) = ours {
                for (addr, bytes) in ours.wait() {
                    let _ = process.space.mem().write(GuestAddr(addr), &bytes);
                }
            }
            return Ok(pid as u64);
        }
        drop(ours);
        self.become_child(birth, childs);
        host::set_mask(self.signals.mask());
        Ok(0)
    }

    fn become_child(&mut self, birth: Birth, handshake: Option<Handshake>) {
        let sp = self.cpu.sp();
        let end = self.process.space.region_at(GuestAddr(sp)).map_or(sp, |region| region.end);
        self.borrowed =
            handshake.map(|handshake| Borrowed::new(handshake, self.process.space.mem(), sp, end));
        host::forget();
        self.cpu.interrupt.store(0, Ordering::Relaxed);
        self.process.set_forked();
        if let Some(name) = self.name.take() {
            self.set_name(name);
        }
        self.clear_tid = birth.clear_tid;
        self.robust_list = 0;
        self.cpu.exclusive.bytes = 0;
        self.signals.kept_clear();
        if birth.stack != 0 {
            self.cpu.set_reg(SP, birth.stack);
        }
        if let Some(tls) = birth.tls {
            self.cpu.tpidr = tls;
        }
        if birth.drop_alternate {
            self.signals.alternate = Default::default();
        }
        for at in birth.child_tid.into_iter().chain(birth.parent_tid.filter(|&at| self.is_shared(at))) {
            let _ = self.process.space.mem().store(GuestAddr(at), self.tid as u32);
        }
    }

    /// Is what lies at `at` common with the parent? Then its `CLONE_PARENT_SETTID` must be seen before the child goes
    /// on, and the parent may be late.
    fn is_shared(&self, at: u64) -> bool {
        self.process.space.region_at(GuestAddr(at)).is_some_and(|region| region.shared)
    }
}
