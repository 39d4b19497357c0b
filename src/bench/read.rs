//! `bench.yaml` to the checked table; all complaints at once, each with its place.

use std::fs;
use std::path::Path;

use super::table::{Against, Datum, Goal, Group, Measure, Native, Recipe, Table, Workload};
use crate::config::reader::{Fields, Reader, Spanned};
use crate::config::tree::{self, Key, Node, Value};
use crate::config::{ConfigError, Diagnostics, SourceText, case_name, known_name};

/// The table's file, beside `matrix.yaml`.
pub const FILE: &str = "bench.yaml";

const ROOT_KEYS: [&str; 5] = ["peer", "peak", "data", "groups", "goals"];
const GROUP_KEYS: [&str; 4] = ["about", "fixture", "native", "workloads"];
const WORKLOAD_KEYS: [&str; 8] =
    ["name", "run", "stdin", "exit", "fixture", "native", "native-run", "native-may-differ"];
const GOAL_KEYS: [&str; 5] = ["show", "measure", "against", "of", "at-most"];
const RECIPE_KEYS: [&str; 8] = ["text", "binary", "numbers", "json", "tree", "changed", "gzip", "content"];
/// MB that a generated file may have.
const MEGABYTES: std::ops::RangeInclusive<u64> = 1..=1000;
/// Lines or files that may be generated.
const COUNT: std::ops::RangeInclusive<u64> = 1..=10_000_000;

/// Reads and checks the table of `project`; `fixtures` are the names of the lock file.
///
/// # Errors
/// [`ConfigError::Read`] when there is no such file, [`ConfigError::Invalid`] with everything that is wrong in it.
pub fn load(project: &Path, fixtures: &[String]) -> Result<Table, ConfigError> {
    let file = project.join(FILE);
    let text = fs::read_to_string(&file).map_err(|error| ConfigError::Read { file, error })?;
    parse(&SourceText::new(FILE, text), fixtures)
}

fn parse(source: &SourceText, fixtures: &[String]) -> Result<Table, ConfigError> {
    let mut diagnostics = Diagnostics::new();
    let root = tree::parse(source, &mut diagnostics);
    let mut reader = Reader::new(source, &mut diagnostics);
    let table = root.and_then(|root| table(&mut reader, &root, fixtures));
    match table {
        Some(table) if diagnostics.is_empty() => Ok(table),
        _ => Err(ConfigError::Invalid(diagnostics.sorted())),
    }
}

fn table(reader: &mut Reader<'_>, root: &Node, fixtures: &[String]) -> Option<Table> {
    let fields = reader.fields(root, FILE, &ROOT_KEYS)?;
    let peer = reader.required(&fields, "peer").and_then(|node| reader.text(node, "`peer`"));
    let peak = fixture(reader, &fields, "peak", fixtures);
    let data = fields.get("data").and_then(|node| reader.entries(node, "`data`")).unwrap_or_default();
    let data = data_entries(reader, data);
    let mut groups: Vec<Group> = Vec::new();
    let mut workloads: Vec<Workload> = Vec::new();
    let entries = reader.required(&fields, "groups").and_then(|node| reader.entries(node, "`groups`"));
    for (key, node) in entries.unwrap_or_default() {
        case_name(reader, &Spanned { span: key.span, value: key.name.clone() });
        let Some(fields) = reader.fields(node, "a group", &GROUP_KEYS) else { continue };
        let about = reader.required(&fields, "about").and_then(|node| reader.text(node, "`about`"));
        let usual = Usual {
            group: &key.name,
            fixture: fixture(reader, &fields, "fixture", fixtures),
            native: native(reader, &fields, fixtures).unwrap_or(Native::Host),
        };
        let rows = reader.required(&fields, "workloads").and_then(|node| reader.items(node, "`workloads`"));
        for row in rows.unwrap_or_default() {
            let Some((name, workload)) = workload(reader, row, &usual, &data, fixtures) else { continue };
            if workloads.iter().any(|other| other.name == workload.name) {
                reader.complain(name.span, format!("a second workload `{}`", name.value), "");
            }
            workloads.push(workload);
        }
        groups
            .push(Group { name: key.name.clone(), about: about.map(|text| text.value).unwrap_or_default() });
    }
    let goals = fields.get("goals").and_then(|node| reader.items(node, "`goals`")).unwrap_or_default();
    let goals = goals.iter().filter_map(|node| goal(reader, node, &groups, &workloads)).collect();
    Some(Table { peer: peer?.value, peak, data, groups, workloads, goals })
}

/// What holds for the workloads of a group that do not say otherwise.
struct Usual<'a> {
    group: &'a str,
    fixture: Option<String>,
    native: Native,
}

