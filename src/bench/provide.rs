//! Data in the cache: made once, by whoever needs them first, and never touched again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::BenchError;
use super::generate;
use super::table::{Datum, Recipe, Table, Workload};
use crate::fixture::{Cache, text_sha256};
use crate::host;

/// Raised when the generators make something else of the same recipe.
const FORMAT: u32 = 1;
/// The time of every file: 2024-01-01, as in the fixtures.
const EPOCH: Duration = Duration::from_secs(1_704_067_200);

/// Makes what `workloads` read, where it is not there yet, and gives the directory that holds it.
///
/// # Errors
/// [`BenchError::Io`] and [`BenchError::Fixture`], when the cache cannot be written.
pub fn provide(table: &Table, workloads: &[Workload], cache: &Cache) -> Result<PathBuf, BenchError> {
    let key = text_sha256(&format!("{FORMAT} {:?}", table.data));
    let name = format!("bench-{}", &key[..16]);
    let directory = cache.root().join("bench").join(&key[..16]);
    fs::create_dir_all(&directory).map_err(BenchError::io("create", &directory))?;
    let _lock = cache.lock(&name, || {})?;
    for datum in table.data_of(workloads) {
        let place = directory.join(&datum.name);
        if place.exists() {
            continue;
        }
        let scratch = cache.scratch(&name)?.join(&datum.name);
        make(datum, &directory, &scratch)?;
        fs::rename(&scratch, &place).map_err(BenchError::io("move data to", &place))?;
    }
    settle(&directory)?;
    Ok(directory)
}

fn make(datum: &Datum, directory: &Path, place: &Path) -> Result<(), BenchError> {
    let name = datum.name.as_str();
    let source = |source: &str| {
        let path = directory.join(source);
        fs::read(&path).map_err(BenchError::io("read", path))
    };
    let bytes = match &datum.recipe {
        Recipe::Text(megabytes) => generate::text(name, *megabytes),
        Recipe::Binary(megabytes) => generate::binary(name, *megabytes),
        Recipe::Numbers(count) => generate::numbers(name, *count),
        Recipe::Json(count) => generate::json(name, *count),
        Recipe::Changed(from) => generate::changed(&source(from)?),
        Recipe::Gzip(from) => generate::gzip(&source(from)?).map_err(BenchError::io("compress", place))?,
        Recipe::Content(text) => text.clone().into_bytes(),
        Recipe::Tree(count) => return tree(name, *count, place),
    };
    fs::write(place, bytes).map_err(BenchError::io("write", place))?;
    settle(place)
}

fn tree(name: &str, count: u64, place: &Path) -> Result<(), BenchError> {
    for (path, content) in generate::tree(name, count) {
        let path = place.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(BenchError::io("create", parent))?;
        }
        fs::write(&path, content).map_err(BenchError::io("write", &path))?;
        settle(&path)?;
    }
    // Directories last, for every file in one changes its time.
    for entry in fs::read_dir(place).map_err(BenchError::io("list", place))?.flatten() {
        settle(&entry.path())?;
    }
    settle(place)
}

/// Gives `path` the one time of all data: listings and archives hold it.
fn settle(path: &Path) -> Result<(), BenchError> {
    let time = SystemTime::UNIX_EPOCH + EPOCH;
    host::set_times(path, time, time).map_err(BenchError::io("set the time of", path))
}

#[cfg(test)]
mod tests {
    use super::super::read::testing;
    use super::*;

    #[test]
    fn data_are_made_once_and_only_those_that_are_read() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let cache = Cache::at(dir.path()).expect("cache");
        let mut table = testing::table();
        table.data.push(Datum { name: "zipped".to_owned(), recipe: Recipe::Gzip("a.txt".to_owned()) });
        table.data.push(Datum { name: "script".to_owned(), recipe: Recipe::Content("x = 1\n".to_owned()) });
        let mut workload = table.workloads[0].clone();
        workload.run = ["ls", "tree", "zipped", "script"].map(str::to_owned).to_vec();
        let directory = provide(&table, &[workload.clone()], &cache).expect("data");
        let names = || {
            let entries = fs::read_dir(&directory).expect("list").flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(names(), ["a.txt", "script", "tree", "zipped"]);
        assert_eq!(fs::read_to_string(directory.join("script")).unwrap(), "x = 1\n");
        let time = |name: &str| fs::metadata(directory.join(name)).unwrap().modified().unwrap();
        for name in ["", "a.txt", "tree", "tree/d00"] {
            assert_eq!(time(name), SystemTime::UNIX_EPOCH + EPOCH, "{name}");
        }
        fs::write(directory.join("script"), "kept").expect("write");
        assert_eq!(provide(&table, &[workload], &cache).expect("data"), directory);
        assert_eq!(fs::read_to_string(directory.join("script")).unwrap(), "kept");
    }
}
