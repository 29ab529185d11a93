//! A thread that reads the open study for the screen: the whole of it, predictions, and single covers as pictures.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::Snapshot;
use crate::jobs::Waker;
use crate::study::{CoverId, Prediction, RunId, Study, StudyError, StudyFile, picture};

/// The side, in pixels, of a cover as the grid shows it.
const THUMBNAIL_SIZE: u32 = 176;

/// A cover as it is, and as a network sees it: RGB bytes, square.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverView {
    pub original_size: usize,
    pub original: Vec<u8>,
    pub network_size: usize,
    pub network: Vec<u8>,
}

/// What the screen wants to know.
enum Request {
    Snapshot,
    Cover(CoverId, usize),
    Predictions(RunId),
}

/// What it gets.
pub enum Reply {
    Snapshot(Box<Snapshot>),
    Cover(CoverId, usize, Result<CoverView, String>),
    Predictions(RunId, Vec<Prediction>),
    Failed(String),
}

/// The screen's end of the reading thread, which ends when this is dropped.
pub struct Reader {
    requests: Sender<Request>,
    replies: Receiver<Reply>,
    pending: HashMap<(CoverId, usize), ()>,
}

impl Reader {
    /// Starts to read `file`.
    pub fn start(file: StudyFile, waker: Waker) -> Self {
        let (requests, wanted) = channel();
        let (answer, replies) = channel();
        let thread = std::thread::Builder::new().name("study reader".to_owned());
        let work = move || match file.connect() {
            Ok(study) => serve(&study, &wanted, &answer, &waker),
            Err(error) => {
                let _ = answer.send(Reply::Failed(error.to_string()));
                waker();
            }
        };
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "no thread to read the study");
        }
        Self { requests, replies, pending: HashMap::new() }
    }

    /// Asks for the whole study anew.
    pub fn want_snapshot(&self) {
        self.want(Request::Snapshot);
    }

    /// Asks for a cover at `network_size`, once.
    pub fn want_cover(&mut self, cover: CoverId, network_size: usize) {
        if self.pending.insert((cover, network_size), ()).is_none() {
            self.want(Request::Cover(cover, network_size));
        }
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
    pub fn next_reply(&mut self) -> Option<Reply> {
        let reply = self.replies.try_recv().ok()?;
        if let Reply::Cover(cover, size, _) = &reply {
            self.pending.remove(&(*cover, *size));
        }
        Some(reply)
    }
}

fn serve(study: &Study, wanted: &Receiver<Request>, answer: &Sender<Reply>, waker: &Waker) {
    while let Ok(request) = wanted.recv() {
        let reply = match request {
            Request::Snapshot => match Snapshot::read(study) {
                Ok(snapshot) => Reply::Snapshot(Box::new(snapshot)),
                Err(error) => Reply::Failed(error.to_string()),
            },
            Request::Cover(cover, size) => Reply::Cover(cover, size, view(study, cover, size)),
            Request::Predictions(run) => match study.predictions(run) {
                Ok(predictions) => Reply::Predictions(run, predictions),
                Err(error) => Reply::Failed(error.to_string()),
            },
        };
        if answer.send(reply).is_err() {
            return;
        }
        waker();
    }
}

fn view(study: &Study, cover: CoverId, network_size: usize) -> Result<CoverView, String> {
    let bytes = study.cover_bytes(cover).map_err(|error: StudyError| error.to_string())?;
    let decoded = picture::decode(&bytes).map_err(|error| error.to_string())?;
    let resize = |size: u32| picture::resize(&decoded.rgb, size).map_err(|error| error.to_string());
    let original_size = THUMBNAIL_SIZE.min(decoded.rgb.width().max(decoded.rgb.height()));
    Ok(CoverView {
        original_size: original_size as usize,
        original: resize(original_size)?,
        network_size,
        network: resize(network_size as u32)?,
    })
}
