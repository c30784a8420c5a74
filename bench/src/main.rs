//! From raw bytes to a verdict: hookvet and its peers, in interleaved rounds.
//!
//! `cargo run --release -p hookvet-bench` prints tables and writes `target/hookvet-bench.json`;
//! with `--features allocations` it counts allocations instead;
//! `-- deliveries` measures whole deliveries alone; `-- documents` prints the mixed sets.

#![expect(clippy::cast_precision_loss, reason = "small numbers")]

mod deliveries;
mod engines;
mod fixtures;
#[path = "../../crates/core/fuzz/src/mutate.rs"]
#[allow(dead_code, reason = "shared with the fuzzer")]
mod mutate;
mod own;
mod typed;

use std::time::Instant;

use deliveries::{Deliveries, Step, Time};
use engines::{Engine, Judges};
use fixtures::{Fixture, Set, Variant};
use own::OwnSchemas;
use serde_json::{Value, json};

#[cfg(feature = "allocations")]
#[global_allocator]
static COUNTING: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// How many documents are timed together: few enough that a busy machine rarely cuts in, and engines take turns often.
const SLICE: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["documents"] => documents(),
        ["deliveries"] => drop(whole_deliveries(201)),
        ["own"] => drop(own_schemas(201)),
        // For a profiler: one step over and over.
        ["deliver", step, times] => deliver(step, times.parse().expect("a number")),
        _ => {
            let rounds = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(21);
            let rows = if cfg!(feature = "allocations") { allocations() } else { times(rounds) };
            let deliveries = whole_deliveries(rounds);
            let own = own_schemas(rounds);
            let name = if cfg!(feature = "allocations") { "hookvet-bench-allocations" } else { "hookvet-bench" };
            let path = format!("target/{name}.json");
            match std::fs::write(
                &path,
                format!("{:#}\n", json!({ "rounds": rounds, "rows": rows, "deliveries": deliveries, "own": own })),
            ) {
                Ok(()) => eprintln!("written: {path}"),
                Err(error) => eprintln!("{path}: {error}"),
            }
        }
    }
}

/// The mixed sets as JSON, a line each, for `cargo xtask bench-wasm`.
fn documents() {
    for fixture in Fixture::ALL {
        let event = fixture.event();
        let example = &event.examples()[0];
        let documents = fixture.documents(Variant::Valid, Set::Mixed);
        let line = json!({
            "name": fixture.name(),
            "vendor": event.vendor.as_str(),
            "type": event.name,
            "headers": example.headers.iter().map(usual_time).collect::<Vec<_>>(),
            "example": usual_data(example.body),
            "documents": documents.iter().map(usual_data).collect::<Vec<_>>(),
        });
        println!("{line}");
    }
}

