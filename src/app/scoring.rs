//! The threads behind the Score panel. One scores covers; it keeps the model loaded, so that a dropped cover has its
//! score at once, and explains a score only while no cover waits for its own. The other compares covers with those of
//! the study, which takes long for the first one.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

use crate::evidence::Fingerprint;
use crate::jobs::{KnownCovers, Neighbor, Occlusion, Scorer, SharedColor, Waker};
use crate::study::{Access, DEFAULT_IMAGE_SIZE, RunId, SavedScore, StudyError, StudyFile, picture};

/// The longest side, in pixels, of a scored cover as it is kept.
const PICTURE_SIZE: u32 = 240;
const JPEG_QUALITY: u8 = 88;
/// How many covers of the study are shown beside a score.
const NEAREST: usize = 6;
/// How many scores the history brings back.
const HISTORY: usize = 1000;
/// How far a picture's score may be from the one that is explained, as a share of the score's range: of the cover's own
/// file, and of the kept picture, which is smaller and compressed.
const SAME: f64 = 1e-4;
const NEARLY_THE_SAME: f64 = 0.1;

/// What the threads have to tell; the numbers are of [`super::ScoredCover`]s.
pub enum ScoreReply {
    /// The study's scored covers, the latest first, and whether there are more.
    History(Vec<SavedScore>, bool),
    /// A cover's score, or why it has none.
    Score(u64, Result<Box<SavedScore>, String>),
    /// The number that the history gave to a score, or why it could not be kept.
    Kept(u64, Result<i64, String>),
    /// What of the study a cover is like.
    Compared(u64, Result<Compared, String>),
    /// Which parts of a cover raise and lower its score, or why that cannot be told.
    Explained(u64, Result<Occlusion, String>),
    /// The history could not be read.
    Failed(String),
}

/// What of the study a scored cover is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The covers that look most like it, the nearest first.
    pub nearest: Vec<Neighbor>,
    /// Whether none of them looks much like it.
    pub is_unlike: bool,
    /// Its dominant colors, the largest share first.
    pub colors: Vec<SharedColor>,
}

/// A score that is to be explained.
pub struct Question {
    pub number: u64,
    pub score: SavedScore,
    /// Whether the cover has been handed on to be compared.
    pub is_compared: bool,
}

enum Wish {
    History,
    Score { number: u64, run: RunId, path: PathBuf },
    Explain(Box<Question>),
}

/// The screen's end of the threads, which end when this is dropped.
pub struct ScoreWorker {
    wishes: Sender<Wish>,
    replies: Receiver<ScoreReply>,
}

impl ScoreWorker {
    /// Starts to score with the models of `file`, and brings its history.
    pub fn start(file: StudyFile, waker: Waker) -> Self {
        let (wishes, wanted) = channel::<Wish>();
        let (answer, replies) = channel();
        let (compare, to_compare) = channel();
        let answers = Answers { answer, waker };
        let comparer = Comparer { file: file.clone(), answers: answers.clone(), known: None };
        start_thread("comparing covers", move || comparer.work(&to_compare));
        let scoring = Scoring { file, answers, compare, loaded: None };
        start_thread("scoring", move || scoring.work(Queue::of(wanted)));
        let worker = Self { wishes, replies };
        worker.read_history();
        worker
    }

    /// Reads the history, also after it was changed.
    pub fn read_history(&self) {
        self.want(Wish::History);
    }

    /// Scores a file with a run.
    pub fn score(&self, number: u64, run: RunId, path: PathBuf) {
        self.want(Wish::Score { number, run, path });
    }

    /// Finds what a scored cover is like and why it has its score.
    pub fn explain(&self, question: Question) {
        self.want(Wish::Explain(Box::new(question)));
    }

    fn want(&self, wish: Wish) {
        // The thread only goes away with the program.
        let _ = self.wishes.send(wish);
    }

    /// The next reply, if there is one.
    pub fn next_reply(&self) -> Option<ScoreReply> {
        self.replies.try_recv().ok()
    }
}

fn start_thread(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!(%error, name, "no thread to score with");
    }
}

/// Where the threads' answers go.
#[derive(Clone)]
struct Answers {
    answer: Sender<ScoreReply>,
    waker: Waker,
}

