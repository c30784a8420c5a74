//! Every Dataspike signature vector gives the verdict that it should: authenticity, status and rules.

use hookvet::{Secret, Vetter};
use hookvet_tests::{cases, text};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

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
    let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
    let found = json!({ "authenticity": verdict.authenticity().as_str(), "status": verdict.status(), "rules": rules });
    if found != case["verdict"] {
        return Err(format!("{}: expected {}: {found}", text(case, "why"), case["verdict"]).into());
    }
    Ok(())
}
