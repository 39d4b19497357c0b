//! matrix.yaml and suites/*.yaml to checked types: raw → checked.
