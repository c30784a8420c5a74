//! Every Dataspike signature vector verifies, or does not, as it should.

use hookvet::{Secret, Vetter};
use hookvet_tests::{cases, text};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let trials = cases("dataspike-signatures.json")
        .into_iter()
        .map(|case| Trial::test(text(&case, "name").to_owned(), move || check(&case)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(case: &Value) -> Result<(), Failed> {
    use base64::Engine as _;

    let body = base64::engine::general_purpose::STANDARD.decode(text(case, "raw_body_base64"))?;
    let vetter = Vetter::dataspike().secret(Secret::parse(text(case, "secret"))?).build()?;
    let headers = [("content-type", "application/json"), ("X-Webhook-Signature", text(case, "header"))];
    let now = case["timestamp"].as_u64().ok_or("timestamp")?;
    let verdict = vetter.vet(headers, &body, now);
    let expected = if case["valid"] == true { "verified" } else { "failed" };
    if verdict.authenticity().as_str() != expected {
        return Err(format!("{}: expected {expected}: {}", text(case, "why"), verdict.to_json()).into());
    }
    Ok(())
}