fn workload(
    reader: &mut Reader<'_>,
    node: &Node,
    usual: &Usual<'_>,
    data: &[Datum],
    fixtures: &[String],
) -> Option<(Spanned<String>, Workload)> {
    let fields = reader.fields(node, "a workload", &WORKLOAD_KEYS)?;
    let name = reader.required(&fields, "name").and_then(|node| reader.text(node, "`name`"));
    if let Some(name) = &name {
        case_name(reader, name);
    }
    let run = reader.required(&fields, "run").and_then(|node| words(reader, node, "`run`"));
    let native_run = fields.get("native-run").and_then(|node| words(reader, node, "`native-run`"));
    let stdin = fields.get("stdin").and_then(|node| reader.text(node, "`stdin`"));
    if let Some(stdin) = &stdin {
        known_name(reader, "datum", stdin, data.iter().map(|datum| datum.name.as_str()));
    }
    let exit = fields.get("exit").and_then(|node| reader.integer(node, "`exit`", 0..=255));
    let differs =
        fields.get("native-may-differ").and_then(|node| reader.boolean(node, "`native-may-differ`"));
    let own = fixture(reader, &fields, "fixture", fixtures);
    let native = native(reader, &fields, fixtures);
    let fixture = own.or_else(|| usual.fixture.clone());
    if fixture.is_none() && fields.get("fixture").is_none() {
        reader.complain(fields.span, "neither the workload nor its group has a `fixture`", "");
    }
    let name = name?;
    let workload = Workload {
        name: name.value.clone(),
        group: usual.group.to_owned(),
        fixture: fixture?,
        run: run?,
        stdin: stdin.map(|stdin| stdin.value),
        exit: exit.and_then(|exit| u8::try_from(exit).ok()).unwrap_or(0),
        native: native.unwrap_or_else(|| usual.native.clone()),
        native_run,
        native_may_differ: differs.unwrap_or(false),
    };
    Some((name, workload))
}

