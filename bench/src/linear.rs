//! Whether work grows with the length alone: instructions by callgrind at two sizes of many patterns.

use std::process::Command;

use hookvet::internals::{Tables, clean_delivery};

use crate::fixtures::Fixture;

/// The smaller size; the larger one is four times that.
const SIZE: usize = 50_000;

/// A name, and the text of about so many bytes.
type Pattern = (&'static str, fn(usize) -> String);

const PATTERNS: [Pattern; 18] = [
    ("quotes", |n| "\"".repeat(n)),
    ("one long string", |n| format!("\"{}\"", "a".repeat(n))),
    ("backslashes in a string", |n| format!("\"{}\"", "\\\\".repeat(n / 2))),
    ("escaped quotes", |n| format!("\"{}\"", "\\\"".repeat(n / 2))),
    ("lone surrogates", |n| format!("\"{}\"", "\\ud800".repeat(n / 6))),
    ("opening braces", |n| "{".repeat(n)),
    ("opening brackets", |n| "[".repeat(n)),
    ("items", |n| format!("[{}1]", "1,".repeat(n / 2))),
    ("nested lists", |n| format!("[{}1]", "[[[[[[]]]]]],".repeat(n / 13))),
    ("digits", |n| "7".repeat(n)),
    ("digits behind a point", |n| format!("1.{}e5", "7".repeat(n))),
    ("spaces", |n| format!("{}1", " \n".repeat(n / 2))),
    ("one long name", |n| format!("{{\"{}\":1}}", "k".repeat(n))),
    ("long names alike", |n| {
        let name = "k".repeat(500);
        format!("{{{}\"x\":1}}", (0..n / 510).map(|i| format!("\"{name}{i:04}{name}\":1,")).collect::<String>())
    }),
    ("the same name", |n| format!("{{{}\"pep\":true}}", "\"pep\":true,".repeat(n / 11))),
    ("the same unknown name", |n| format!("{{{}\"k\":1}}", "\"k\":1,".repeat(n / 6))),
    ("unknown names", |n| format!("{{{}\"k\":1}}", (0..n / 12).map(|i| format!("\"m{i:06}\":1,")).collect::<String>())),
    ("escaped names", |n| {
        format!("{{{}\"k\":1}}", (0..n / 17).map(|i| format!("\"\\u0061{i:06}\":1,")).collect::<String>())
    }),
];

/// Does the work of one pattern, for callgrind to count.
pub(crate) fn work(name: &str, size: usize) {
    let (_, pattern) = PATTERNS.iter().find(|(other, _)| *other == name).expect("a pattern");
    let text = pattern(size);
    let tables = Tables::of(Fixture::RelatedEntity.event()).expect("built in");
    let envelope = Tables::of(Fixture::Docver.event()).expect("built in");
    for _ in 0..4 {
        let found = tables.findings(text.as_bytes());
        std::hint::black_box((
            found.is_ok(),
            envelope.is_clean(text.as_bytes()),
            clean_delivery(text.as_bytes()).is_some(),
        ));
    }
}

/// Prints instructions a byte at both sizes, and fails where they grow.
pub(crate) fn run() -> bool {
    let program = std::env::current_exe().expect("a running program");
    let count = |name: &str, size: usize| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&program)
            .args(["work", name, &size.to_string()])
            .output()
            .expect("valgrind is there");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("Collected :")).unwrap_or_else(|| panic!("{text}"));
        line.rsplit(' ').next().and_then(|number| number.parse::<f64>().ok()).expect("a count")
    };
    let mut is_linear = true;
    println!("| pattern | instructions a byte at {SIZE} | at {} | growth |\n|---|---|---|---|", SIZE * 4);
    for (name, _) in PATTERNS {
        let empty = count(name, 0);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let (small, large) =
            ((count(name, SIZE) - empty) / SIZE as f64, (count(name, SIZE * 4) - empty) / (SIZE * 4) as f64);
        let growth = large / small;
        is_linear &= growth < 1.3;
        println!("| {name} | {small:.1} | {large:.1} | {growth:.2} |");
    }
    is_linear
}
