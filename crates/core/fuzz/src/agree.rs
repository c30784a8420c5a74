//! The property: the one pass, the scanner, `serde_json` and `jsonschema` agree on every text, but for stated differences.

use std::collections::BTreeSet;

use hookvet::EventInfo;
use hookvet::internals::{Departure, Found, Oracle, Tables, dataspike_event, notes};

use super::grammar;

/// Two judges of one event.
pub(crate) struct Pair {
    /// The event's name.
    pub(crate) name: &'static str,
    tables: Tables,
    oracle: Oracle,
}

/// How often each stated difference was met.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Texts that were compared.
    pub(crate) documents: usize,
    /// Texts without any finding.
    pub(crate) clean: usize,
    /// Texts that are no JSON, or nested too deep.
    pub(crate) faulty: usize,
    /// Repeated names, of which the oracle sees the last.
    pub(crate) duplicates: usize,
    /// Departures of numbers that a float rounds.
    pub(crate) rounded: usize,
    /// Numbers beyond f64 and lone surrogates, which `serde_json` refuses.
    pub(crate) unread: usize,
}

impl Pair {
    /// Both judges of a built-in event.
    pub(crate) fn of(event: &EventInfo) -> Self {
        Self {
            name: event.name,
            tables: Tables::of(event).expect("every event has tables"),
            oracle: Oracle::compile(event.schema_id, event.schema()).expect("every schema compiles"),
        }
    }

    /// Both judges of a schema.
    pub(crate) fn compile(name: &'static str, schema: &str) -> Self {
        Self::inside(name, schema).unwrap_or_else(|| panic!("{schema} is outside the subset"))
    }

    /// Both judges of a schema inside the subset.
    pub(crate) fn inside(name: &'static str, schema: &str) -> Option<Self> {
        let oracle = Oracle::compile(name, schema).unwrap_or_else(|fault| panic!("{fault}"));
        Some(Self { name, tables: Tables::compile(name, schema).ok()?, oracle })
    }

    /// Everything that the one pass finds.
    pub(crate) fn findings(&self, bytes: &[u8]) -> Result<Found, (String, usize)> {
        self.tables.findings(bytes)
    }

    /// Compares everything that is said about `bytes`.
    ///
    /// # Panics
    /// Where anything differs in a way that is not stated here.
    pub(crate) fn compare(&self, bytes: &[u8], tally: &mut Tally) {
        let shown = || format!("{}: {:?}", self.name, String::from_utf8_lossy(bytes));
        tally.documents += 1;
        let found = self.findings(bytes);
        let scanned = grammar::fault(bytes).map_or_else(|| Ok(notes(bytes)), Err);
        let is_clean = found.as_ref().is_ok_and(|found| *found == Found::default());
        assert_eq!(self.tables.is_clean(bytes), is_clean, "{}", shown());
        tally.clean += usize::from(is_clean);
        if hookvet::find(hookvet::Vendor::Dataspike, self.name).is_some() {
            // What is clean under its own schema says so itself, and is found to.
            assert!(!is_clean || dataspike_event(bytes).is_some_and(|event| event.name == self.name), "{}", shown());
        }
        let (found, notes) = match (found, scanned) {
            (Err(ours), Err(theirs)) => {
                assert_eq!(ours, theirs, "{}", shown());
                // Nothing that serde_json reads is refused here, but for depth.
                assert!(
                    ours.0 == "depth" || serde_json::from_slice::<serde_json::Value>(bytes).is_err(),
                    "{}",
                    shown()
                );
                tally.faulty += 1;
                return;
            }
            (Ok(found), Ok(notes)) => (found, notes),
            (found, notes) => panic!("{}: {found:?} but {notes:?}", shown()),
        };
        if found.left_out > 0 {
            return;
        }
        assert_eq!(found.notes, notes, "{}", shown());
        let has = |rule: &str| found.notes.iter().any(|(other, _, _)| *other == rule);
        let theirs = self.oracle.departures(bytes);
        // Stated: serde_json reads neither numbers beyond f64 nor lone surrogates, so the oracle has no opinion.
        assert_eq!(theirs.is_none(), has("JSON-number") || has("JSON-syntax"), "{}", shown());
        let Some(theirs) = theirs else {
            tally.unread += 1;
            return;
        };
        // Stated: of repeated names the oracle sees the last, the pass all of them.
        if has("JSON-duplicate") {
            tally.duplicates += 1;
            return;
        }
        self.compare_departures(&found, theirs, bytes, tally);
    }

    fn compare_departures(&self, found: &Found, theirs: Vec<Departure>, bytes: &[u8], tally: &mut Tally) {
        let shown = || format!("{}: {:?}", self.name, String::from_utf8_lossy(bytes));
        assert!(found.departures.iter().all(|departure| departure.at.is_some()), "{}", shown());
        let mut ours: BTreeSet<Departure> = found.departures.iter().cloned().collect();
        assert_eq!(ours.len(), found.departures.len(), "{}", shown());
        let mut theirs: BTreeSet<Departure> = theirs.into_iter().collect();
        // Stated: the oracle judges a number as a float has it, the pass as it is written.
        let is_stated = |departure: &Departure| {
            matches!(departure.rule, "SCHEMA-type" | "SCHEMA-minimum" | "SCHEMA-maximum" | "SCHEMA-multipleOf")
                && departure.at.is_some_and(|at| is_rounded(bytes, at))
        };
        let rounded: Vec<Departure> =
            ours.symmetric_difference(&theirs).filter(|one| is_stated(one)).cloned().collect();
        tally.rounded += rounded.len();
        for departure in rounded {
            ours.remove(&departure);
            theirs.remove(&departure);
        }
        assert_eq!(ours, theirs, "{}", shown());
    }
}

/// Whether the value at `at` is a number with more digits than every float keeps, or so small that a float is zero.
fn is_rounded(bytes: &[u8], at: usize) -> bool {
    let text = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
    let text: String = text.copied().map(char::from).collect();
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = digits.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    text.parse::<f64>().is_ok_and(|float| digits > 15 || (float == 0.0 && digits > 0))
}