impl Answers {
    fn give(&self, reply: ScoreReply) {
        // Nobody listens any longer once the study is left; then the thread's wishes end as well.
        if self.answer.send(reply).is_ok() {
            (self.waker)();
        }
    }
}

/// What is wished for: scores in the order in which they were asked for, before explanations, the latest one first.
struct Queue {
    wishes: Receiver<Wish>,
    urgent: VecDeque<Wish>,
    questions: Vec<Question>,
    is_over: bool,
}

impl Queue {
    fn of(wishes: Receiver<Wish>) -> Self {
        Self { wishes, urgent: VecDeque::new(), questions: Vec::new(), is_over: false }
    }

    fn put(&mut self, wish: Wish) {
        match wish {
            Wish::Explain(question) => self.questions.push(*question),
            wish => self.urgent.push_back(wish),
        }
    }

    /// Takes in what was wished for meanwhile; whether any of it comes before an explanation.
    fn has_news(&mut self) -> bool {
        let known = self.questions.len();
        loop {
            match self.wishes.try_recv() {
                Ok(wish) => self.put(wish),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.is_over = true;
                    break;
                }
            }
        }
        self.is_over || !self.urgent.is_empty() || self.questions.len() > known
    }

    /// The next wish, waited for; `None` once nobody wishes any longer.
    fn next(&mut self) -> Option<Wish> {
        self.has_news();
        if self.urgent.is_empty() && self.questions.is_empty() && !self.is_over {
            match self.wishes.recv() {
                Ok(wish) => self.put(wish),
                Err(_) => self.is_over = true,
            }
        }
        if self.is_over {
            return None;
        }
        self.urgent.pop_front().or_else(|| self.questions.pop().map(|question| Wish::Explain(Box::new(question))))
    }
}

struct Scoring {
    file: StudyFile,
    answers: Answers,
    compare: Sender<(u64, Vec<u8>)>,
    loaded: Option<Scorer>,
}

impl Scoring {
    fn work(mut self, mut queue: Queue) {
        while let Some(wish) = queue.next() {
            match wish {
                Wish::History => self.history(),
                Wish::Score { number, run, path } => self.score_and_keep(number, run, path),
                Wish::Explain(question) => {
                    if let Some(unfinished) = self.explain(*question, &mut queue) {
                        // Below those that came meanwhile.
                        queue.questions.insert(0, unfinished);
                    }
                }
            }
        }
    }

    fn history(&self) {
        let read = || self.file.connect()?.latest_scores(HISTORY);
        self.answers.give(match read() {
            Ok(scores) => {
                let has_more = scores.len() == HISTORY;
                ScoreReply::History(scores, has_more)
            }
            Err(error) => ScoreReply::Failed(error.to_string()),
        });
    }

    fn score_and_keep(&mut self, number: u64, run: RunId, path: PathBuf) {
        let result = self.score(run, path);
        let score = result.as_ref().ok().cloned();
        self.answers.give(ScoreReply::Score(number, result.map(Box::new)));
        if let Some(score) = score.filter(|_| self.file.access() == Access::Write) {
            let kept = self.file.connect().and_then(|mut study| study.keep_score(&score));
            self.answers.give(ScoreReply::Kept(number, kept.map_err(|error| error.to_string())));
        }
    }

    fn score(&mut self, run: RunId, path: PathBuf) -> Result<SavedScore, String> {
        let scorer = self.scorer(run)?;
        let read = || picture::decode(&picture::read_file(&path)?);
        let rgb = read().map_err(|error| error.to_string())?.rgb;
        let score = scorer.score_picture(&rgb).map_err(|error| error.to_string())?;
        Ok(SavedScore {
            id: 0,
            file: path.to_string_lossy().into_owned(),
            run,
            run_name: scorer.run().name.clone(),
            prediction: score.prediction,
            low: score.low,
            high: score.high,
            percentile: score.percentile,
            beats_mean: score.beats_mean,
            train_mean: scorer.run().baseline.map_or(f64::NAN, |baseline| baseline.train_mean),
            picture: thumbnail(&rgb)?,
        })
    }

