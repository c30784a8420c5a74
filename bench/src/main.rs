//! From raw bytes to a verdict: hookvet and its peers, in interleaved rounds.
//!
//! `cargo run --release -p hookvet-bench` prints tables and writes `target/hookvet-bench.json`;
//! with `--features allocations` it counts allocations instead; `-- linear` counts instructions under callgrind;
