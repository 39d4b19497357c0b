//! What the engine does and what not: each optimisation can be left out, so that a defect can be found by halving.

/// Which parts of the engine are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Code that has run often enough is translated; off, the interpreter runs everything.
    pub translate: bool,
    /// Blocks lead to each other without a detour.
    pub chain: bool,
    /// Often used guest registers have a host register each.
    pub pin: bool,
    /// Instructions have host instructions of their own; off, each calls the interpreter's function.
    pub lower: bool,
    /// Flags that nobody reads are not kept.
    pub look_ahead: bool,
    /// An address near one that was compared is not compared again.
    pub elide_checks: bool,
    /// Addresses are compared at all.
    pub isolate: bool,
    /// Calls of the interpreter's functions are counted, and told at the end.
    pub stats: bool,
    /// Loops are translated again, with registers of their own.
    pub regions: bool,
    /// How often a loop runs before that.
    pub hot: u32,
    /// How often a block is interpreted before it is translated.
    pub warm: u8,
    /// Each block is run by the interpreter first, and whatever the translation does otherwise ends the run.
    pub check: bool,
    /// A defect for tests (`--inject jit-madd`): the translation of MADD gives one too much.
    pub broken_madd: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            translate: true,
            chain: true,
            pin: true,
            lower: true,
            look_ahead: true,
            elide_checks: true,
            isolate: true,
            stats: false,
            regions: true,
            hot: 1000,
            warm: 24,
            check: false,
            broken_madd: false,
        }
    }
}

/// The name of an optimisation and what leaves it out.
pub type Optimisation = (&'static str, fn(&mut Switches));

/// The names of the optimisations on the command line, `--no-NAME` each, and what they switch.
pub const OPTIMISATIONS: &[Optimisation] = &[
    ("chain", |switches| switches.chain = false),
    ("pin", |switches| switches.pin = false),
    ("lower", |switches| switches.lower = false),
    ("look-ahead", |switches| switches.look_ahead = false),
    ("regions", |switches| switches.regions = false),
    ("elide-checks", |switches| switches.elide_checks = false),
];
