//! `hookvet` on the command line: check a captured delivery, receive deliveries, send documented ones.
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod access;
mod arguments;
mod capture;
mod check;
mod credentials;
mod deliveries;
mod events;
mod inbox;
mod output;
mod page;
mod render;
mod schemas;
mod send;
mod serve;
mod server;

use std::io::{self, Write as _};
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;
use hookvet::{Secret, escaped};

/// What a command came to, as an exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// 0: done, or the delivery is accepted.
    Good,
    /// 1: the delivery is refused, or the receiver refused it.
    Refused,
    /// 2: wrong use, or input that is none.
    Misused,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    for (position, secret) in arguments.command.secrets().iter().enumerate() {
        if Secret::parse(secret).is_ok_and(|secret| secret.is_short()) {
            let number = position + 1;
            eprintln!(
                "hookvet: --secret, number {number}, is so short that it can be guessed; let the sender make a new one"
            );
        }
    }
    let outcome = match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Inbox(arguments) => inbox::run(&arguments),
        Command::Send(arguments) => send::run(&arguments),
        Command::Events(arguments) => events::list(&arguments),
        Command::Schema(arguments) => events::schema(&arguments),
    };
    match outcome {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Ok(Outcome::Misused) => ExitCode::from(2),
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody may be there to read it.
            let _ = writeln!(io::stderr(), "hookvet: {}", escaped(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}
