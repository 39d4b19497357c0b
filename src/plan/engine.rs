//! The engine axis: how the bundled emulator runs guest code.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Begins the name of an engine that leaves one optimisation out.
const JIT_WITHOUT: &str = "jit-no-";

/// Every engine's name, in the order of the reports. The emulator's own list says what can be left out.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let without = elfuse::jit::OPTIMISATIONS.iter().map(|(name, _)| format!("{JIT_WITHOUT}{name}"));
    ["interp", "jit", "check"].map(str::to_owned).into_iter().chain(without).collect()
});

/// An engine of the emulator: `interp`, `jit`, `check`, which is both compared step by step, or `jit-no-NAME`, which is
/// `jit` without that optimisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Engine(&'static str);

/// A word that names no engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", NAMES.join(", "))]
pub struct NoSuchEngine;

impl Engine {
    /// Every value, in the order of the reports.
    pub fn all() -> impl Iterator<Item = Engine> {
        NAMES.iter().map(|name| Engine(name))
    }

    /// The axis value as users write it.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// How many times as long as usual a case may take.
    pub fn patience(self) -> u32 {
        if self.0 == "check" { 20 } else { 1 }
    }

    /// The options by which the emulator knows it.
    pub fn options(self) -> Vec<String> {
        let (engine, without) = match self.0.strip_prefix(JIT_WITHOUT) {
            Some(name) => ("jit", Some(format!("--no-{name}"))),
            None => (self.0, None),
        };
        ["--engine".to_owned(), engine.to_owned()].into_iter().chain(without).collect()
    }
}

impl FromStr for Engine {
    type Err = NoSuchEngine;

    fn from_str(text: &str) -> Result<Engine, NoSuchEngine> {
        Engine::all().find(|engine| engine.0 == text).ok_or(NoSuchEngine)
    }
}

impl<'de> Deserialize<'de> for Engine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Engine, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_optimisation_makes_an_engine() {
        let names: BTreeSet<&str> = Engine::all().map(Engine::name).collect();
        assert_eq!(names.len(), 3 + elfuse::jit::OPTIMISATIONS.len());
        for (name, _) in elfuse::jit::OPTIMISATIONS {
            let engine: Engine = format!("jit-no-{name}").parse().unwrap();
            assert_eq!(engine.options(), ["--engine", "jit", &format!("--no-{name}")]);
        }
        assert_eq!("interp".parse::<Engine>().unwrap().options(), ["--engine", "interp"]);
        assert_eq!("jit".parse::<Engine>().unwrap().options(), ["--engine", "jit"]);
        assert_eq!("check".parse::<Engine>().unwrap().options(), ["--engine", "check"]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        for wrong in ["", "jot", "jit-no-", "jit-no-lunch", "Jit"] {
            let told = wrong.parse::<Engine>().unwrap_err().to_string();
            assert!(told.starts_with("expected one of interp, jit, check, jit-no-"), "{wrong}: {told}");
        }
    }

    #[test]
    fn a_report_keeps_the_name() {
        for engine in Engine::all() {
            let text = serde_json::to_string(&engine).unwrap();
            assert_eq!(text, format!("\"{engine}\""));
            assert_eq!(serde_json::from_str::<Engine>(&text).unwrap(), engine);
        }
        let error = serde_json::from_str::<Engine>("\"jot\"").unwrap_err();
        assert!(error.to_string().starts_with("expected one of interp"), "{error}");
    }
}
