//! Every place where a vendor's sources disagree: the odd form is accepted, reported and read; the documented form
//! passes in silence.

use hookvet::{CheckRequest, Checker, Decision, Verdict, amlyze, dataspike};
use hookvet_tests::{cases, text};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

fn main() {
    let trials = cases("readings.json")
        .into_iter()
        .map(|case| {
            let name = format!("{}: {}", text(&case, "rule"), text(&case, "about"));
            Trial::test(name, move || check(&case))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(case: &Value) -> Result<(), Failed> {
    let rule = text(case, "rule");
    let (accepted, body) = judged(&case["accepted"], "standard")?;
    if accepted.decision() != Decision::Accept {
        return Err(format!("not accepted: {}", accepted.to_json()).into());
    }
    let place = text(case, "where");
    let others: Vec<_> = accepted.findings().iter().filter(|finding| finding.rule.id() != rule).collect();
    if !accepted.findings().iter().any(|finding| finding.rule.id() == rule && finding.place.to_string() == place) {
        return Err(format!("{rule} is not found at {place}: {}", accepted.to_json()).into());
    }
    if !others.is_empty() {
        return Err(format!("something else is found: {others:?}").into());
    }
    let wanted = case["reads"].as_object().ok_or("reads is no object")?;
    let read = typed(&accepted, &body)?;
    for (name, value) in wanted {
        let found = if name.starts_with('/') {
            read["document"].pointer(name).cloned().unwrap_or_default()
        } else {
            read.get(name).cloned().ok_or_else(|| format!("{name} is nothing that is read"))?
        };
        if found != *value {
            return Err(format!("{name}: expected {value}, read {found}").into());
        }
    }
    // Strict, so that the documented form has to be without any fault at all.
    let (canonical, _) = judged(&case["canonical"], "strict")?;
    if canonical.decision() != Decision::Accept || !canonical.findings().is_empty() {
        return Err(format!("the documented form is not silent: {}", canonical.to_json()).into());
    }
    Ok(())
}

/// The verdict of a request under `policy`, and its body.
fn judged(request: &Value, policy: &str) -> Result<(Verdict, Vec<u8>), Failed> {
    let mut request: Map<String, Value> = request.as_object().ok_or("a request is an object")?.clone();
    request.insert("policy".to_owned(), policy.into());
    let body = request["body"].as_str().ok_or("a body")?.as_bytes().to_vec();
    let request = CheckRequest::from_json(&Value::from(request).to_string())?;
    Ok((Checker::default().check(&request)?, body))
}

/// What the typed event says: the document that it is written back as, and what its methods answer.
fn typed(verdict: &Verdict, body: &[u8]) -> Result<Value, Failed> {
    if verdict.vendor() == hookvet::Vendor::Amlyze {
        let event: amlyze::Event = verdict.read(body)?;
        let time = event.context.time.as_ref();
        return Ok(json!({
            "document": serde_json::to_value(&event.data)?,
            "event": event.info().map(|info| info.name),
            "key": event.key(),
            "resource": event.resource().id(),
            "customer": event.customer_id(),
            "decision": event.screening_decision().map(|decision| format!("{decision:?}")),
            "stage": event.stage().map(|stage| format!("{stage:?}")),
            "time": time.map(ToString::to_string),
            "instant": time.and_then(hookvet::Timestamp::unix_seconds),
            "updated_at": event.updated_at().map(ToString::to_string),
        }));
    }
    let event: dataspike::Event = verdict.read(body)?;
    let (risk, mrz) = match &event.payload {
        dataspike::Payload::AmlScreening(screening) => (screening.risk().map(ToString::to_string), None),
        dataspike::Payload::Docver(verification) => {
            let checks = verification.checks.as_ref();
            (
                None,
                checks.and_then(|checks| checks.get("document_mrz")).map(dataspike::Check::mrz).transpose()?.flatten(),
            )
        }
        dataspike::Payload::DocverChecks(check) => {
            let result = check.result.as_ref().filter(|_| check.step.as_deref() == Some("document_mrz"));
            (None, result.map(dataspike::Check::mrz).transpose()?.flatten())
        }
        _ => (None, None),
    };
    Ok(json!({
        "document": serde_json::to_value(&event)?,
        "event": event.info().map(|info| info.name),
        "key": event.key(),
        "final": event.is_final(),
        "risk": risk,
        "mrz": mrz.and_then(|zone| zone.doc_number),
        "time": event.timestamp.as_ref().map(ToString::to_string),
    }))
}
