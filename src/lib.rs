//! The harness, in the order data flows.
//!
//! `matrix.yaml` → [`config`] → [`plan`] → [`fixture`] → [`volume`] → [`run`] → [`verdict`] → [`report`];
//! [`cli`] holds one file per subcommand and [`host`] every call to the operating system. [`bench`] measures speed
//! beside all of that.

pub mod bench;
pub mod cli;
pub mod config;
pub mod fixture;
pub mod host;
pub mod plan;
pub mod report;
pub mod run;
pub mod verdict;
pub mod volume;
