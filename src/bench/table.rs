//! The checked table: whatever holds one of these types is right.

/// All of `bench.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The target of `matrix.yaml` that the goals compare with, and the usual `--against`.
    pub peer: String,
    /// The fixture whose program `peak` measures memory.
    pub peak: Option<String>,
    /// What the workloads read, by its name in their working directory; in the order of the file.
    pub data: Vec<Datum>,
    /// In the order of the file.
    pub groups: Vec<Group>,
    /// In the order of the file; names are unique.
    pub workloads: Vec<Workload>,
    /// What must hold.
    pub goals: Vec<Goal>,
}

/// Workloads that are of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Such as `tools`.
    pub name: String,
    /// One line for people.
    pub about: String,
}

/// One command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Unique in the table.
    pub name: String,
    /// The name of its group.
    pub group: String,
    /// The fixture with the guest's program.
    pub fixture: String,
    /// The program's name, then its arguments; the working directory holds the data.
    pub run: Vec<String>,
    /// The datum on standard input; absent means nothing.
    pub stdin: Option<String>,
    /// The exit status that everyone must give.
    pub exit: u8,
    /// What this machine runs for comparison.
    pub native: Native,
    /// The program and its arguments for this machine; absent means the same as `run`.
    pub native_run: Option<Vec<String>>,
    /// Another version of the tool may rightly print something else.
    pub native_may_differ: bool,
}

/// Where this machine's program comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Native {
    /// It is looked up in `PATH`.
    Host,
    /// It was built as a fixture.
    Fixture(String),
    /// There is none.
    None,
}

/// One file or directory of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum {
    /// Its name in the working directory.
    pub name: String,
    /// How it is made.
    pub recipe: Recipe,
}

/// How data are made; all of it is the same on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// Lines of words and numbers, in MB.
    Text(u64),
    /// Random bytes, in MB.
    Binary(u64),
    /// Lines with one random number each: how many.
    Numbers(u64),
    /// Lines with one JSON object each: how many.
    Json(u64),
    /// A directory with this many small files.
    Tree(u64),
    /// Another file with some of its lines changed.
    Changed(String),
    /// Another file, compressed.
    Gzip(String),
    /// Exactly this.
    Content(String),
}

/// One thing that must hold for the speed to be good enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The number of the demand that it is a part of.
    pub show: u64,
    /// Workloads, all of them known.
    pub of: Vec<String>,
    /// The words that were written for them: names and groups.
    pub written: Vec<String>,
    /// What of theirs is compared.
    pub measure: Measure,
    /// The largest value that is good enough, in thousandths.
    pub at_most: u64,
}

/// What a goal looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The ratio of CPU medians, of each workload.
    Each(Against),
    /// The geometric mean of those ratios.
    Geomean(Against),
    /// Peak memory in MiB, of each workload.
    Peak,
}

/// Whom a ratio is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The peer.
    Peer,
    /// This machine without an emulator.
    Native,
}

impl Table {
    /// The names of every datum that `workloads` read, and of those that these are made of.
    pub fn data_of(&self, workloads: &[Workload]) -> Vec<&Datum> {
        let named = |datum: &&Datum| {
            workloads.iter().any(|workload| {
                let words = workload.run.iter().chain(workload.native_run.iter().flatten());
                let mut words = words.chain(&workload.stdin);
                words.any(|word| mentions(word, &datum.name))
            })
        };
        let mut wanted: Vec<&Datum> = self.data.iter().filter(named).collect();
        let sources: Vec<&Datum> = wanted
            .iter()
            .filter_map(|datum| match &datum.recipe {
                Recipe::Changed(source) | Recipe::Gzip(source) => {
                    self.data.iter().find(|other| other.name == *source)
                }
                _ => None,
            })
            .collect();
        wanted.extend(sources);
        // A datum is made after what it is made of, and once.
        self.data.iter().filter(|datum| wanted.iter().any(|other| other.name == datum.name)).collect()
    }
}

/// Whether `word` holds `name` as a path of its own: alone, or with anything but a name's letters around it.
fn mentions(word: &str, name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    word.match_indices(name).any(|(at, _)| {
        let before = word.get(..at).and_then(|head| head.chars().next_back());
        let after = word.get(at + name.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(letter) && !after.is_some_and(letter)
    })
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_name_is_found_as_a_word_only() {
        assert!(mentions("text.txt", "text.txt"));
        assert!(mentions(".read text.txt", "text.txt"));
        assert!(mentions("if=text.txt", "text.txt"));
        assert!(!mentions("context.txt", "text.txt"));
        assert!(!mentions("text.txt.gz", "text.txt"));
        assert!(mentions("text.txt.gz text.txt", "text.txt"));
    }
}
