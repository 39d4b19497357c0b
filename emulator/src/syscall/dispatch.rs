//! From a number to its row, and the call.

use super::counts;
use super::errno::Errno;
use super::row::{Row, Support, SysResult};
use super::table::ROWS;
use crate::task::Task;

/// The row of call `number`.
pub fn find(number: u64) -> Option<&'static Row> {
    let number = u16::try_from(number).ok()?;
    // Numbers are dense at the start, so most rows stand at their own index.
    match ROWS.get(usize::from(number)) {
        Some(row) if row.number == number => Some(row),
        _ => ROWS.binary_search_by_key(&number, |row| row.number).ok().map(|i| &ROWS[i]),
    }
}

/// Runs the call that `task`'s registers ask for.
///
/// # Errors
/// The call's error; `ENOSYS` for an unknown number.
#[inline(always)]
pub fn dispatch(task: &mut Task) -> SysResult {
    let args = [0, 1, 2, 3, 4, 5].map(|register| task.cpu.reg(register));
    let number = task.cpu.reg(8);
    match find(number) {
        Some(row) if row.support != Support::None => (row.call)(task, args),
        _ => {
            counts::count_refused(number);
            Err(Errno::ENOSYS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_number() {
        for row in ROWS {
            assert_eq!(find(u64::from(row.number)).map(|found| found.name), Some(row.name));
        }
        assert!(find(u64::MAX).is_none());
    }
}
