//! Linux calls: the table, then one file per family.
