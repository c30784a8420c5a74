//! `docs/cloudevents.md` says of every CloudEvents rule what the code says: its severity, and its status where that is not 400.

use std::collections::BTreeMap;

use hookvet::{Policy, Rule};

/// How the page writes the severity of a rule.
fn written(rule: Rule) -> String {
    let severity = if Policy::strict().rejects(rule) { rule.severity().as_str() } else { "advice" };
    match rule.class().default_status() {
        400 => severity.to_owned(),
        status => format!("{severity}, {status}"),
    }
}

#[test]
fn the_tables_hold_every_rule_with_its_severity() {
    let page = include_str!("../docs/cloudevents.md");
    let rows = page.lines().filter(|line| line.starts_with("| CE-"));
    let found: BTreeMap<String, String> = rows
        .map(|row| {
            let mut cells = row
                .trim_matches('|')
                .replace("\\|", "")
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect::<Vec<_>>();
            (cells.swap_remove(0), cells.swap_remove(2))
        })
        .collect();
    let rules = Rule::ALL.iter().filter(|rule| rule.id().starts_with("CE-") && !rule.id().starts_with("CE-WH"));
    let expected: BTreeMap<String, String> = rules.map(|rule| (rule.id().to_owned(), written(*rule))).collect();
    assert_eq!(found, expected);
    // Those of the handshake stand in the text.
    for (rule, status) in [(Rule::CeWhOrigin, "401"), (Rule::CeWhRate, "429")] {
        assert_eq!(rule.class().default_status().to_string(), status);
        assert!(page.lines().any(|line| line.contains(rule.id()) && line.contains(status)), "{rule}");
    }
}
