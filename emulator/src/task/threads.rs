//! The threads of one process.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::thread::Task;
use crate::host;

/// A living thread.
#[derive(Clone, Copy, Debug)]
pub struct Alive {
    /// Its id.
    pub tid: i32,
    /// The head of its list of robust futexes; 0 for none.
    pub robust_list: u64,
}

/// The threads of one process.
#[derive(Debug, Default)]
pub struct Threads {
    alive: Mutex<Vec<Alive>>,
    gone: Condvar,
    /// The thread that alone goes on, 0 while all do.
    survivor: AtomicI32,
    /// What the first host thread, which outlives its guest thread, goes on with.
    heir: Mutex<Option<Box<Task>>>,
    given: Condvar,
}

impl Threads {
    fn lock(&self) -> MutexGuard<'_, Vec<Alive>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a thread.
    pub fn add(&self, tid: i32) {
        self.lock().push(Alive { tid, robust_list: 0 });
    }

    /// Removes a thread; true when it was the last.
    pub fn remove(&self, tid: i32) -> bool {
        let mut alive = self.lock();
        alive.retain(|other| other.tid != tid);
        self.gone.notify_all();
        alive.is_empty()
    }

    /// Gives `task` to the first host thread of the process, whose id it takes.
    pub(crate) fn give(&self, task: Box<Task>) {
        *self.heir.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        self.given.notify_all();
    }

    /// Waits for a task to be given: on the first host thread, after its guest thread's end.
    pub(crate) fn receive(&self) -> Box<Task> {
        let mut heir = self.heir.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match heir.take() {
                Some(task) => return task,
                None => heir = self.given.wait(heir).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// All threads.
    pub fn all(&self) -> Vec<Alive> {
        self.lock().clone()
    }

    /// Notes the robust futexes of `tid`.
    pub fn set_robust_list(&self, tid: i32, head: u64) {
        self.lock()
            .iter_mut()
            .filter(|thread| thread.tid == tid)
            .for_each(|thread| thread.robust_list = head);
    }

    /// Must `tid` end because another thread goes on alone?
    pub fn must_end(&self, tid: i32) -> bool {
        let survivor = self.survivor.load(Ordering::Acquire);
        survivor != 0 && survivor != tid
    }

    /// Ends all threads but `tid`; false when another thread is at that already.
    pub fn end_others(&self, tid: i32) -> bool {
        if self.survivor.compare_exchange(0, tid, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return false;
        }
        let mut alive = self.lock();
        while alive.iter().any(|other| other.tid != tid) {
            alive.iter().filter(|other| other.tid != tid).for_each(|other| host::kick(other.tid));
            // A thread may have been between two looks at its flag: kick again from time to time.
            let (guard, _) = self
                .gone
                .wait_timeout(alive, Duration::from_millis(20))
                .unwrap_or_else(PoisonError::into_inner);
            alive = guard;
        }
        drop(alive);
        self.survivor.store(0, Ordering::Release);
        true
    }

    /// In the child of a fork: only `tid` is left. The caller held the lock across the fork.
    pub fn reset(&self, guard: &mut MutexGuard<'_, Vec<Alive>>, tid: i32) {
        guard.clear();
        guard.push(Alive { tid, robust_list: 0 });
        self.survivor.store(0, Ordering::Release);
    }

    /// The list, locked, for fork.
    pub fn hold(&self) -> MutexGuard<'_, Vec<Alive>> {
        self.lock()
    }
}
