//! Threads, futex, signals, fork, exec.
