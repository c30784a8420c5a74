//! `hookvet send`: a documented example, changed as asked for, signed, over HTTP.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use hookvet::{Secret, Vendor, escaped, find, sign_dataspike};
use serde_json::Value;
use uuid::Uuid;

use crate::Outcome;
use crate::arguments::SendArguments;
use crate::check::unix_now;

pub fn run(arguments: &SendArguments) -> Result<Outcome> {
    let event = find(arguments.vendor, &arguments.name).ok_or_else(|| {
        anyhow!("{} has no event {:?}; `hookvet events` lists them", arguments.vendor, arguments.name)
    })?;
    let count = event.examples().len();
    let example = arguments.example.checked_sub(1).and_then(|position| event.examples().get(position));
    let example = example.ok_or_else(|| anyhow!("{} has {count} examples, from 1", event.name))?;
    let mut headers: Vec<(String, String)> =
        example.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut body = example.body.to_owned();
    if arguments.fresh {
        refresh(arguments.vendor, &mut headers, &mut body)?;
    }
    if !arguments.set.is_empty() || !arguments.unset.is_empty() {
        body = changed(&body, &arguments.set, &arguments.unset)?;
    }
    if let Some(secret) = arguments.secret.as_deref().filter(|_| arguments.vendor == Vendor::Dataspike) {
        let secret = Secret::parse(secret).context("--secret")?;
        let signature = sign_dataspike(&secret, arguments.now.unwrap_or_else(unix_now), body.as_bytes());
        headers.push(("x-webhook-signature".into(), signature));
    }
    for header in &arguments.headers {
        let (name, value) = header.split_once('=').context("--header: expected NAME=VALUE")?;
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    if arguments.dry_run {
        return print(arguments, &headers, &body);
    }
    deliver(&arguments.to, &headers, &body)
}

fn print(arguments: &SendArguments, headers: &[(String, String)], body: &str) -> Result<Outcome> {
    let (authority, path) = arguments
        .to
        .split_once("://")
        .map_or((arguments.to.as_str(), "/"), |(_, rest)| rest.find('/').map_or((rest, "/"), |at| rest.split_at(at)));
    let mut out = io::stdout().lock();
    write!(out, "POST {path} HTTP/1.1\r\nhost: {authority}\r\n")?;
    for (name, value) in headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    write!(out, "content-length: {}\r\n\r\n{body}", body.len())?;
    out.flush()?;
    Ok(Outcome::Good)
}

fn deliver(url: &str, headers: &[(String, String)], body: &str) -> Result<Outcome> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut response = request.send(body).with_context(|| format!("no answer from {url}"))?;
    let status = response.status();
    let answer = response.body_mut().read_to_string().unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(out, "{status}")?;
    let answer = answer.trim_end();
    if !answer.is_empty() {
        // One line, whatever the server says: it could write the first one a second time.
        writeln!(out, "{}", escaped(answer))?;
    }
    Ok(if status.is_success() { Outcome::Good } else { Outcome::Refused })
}

/// A new id and the current time, as the vendor would give them.
fn refresh(vendor: Vendor, headers: &mut [(String, String)], body: &mut String) -> Result<()> {
    let now = jiff::Timestamp::now().to_string();
    let is_binary = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("ce-id"));
    if is_binary {
        for (name, value) in headers {
            match name.to_ascii_lowercase().as_str() {
                "ce-id" => *value = Uuid::now_v7().to_string(),
                "ce-time" => value.clone_from(&now),
                _ => {}
            }
        }
        return Ok(());
    }
    let time = if vendor == Vendor::Dataspike { "timestamp" } else { "time" };
    let id = format!("/id={}", Uuid::now_v7());
    *body = changed(body, &[id, format!("/{time}={now}")], &[])?;
    Ok(())
}

/// The body with values put in and members taken out, by JSON Pointer.
fn changed(body: &str, set: &[String], unset: &[String]) -> Result<String> {
    let mut value: Value = serde_json::from_str(body).context("the example is no JSON")?;
    for change in set {
        let (pointer, text) = change.split_once('=').context("--set: expected POINTER=VALUE, as in /riskLevel=HIGH")?;
        let new = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        let (parent, name) = parent_of(&mut value, pointer)?;
        match parent {
            Value::Object(members) => drop(members.insert(name, new)),
            Value::Array(items) => {
                let position: usize =
                    name.parse().with_context(|| format!("{pointer}: an item is named by its number"))?;
                let count = items.len();
                match items.get_mut(position) {
                    Some(item) => *item = new,
                    None if position == count => items.push(new),
                    None => bail!("{pointer}: the list has {count} items"),
                }
            }
            _ => bail!("{pointer}: what it stands in is no object or list"),
        }
    }
    for pointer in unset {
        let (parent, name) = parent_of(&mut value, pointer)?;
        let removed = match parent {
            Value::Object(members) => members.remove(&name),
            _ => None,
        };
        if removed.is_none() {
            bail!("--unset: there is no member {pointer}");
        }
    }
    Ok(value.to_string())
}

/// What the pointer's last token stands in, and that token.
fn parent_of<'v>(value: &'v mut Value, pointer: &str) -> Result<(&'v mut Value, String)> {
    let Some((parent, name)) = pointer.rsplit_once('/').filter(|_| pointer.starts_with('/')) else {
        bail!("{pointer:?} is no JSON Pointer to a member; expected one such as /riskLevel");
    };
    let parent = value.pointer_mut(parent).with_context(|| format!("{pointer}: there is nothing at {parent:?}"))?;
    Ok((parent, name.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_and_taken_out() {
        let set = ["/a=HIGH".to_owned(), "/b/0=7".to_owned(), "/b/1=\"7\"".to_owned(), "/c~1d={}".to_owned()];
        let body = changed(r#"{"a":"LOW","b":[1],"x":1}"#, &set, &["/x".to_owned()]).expect("changed");
        assert_eq!(body, r#"{"a":"HIGH","b":[7,"7"],"c/d":{}}"#);
        assert!(changed("{}", &["a=1".to_owned()], &[]).is_err());
        assert!(changed("{}", &["/a/b=1".to_owned()], &[]).is_err());
        assert!(changed("{}", &[], &["/a".to_owned()]).is_err());
    }
}
