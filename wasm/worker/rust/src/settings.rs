//! What the variables and secrets of the Worker say.

use hookvet::{BuildError, Policy, Preset, Secret, Vendor, Vetter};
use worker::{Env, Error, Result};

use crate::place::Place;

/// The largest body that fits into a message of a queue (128 KB) in base64, with its headers and its verdict.
const QUEUE_MAX_BODY: usize = 64 * 1024;

/// Where accepted deliveries go.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    Place(Place),
    /// An address without a slash at its end.
    Origin(String),
}

/// Everything that is set.
pub(crate) struct Settings {
    /// One for each vendor that there is a route for.
    pub(crate) vetters: Vec<Vetter>,
    pub(crate) destination: Destination,
    /// Where refused deliveries are set aside.
    pub(crate) quarantine: Option<Place>,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Where one is wrong. No message quotes a secret.
    pub(crate) fn of(env: &Env) -> Result<Self> {
        let destination = match variable(env, "DELIVER_TO").as_deref().unwrap_or("store") {
            "origin" => {
                let origin = variable(env, "ORIGIN").ok_or_else(|| wrong("ORIGIN", "the address of the origin"))?;
                Destination::Origin(origin.trim_end_matches('/').to_owned())
            }
            name => Destination::Place(
                Place::parse(name).ok_or_else(|| wrong("DELIVER_TO", "\"store\", \"queue\" or \"origin\""))?,
            ),
        };
        let quarantine = variable(env, "QUARANTINE_TO")
            .map(|name| Place::parse(&name).ok_or_else(|| wrong("QUARANTINE_TO", "\"store\" or \"queue\"")))
            .transpose()?;
        let kept = if let Destination::Place(place) = destination { Some(place) } else { None };
        for place in kept.into_iter().chain(quarantine) {
            place.check(env)?;
        }
        let uses_queue = kept == Some(Place::Queue) || quarantine == Some(Place::Queue);
        let mut vetters = Vec::new();
        for vendor in [Vendor::Amlyze, Vendor::Dataspike, Vendor::CloudEvents] {
            vetters.extend(vetter(env, vendor, uses_queue)?);
        }
        Ok(Self { vetters, destination, quarantine })
    }
}

/// The vendor's vetter; none for Dataspike without a secret.
fn vetter(env: &Env, vendor: Vendor, uses_queue: bool) -> Result<Option<Vetter>> {
    let preset: Preset = match variable(env, "POLICY") {
        None => Preset::Standard,
        Some(name) => {
            name.parse().map_err(|_| wrong("POLICY", "\"strict\", \"standard\", \"tolerant\" or \"observe\""))?
        }
    };
    let mut policy = Policy::new(preset);
    for setting in words(variable(env, "RULES").as_deref()) {
        let (rule, level) = setting.split_once('=').unwrap_or_default();
        let (Ok(rule), Ok(level)) = (rule.parse(), level.parse()) else {
            return Err(wrong("RULES", "a list of RULE=LEVEL, as in \"AMLYZE-D10=error SCHEMA-enum=warning\""));
        };
        policy = policy.with(rule, level);
    }
    let mut builder = Vetter::builder(vendor).policy(policy).solicit_batches(is_set(env, "SOLICIT_BATCHES")?);
    if vendor == Vendor::Dataspike {
        for secret in words(variable(env, "DATASPIKE_SECRET").as_deref()) {
            let secret = Secret::parse(secret).map_err(|error| Error::from(format!("DATASPIKE_SECRET: {error}")))?;
            builder = builder.secret(secret);
        }
    }
    if is_set(env, "ALLOW_UNSIGNED")? {
        builder = builder.allow_unsigned();
    }
    if let Some(limit) = variable(env, "MAX_BODY") {
        builder = builder.max_body(limit.parse().map_err(|_| wrong("MAX_BODY", "a number of bytes"))?);
    } else if uses_queue {
        builder = builder.max_body(QUEUE_MAX_BODY);
    }
    match builder.build() {
        Ok(vetter) => Ok(Some(vetter)),
        Err(BuildError::NoSecret { .. }) => {
            // Said aloud, because the other routes work and this one would be missed in silence.
            worker::console_warn!("hookvet: no route /dataspike: set the secret DATASPIKE_SECRET");
            Ok(None)
        }
        Err(error) => Err(Error::from(error.to_string())),
    }
}

/// A variable or a secret; an empty one is none.
fn variable(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty())
}

fn is_set(env: &Env, name: &str) -> Result<bool> {
    match variable(env, name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(wrong(name, "\"true\" or \"false\"")),
    }
}

/// The words of a list; commas part them too.
fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split([',', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty())
}

fn wrong(name: &str, what: &str) -> Error {
    Error::from(format!("the variable {name} must be {what}"))
}
