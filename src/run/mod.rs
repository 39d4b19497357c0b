//! Dispatcher, executor, events.
