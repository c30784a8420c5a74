//! A vetter from pairs of a setting and its text. The loader has checked their JavaScript types.

use std::fmt;

use hookvet::{BuildError, Policy, Secret, SecretError, Vendor, Vetter};

use crate::fields::Fields;
use crate::text;

/// Why there is no vetter: a code for programs, a message for people. Never quotes a secret.
pub(crate) struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(code: &'static str, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string() }
    }

    /// The loader and this module do not fit together.
    pub(crate) fn internal() -> Self {
        Self::new("internal", "the loader and the WebAssembly module are of different versions")
    }

    pub(crate) fn secret(error: SecretError) -> Self {
        Self::new("secret", error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.message)
    }
}

/// The first pair is `vendor`; `label` and `expires` belong to the secret before them, `schemaText` to the `schema` before it.
pub(crate) fn build(mut fields: Fields<'_>) -> Result<Vetter, Fault> {
    let vendor: Vendor = match fields.next() {
        Some((b"vendor", value)) => text(value).parse().map_err(|_| {
            Fault::new("vendor", "the vendor is \"amlyze\", \"dataspike\", \"cloudevents\" or \"standard-webhooks\"")
        })?,
        _ => return Err(Fault::internal()),
    };
    let mut builder = Vetter::builder(vendor);
    let mut policy = Policy::standard();
    let mut secrets: Vec<Secret> = Vec::new();
    let (mut event_type, mut only) = ("", None::<Vec<&str>>);
    for (name, value) in fields {
        let value = text(value);
        let number = || value.parse::<u64>().unwrap_or(u64::MAX);
        let size = || usize::try_from(number()).unwrap_or(usize::MAX);
        builder = match name {
            b"policy" => {
                policy = Policy::new(value.parse().map_err(|_| {
                    Fault::new("policy", "the policy is \"strict\", \"standard\", \"tolerant\" or \"observe\"")
                })?);
                builder
            }
            b"rule" => {
                let (id, level) = value.split_once('=').unwrap_or_default();
                let rule =
                    id.parse().map_err(|_| Fault::new("rule", "a rule that there is not; rules() lists them"))?;
                let level = level
                    .parse()
                    .map_err(|_| Fault::new("level", "a level is \"off\", \"warning\", \"drift\" or \"error\""))?;
                policy = policy.with(rule, level);
                builder
            }
            b"secret" => {
                secrets.push(Secret::of(vendor, value).map_err(Fault::secret)?);
                builder
            }
            b"label" => {
                if let Some(secret) = secrets.pop() {
                    secrets.push(secret.labelled(value));
                }
                builder
            }
            b"expires" => {
                if let Some(secret) = secrets.pop() {
                    secrets.push(secret.expires(number()));
                }
                builder
            }
            b"schema" => {
                event_type = value;
                builder
            }
            b"schemaText" => builder.schema(event_type, value),
            b"only" => {
                only.get_or_insert_default().push(value);
                builder
            }
            // In place of a list that is empty.
            b"onlyNone" => {
                only.get_or_insert_default();
                builder
            }
            b"onlyKnownTypes" => builder.only_known_types(),
            b"allowUnsigned" => builder.allow_unsigned(),
            b"solicitBatches" => builder.solicit_batches(true),
            b"reveal" => builder.reveal(true),
            b"tolerance" => builder.tolerance(number()),
            b"maxBody" => builder.max_body(size()),
            b"maxDepth" => builder.max_depth(size()),
            b"maxAttributes" => builder.max_attributes(size()),
            b"acceptedStatus" => builder.accepted_status(u16::try_from(number()).unwrap_or_default()),
            _ => return Err(Fault::internal()),
        };
    }
    if let Some(types) = only {
        builder = builder.only(types);
    }
    builder = secrets.into_iter().fold(builder.policy(policy), hookvet::VetterBuilder::secret);
    builder.build().map_err(|error| match error {
        BuildError::NoSecret { vendor } => Fault::new(
            "no-secret",
            format_args!(
                "a {vendor} vetter needs a secret: pass secrets: [\"whsec_…\"], or allowUnsigned: true to take deliveries \
                 that nobody has proven"
            ),
        ),
        BuildError::Status { .. } => Fault::new("status", error),
        BuildError::Schema(fault) => Fault::new("schema", fault),
        BuildError::NoTypes | BuildError::TypeLeftOut { .. } => Fault::new("types", error),
        BuildError::NoEffect { .. } => Fault::new("no-effect", error),
        // There is no setting here that another fault could come from.
        _ => Fault::internal(),
    })
}