    /// The model of `run`, loaded where it is not yet.
    fn scorer(&mut self, run: RunId) -> Result<&Scorer, String> {
        let mut load = || -> Result<Scorer, Box<dyn std::error::Error>> {
            let study = self.file.connect()?;
            let run = study.run(run)?;
            // A resumed run has new weights under its old number.
            match self.loaded.take() {
                Some(scorer) if *scorer.run() == run => Ok(scorer),
                _ => Ok(Scorer::of(&study, run)?),
            }
        };
        let scorer = load().map_err(|error| error.to_string())?;
        Ok(self.loaded.insert(scorer))
    }

    /// Has the cover compared, then looks which parts of it matter. Returns the question where something came first.
    fn explain(&mut self, mut question: Question, queue: &mut Queue) -> Option<Question> {
        let number = question.number;
        if !std::mem::replace(&mut question.is_compared, true) {
            // The other thread goes away with the program only.
            let _ = self.compare.send((number, question.score.picture.clone()));
        }
        // Of a model that is no better than guessing the mean, a map would show noise.
        if question.score.beats_mean {
            match self.occlusion(&question.score, || !queue.has_news()) {
                Some(map) => self.answers.give(ScoreReply::Explained(number, map)),
                None => return Some(question),
            }
        }
        None
    }

    /// Which parts of a cover matter; `None` where `go_on` said no.
    fn occlusion(&mut self, score: &SavedScore, go_on: impl FnMut() -> bool) -> Option<Result<Occlusion, String>> {
        let path = PathBuf::from(&score.file);
        let decode = |bytes: &[u8]| picture::decode(bytes).map(|decoded| decoded.rgb);
        let scorer = match self.scorer(score.run) {
            Ok(scorer) => scorer,
            Err(why) => return Some(Err(why)),
        };
        let differs = |rgb: &RgbImage| {
            let again = scorer.score_picture(rgb).map_or(f64::NAN, |again| again.prediction);
            (again - score.prediction).abs() / (score.high - score.low).max(f64::MIN_POSITIVE)
        };
        let own = picture::read_file(&path).and_then(|bytes| decode(&bytes)).ok().filter(|rgb| differs(rgb) < SAME);
        // Where the file has changed or gone, the kept picture may be good enough.
        let cover = own.or_else(|| decode(&score.picture).ok().filter(|rgb| differs(rgb) < NEARLY_THE_SAME));
        match cover {
            Some(rgb) => scorer.occlusion(&rgb, go_on).map_err(|error| error.to_string()).transpose(),
            None => {
                Some(Err("The cover's file or the model has changed since. Score the cover again to see why it has \
                             its score."
                    .to_owned()))
            }
        }
    }
}

/// The thread that compares covers with the study's.
struct Comparer {
    file: StudyFile,
    answers: Answers,
    known: Option<KnownCovers>,
}

impl Comparer {
    fn work(mut self, wanted: &Receiver<(u64, Vec<u8>)>) {
        while let Ok((number, jpeg)) = wanted.recv() {
            let compared = self.compare(&jpeg);
            self.answers.give(ScoreReply::Compared(number, compared));
        }
    }

    fn compare(&mut self, jpeg: &[u8]) -> Result<Compared, String> {
        let decoded = picture::decode(jpeg).map_err(|error| error.to_string())?;
        let pixels = picture::resize(&decoded.rgb, DEFAULT_IMAGE_SIZE as u32).map_err(|error| error.to_string())?;
        let known = self.known().map_err(|error| error.to_string())?;
        let print = Fingerprint::of(&pixels);
        let (nearest, is_unlike) = (known.nearest(&print, NEAREST), known.is_unlike(&print));
        Ok(Compared { nearest, is_unlike, colors: known.colors_of(&pixels) })
    }

    /// The study's covers, read anew where the study has changed.
    fn known(&mut self) -> Result<&KnownCovers, StudyError> {
        let study = self.file.connect()?;
        let known = match self.known.take() {
            Some(known) if known.is_current(&study)? => known,
            _ => KnownCovers::read(&study)?,
        };
        Ok(self.known.insert(known))
    }
}

/// A cover as the history keeps it: square, as networks see covers.
fn thumbnail(rgb: &RgbImage) -> Result<Vec<u8>, String> {
    let side = PICTURE_SIZE.min(rgb.width().max(rgb.height()));
    let pixels = picture::resize(rgb, side).map_err(|error| error.to_string())?;
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode(&pixels, side, side, ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(jpeg)
}
