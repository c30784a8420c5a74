//! What [`VetLayer`](hookvet_tower::VetLayer) adds to a bare axum route, beside layers that do nothing, in interleaved rounds.
//!
//! `cargo xtask bench-http` prints two tables: nanoseconds added in process, and requests a second over loopback. With the
//! argument `instructions NAME COUNT` it only calls one route, for callgrind.

#[path = "../../src/fixtures.rs"]
#[allow(dead_code, reason = "shared with the benchmark of payloads")]
mod fixtures;
mod layers;
mod loopback;
#[path = "../../../crates/core/fuzz/src/mutate.rs"]
#[allow(dead_code, reason = "shared with the fuzzer")]
mod mutate;
mod peers;
mod process;

use fixtures::{Fixture, Set, Variant};
use layers::Stack;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let documents = Fixture::RelatedEntity.documents(Variant::Valid, Set::Mixed);
    let documents: Vec<String> = documents.iter().map(|document| layers::about_the_subject(document)).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["instructions", name, count] => {
            let stack = Stack::ALL
                .into_iter()
                .find(|stack| stack.word() == name)
                .expect("bare, nothing, buffer, sdk, jsonschema or vet");
            process::call(stack, &documents, count.parse().expect("a number"));
        }
        _ => {
            layers::expect_clean(&documents);
            process::run(&documents);
            loopback::run(&documents);
        }
    }
}

/// The middle of a list.
fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
