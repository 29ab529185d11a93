//! What the person wishes of a job under way: to pause, or to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// How often a paused job looks whether it may go on.
const PAUSE_POLL: Duration = Duration::from_millis(20);

/// Whether and why a job is to end before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    No,
    /// The person asked for it.
    Asked,
    /// The program is about to end.
    ProgramEnds,
}

/// Shared by a job and whoever started it; clones are the same wishes.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    flags: Arc<Flags>,
}

#[derive(Debug, Default)]
struct Flags {
    pause: AtomicBool,
    stop: AtomicU8,
}

impl Wishes {
    /// Asks the job to end. The end of the program is not taken back by a later wish.
    pub fn ask_stop(&self, stop: Stop) {
        self.flags.stop.fetch_max(stop as u8, Ordering::Relaxed);
    }

    /// Asks the job to pause, or to go on.
    pub fn ask_pause(&self, pause: bool) {
        self.flags.pause.store(pause, Ordering::Relaxed);
    }

    /// Whether the job is to end.
    pub fn stop(&self) -> Stop {
        match self.flags.stop.load(Ordering::Relaxed) {
            0 => Stop::No,
            1 => Stop::Asked,
            _ => Stop::ProgramEnds,
        }
    }

    /// Whether the job is to pause.
    pub fn is_paused(&self) -> bool {
        self.flags.pause.load(Ordering::Relaxed)
    }

    /// Waits while a pause is wished for and no stop; returns how long that was.
    pub fn wait_while_paused(&self) -> Duration {
        let since = Instant::now();
        while self.is_paused() && self.stop() == Stop::No {
            std::thread::sleep(PAUSE_POLL);
        }
        since.elapsed()
    }
}
