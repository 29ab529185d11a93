//! A job on a thread of its own, and what its starter holds of it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::JoinHandle;

use super::{Stop, Wishes};
use crate::study::why;

/// Wakes whoever has to look at a job's events; called from the job's thread.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// What a job tells: any number of updates, then exactly one end.
#[derive(Debug)]
pub enum JobEvent<Update, Outcome> {
    Update(Update),
    Finished(Outcome),
    /// Why it ended, in words for the person.
    Failed(String),
}

/// A job under way. Dropping it asks the job to end and waits until it has.
pub struct Job<Update, Outcome> {
    wishes: Wishes,
    events: Receiver<JobEvent<Update, Outcome>>,
    thread: Option<JoinHandle<()>>,
}

impl<Update: Send + 'static, Outcome: Send + 'static> Job<Update, Outcome> {
    /// Starts `work` on a thread called `name`. It tells of its progress through the closure it is given.
    pub fn start<E: std::fmt::Display>(
        name: &str,
        waker: Waker,
        work: impl FnOnce(&Wishes, &mut dyn FnMut(Update)) -> Result<Outcome, E> + Send + 'static,
    ) -> Self {
        let wishes = Wishes::default();
        let (sender, events) = channel();
        let job_wishes = wishes.clone();
        let job_sender = sender.clone();
        let body = move || {
            // A channel whose other end is gone: nobody listens, and what matters is on disk already.
            let mut tell = |update| {
                let _ = job_sender.send(JobEvent::Update(update));
                waker();
            };
            let end = match work(&job_wishes, &mut tell) {
                Ok(outcome) => JobEvent::Finished(outcome),
                Err(error) => JobEvent::Failed(error.to_string()),
            };
            let _ = job_sender.send(end);
            waker();
        };
        let thread = match std::thread::Builder::new().name(name.to_owned()).spawn(body) {
            Ok(thread) => Some(thread),
            Err(error) => {
                let text = format!(
                    "The system has no thread left for this ({}). Close other programs and try again.",
                    why(&error)
                );
                let _ = sender.send(JobEvent::Failed(text));
                None
            }
        };
        Self { wishes, events, thread }
    }

    /// What the person wishes of the job.
    pub fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    /// The next event, if there is one; never waits. A job that panicked reports that it failed.
    pub fn next_event(&mut self) -> Option<JobEvent<Update, Outcome>> {
        match self.events.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                let panicked = self.thread.take().is_some_and(|thread| thread.join().is_err());
                panicked.then(|| {
                    JobEvent::Failed(
                        "This stopped because of an error in the program. What was saved before is safe; try again."
                            .to_owned(),
                    )
                })
            }
        }
    }
}

impl<Update, Outcome> Drop for Job<Update, Outcome> {
    fn drop(&mut self) {
        self.wishes.ask_stop(Stop::ProgramEnds);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a background job panicked while it was being ended");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn wait(job: &mut Job<u32, u32>) -> Vec<JobEvent<u32, u32>> {
        let until = Instant::now() + Duration::from_secs(10);
        let mut events = Vec::new();
        while Instant::now() < until {
            match job.next_event() {
                Some(event @ JobEvent::Update(_)) => events.push(event),
                Some(end) => {
                    events.push(end);
                    return events;
                }
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        panic!("the job did not end");
    }

    #[test]
    fn updates_come_before_exactly_one_end() {
        let mut job = Job::start("test", Arc::new(|| {}), |_, tell| {
            tell(1);
            tell(2);
            Ok::<_, String>(3)
        });
        let events = wait(&mut job);
        assert!(matches!(events[..], [JobEvent::Update(1), JobEvent::Update(2), JobEvent::Finished(3)]));
        std::thread::sleep(Duration::from_millis(5));
        assert!(job.next_event().is_none());
    }

    #[test]
    fn a_panic_is_told_as_a_failure() {
        let mut job: Job<u32, u32> =
            Job::start("test", Arc::new(|| {}), |_, _| -> Result<u32, String> { panic!("on purpose") });
        assert!(matches!(wait(&mut job)[..], [JobEvent::Failed(_)]));
    }

    #[test]
    fn a_dropped_job_ends() {
        let job: Job<u32, u32> = Job::start("test", Arc::new(|| {}), |wishes, _| {
            while wishes.stop() == Stop::No {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok::<_, String>(0)
        });
        drop(job);
    }
}
