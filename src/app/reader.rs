//! A thread that reads the open study for the screen: the whole of it, and what runs predicted.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::{Predicted, Snapshot};
use crate::jobs::Waker;
use crate::study::{RunId, Study, StudyError, StudyFile};

/// What the screen wants to know.
enum Request {
    Snapshot,
    Predictions(RunId),
}

/// What it gets.
pub enum Reply {
    Snapshot(Box<Snapshot>),
    Predictions(RunId, Predicted),
    Failed(String),
}

/// The screen's end of the reading thread, which ends when this is dropped.
pub struct Reader {
    requests: Sender<Request>,
    replies: Receiver<Reply>,
}

impl Reader {
    /// Starts to read `file`.
    pub fn start(file: StudyFile, waker: Waker) -> Self {
        let (requests, wanted) = channel();
        let (answer, replies) = channel();
        let thread = std::thread::Builder::new().name("study reader".to_owned());
        let work = move || match file.connect() {
            Ok(study) => serve(&file, &study, &wanted, &answer, &waker),
            Err(error) => {
                let _ = answer.send(Reply::Failed(error.to_string()));
                waker();
            }
        };
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "no thread to read the study");
        }
        Self { requests, replies }
    }

    /// Asks for the whole study anew.
    pub fn want_snapshot(&self) {
        self.want(Request::Snapshot);
    }

    /// Asks for what a run predicted.
    pub fn want_predictions(&self, run: RunId) {
        self.want(Request::Predictions(run));
    }

    fn want(&self, request: Request) {
        // The thread only goes away after it has said why.
        let _ = self.requests.send(request);
    }

    /// The next reply, if there is one.
    pub fn next_reply(&self) -> Option<Reply> {
        self.replies.try_recv().ok()
    }
}

fn serve(file: &StudyFile, study: &Study, wanted: &Receiver<Request>, answer: &Sender<Reply>, waker: &Waker) {
    while let Ok(request) = wanted.recv() {
        // What is open can still be read, but nobody will find again what is written to it.
        if let Err(error) = file.check_is_there()
            && answer.send(Reply::Failed(error.to_string())).is_err()
        {
            return;
        }
        let reply = match request {
            Request::Snapshot => match Snapshot::read(study) {
                Ok(snapshot) => Reply::Snapshot(Box::new(snapshot)),
                Err(error) => Reply::Failed(error.to_string()),
            },
            Request::Predictions(run) => match predicted(study, run) {
                Ok(predicted) => Reply::Predictions(run, predicted),
                Err(error) => Reply::Failed(error.to_string()),
            },
        };
        if answer.send(reply).is_err() {
            return;
        }
        waker();
    }
}

fn predicted(study: &Study, run: RunId) -> Result<Predicted, StudyError> {
    Ok(Predicted::of(study.predictions(run)?, &study.tracks()?))
}
