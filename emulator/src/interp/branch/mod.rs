//! Branches, exception generation and system instructions.
//!
//! `jump` holds the branches, `exception` what leaves the interpreter, `system` registers, hints, barriers and
//! cache maintenance; `select` here only shares out.

mod exception;
mod jump;
mod select;
mod system;

pub(crate) use jump::branch_target;
pub(super) use select::{ends_block, is_conditional, select};
pub(crate) use system::constant as system_constant;
