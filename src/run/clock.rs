//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use junit_report::{Duration, OffsetDateTime};

/// Milliseconds since the Unix epoch.
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// A run's name: sorts by time and is unique on this machine, such as `20261124T170604.123-4711`.
pub(super) fn run_id(time_ms: u64, process: u32) -> String {
    let time = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(i64::try_from(time_ms).unwrap_or(0));
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second, milli) = (time.hour(), time.minute(), time.second(), time.millisecond());
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}.{milli:03}-{process}")
}

/// A time for people, UTC, such as `2026-11-24 17:06`.
pub fn utc_minute(time_ms: u64) -> String {
    let time = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(i64::try_from(time_ms).unwrap_or(0));
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        assert_eq!(run_id(0, 7), "19700101T000000.000-7");
        assert_eq!(run_id(1_795_539_964_123, 4711), "20261124T170604.123-4711");
        assert_eq!(utc_minute(1_795_539_964_123), "2026-11-24 17:06");
        assert!(now_ms() > 1_700_000_000_000);
    }
}
