//! The headless commands, on the same library calls as the window.

mod args;
mod demo;
mod evidence;
mod export;
mod import;
mod login;
mod output;
mod plan;
mod report;
mod results;
mod score;
mod train;

pub use args::{Args, Command, Renderer};
pub use demo::demo;
use output::Output;

use crate::jobs::{Stop, Wishes};

/// How a command ended, as the system is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    WrongUsage,
    /// By Ctrl-C or a signal to end, after saving.
    Interrupted,
}

impl Exit {
    /// The exit status.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUsage => 2,
            Self::Interrupted => 130,
        }
    }
}

/// Runs a headless command and says on standard error why it failed.
pub fn run(command: Command, json: bool) -> Exit {
    let output = Output::new(json);
    let wishes = Wishes::default();
    if saves(&command) {
        save_on_signals(&wishes);
    }
    let result = match command {
        Command::Demo => demo(&output, &wishes),
        Command::Import(args) => import::run(&args, &output, &wishes),
        Command::Login(args) => login::run(&args, &output, &wishes),
        Command::Info { study } => results::info(&study, &output),
        Command::Train(args) => train::run(&args, &output, &wishes),
        Command::Results { study } => results::results(&study, &output),
        Command::Score(args) => score::run(&args, &output, &wishes),
        Command::Colors { study } => evidence::colors(&study, &output),
        Command::Verdict(args) => evidence::verdict(&args, &output, &wishes),
        Command::Fit(args) => plan::fit(&args, &output, &wishes),
        Command::Report(args) => report::run(&args, &output),
        Command::Export(args) => export::run(&args, &output),
    };
    match result {
        Ok(Exit::Done) if output.has_failed() => Exit::Failed,
        Ok(exit) => exit,
        Err(error) => {
            output.fail(&error);
            Exit::Failed
        }
    }
}

/// Whether a command has something to save or to tidy up when it is to end early. What others do is done in one piece at
/// their end: they need not wait for it.
fn saves(command: &Command) -> bool {
    match command {
        Command::Demo | Command::Import(_) | Command::Login(_) | Command::Train(_) | Command::Verdict(_) => true,
        Command::Score(_) | Command::Fit(_) => true,
        Command::Info { .. } | Command::Results { .. } | Command::Colors { .. } => false,
        Command::Report(_) | Command::Export(_) => false,
    }
}

/// Ends the command after saving; at the second signal, at once.
fn save_on_signals(wishes: &Wishes) {
    let wishes = wishes.clone();
    let on_signal = move || {
        if wishes.stop() != Stop::No {
            std::process::exit(Exit::Interrupted.code().into());
        }
        wishes.ask_stop(Stop::ProgramEnds);
    };
    if let Err(error) = ctrlc::set_handler(on_signal) {
        tracing::warn!(%error, "Ctrl-C will end the program without saving the epoch under way");
    }
}

/// [`demo`] for a bare start without a display.
pub fn demo_in_terminal() -> Exit {
    run(Command::Demo, false)
}
