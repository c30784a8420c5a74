//! Credentials that senders have to show, from a file or the environment: never from the command line, which everybody on a
//! machine can read.

use std::env::{self, VarError};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use hookvet::Credential;

const VARIABLE: &str = "HOOKVET_CREDENTIALS";

/// Those in the file, then those in the environment; none where neither is given.
pub fn read(file: Option<&Path>) -> Result<Vec<Credential>> {
    let mut credentials = Vec::new();
    if let Some(file) = file {
        let place = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read the credentials in {place}"))?;
        parse(&text, &place.to_string(), &mut credentials)?;
    }
    match env::var(VARIABLE) {
        Ok(text) => parse(&text, VARIABLE, &mut credentials)?,
        Err(VarError::NotPresent) => {}
        Err(VarError::NotUnicode(_)) => bail!("{VARIABLE} is not UTF-8"),
    }
    Ok(credentials)
}

/// Reads one credential a line. Blank lines and comments (`#`) are passed over. No error quotes a line.
fn parse(text: &str, place: &str, credentials: &mut Vec<Credential>) -> Result<()> {
    let before = credentials.len();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let credential = credential(line).with_context(|| format!("{place}, line {number}"))?;
        // So that a verdict says which one is still in use.
        credentials.push(credential.labelled(format!("{place}, line {number}")));
    }
    if credentials.len() == before {
        bail!("{place} holds no credential: write one a line, or leave it out");
    }
    Ok(())
}

fn credential(line: &str) -> Result<Credential> {
    let parts = line.split_once(char::is_whitespace).map(|(kind, rest)| (kind, rest.trim_start()));
    Ok(match parts {
        Some(("bearer", token)) => Credential::bearer(token)?,
        Some(("basic", pair)) => {
            let (user, password) = pair.split_once(':').context("expected basic USER:PASSWORD, but found no colon")?;
            Credential::basic(user, password)?
        }
        Some(("header", pair)) => {
            let (name, value) = pair.split_once(':').context("expected header NAME: VALUE, but found no colon")?;
            Credential::header(name.trim_end(), value)?
        }
        _ => bail!("expected bearer TOKEN, basic USER:PASSWORD or header NAME: VALUE"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Credential>, String> {
        let mut credentials = Vec::new();
        parse(text, "there", &mut credentials).map_err(|error| format!("{error:#}"))?;
        Ok(credentials)
    }

    #[test]
    fn each_kind_is_read_and_labelled_by_its_line() {
        let credentials = parsed("# of 2026\n\n bearer abc\nbasic u:p:q \nheader X-Token: v w\n").expect("credentials");
        let shown: Vec<String> = credentials.iter().map(|credential| format!("{credential:?}")).collect();
        let expected = [
            "Credential(Bearer, there, line 3, ..)",
            "Credential(Basic, there, line 4, ..)",
            "Credential(header x-token, there, line 5, ..)",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_no_credential_is_named_by_its_line_and_not_quoted() {
        for line in
            ["hunter2", "Bearer hunter2", "bearer hunter2 x", "basic hunter2", "header hunter2", "header Host: hunter2"]
        {
            let error = parsed(&format!("bearer abc\n{line}")).expect_err(line);
            assert!(error.starts_with("there, line 2: ") && !error.contains("hunter2"), "{line}: {error}");
        }
        assert!(parsed("# nothing\n").expect_err("nothing").contains("holds no credential"));
    }
}
