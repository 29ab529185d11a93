//! Words for people and JSON for scripts.

use std::cell::Cell;
use std::io::{ErrorKind, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::study::why;

/// Where a command's words go.
pub struct Output {
    json: bool,
    /// Whether something could not be written.
    has_failed: Cell<bool>,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json, has_failed: Cell::new(false) }
    }

    /// Writes an event for scripts, where they listen.
    pub(super) fn event(&self, event: &Value) {
        if self.json {
            self.write(&mut std::io::stdout(), event);
        }
    }

    /// Says something to people.
    pub(super) fn say(&self, text: impl std::fmt::Display) {
        if self.json { self.write(&mut std::io::stderr(), text) } else { self.write(&mut std::io::stdout(), text) }
    }

    /// A reader that has gone away is no reason to stop or to complain; a full disk is told once.
    fn write(&self, to: &mut dyn Write, text: impl std::fmt::Display) {
        if let Err(error) = writeln!(to, "{text}")
            && error.kind() != ErrorKind::BrokenPipe
            && !self.has_failed.replace(true)
        {
            self.fail(&anyhow::anyhow!("The output could not be written: {}.", why(&error)));
        }
    }

    /// Whether something that was said could not be written.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.get()
    }

    /// Says why something went wrong.
    pub(super) fn fail(&self, error: &anyhow::Error) {
        let mut text = error.to_string();
        // Most errors name their cause in their own sentence already.
        for cause in error.chain().skip(1).map(cause) {
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// A progress bar on standard error, where that is a terminal.
    pub(super) fn progress(&self, what: &str) -> ProgressBar {
        let bar = ProgressBar::new(0).with_message(what.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// A cause in words, the operating system's own among them.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    error.downcast_ref().map_or_else(|| error.to_string(), why)
}
