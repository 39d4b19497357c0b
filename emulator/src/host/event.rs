//! Waiting, and descriptors that stand for events.

use std::os::fd::RawFd;

pub use super::os::event::{
    epoll_create, epoll_ctl, epoll_wait, eventfd, inotify_add_watch, inotify_init, inotify_rm_watch,
    pidfd_open, poll, select, signalfd, timerfd_create, timerfd_gettime, timerfd_settime,
};

/// One descriptor to wait for, laid out as `struct pollfd`; the event bits are Linux's.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollFd {
    /// The descriptor.
    pub fd: RawFd,
    /// What is waited for.
    pub events: i16,
    /// What happened.
    pub revents: i16,
}

/// What to wait for, or what happened, at a descriptor in an epoll instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EpollEvent {
    /// `EPOLL*` bits.
    pub events: u32,
    /// The guest's own word.
    pub data: u64,
}
