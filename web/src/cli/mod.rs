//! The command line.

mod backup;
mod check_config;
mod cleanup;
mod database;
mod export;
mod listen;
mod migrate;
mod models;
mod options;
mod output;
pub(crate) mod recording;
mod remote;
mod security_check;
mod serve;
mod topology;
mod transcribe;
mod tune;
mod user;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use self::options::SettingsOptions;

/// A self-hosted voice engine: people speak, clean text appears where they work.
#[derive(Debug, Parser)]
#[command(name = "alfavoice", version, max_term_width = 100, after_long_help = EXAMPLES)]
struct Command {
    #[command(flatten)]
    settings: SettingsOptions,
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "Examples:
  alfavoice serve                                  the server with its page, at http://127.0.0.1:3000
  alfavoice serve --listen 0.0.0.0:3000 --profile production --config /etc/alfavoice.toml
  alfavoice transcribe meeting.wav --format srt    subtitles of a file, made by the running server
  alfavoice transcribe --local - < note.wav        the same without a server
  alfavoice models pull large-v3-q5                fetch a model
  alfavoice user add anna --role admin             make an account; the password is asked for
  alfavoice cleanup --older-than 90d --dry-run     what would be removed
  ALFAVOICE_TOKEN=avk_... alfavoice listen         with a key, where the server wants one
  alfavoice check-config                           what is set, by whom, and what is wrong

Each setting is also a key of the configuration file and an environment variable: `server.listen` is
ALFAVOICE_SERVER__LISTEN. docs/configuration.md lists them all.";

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the server
    Serve(serve::Serve),
    /// Turn a recording into text
    Transcribe(transcribe::Transcribe),
    /// Speak into the microphone and see the text
    Listen(listen::Listen),
    /// List, fetch, check and remove models
    Models(models::Models),
    /// Show the machine and the plan of who computes where
    Topology(topology::Topology),
    /// Measure how decodes should be placed on this machine
    Tune(tune::Tune),
    /// Check the settings and show where each comes from
    CheckConfig(check_config::CheckConfig),
    /// Make, list, lock out and let in people
    User(user::UserCommand),
    /// Remove what is old
    Cleanup(cleanup::Cleanup),
    /// Write out everything of one person's, or of everybody's
    Export(export::Export),
    /// Copy the database while the server runs (SQLite)
    Backup(backup::Backup),
    /// Put a copy in the place of the database
    Restore(backup::Restore),
    /// Change the schema of the database, or show its state
    Migrate(migrate::Migrate),
    /// Look for what would let somebody in who should stay out
    SecurityCheck(security_check::SecurityCheck),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let command = Command::parse();
    crate::tls::choose_provider();
    let result = match command.action {
        Action::Serve(action) => action.run(&command.settings),
        Action::Tune(action) => action.run(&command.settings),
        Action::Transcribe(action) => action.run(&command.settings),
        Action::Listen(action) => action.run(&command.settings),
        Action::Models(action) => action.run(&command.settings),
        Action::Topology(action) => action.run(&command.settings),
        Action::CheckConfig(action) => action.run(&command.settings),
        Action::User(action) => action.run(&command.settings),
        Action::Cleanup(action) => action.run(&command.settings),
        Action::Export(action) => action.run(&command.settings),
        Action::Backup(action) => action.run(&command.settings),
        Action::Restore(action) => action.run(&command.settings),
        Action::Migrate(action) => action.run(&command.settings),
        Action::SecurityCheck(action) => action.run(&command.settings),
        Action::Completions { shell } => {
            clap_complete::generate(shell, &mut Command::command(), "alfavoice", &mut std::io::stdout());
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            for cause in error.chain().skip(1) {
                let cause = cause.to_string();
                // A cause that its parent has quoted already says nothing new.
                if !text.contains(&cause) {
                    text = format!("{text}: {cause}");
                }
            }
            for line in text.lines() {
                let prefix = if line.starts_with("error:") { "" } else { "error: " };
                eprintln!("{prefix}{line}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The help of every action, for `docs/cli.md`.
pub fn as_markdown() -> String {
    let mut text = String::from("# The command line\n\nWritten by `cargo xtask docs` from the command's own help.\n\n");
    let mut command = Command::command().term_width(100);
    command.build();
    describe(&mut command, &mut text);
    text
}

fn describe(command: &mut clap::Command, text: &mut String) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let name = command.get_bin_name().unwrap_or("alfavoice").to_owned();
    text.push_str(&format!("## `{name}`\n\n```text\n{}\n```\n\n", help.join("\n").trim_end()));
    for action in command.get_subcommands_mut().filter(|action| action.get_name() != "help") {
        describe(action, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Command::command().debug_assert();
    }
}
