//! What refused senders are told, byte for byte: cases that every adapter is held to.
//!
//! `cases/problems/` has one file for each refused delivery of `cases/golden/`, under the same name, and one for each answer that
//! only a receiver gives, with its own request and settings. An adapter's test takes [`all`], puts [`Case::receiver`] behind the
//! adapter, sends the request and compares the answer with [`Case::expected`].

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hookvet::{Credential, Level, Policy, Preset, Secret, Vendor, Vetter};
use hookvet_receiver::{Networks, OnInvalid, Quarantined, Receiver};
use serde_json::Value;

use crate::{body, cases_dir, headers};

/// One request and the answer to it.
#[derive(Debug)]
pub struct Case {
    /// The file's name without its ending.
    pub name: String,
    /// Everything that an adapter is built from.
    pub receiver: Receiver,
    /// The request's method.
    pub method: String,
    /// The request's headers as octets.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The request's body.
    pub body: Vec<u8>,
    /// Where the request comes from; an adapter puts it where its server would.
    pub peer: Option<IpAddr>,
    /// What has to come back, as it stands in the file.
    pub expected: Value,
    /// The file.
    pub path: PathBuf,
    file: Value,
}

/// An answer as an adapter gave it: the status, headers in any order, the body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given {
    /// The status.
    pub status: u16,
    /// Names in lower case. What belongs to the connection (`connection`, `content-length`, `date`) is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Given {
    /// An answer from its parts.
    ///
    /// # Panics
    /// Where the body is no text.
    #[must_use]
    pub fn new(status: u16, headers: impl IntoIterator<Item = (String, String)>, body: &[u8]) -> Self {
        let mut headers: Vec<(String, String)> = headers
            .into_iter()
            .filter(|(name, _)| !["connection", "content-length", "date"].contains(&name.as_str()))
            .collect();
        headers.sort();
        Self { status, headers, body: std::str::from_utf8(body).expect("UTF-8").to_owned() }
    }

    /// As it stands in a file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({ "status": self.status, "headers": self.headers, "body": self.body })
    }
}

/// Every case.
///
/// # Panics
/// Where a file is none, or a refused golden delivery has no file; `UPDATE_GOLDEN=1 cargo test -p hookvet-tests --test problems` writes
/// it.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let problems = cases_dir().join("problems");
    for path in files(&cases_dir().join("golden")) {
        let golden = json(&path);
        if golden["verdict"]["decision"] != "reject" {
            continue;
        }
        let own = problems.join(path.file_name().expect("a file"));
        let expected = if own.exists() { json(&own)["answer"].clone() } else { Value::Null };
        cases.push(Case::new(&own, &golden["request"], &Value::Null, expected, Value::Null));
    }
    for path in files(&problems) {
        if cases.iter().any(|case| case.path == path) {
            continue;
        }
        let file = json(&path);
        assert!(file["request"].is_object(), "{}: no golden delivery of this name is refused", path.display());
        let (request, settings, answer) = (file["request"].clone(), file["settings"].clone(), file["answer"].clone());
        cases.push(Case::new(&path, &request, &settings, answer, file));
    }
    cases
}

/// Every accepted delivery of `cases/golden/`; `expected` is its verdict.
///
/// # Panics
/// Where a file is none.
#[must_use]
pub fn accepted() -> Vec<Case> {
    files(&cases_dir().join("golden"))
        .into_iter()
        .map(|path| (json(&path), path))
        .filter(|(golden, _)| golden["verdict"]["decision"] == "accept")
        .map(|(golden, path)| {
            Case::new(&path, &golden["request"], &Value::Null, golden["verdict"].clone(), Value::Null)
        })
        .collect()
}

impl Case {
    fn new(path: &Path, request: &Value, settings: &Value, expected: Value, file: Value) -> Self {
        let text = |member: &str| request[member].as_str().map(str::to_owned);
        Self {
            name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            receiver: receiver(request, settings),
            method: text("method").unwrap_or_else(|| "POST".to_owned()),
            headers: headers(request),
            body: body(request),
            peer: text("peer").map(|peer| peer.parse().expect("an address")),
            expected,
            path: path.to_owned(),
            file,
        }
    }

