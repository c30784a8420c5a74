//! Bounded, seeded fuzzing of the one pass: `cargo run --release -- MINUTES [SEED]`.
//!
//! Half of the texts are edited examples (structure-aware), a quarter are damaged bytes of a pool that grows by texts
//! with findings nobody has seen before, the rest are tokens of JSON in any order. Each is judged under the event's
//! schema and compared with the scanner, `serde_json` and `jsonschema`; a difference that is not stated stops it.
//! Overflow checks and debug assertions are on. A find becomes a case in `tests/onepass_oracle.rs`.

mod agree;
mod grammar;
mod mutate;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use agree::{Pair, Tally};
use mutate::{Random, Tree, damage, document};

const TOKENS: [&str; 30] = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"id\":",
    "\"payload\":",
    "\"event_type\":\"DOCVER\"",
    "\"\\u0069d\":",
    "\"\"",
    "\"x\"",
    "\"\\ud800\"",
    "\"\\\\\"",
    "1",
    "-0",
    "1.5",
    "1e5",
    "1e999",
    "true",
    "false",
    "null",
    " ",
    "\n",
    "\t",
    "[]",
    "{}",
    "\"1ed2fb46-8271-6a33-a9ef-7553f473af46\"",
    "\"2022-09-08T20:25:40.6Z\"",
    "\"checks\":",
];

/// How many texts the pool holds.
const POOL: usize = 4000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let minutes = arguments.next().unwrap_or(1);
    let mut random = Random(arguments.next().unwrap_or(1));
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let events: Vec<(Pair, Vec<Tree>)> = hookvet::events()
        .iter()
        .map(|event| (Pair::of(event), event.examples().iter().map(|example| Tree::parse(example.body)).collect()))
        .collect();
    let mut pool: Vec<Vec<u8>> =
        hookvet::events().iter().flat_map(|event| event.examples()).map(|example| example.body.into()).collect();
    let mut known = HashSet::new();
    let mut tally = Tally::default();
    while Instant::now() < end {
        for _ in 0..1000 {
            let (pair, trees) = &events[random.below(events.len())];
            let text = match random.below(4) {
                0 | 1 => document(&trees[random.below(trees.len())], &mut random),
                2 => {
                    let mut text = pool[random.below(pool.len())].clone();
                    for _ in 0..=random.below(4) {
                        damage(&mut text, &mut random);
                    }
                    text
                }
                _ => (0..random.below(40)).map(|_| random.pick(&TOKENS)).collect::<String>().into_bytes(),
            };
            pair.compare(&text, &mut tally);
            if text.len() < 4096 && known.insert(shape(pair, &text)) {
                if pool.len() == POOL {
                    let at = random.below(POOL);
                    pool.swap_remove(at);
                }
                pool.push(text);
            }
        }
    }
    println!("no difference in {tally:#?}, {} shapes of findings", known.len());
}

/// What was found, without its places: the nearest thing to coverage that needs no instrumentation.
fn shape(pair: &Pair, text: &[u8]) -> (&'static str, Vec<&'static str>) {
    let mut rules = match pair.findings(text) {
        Ok(found) => found
            .departures
            .iter()
            .map(|departure| departure.rule)
            .chain(found.notes.iter().map(|(rule, _, _)| *rule))
            .collect(),
        Err((fault, at)) => {
            vec![if at % 2 == 0 { "even" } else { "odd" }, if fault.len() % 2 == 0 { "a" } else { "b" }]
        }
    };
    rules.truncate(6);
    rules.sort_unstable();
    (pair.name, rules)
}
