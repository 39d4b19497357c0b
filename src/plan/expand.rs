//! Suites × axes to cases.

use std::time::Duration;

use crate::config::{CaseSpec, Config, Profile, Programs, Suite};

use super::{Case, Coordinates, Engine, Launcher, Link, Source, SysrootKind, Target, VolumeKind};

/// Every case of `config` on `target`, suite by suite, link by link, volume by volume, engine by engine, in the order of
/// the files. Without `engines` no case has that axis.
///
/// Ids are unique because suites, their links, their cases' names and the engines are; one given twice counts once.
pub fn expand(config: &Config, target: &Target, profile: &Profile, engines: &[Engine]) -> Vec<Case> {
    let engines = self::engines(engines);
    let mut cases = Vec::new();
    for suite in &config.suites {
        for (link, programs) in &suite.programs {
            if !config.links.contains(link) {
                continue;
            }
            for volume in volumes(config, suite, *link, programs) {
                for engine in &engines {
                    let engine = *engine;
                    let place = Place { suite, link: *link, volume, engine, programs, target, profile };
                    cases.extend(suite.cases.iter().map(|spec| place.case(spec)));
                }
            }
        }
    }
    cases
}

/// The values of the volume axis for a suite's cases; `None` alone where there is nothing to put on a volume.
fn volumes(config: &Config, suite: &Suite, link: Link, programs: &Programs) -> Vec<Option<VolumeKind>> {
    match suite.volumes(link) {
        [] => vec![None],
        // A program of this machine has this machine for a sysroot.
        _ if programs.fixture.is_none() => vec![None],
        kinds => kinds.iter().filter(|kind| config.volumes.contains(kind)).copied().map(Some).collect(),
    }
}

/// The values of the engine axis, each once; `None` alone where the emulator chooses.
fn engines(wanted: &[Engine]) -> Vec<Option<Engine>> {
    let mut engines = Vec::new();
    for engine in wanted.iter().copied().map(Some) {
        if !engines.contains(&engine) {
            engines.push(engine);
        }
    }
    if engines.is_empty() { vec![None] } else { engines }
}

/// Where a suite's cases land.
struct Place<'a> {
    suite: &'a Suite,
    link: Link,
    volume: Option<VolumeKind>,
    engine: Option<Engine>,
    programs: &'a Programs,
    target: &'a Target,
    profile: &'a Profile,
}

impl Place<'_> {
    fn case(&self, spec: &CaseSpec) -> Case {
        let patience = self.engine.map_or(1, Engine::patience);
        let timeout = spec.timeout.unwrap_or(self.profile.timeout) * patience;
        Case {
            at: Coordinates {
                target: self.target.name.clone(),
                suite: self.suite.name.clone(),
                link: self.link,
                volume: self.volume,
                engine: self.engine,
                name: spec.name.clone(),
            },
            source: Source { file: self.suite.file.clone(), line: spec.line },
            tags: spec.tags.clone(),
            fixture: self.programs.fixture.clone().unwrap_or_default(),
            program: format!("{}/{}", self.programs.directory, spec.program),
            program_at: spec.program_at.clone(),
            args: spec.args.clone(),
            stdin: spec.stdin.clone(),
            files: spec.files.clone(),
            env: spec.env.clone(),
            sysroot: self.suite.sysroot,
            host_fallback: spec.host_fallback,
            tree: spec.tree.clone(),
            expect: spec.expect.clone(),
            unsupported: self.unsupported(spec),
            slow: (self.profile.slow * patience).min(timeout),
            timeout,
        }
    }

    /// Why the target cannot run `spec`, if so.
    fn unsupported(&self, spec: &CaseSpec) -> Option<String> {
        let native = self.target.launcher == Launcher::Native;
        let elfuse = matches!(self.target.launcher, Launcher::Elfuse { .. });
        match (&self.programs.fixture, &self.target.no_children) {
            (Some(_), _) if native => Some("a native target runs programs of this machine only".to_owned()),
            (None, _) if !native => Some("a program of this machine needs a native target".to_owned()),
            _ if !elfuse && spec.host_fallback.is_some() => {
                Some("only the bundled emulator has modes of the host fallback".to_owned())
            }
            _ if !elfuse && self.suite.sysroot == SysrootKind::Private => {
                Some("only the bundled emulator can be given a private sysroot".to_owned())
            }
            (_, Some(reason)) if spec.executes_children => Some(reason.clone()),
            _ => None,
        }
    }
}

