//! `stemwright`: music stems that provably sum to the mix. Arguments → one module a command → one printer.

mod args;
mod bounce;
mod cache;
mod check;
mod consolidate;
mod exit;
mod new;
mod planned;
mod printer;
mod session;
mod source;
mod stop;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    args.color.write_global();
    match args.command {
        args::Command::New(new) => new::run(&new),
        args::Command::Bounce(bounce) => bounce::run(&bounce),
        args::Command::Check(check) => check::run(&check),
        args::Command::Session(verb) => session::run(&verb.verb),
    }
}
