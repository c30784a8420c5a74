//! The load test in short: a hundred connections for three seconds.

use std::process::Command;

#[test]
fn every_answer_is_right_on_a_hundred_connections() {
    // Its receiver is built beside it.
    assert!(std::path::Path::new(env!("CARGO_BIN_EXE_hookvet-load-receiver")).exists());
    let output = Command::new(env!("CARGO_BIN_EXE_hookvet-load")).args(["3", "100"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().any(|line| line.split_whitespace().eq(["wrong", "answers", "0"])), "{said}");
}
