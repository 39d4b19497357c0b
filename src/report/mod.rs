//! Sinks that only consume events.
