//! Decoding of `ce-` headers and of envelopes: the property is in `src/resent.rs`.
#![no_main]

#[path = "../src/resent.rs"]
mod resent;

libfuzzer_sys::fuzz_target!(|input: &[u8]| resent::check(input));
