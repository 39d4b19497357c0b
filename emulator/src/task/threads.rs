//! The threads of one process.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::host;

/// The threads of one process.
#[derive(Debug, Default)]
pub struct Threads {
    alive: Mutex<Vec<i32>>,
    gone: Condvar,
    /// The thread that alone goes on, 0 while all do.
    survivor: AtomicI32,
}

impl Threads {
    fn lock(&self) -> MutexGuard<'_, Vec<i32>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a thread.
    pub fn add(&self, tid: i32) {
        self.lock().push(tid);
    }

    /// Removes a thread; true when it was the last.
    pub fn remove(&self, tid: i32) -> bool {
        let mut alive = self.lock();
        alive.retain(|&other| other != tid);
        self.gone.notify_all();
        alive.is_empty()
    }

    /// The ids of all threads.
    pub fn ids(&self) -> Vec<i32> {
        self.lock().clone()
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
        while alive.iter().any(|&other| other != tid) {
            alive.iter().filter(|&&other| other != tid).for_each(|&other| host::kick(other));
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
    pub fn reset(&self, guard: &mut MutexGuard<'_, Vec<i32>>, tid: i32) {
        guard.clear();
        guard.push(tid);
        self.survivor.store(0, Ordering::Release);
    }

    /// The list, locked, for fork.
    pub fn hold(&self) -> MutexGuard<'_, Vec<i32>> {
        self.lock()
    }
}
