//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hookvet::{Level, Preset, Rule, Vendor};
use hookvet_inbox::State;

use crate::schemas::type_file;

/// Vets compliance webhooks: CloudEvents headers, signature and payload schema in one verdict.
#[derive(Debug, Parser)]
#[command(name = "hookvet", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge a captured HTTP request, or requests line by line
    ///
    /// The capture is a request line and headers, of HTTP/1.1 or as pseudo-headers of HTTP/2, an empty line and the body, with
    /// CRLF or LF. A body in chunks is joined; one that a tool has joined already is taken as it stands.
    ///
    /// Exit codes: 0 accepted, 1 refused, 2 wrong use or (with --jsonl) a line that is no request.
    Check(CheckArguments),
    /// Receive deliveries, vet them, and keep the accepted ones
    Serve(ServeArguments),
    /// Look after what is in a store: list, show, retry, kill, release, erase, sweep, stats, migrate
    ///
    /// Exit codes: 0 done, 1 some deliveries are still refused (release), 2 wrong use or no store.
    Inbox(InboxArguments),
    /// Send a documented example to a receiver
    ///
    /// Exit codes: 0 answered with 2xx, 1 answered with anything else, 2 wrong use or no answer.
    Send(SendArguments),
    /// List every event type
    Events(EventsArguments),
    /// Print the JSON Schema of an event type
    Schema(SchemaArguments),
}

impl Command {
    /// The signing secrets that were given, as they were given.
    pub fn secrets(&self) -> &[String] {
        match self {
            Self::Check(arguments) => &arguments.judging.secrets,
            Self::Serve(arguments) => &arguments.judging.secrets,
            Self::Send(arguments) => arguments.secret.as_slice(),
            Self::Inbox(InboxArguments { command: InboxCommand::Release { judging, .. }, .. }) => &judging.secrets,
            Self::Events(_) | Self::Schema(_) | Self::Inbox(_) => &[],
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Whose rules apply, and how hard.
#[derive(Args, Debug)]
pub struct Judging {
    /// What refuses a delivery: strict, standard, tolerant or observe
    #[arg(long, value_name = "POLICY", default_value = "standard")]
    pub policy: Preset,
    /// Set one rule to off, warning, drift or error; may be repeated
    #[arg(long = "rule", value_name = "RULE=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(Rule, Level)>,
    /// A Dataspike signing secret (whsec_…); may be repeated
    #[arg(
        long = "secret",
        value_name = "SECRET",
        env = "HOOKVET_DATASPIKE_SECRET",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub secrets: Vec<String>,
    /// Take batches of CloudEvents (application/cloudevents-batch+json) as a receiver that asked for them; otherwise they are
    /// refused
    #[arg(long)]
    pub batches: bool,
    /// A JSON Schema of your own for the CloudEvents of one type; may be repeated. Other types are refused then
    #[arg(long = "schema", value_name = "TYPE=FILE", value_parser = type_file)]
    pub schemas: Vec<(String, PathBuf)>,
    /// A folder of JSON Schemas of your own for CloudEvents: com.example.order.json is for that type, and address.json, without
    /// another dot, for the others to refer to
    #[arg(long = "schemas", value_name = "FOLDER")]
    pub schema_folder: Option<PathBuf>,
}

impl Judging {
    /// Whether there are schemas of the user's own.
    pub fn brings_schemas(&self) -> bool {
        !self.schemas.is_empty() || self.schema_folder.is_some()
    }
}

fn rule_level(text: &str) -> Result<(Rule, Level), String> {
    let (rule, level) = text.split_once('=').ok_or("expected RULE=LEVEL, as in CE-V6=off")?;
    Ok((
        rule.parse().map_err(|error: hookvet::UnknownRule| error.to_string())?,
        level.parse().map_err(|error: hookvet::UnknownLevel| error.to_string())?,
    ))
}

#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Whose delivery it is: amlyze, dataspike, cloudevents or standard-webhooks; told from the request where it is left out
    #[arg(long, value_name = "VENDOR")]
    pub vendor: Option<Vendor>,
    #[command(flatten)]
    pub judging: Judging,
    /// The time to judge signatures at, in seconds since the Unix epoch; now where it is left out
    #[arg(long, value_name = "UNIX")]
    pub now: Option<u64>,
    /// How to print the verdict
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Read one request a line as JSON, print one verdict a line
    #[arg(long, conflicts_with_all = ["vendor", "policy", "rules", "secrets", "batches", "schemas", "schema_folder", "now", "format"])]
    pub jsonl: bool,
    /// The file with the request; - reads standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct ServeArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The store that keeps accepted deliveries: `sqlite:FILE`, `postgres://USER@HOST/DATABASE`, `nats://HOST` or `memory:`
    #[arg(
        long,
        value_name = "URL",
        env = "HOOKVET_INBOX",
        hide_env_values = true,
        default_value = "sqlite:hookvet.sqlite"
    )]
    pub inbox: String,
    /// Encrypt what is stored with the first key of this file, one a line: a name, a space and 64 hexadecimal digits
    #[arg(long, value_name = "FILE", env = "HOOKVET_INBOX_KEYS")]
    pub inbox_keys: Option<PathBuf>,
    #[command(flatten)]
    pub judging: Judging,
    /// Take Dataspike deliveries without looking at a signature
    #[arg(long)]
    pub allow_unsigned: bool,
    /// Serve the playground at / from this folder, in place of the one that was built in
    #[arg(long, value_name = "FOLDER")]
    pub playground: Option<PathBuf>,
    /// Also show the last deliveries, which are personal data, under this host name or address; may be repeated. Without it
    /// they are shown only where the receiver listens on a loopback address. Either way the token is needed that stands in the
    /// address of the page, which is printed at start
    #[arg(long, value_name = "HOST")]
    pub show_deliveries_on: Vec<String>,
    /// What a sender has to show at /amlyze and /cloudevents, one credential a line, any of which is enough: `bearer TOKEN`,
    /// `basic USER:PASSWORD` or `header NAME: VALUE`. The same lines may stand in `HOOKVET_CREDENTIALS`
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// Take deliveries from this network or address only, as 192.0.2.0/24; may be repeated
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub peers: Vec<String>,
    /// How long a connection may stay without a whole request head, and an answer unread, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub idle_timeout: Duration,
    /// How long the body of a delivery may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub body_timeout: Duration,
    /// How long requests may go on after SIGINT or SIGTERM, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub shutdown_timeout: Duration,
    /// How many connections may be open at once; further ones wait
    #[arg(long, value_name = "COUNT", default_value_t = 512, value_parser = connections)]
    pub max_connections: usize,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| (Duration::from_millis(1)..=Duration::from_secs(24 * 60 * 60)).contains(seconds))
        .ok_or_else(|| "expected a number of seconds from 0.001 to 86400".to_owned())
}