/// Gives every case the hard limit `timeout`.
pub fn override_timeout(cases: &mut [Case], timeout: Duration) {
    for case in cases {
        case.timeout = timeout;
        case.slow = case.slow.min(timeout);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::testing;
    use super::*;

    #[test]
    fn the_order_is_suite_then_link_then_file() {
        let config = testing::config();
        let cases = expand(&config, &config.targets[0], &config.profiles[0], &[]);
        let ids: Vec<String> = cases.iter().map(|case| case.at.to_string()).collect();
        assert_eq!(
            ids,
            [
                "text/static/sort",
                "text/static/env",
                "text/glibc-dyn/sort",
                "text/glibc-dyn/env",
                "shell/static/sort",
            ]
        );
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(cases[2].program, "usr/bin/sort");
        assert_eq!(cases[2].fixture, "text-glibc-dyn");
    }

    #[test]
    fn a_link_outside_the_axis_does_not_run() {
        let mut config = testing::config();
        config.links = vec![Link::GlibcDyn];
        let cases = expand(&config, &config.targets[0], &config.profiles[0], &[]);
        assert_eq!(cases.len(), 2);
    }

    #[test]
    fn a_sysroot_is_put_on_every_volume_of_suite_and_axis() {
        let mut config = testing::config();
        config.suites[0].volumes = VolumeKind::ALL.to_vec();
        let ids = |config: &Config| {
            let cases = expand(config, &config.targets[0], &config.profiles[0], &[]);
            cases.iter().map(|case| case.at.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            ids(&config),
            [
                "text/static/sort",
                "text/static/env",
                "text/glibc-dyn/byte-exact/sort",
                "text/glibc-dyn/byte-exact/env",
                "text/glibc-dyn/folding/sort",
                "text/glibc-dyn/folding/env",
                "shell/static/sort",
            ]
        );
        config.volumes = vec![VolumeKind::Folding];
        config.suites.truncate(1);
        config.suites[0].programs.remove(&Link::Static);
        assert_eq!(ids(&config), ["text/glibc-dyn/folding/sort", "text/glibc-dyn/folding/env"]);
    }

    #[test]
    fn every_case_runs_once_on_each_engine() {
        let mut config = testing::config();
        config.suites[0].volumes = VolumeKind::ALL.to_vec();
        let [interp, jit] = ["interp", "jit-no-chain"].map(|name| name.parse::<Engine>().unwrap());
        let cases = |engines: &[Engine]| expand(&config, &config.targets[0], &config.profiles[0], engines);
        let ids: Vec<String> = cases(&[jit, interp, jit]).iter().map(|case| case.at.to_string()).collect();
        assert_eq!(
            ids[..6],
            [
                "text/static/jit-no-chain/sort",
                "text/static/jit-no-chain/env",
                "text/static/interp/sort",
                "text/static/interp/env",
                "text/glibc-dyn/byte-exact/jit-no-chain/sort",
                "text/glibc-dyn/byte-exact/jit-no-chain/env",
            ]
        );
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 2 * cases(&[]).len());
        let one = cases(&[interp]);
        assert_eq!(one[0].at.axes().last(), Some(&("engine", "interp".to_owned())));
        assert!(cases(&[]).iter().all(|case| case.at.engine.is_none()));
    }

    #[test]
    fn a_target_without_children_says_why() {
        let config = testing::config();
        let mut target = config.targets[0].clone();
        target.no_children = Some("no exec".to_owned());
        let cases = expand(&config, &target, &config.profiles[0], &[]);
        let reasons: BTreeMap<String, Option<String>> =
            cases.into_iter().map(|case| (case.at.to_string(), case.unsupported)).collect();
        assert_eq!(reasons["text/static/env"].as_deref(), Some("no exec"));
        assert_eq!(reasons["text/static/sort"], None);
    }

    #[test]
    fn a_native_target_and_fixtures_exclude_each_other() {
        let mut config = testing::config();
        config.suites.truncate(1);
        if let Some(programs) = config.suites[0].programs.get_mut(&Link::Static) {
            *programs = Programs { fixture: None, directory: "/bin".to_owned() };
        }
        let reasons = |launcher| {
            let target = Target { launcher, ..config.targets[0].clone() };
            let cases = expand(&config, &target, &config.profiles[0], &[]);
            cases.iter().map(|case| (case.at.link, case.unsupported.is_some())).collect::<BTreeMap<_, _>>()
        };
        let native = reasons(Launcher::Native);
        assert_eq!(native, BTreeMap::from([(Link::Static, false), (Link::GlibcDyn, true)]));
        let elfuse = reasons(config.targets[0].launcher.clone());
        assert_eq!(elfuse, BTreeMap::from([(Link::Static, true), (Link::GlibcDyn, false)]));
    }

    #[test]
    fn cases_may_take_longer_where_two_engines_are_compared() {
        let config = testing::config();
        let engines = ["jit", "check"].map(|name| name.parse::<Engine>().unwrap());
        let cases = expand(&config, &config.targets[0], &config.profiles[0], &engines);
        let limits = |engine: Engine, times: u32| -> Vec<_> {
            let own = cases.iter().filter(|case| case.at.engine == Some(engine));
            own.map(|case| (case.timeout * times, case.slow * times)).collect()
        };
        assert_eq!(limits(engines[1], 1), limits(engines[0], 20));
    }

    #[test]
    fn the_slow_mark_never_lies_beyond_the_limit() {
        let config = testing::config();
        let mut cases = expand(&config, &config.targets[0], &config.profiles[0], &[]);
        override_timeout(&mut cases, Duration::from_secs(1));
        assert!(cases.iter().all(|case| case.slow == Duration::from_secs(1)));
        assert!(cases.iter().all(|case| case.timeout == Duration::from_secs(1)));
    }
}
