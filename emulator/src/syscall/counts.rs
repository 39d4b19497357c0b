//! Which calls were refused for want of support, in this process and the children it forked since.

use std::sync::atomic::{AtomicU32, Ordering};

use super::dispatch::find;

/// Call numbers are below this.
const NUMBERS: usize = 512;

static REFUSED: [AtomicU32; NUMBERS] = [const { AtomicU32::new(0) }; NUMBERS];

/// Counts a refused call.
pub fn count_refused(number: u64) {
    if let Some(count) = usize::try_from(number).ok().and_then(|number| REFUSED.get(number)) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The names of the calls that were refused.
pub fn refused() -> Vec<&'static str> {
    let numbers = (0..NUMBERS).filter(|&number| REFUSED[number].load(Ordering::Relaxed) > 0);
    numbers.map(|number| find(number as u64).map_or("an unknown call", |row| row.name)).collect()
}