fn connections(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=1_000_000).contains(count));
    count.ok_or_else(|| "expected a number from 1 to 1000000".to_owned())
}

#[derive(Args, Debug)]
pub struct InboxArguments {
    /// The store: `sqlite:FILE`, `postgres://USER@HOST/DATABASE` or `nats://HOST`
    #[arg(
        long,
        value_name = "URL",
        env = "HOOKVET_INBOX",
        hide_env_values = true,
        default_value = "sqlite:hookvet.sqlite",
        global = true
    )]
    pub inbox: String,
    /// The keys that the store is encrypted with, as those of `hookvet serve`
    #[arg(long, value_name = "FILE", env = "HOOKVET_INBOX_KEYS", global = true)]
    pub inbox_keys: Option<PathBuf>,
    #[command(subcommand)]
    pub command: InboxCommand,
}

#[derive(Debug, Subcommand)]
pub enum InboxCommand {
    /// List deliveries; none of what they hold but the name of the type
    List(ListArguments),
    /// Print one delivery with all that it holds, which is personal data
    Show {
        /// Its number, as `list` prints it
        seq: i64,
    },
    /// Work on deliveries: print each with all that it holds, one a line, and then mark it as done
    Work {
        /// End when nothing is due
        #[arg(long)]
        once: bool,
    },
    /// Have deliveries worked on at once and anew, dead and done ones too
    Retry(ChangeArguments),
    /// Give up deliveries that are ready or leased
    Kill(ChangeArguments),
    /// Judge deliveries that were set aside by today's policy, and hand on what it accepts
    Release {
        #[command(flatten)]
        change: ChangeArguments,
        #[command(flatten)]
        judging: Judging,
        /// Hand them on without judging them
        #[arg(long)]
        anyway: bool,
    },
    /// Delete deliveries whatever their state; their keys stay, so that they do not come back
    Erase(ChangeArguments),
    /// Delete what is done and old
    Sweep {
        /// How old a delivery that is done must be, in days
        #[arg(long, value_name = "DAYS", default_value = "7", value_parser = days)]
        deliveries: Duration,
        /// How long a key is known, in days
        #[arg(long, value_name = "DAYS", default_value = "7", value_parser = days)]
        keys: Duration,
    },
    /// How many deliveries are in which state
    Stats {
        /// How to print them
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// Make the tables, or bring them to this version
    Migrate {
        /// Print the statements, and do nothing
        #[arg(long)]
        print: bool,
    },
}

/// Which deliveries are meant. Everything that is given has to hold.
#[derive(Args, Debug)]
pub struct Chosen {
    /// Their numbers
    #[arg(value_name = "SEQ")]
    pub seqs: Vec<i64>,
    /// Those whose lines stand on standard input, as `list --format json` prints them
    #[arg(long)]
    pub stdin: bool,
    /// Of this vendor
    #[arg(long, value_name = "VENDOR")]
    pub vendor: Option<String>,
    /// In this state: ready, leased, done, dead or quarantined
    #[arg(long, value_name = "STATE")]
    pub state: Option<State>,
    /// Of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub event_type: Option<String>,
    /// About this subject
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// With this key
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Stored at this time or later, as 2026-03-10T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<jiff::Timestamp>,
    /// Stored before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<jiff::Timestamp>,
}

#[derive(Args, Debug)]
pub struct ListArguments {
    #[command(flatten)]
    pub chosen: Chosen,
    /// At most so many, the oldest first
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub limit: u32,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

#[derive(Args, Debug)]
pub struct ChangeArguments {
    #[command(flatten)]
    pub chosen: Chosen,
    /// At most so many, the oldest first
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<u32>,
    /// All that are in the store, where nothing else chooses
    #[arg(long)]
    pub all: bool,
}

fn days(text: &str) -> Result<Duration, String> {
    let days = text.parse().ok().filter(|days: &f64| (0.0..=3650.0).contains(days));
    let seconds = days.and_then(|days| Duration::try_from_secs_f64(days * 24.0 * 60.0 * 60.0).ok());
    seconds.ok_or_else(|| "expected a number of days from 0 to 3650".to_owned())
}

#[derive(Args, Debug)]
pub struct SendArguments {
    /// Whose event: amlyze or dataspike
    pub vendor: Vendor,
    /// The event type, as `hookvet events` lists it
    #[arg(value_name = "TYPE")]
    pub name: String,
    /// Where to send it
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Which of the type's examples, from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub example: usize,
    /// Put a value into the body; VALUE is JSON, or else text; may be repeated
    #[arg(long = "set", value_name = "POINTER=VALUE")]
    pub set: Vec<String>,
    /// Take a member out of the body; may be repeated
    #[arg(long = "unset", value_name = "POINTER")]
    pub unset: Vec<String>,
    /// Send a header in place of the example's; an empty VALUE leaves it out; may be repeated
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,
    /// Give the event a new id, and the current time
    #[arg(long)]
    pub fresh: bool,
    /// Sign with this Dataspike secret (whsec_…)
    #[arg(long, value_name = "SECRET", env = "HOOKVET_DATASPIKE_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// The time to sign at, in seconds since the Unix epoch; now where it is left out
    #[arg(long, value_name = "UNIX")]
    pub now: Option<u64>,
    /// Print the request in place of sending it, in the form that `hookvet check` reads
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct EventsArguments {
    /// Only this vendor's
    #[arg(long, value_name = "VENDOR")]
    pub vendor: Option<Vendor>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

#[derive(Args, Debug)]
pub struct SchemaArguments {
    /// The event type, as `hookvet events` lists it
    #[arg(value_name = "TYPE")]
    pub name: String,
}