    /// Writes what was given as what is expected.
    ///
    /// # Panics
    /// Where the file cannot be written.
    pub fn update(&self, given: &Given) {
        let mut file = if self.file.is_object() { self.file.clone() } else { serde_json::json!({}) };
        file["answer"] = given.to_json();
        let text = serde_json::to_string_pretty(&file).expect("JSON");
        std::fs::write(&self.path, text + "\n").expect("written");
    }

    /// Says how an answer differs from the one that is expected.
    ///
    /// # Errors
    /// Where it does.
    pub fn check(&self, who: &str, given: &Given) -> Result<(), String> {
        let given = given.to_json();
        if given == self.expected {
            return Ok(());
        }
        Err(format!("{who} expected\n{:#}\ngot\n{given:#}", self.expected))
    }
}

/// A receiver with the settings of a request for `Checker`, and those that only a receiver has.
fn receiver(request: &Value, settings: &Value) -> Receiver {
    let vendor: Vendor = request["vendor"].as_str().and_then(|vendor| vendor.parse().ok()).expect("a vendor");
    let preset: Preset = request["policy"].as_str().map_or(Preset::Standard, |name| name.parse().expect("a policy"));
    let mut policy = Policy::new(preset);
    for (rule, level) in request["rules"].as_object().into_iter().flatten() {
        let level: Level = level.as_str().and_then(|level| level.parse().ok()).expect("a level");
        policy = policy.with(rule.parse().expect("a rule"), level);
    }
    let mut builder = Vetter::builder(vendor)
        .policy(policy)
        .solicit_batches(request["batches"] == true)
        .reveal(request["reveal"] == true)
        .allow_unsigned();
    for secret in request["secrets"].as_array().into_iter().flatten() {
        let text = secret.as_str().or(secret["secret"].as_str()).expect("text");
        let mut parsed = Secret::parse(text).expect("a secret");
        if let Some(label) = secret["label"].as_str() {
            parsed = parsed.labelled(label);
        }
        if let Some(at) = secret["expires"].as_u64() {
            parsed = parsed.expires(at);
        }
        builder = builder.secret(parsed);
    }
    if let Some(limit) = settings["max_body"].as_u64() {
        builder = builder.max_body(usize::try_from(limit).expect("a length"));
    }
    for credential in settings["credentials"].as_array().into_iter().flatten() {
        let text = |place: usize| credential[place].as_str().expect("text");
        let credential = match text(0) {
            "header" => Credential::header(text(1), text(2)),
            "basic" => Credential::basic(text(1), text(2)),
            _ => Credential::bearer(text(1)),
        };
        builder = builder.credential(credential.expect("a credential"));
    }
    let now = request["now"].as_u64().unwrap_or_default();
    let mut receiver = Receiver::with_clock(builder.build().expect("a vetter"), move || now);
    if let Some(networks) = settings["peers"].as_array() {
        let networks = networks.iter().map(|network| network.as_str().expect("text"));
        receiver = receiver.peers(Networks::parse(networks).expect("networks"));
    }
    if let Some(methods) = settings["methods"].as_array() {
        receiver = receiver.methods(methods.iter().map(|method| method.as_str().expect("text")));
    }
    if let Some(seconds) = settings["wait"].as_f64() {
        receiver = receiver.limiter(move |_, _| Some(Duration::from_secs_f64(seconds)));
    }
    match settings["sink"].as_str() {
        Some("keeps") => {
            let sink = |_: Quarantined| std::future::ready(Ok::<(), std::io::Error>(()));
            receiver.on_invalid(OnInvalid::quarantine(sink))
        }
        Some("fails") => {
            let sink = |_: Quarantined| std::future::ready(Err(std::io::Error::other("no room")));
            receiver.on_invalid(OnInvalid::quarantine(sink))
        }
        _ => receiver,
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
