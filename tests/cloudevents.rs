//! Every CloudEvents case: verdict, decoded values and the named rule.

use hookvet::{Policy, Verdict, Vetter};
use hookvet_tests::{body, cases, headers, text, vet};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let vetter = Vetter::cloudevents().policy(Policy::strict()).solicit_batches(true).build().expect("no schema");
    let trials = cases("cloudevents.json")
        .into_iter()
        .map(|case| {
            let vetter = vetter.clone();
            Trial::test(text(&case, "id").to_owned(), move || check(&vetter, &case))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Rules that a case breaks besides the one it is about: the odd specversion of that batch is itself none that exists.
const ALSO: [(&str, &str); 1] = [("bat-mixed-specversion", "CE-A-specversion")];

fn check(vetter: &Vetter, case: &Value) -> Result<(), Failed> {
    let verdict = vet(vetter, case, &body(case), 0);
    let note = case["contested"].as_str().map(|note| format!("; contested: {note}")).unwrap_or_default();
    let context = || format!("{}{note}\n{}", text(case, "reason"), verdict.to_json());
    // The order of headers with different names means nothing (RFC 9110 §5.3), and not every server keeps it.
    let mut other_order = headers(case);
    other_order.sort_by_key(|(name, _)| std::cmp::Reverse(name.to_ascii_lowercase()));
    let same = vetter.vet(other_order.iter().map(|(name, value)| (name, value)), &body(case), 0);
    if same.to_json() != verdict.to_json() {
        return Err(format!("in another order of headers: {}\n{}", same.to_json(), context()).into());
    }
    let expect = text(case, "expect");
    if verdict.decision().as_str() != expect {
        return Err(format!("expected to {expect}: {}", context()).into());
    }
    let mode = text(case, "mode");
    if mode != "none" && verdict.mode().as_str() != mode {
        return Err(format!("expected the mode {mode}: {}", context()).into());
    }
    if expect == "reject" {
        let named: Vec<String> = text(case, "rule").split(',').map(|rule| format!("CE-{rule}")).collect();
        let is_named = |rule: &str| named.iter().any(|name| name == rule);
        let rejecting = rejecting(&verdict);
        let is_known = |rule: &str| ALSO.contains(&(text(case, "id"), rule));
        if !rejecting.iter().any(|rule| is_named(rule))
            || !rejecting.iter().all(|rule| is_named(rule) || is_known(rule))
        {
            return Err(format!("expected no other rule than {named:?}, got {rejecting:?}: {}", context()).into());
        }
        return Ok(());
    }
    let Some(decoded) = case["decoded"].as_object() else { return Ok(()) };
    let event = verdict.event().ok_or_else(|| format!("expected an event: {}", context()))?;
    for (name, value) in decoded {
        let found = match name.as_str() {
            "id" => Some(event.id()),
            "type" => Some(event.event_type()),
            "source" => Some(event.source()),
            "subject" => event.subject(),
            "time" => event.time(),
            other => event.attribute(other),
        };
        if found != value.as_str() {
            return Err(format!("{name}: expected {value}, got {found:?}: {}", context()).into());
        }
    }
    Ok(())
}

fn rejecting(verdict: &Verdict) -> Vec<&'static str> {
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    verdict
        .findings()
        .iter()
        .chain(inner)
        .filter(|finding| finding.rejects())
        .map(|finding| finding.rule.id())
        .collect()
}