/// The usual form of a time; with lower-case letters it is a finding.
fn usual_time(header: &(&'static str, &str)) -> (&'static str, String) {
    let (name, value) = *header;
    (name, if name == "ce-time" { value.to_uppercase() } else { value.to_owned() })
}

/// The usual form of a check's empty data; the list, as the oldest example has it, is a finding.
fn usual_data(document: impl AsRef<str>) -> String {
    document.as_ref().replace("\"data\":[]", "\"data\":null")
}

/// Every combination of document and engine, in one run.
fn times(rounds: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    print!("| documents | bytes |");
    for engine in &Engine::ALL {
        print!(" {} |", engine.name());
    }
    println!(" of typed | of jsonschema |\n|---|---|{}", "---|".repeat(Engine::ALL.len() + 2));
    for fixture in Fixture::ALL {
        let judges = Judges::new(fixture);
        for variant in Variant::ALL {
            for set in Set::ALL {
                let documents = fixture.documents(variant, set);
                agree(&judges, variant, &documents);
                let mut spent = vec![Vec::new(); Engine::ALL.len()];
                for _ in 0..rounds {
                    for slice in documents.chunks(SLICE) {
                        for (engine, spent) in Engine::ALL.into_iter().zip(&mut spent) {
                            spent.push(time(&judges, engine, slice));
                        }
                    }
                }
                let name = format!("{}, {}, {}", fixture.name(), variant.name(), set.name());
                rows.push(row(&name, &documents, &spent));
            }
        }
    }
    rows
}

/// Headers, payload and verdict together: nanoseconds a delivery, or allocations where those are counted.
fn whole_deliveries(rounds: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let unit = if cfg!(feature = "allocations") { "allocations" } else { "ns" };
    for kind in Time::ALL {
        let deliveries = Deliveries::new(kind);
        let mut spent = vec![Vec::new(); Step::ALL.len()];
        for _ in 0..rounds {
            for range in deliveries.slices(SLICE) {
                for (step, spent) in Step::ALL.into_iter().zip(&mut spent) {
                    spent.push(measure(|| deliveries.work(step, range.clone())) / range.len() as f64);
                }
            }
        }
        println!("\n| AMLYZE related entity, {} | {unit} | of typed |\n|---|---|---|", kind.name());
        for (step, own) in Step::ALL.into_iter().zip(&spent) {
            let middle = median(own.clone());
            let ratio = median(own.iter().zip(&spent[0]).map(|(own, typed)| own / typed).collect());
            println!("| {} | {middle:.1} | {ratio:.3} |", step.name());
            rows.push(json!({ "headers": kind.name(), "step": step.name(), unit: middle, "of_typed": ratio }));
        }
    }
    rows
}

/// Schemas that a user brings: nanoseconds a document, or allocations where those are counted.
fn own_schemas(rounds: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let unit = if cfg!(feature = "allocations") { "allocations" } else { "ns" };
    for fixture in Fixture::ALL {
        let own = OwnSchemas::new(fixture);
        let mut spent = vec![Vec::new(); own::Step::ALL.len()];
        for _ in 0..rounds {
            for range in own.slices(SLICE) {
                for (step, spent) in own::Step::ALL.into_iter().zip(&mut spent) {
                    spent.push(measure(|| own.work(step, range.clone())) / range.len() as f64);
                }
            }
        }
        println!("\n| schemas of one's own, {} | {unit} | beside | ratio |\n|---|---|---|---|", fixture.name());
        for (step, times) in own::Step::ALL.into_iter().zip(&spent) {
            let beside = step.beside();
            let other = own::Step::ALL.into_iter().position(|other| other == beside).map_or(times, |at| &spent[at]);
            let middle = median(times.clone());
            let ratio = median(times.iter().zip(other).map(|(one, other)| one / other).collect());
            println!("| {} | {middle:.1} | {} | {ratio:.3} |", step.name(), beside.name());
            rows.push(json!({ "documents": fixture.name(), "step": step.name(), unit: middle, "ratio": ratio }));
        }
    }
    rows
}

/// Nanoseconds that `work` takes.
#[cfg(not(feature = "allocations"))]
fn measure(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

/// Allocations that `work` makes.
#[cfg(feature = "allocations")]
fn measure(work: impl FnOnce()) -> f64 {
    let region = stats_alloc::Region::new(COUNTING);
    work();
    let change = region.change();
    (change.allocations + change.reallocations) as f64
}

fn deliver(step: &str, times: usize) {
    let deliveries = Deliveries::new(Time::Upper);
    let step = Step::ALL.into_iter().find(|other| format!("{other:?}").eq_ignore_ascii_case(step)).expect("a step");
    for _ in 0..times {
        deliveries.work(step, 0..fixtures::MIXED);
    }
}

/// Nanoseconds a document.
fn time(judges: &Judges, engine: Engine, documents: &[String]) -> f64 {
    let start = Instant::now();
    for document in documents {
        std::hint::black_box(judges.judge(engine, std::hint::black_box(document)));
    }
    start.elapsed().as_nanos() as f64 / documents.len() as f64
}

/// Engines that check schemas have one opinion; the typed ones see less.
fn agree(judges: &Judges, variant: Variant, documents: &[String]) {
    let is_valid = variant != Variant::Invalid;
    for document in documents {
        for engine in Engine::ALL {
            let verdict = judges.judge(engine, document);
            let sees_all = !matches!(engine, Engine::Typed | Engine::Sonic);
            assert!(verdict == is_valid || (!is_valid && !sees_all), "{}: {document}", engine.name());
        }
    }
}

fn row(name: &str, documents: &[String], spent: &[Vec<f64>]) -> Value {
    let medians: Vec<f64> = spent.iter().map(|spent| median(spent.clone())).collect();
    let of = |a: Engine, b: Engine| {
        let at = |engine: Engine| &spent[Engine::ALL.iter().position(|other| *other == engine).unwrap_or_default()];
        median(at(a).iter().zip(at(b)).map(|(a, b)| a / b).collect())
    };
    let (typed, runtime) = (of(Engine::Hookvet, Engine::Typed), of(Engine::Hookvet, Engine::Runtime));
    let bytes = documents.iter().map(String::len).sum::<usize>() / documents.len();
    print!("| {name} | {bytes} |");
    for median in &medians {
        print!(" {median:.0} |");
    }
    println!(" {typed:.3} | {runtime:.3} |");
    let engines: serde_json::Map<String, Value> =
        Engine::ALL.iter().zip(&medians).map(|(engine, median)| (engine.name().into(), json!(median))).collect();
    json!({ "documents": name, "bytes": bytes, "nanoseconds": engines, "of_typed": typed, "of_jsonschema": runtime })
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

#[cfg(not(feature = "allocations"))]
fn allocations() -> Vec<Value> {
    Vec::new()
}

/// Allocations a document.
#[cfg(feature = "allocations")]
fn allocations() -> Vec<Value> {
    let mut rows = Vec::new();
    print!("| documents |");
    for engine in &Engine::ALL {
        print!(" {} |", engine.name());
    }
    println!("\n|---|{}", "---|".repeat(Engine::ALL.len()));
    for fixture in Fixture::ALL {
        let judges = Judges::new(fixture);
        for variant in Variant::ALL {
            let documents = fixture.documents(variant, Set::Mixed);
            let name = format!("{}, {}, mixed", fixture.name(), variant.name());
            print!("| {name} |");
            let mut counts = serde_json::Map::new();
            for engine in Engine::ALL {
                let region = stats_alloc::Region::new(COUNTING);
                for document in &documents {
                    std::hint::black_box(judges.judge(engine, document));
                }
                let change = region.change();
                let count = (change.allocations + change.reallocations) as f64 / documents.len() as f64;
                print!(" {count:.1} |");
                counts.insert(engine.name().into(), json!(count));
            }
            println!();
            rows.push(json!({ "documents": name, "allocations": counts }));
        }
    }
    rows
}
