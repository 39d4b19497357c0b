//! One guest thread.

use std::sync::Arc;

use super::process::Process;
use crate::cpu::Cpu;
use crate::interp::BlockCache;

/// One guest thread, which is one host thread.
#[derive(Debug)]
pub struct Task {
    /// Its registers.
    pub cpu: Cpu,
    /// Its decoded code.
    pub blocks: BlockCache,
    /// What it shares with its siblings.
    pub process: Arc<Process>,
    /// Its thread id.
    pub tid: i32,
}
