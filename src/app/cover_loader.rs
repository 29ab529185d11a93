//! Threads that decode covers for the screen: only what is seen now, the rest is forgotten.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::jobs::Waker;
use crate::study::{CoverId, Study, StudyError, StudyFile, picture};

/// The side, in pixels, of a cover as the grid shows it.
const THUMBNAIL_SIZE: u32 = 176;
/// The side of one that is shown large.
const LARGE_SIZE: u32 = 480;
/// Threads at most: the covers of a screen are there at once, and training goes on beside them.
const WORKERS: usize = 3;

/// A cover, and how it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CoverKey {
    pub cover: CoverId,
    /// The image size, in pixels, of the network that sees it.
    pub network_size: usize,
    pub is_large: bool,
}

impl CoverKey {
    /// As a tile shows it.
    pub fn tile(cover: CoverId, network_size: usize) -> Self {
        Self { cover, network_size, is_large: false }
    }
}

/// A cover as it is, and as a network sees it: RGB bytes, square.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverView {
    pub original_size: usize,
    pub original: Vec<u8>,
    pub network_size: usize,
    pub network: Vec<u8>,
}

#[derive(Default)]
struct Wanted {
    /// The next one last.
    keys: Vec<CoverKey>,
    in_work: HashSet<CoverKey>,
    is_over: bool,
}

#[derive(Default)]
struct Shared {
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// The next cover to decode; `None` when nobody will want any more.
    fn next(&self) -> Option<CoverKey> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if wanted.is_over {
                return None;
            }
            if let Some(key) = wanted.keys.pop() {
                wanted.in_work.insert(key);
                return Some(key);
            }
            wanted = self.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What came of a cover.
pub type Loaded = (CoverKey, Result<CoverView, String>);

/// The screen's end of the threads, which end when this is dropped.
pub struct CoverLoader {
    shared: Arc<Shared>,
    loaded: Receiver<Loaded>,
}

impl CoverLoader {
    /// Starts to decode covers of `file`.
    pub fn start(file: &StudyFile, waker: &Waker) -> Self {
        let shared = Arc::new(Shared::default());
        let (sender, loaded) = channel();
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS);
        for _ in 0..workers {
            let (file, shared, sender, waker) = (file.clone(), Arc::clone(&shared), sender.clone(), waker.clone());
            let work = move || serve(&file, &shared, &sender, &waker);
            if let Err(error) = std::thread::Builder::new().name("covers".to_owned()).spawn(work) {
                tracing::error!(%error, "no thread to decode covers");
            }
        }
        Self { shared, loaded }
    }

    /// Asks for these covers, the first of them first, and no longer for those that were asked for before.
    pub fn want(&self, keys: Vec<CoverKey>) {
        self.shared.change(|wanted| {
            let in_work = std::mem::take(&mut wanted.in_work);
            wanted.keys = keys.into_iter().rev().filter(|key| !in_work.contains(key)).collect();
            wanted.in_work = in_work;
        });
    }

    /// The next cover that is decoded, if there is one.
    pub fn next_loaded(&self) -> Option<Loaded> {
        let loaded = self.loaded.try_recv().ok()?;
        self.shared.change(|wanted| {
            wanted.in_work.remove(&loaded.0);
        });
        Some(loaded)
    }
}

impl Drop for CoverLoader {
    fn drop(&mut self) {
        self.shared.change(|wanted| wanted.is_over = true);
    }
}

fn serve(file: &StudyFile, shared: &Shared, sender: &Sender<Loaded>, waker: &Waker) {
    let study = file.connect();
    while let Some(key) = shared.next() {
        let view = match &study {
            Ok(study) => view(study, key),
            Err(error) => Err(error.to_string()),
        };
        if sender.send((key, view)).is_err() {
            return;
        }
        waker();
    }
}

fn view(study: &Study, key: CoverKey) -> Result<CoverView, String> {
    let bytes = study.cover_bytes(key.cover).map_err(|error: StudyError| error.to_string())?;
    let decoded = picture::decode(&bytes).map_err(|error| error.to_string())?;
    let resize = |size: u32| picture::resize(&decoded.rgb, size).map_err(|error| error.to_string());
    let largest = if key.is_large { LARGE_SIZE } else { THUMBNAIL_SIZE };
    let original_size = largest.min(decoded.rgb.width().max(decoded.rgb.height()));
    Ok(CoverView {
        original_size: original_size as usize,
        original: resize(original_size)?,
        network_size: key.network_size,
        network: resize(key.network_size as u32)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(cover: i64) -> CoverKey {
        CoverKey::tile(CoverId(cover), 60)
    }

    #[test]
    fn what_is_no_longer_seen_is_forgotten() {
        let shared = Shared::default();
        let (_sender, loaded) = channel();
        let loader = CoverLoader { shared: Arc::new(shared), loaded };
        loader.want(vec![key(1), key(2), key(3)]);
        assert_eq!(loader.shared.next(), Some(key(1)), "in the order in which they were asked for");
        loader.want(vec![key(1), key(8), key(9)]);
        assert_eq!(loader.shared.next(), Some(key(8)), "the first is being decoded already");
        assert_eq!(loader.shared.next(), Some(key(9)));
        loader.shared.change(|wanted| wanted.is_over = true);
        assert_eq!(loader.shared.next(), None);
    }
}
