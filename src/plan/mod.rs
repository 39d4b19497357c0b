//! Axes × cases to a list of cases; pure.
