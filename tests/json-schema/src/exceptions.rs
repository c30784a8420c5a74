//! Where a verdict is not the suite's, and why.

use anyhow::{Context as _, Result};
use serde::Deserialize;

const TEXT: &str = include_str!("../exceptions.json");

/// Tests that fail for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    engines: Vec<String>,
    drafts: Vec<String>,
    file: String,
    /// The group's description; every group of the file where it is left out.
    group: Option<String>,
    /// The test's description; every test of the group where it is left out.
    test: Option<String>,
    /// How many tests fail, over all engines and drafts.
    fails: usize,
    reason: String,
}

/// All of them, and how many tests each was met with.
pub(crate) struct Exceptions(Vec<(Exception, usize)>);

impl Exceptions {
    pub(crate) fn read() -> Result<Self> {
        let exceptions: Vec<Exception> = serde_json::from_str(TEXT).context("exceptions.json")?;
        anyhow::ensure!(exceptions.iter().all(|one| !one.reason.is_empty()), "an exception without a reason");
        Ok(Self(exceptions.into_iter().map(|exception| (exception, 0)).collect()))
    }

    /// Whether a test that fails is stated: engine, draft, file, group and test.
    pub(crate) fn covers(&mut self, [engine, draft, file, group, test]: [&str; 5]) -> bool {
        let is_it = |exception: &Exception| {
            exception.engines.iter().any(|one| one == engine)
                && exception.drafts.iter().any(|one| one == draft)
                && exception.file == file
                && exception.group.as_deref().is_none_or(|one| one == group)
                && exception.test.as_deref().is_none_or(|one| one == test)
        };
        let found = self.0.iter_mut().find(|(exception, _)| is_it(exception));
        found.is_some_and(|(_, met)| {
            *met += 1;
            true
        })
    }

    /// Those that are about another number of tests than they say.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let wrong = self.0.iter().filter(|(exception, met)| exception.fails != *met);
        wrong
            .map(|(exception, met)| {
                let Exception { file, group, fails, .. } = exception;
                let group = group.as_deref().unwrap_or("every group");
                format!("the exception for {file} | {group}: expected {fails} tests to fail, but found {met}")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_about_as_many_tests_as_it_says() {
        let exception = r#"{"engines":["tables"],"drafts":["draft7"],"file":"a.json","fails":1,"reason":"stated"}"#;
        let mut exceptions = Exceptions(vec![(serde_json::from_str(exception).expect("an exception"), 0)]);
        // It no longer fails.
        assert_eq!(exceptions.wrong().len(), 1);
        assert!(!exceptions.covers(["jsonschema", "draft7", "a.json", "group", "test"]));
        assert!(exceptions.covers(["tables", "draft7", "a.json", "group", "test"]));
        assert!(exceptions.wrong().is_empty());
        assert!(exceptions.covers(["tables", "draft7", "a.json", "group", "another"]));
        assert_eq!(exceptions.wrong().len(), 1);
    }
}
