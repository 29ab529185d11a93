//! A thread that scores covers; it keeps the model loaded, so that a dropped cover has its score at once.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::evidence::Fingerprint;
use crate::jobs::{Score, Scorer, Waker, fingerprints};
use crate::study::{CoverId, RunId, StudyError, StudyFile, picture};

/// The side, in pixels, of a scored cover on the screen.
const PICTURE_SIZE: u32 = 240;

/// How many covers of the study are shown beside a score.
const NEAREST: usize = 6;

/// What the scoring thread has to tell.
pub enum ScoreReply {
    /// A cover's score, or why it has none.
    Score(PathBuf, Result<Box<ScoredPicture>, String>),
    /// The covers of the study that look most like it, the nearest first; after its score, since they take longer.
    Nearest(PathBuf, Vec<CoverId>),
}

/// A score with what it was made for.
pub struct ScoredPicture {
    pub score: Score,
    pub run_name: String,
    /// Of always guessing it.
    pub train_mean: f64,
    /// The run's predictions for its test tracks, ascending.
    pub test_predictions: Vec<f64>,
    pub picture_size: usize,
    /// RGB bytes, square.
    pub picture: Vec<u8>,
    /// The covers of the study that look most like it, once they are known.
    pub nearest: Vec<CoverId>,
}

struct Request {
    run: RunId,
    path: PathBuf,
}

/// The screen's end of the scoring thread, which ends when this is dropped.
pub struct ScoreWorker {
    requests: Sender<Request>,
    replies: Receiver<ScoreReply>,
}

impl ScoreWorker {
    /// Starts to score with the models of `file`.
    pub fn start(file: StudyFile, waker: Waker) -> Self {
        let (requests, wanted) = channel::<Request>();
        let (answer, replies) = channel();
        let work = move || {
            let (mut loaded, mut known) = (None, None);
            while let Ok(request) = wanted.recv() {
                let result = score(&file, &mut loaded, &request).map(Box::new);
                let print = result.as_ref().ok().map(|scored| Fingerprint::of(&scored.picture));
                if answer.send(ScoreReply::Score(request.path.clone(), result)).is_err() {
                    return;
                }
                waker();
                if let Some(print) = print
                    && answer.send(ScoreReply::Nearest(request.path, nearest(&file, &mut known, &print))).is_ok()
                {
                    waker();
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("scoring".to_owned()).spawn(work) {
            tracing::error!(%error, "no thread to score with");
        }
        Self { requests, replies }
    }

    /// Scores a file with a run.
    pub fn score(&self, run: RunId, path: PathBuf) {
        let _ = self.requests.send(Request { run, path });
    }

    /// The next score, if there is one.
    pub fn next_reply(&self) -> Option<ScoreReply> {
        self.replies.try_recv().ok()
    }
}

fn score(file: &StudyFile, loaded: &mut Option<Scorer>, request: &Request) -> Result<ScoredPicture, String> {
    let to_text = |error: &dyn std::fmt::Display| error.to_string();
    let study = file.connect().map_err(|error| to_text(&error))?;
    let run = study.run(request.run).map_err(|error| to_text(&error))?;
    // A resumed run has new weights under its old number.
    let is_loaded = loaded.as_ref().is_some_and(|scorer| *scorer.run() == run);
    if !is_loaded {
        *loaded = Some(Scorer::of(&study, run).map_err(|error| to_text(&error))?);
    }
    let Some(scorer) = loaded else { return Err("The model could not be loaded.".to_owned()) };
    let bytes = picture::read_file(&request.path).map_err(|error| to_text(&error))?;
    let score = scorer.score_bytes(&bytes).map_err(|error| to_text(&error))?;
    let decoded = picture::decode(&bytes).map_err(|error| to_text(&error))?;
    Ok(ScoredPicture {
        score,
        run_name: scorer.run().name.clone(),
        train_mean: scorer.run().baseline.map_or(f64::NAN, |baseline| baseline.train_mean),
        test_predictions: scorer.test_predictions().to_vec(),
        picture_size: PICTURE_SIZE as usize,
        picture: picture::resize(&decoded.rgb, PICTURE_SIZE).map_err(|error| to_text(&error))?,
        nearest: Vec::new(),
    })
}

/// The covers of the study with the number of its tracks when they were read.
type Known = (usize, Vec<(CoverId, Fingerprint)>);

/// The covers that look most like `print`; none where the study cannot be read, which the panels tell elsewhere.
fn nearest(file: &StudyFile, known: &mut Option<Known>, print: &Fingerprint) -> Vec<CoverId> {
    let mut read = || -> Result<Known, StudyError> {
        let study = file.connect()?;
        let tracks = study.counts()?.tracks;
        match known.take() {
            Some(known) if known.0 == tracks => Ok(known),
            _ => Ok((tracks, fingerprints(&study)?)),
        }
    };
    match read() {
        Ok(now) => {
            let mut by_distance: Vec<(f64, CoverId)> =
                now.1.iter().map(|(cover, other)| (print.distance(other), *cover)).collect();
            by_distance.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            *known = Some(now);
            by_distance.into_iter().take(NEAREST).map(|(_, cover)| cover).collect()
        }
        Err(error) => {
            tracing::warn!(%error, "the study's covers cannot be compared");
            Vec::new()
        }
    }
}