/// A command line: words, or a text that is split like a shell would, without expansions.
fn words(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Vec<String>> {
    let words: Vec<String> = match &node.value {
        Value::List(_) => reader.texts(node, what)?.into_iter().map(|word| word.value).collect(),
        _ => {
            let line = reader.text(node, what)?;
            match shell_words::split(&line.value) {
                Ok(words) => words,
                Err(_) => {
                    reader.complain(line.span, "a quote is not closed", "");
                    return None;
                }
            }
        }
    };
    if words.first().is_none_or(String::is_empty) {
        reader.complain(node.span, format!("{what} names no program"), "");
        return None;
    }
    Some(words)
}

/// The fixture under `key`, which must exist.
fn fixture(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, known: &[String]) -> Option<String> {
    let name = fields.get(key).and_then(|node| reader.text(node, &format!("`{key}`")))?;
    known_name(reader, "fixture", &name, known.iter().map(String::as_str));
    Some(name.value)
}

/// `host`, `none` or a fixture.
fn native(reader: &mut Reader<'_>, fields: &Fields<'_>, fixtures: &[String]) -> Option<Native> {
    let name = fields.get("native").and_then(|node| reader.text(node, "`native`"))?;
    Some(match name.value.as_str() {
        "host" => Native::Host,
        "none" => Native::None,
        _ => {
            let known = fixtures.iter().map(String::as_str).chain(["host", "none"]);
            known_name(reader, "fixture", &name, known);
            Native::Fixture(name.value)
        }
    })
}

fn data_entries(reader: &mut Reader<'_>, entries: &[(Key, Node)]) -> Vec<Datum> {
    let mut data: Vec<Datum> = Vec::new();
    for (key, node) in entries {
        case_name(reader, &Spanned { span: key.span, value: key.name.clone() });
        let Some(recipe) = recipe(reader, node, &data) else { continue };
        data.push(Datum { name: key.name.clone(), recipe });
    }
    data
}

fn recipe(reader: &mut Reader<'_>, node: &Node, earlier: &[Datum]) -> Option<Recipe> {
    let fields = reader.fields(node, "a datum", &RECIPE_KEYS)?;
    let mut recipes = Vec::new();
    for key in RECIPE_KEYS {
        let Some(node) = fields.get(key) else { continue };
        let what = format!("`{key}`");
        recipes.extend(match key {
            "text" => reader.integer(node, &what, MEGABYTES).map(Recipe::Text),
            "binary" => reader.integer(node, &what, MEGABYTES).map(Recipe::Binary),
            "numbers" => reader.integer(node, &what, COUNT).map(Recipe::Numbers),
            "json" => reader.integer(node, &what, COUNT).map(Recipe::Json),
            "tree" => reader.integer(node, &what, 1..=100_000).map(Recipe::Tree),
            "changed" => earlier_file(reader, node, &what, earlier).map(Recipe::Changed),
            "gzip" => earlier_file(reader, node, &what, earlier).map(Recipe::Gzip),
            _ => reader.text(node, &what).map(|text| Recipe::Content(text.value)),
        });
    }
    if recipes.len() > 1 {
        reader.complain(node.span, "a datum is made in one way only", "");
    } else if RECIPE_KEYS.iter().all(|key| fields.get(key).is_none()) {
        reader.complain(node.span, "a datum needs to be made in one way", RECIPE_KEYS.join(", "));
    }
    recipes.into_iter().next()
}

/// The name of a file that stands before; a tree is none.
fn earlier_file(reader: &mut Reader<'_>, node: &Node, what: &str, earlier: &[Datum]) -> Option<String> {
    let name = reader.text(node, what)?;
    let files = earlier.iter().filter(|datum| !matches!(datum.recipe, Recipe::Tree(_)));
    known_name(reader, "earlier datum", &name, files.map(|datum| datum.name.as_str()));
    Some(name.value)
}

fn goal(reader: &mut Reader<'_>, node: &Node, groups: &[Group], workloads: &[Workload]) -> Option<Goal> {
    let fields = reader.fields(node, "a goal", &GOAL_KEYS)?;
    let show = reader.required(&fields, "show").and_then(|node| reader.integer(node, "`show`", 1..=99));
    let written = reader.required(&fields, "of").and_then(|node| match &node.value {
        Value::List(_) => reader.texts(node, "`of`"),
        _ => reader.text(node, "`of`").map(|one| vec![one]),
    });
    let mut of = Vec::new();
    for word in written.iter().flatten() {
        let known = groups.iter().map(|group| group.name.as_str());
        let known = known.chain(workloads.iter().map(|workload| workload.name.as_str()));
        known_name(reader, "workload or group", word, known);
        let found = workloads
            .iter()
            .filter(|workload| workload.name == word.value || workload.group == word.value)
            .map(|workload| workload.name.clone());
        of.extend(found);
    }
    let against = fields.get("against").and_then(|node| reader.text(node, "`against`"));
    let against = against.map(|against| {
        known_name(reader, "party", &against, ["peer", "native"]);
        if against.value == "native" { Against::Native } else { Against::Peer }
    });
    let wanted = fields.get("measure").and_then(|node| reader.text(node, "`measure`"));
    let measure = match wanted.as_ref().map_or("each", |wanted| wanted.value.as_str()) {
        "peak-mib" => {
            if let Some(extra) = fields.get("against") {
                reader.complain(extra.span, "`peak-mib` compares with nobody", "");
            }
            Some(Measure::Peak)
        }
        word @ ("each" | "geomean") => {
            reader.required(&fields, "against");
            against.map(if word == "each" { Measure::Each } else { Measure::Geomean })
        }
        _ => {
            let wanted = wanted.as_ref()?;
            known_name(reader, "measure", wanted, ["each", "geomean", "peak-mib"]);
            None
        }
    };
    let at_most = reader.required(&fields, "at-most").and_then(|node| thousandths(reader, node));
    let written = written?.into_iter().map(|word| word.value).collect();
    Some(Goal { show: show?, of, written, measure: measure?, at_most: at_most? })
}

/// A number above 0, in thousandths.
fn thousandths(reader: &mut Reader<'_>, node: &Node) -> Option<u64> {
    let text = reader.text(node, "`at-most`")?;
    match text.value.parse::<f64>() {
        Ok(number) if (0.001..=1e6).contains(&number) => Some((number * 1000.0).round() as u64),
        _ => {
            reader.complain(text.span, "`at-most` must be a number above 0", "");
            None
        }
    }
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// A small table.
    pub const TEXT: &str = r#"
peer: qemu
peak: native
data:
  a.txt: {text: 1}
  b.txt: {changed: a.txt}
  tree: {tree: 3}
groups:
  start:
    about: starting
    fixture: coreutils
    workloads:
      - {name: true-static, run: "true"}
  tools:
    about: tools
    fixture: coreutils
    workloads:
      - {name: sort, run: sort a.txt, native-may-differ: true}
      - {name: sort-two, run: [sort, b.txt], stdin: a.txt, exit: 1, native: none}
  c:
    about: ours
    fixture: programs
    native: native
    workloads:
      - {name: fib, run: fib 3, native-run: fib 3 4}
goals:
  - {show: 1, of: true-static, against: peer, at-most: 0.3}
  - {show: 2, measure: geomean, of: [tools, fib], against: native, at-most: 2.5}
  - {show: 2, measure: peak-mib, of: true-static, at-most: 8}
"#;

    /// The names of the fixtures in it.
    pub fn fixtures() -> Vec<String> {
        ["coreutils", "programs", "native"].map(str::to_owned).to_vec()
    }

    /// That table.
    pub fn table() -> Table {
        parse(&SourceText::new(FILE, TEXT), &fixtures()).unwrap_or_else(|error| panic!("{error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{TEXT, fixtures, table};
    use super::*;

    fn refused(from: &str, to: &str) -> String {
        assert!(TEXT.contains(from), "{from}");
        let text = TEXT.replacen(from, to, 1);
        parse(&SourceText::new(FILE, text), &fixtures()).expect_err(to).to_string()
    }

    #[test]
    fn a_table_is_read() {
        let table = table();
        assert_eq!(table.peer, "qemu");
        let two = &table.workloads[2];
        assert_eq!((two.run.join(" "), two.exit), ("sort b.txt".to_owned(), 1));
        assert_eq!((&two.native, two.stdin.as_deref()), (&Native::None, Some("a.txt")));
        assert_eq!(table.workloads[3].native, Native::Fixture("native".to_owned()));
        assert_eq!(table.goals[1].of, ["sort", "sort-two", "fib"]);
        assert_eq!(table.goals[1].measure, Measure::Geomean(Against::Native));
        assert_eq!(table.goals[1].at_most, 2500);
        assert_eq!(table.goals[2].measure, Measure::Peak);
    }

    #[test]
    fn only_the_data_that_are_read_are_wanted() {
        let table = table();
        let names = |workloads: &[Workload]| -> Vec<String> {
            table.data_of(workloads).iter().map(|datum| datum.name.clone()).collect()
        };
        assert_eq!(names(&table.workloads[..1]), Vec::<String>::new());
        assert_eq!(names(&table.workloads[1..2]), ["a.txt"]);
        assert_eq!(names(&table.workloads[2..3]), ["a.txt", "b.txt"]);
    }

    #[test]
    fn what_is_wrong_has_its_place_and_a_suggestion() {
        let text = refused("fixture: programs", "fixture: program");
        assert!(
            text.contains("unknown fixture `program`") && text.contains("did you mean `programs`?"),
            "{text}"
        );
        assert!(text.contains("bench.yaml:22:14"), "{text}");
        assert!(refused("stdin: a.txt", "stdin: c.txt").contains("unknown datum `c.txt`"));
        assert!(refused("{changed: a.txt}", "{changed: z.txt}").contains("unknown earlier datum `z.txt`"));
        assert!(refused("{tree: 3}", "{changed: b.txt, tree: 3}").contains("one way only"));
        assert!(refused("{tree: 3}", "{}").contains("needs to be made in one way"));
        assert!(refused("{text: 1}", "{text: none}").contains("a whole number from 1 to 1000"));
        assert!(refused("name: sort-two", "name: sort").contains("a second workload `sort`"));
        assert!(refused("run: fib 3,", "run: fib 'x,").contains("a quote is not closed"));
        assert!(refused("run: fib 3,", "run: '',").contains("names no program"));
        assert!(refused("of: [tools, fib]", "of: [tool]").contains("unknown workload or group `tool`"));
        assert!(refused("against: native", "against: nobody").contains("unknown party `nobody`"));
        assert!(refused("measure: geomean", "measure: mean").contains("unknown measure `mean`"));
        assert!(refused("at-most: 8", "at-most: 8, against: peer").contains("compares with nobody"));
        assert!(refused("at-most: 0.3", "at-most: low").contains("must be a number above 0"));
        assert!(
            refused(
                "    fixture: coreutils\n    workloads:\n      - {name: true",
                "    workloads:\n      - {name: true"
            )
            .contains("neither the workload nor its group")
        );
        assert!(refused("peer: qemu\n", "pier: qemu\n").contains("did you mean `peer`?"));
    }

    #[test]
    fn all_complaints_come_at_once() {
        let text = TEXT.replace("stdin: a.txt", "stdin: c.txt").replace("at-most: 8", "at-most: -8");
        let error = parse(&SourceText::new(FILE, text), &fixtures()).unwrap_err().to_string();
        assert!(error.ends_with("2 errors in the configuration; nothing was run\n"), "{error}");
    }

    #[test]
    fn the_project_s_own_table_is_right() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let lock = crate::fixture::Lock::load(project).unwrap();
        let names: Vec<String> = lock.names().map(str::to_owned).collect();
        let table = load(project, &names).unwrap_or_else(|error| panic!("{error}"));
        assert!(table.workloads.len() > 20);
    }
}
