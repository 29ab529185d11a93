//! Downloading covers: in parallel with limits for each host, checked in size and kind, whole or not at all.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::services::{Loopback, RequestError, Waits, agent, is_loopback, persist, retry_after};
use crate::jobs::{Stop, Wishes};

/// Downloads at the same time, in all and from one host.
const AT_ONCE: usize = 12;
const AT_ONCE_A_HOST: usize = 6;

/// The largest cover that is taken.
const LARGEST_COVER: u64 = 20 * 1024 * 1024;

/// The longest wait that a cover is worth.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a wait looks whether it is to end.
const POLL: Duration = Duration::from_millis(100);

/// Redirects that are followed for one cover.
const REDIRECTS: usize = 4;

/// Downloads covers.
pub(super) struct Downloader(Arc<Shared>);

/// What all downloads share.
struct Shared {
    agent: ureq::Agent,
    loopback: Loopback,
    bytes: AtomicU64,
    /// Hosts that could not be found, which are not looked for again for each of their covers.
    unknown_hosts: Mutex<HashSet<String>>,
}

/// What came from each address: the file, or why there is none.
pub(super) type Downloads = HashMap<String, Result<Vec<u8>, String>>;

impl Downloader {
    pub(super) fn new() -> Self {
        Self::with(Loopback::from_env())
    }

    fn with(loopback: Loopback) -> Self {
        let unknown_hosts = Mutex::default();
        Self(Arc::new(Shared { agent: agent(loopback), loopback, bytes: AtomicU64::new(0), unknown_hosts }))
    }

    /// Bytes that have come so far.
    pub(super) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Downloads all `addresses`, each once; where `wishes` ends it, what has come by then. Requests that are under way
    /// then are not waited for: a server that stalls would hold up whoever cancels.
    pub(super) fn fetch(&self, addresses: Vec<String>, wishes: &Wishes) -> Downloads {
        let count = addresses.len();
        let queue = Arc::new(Queue::new(addresses));
        let mut threads = 0;
        for _ in 0..AT_ONCE.min(count) {
            let (queue, shared, wishes) = (Arc::clone(&queue), Arc::clone(&self.0), wishes.clone());
            let work = move || {
                while let Some((address, host)) = queue.take(&wishes) {
                    let download = shared.download(&address, &wishes);
                    // A failure after the end is the end's.
                    if download.is_ok() || wishes.stop() == Stop::No {
                        queue.put(address, &host, download);
                    }
                }
            };
            match std::thread::Builder::new().name("covers".to_owned()).spawn(work) {
                Ok(_) => threads += 1,
                Err(error) => tracing::warn!(%error, "fewer downloads at once"),
            }
        }
        if threads > 0 { queue.wait_for(count, wishes) } else { Downloads::new() }
    }
}

impl Shared {
    /// One cover's file, tried again where that helps.
    fn download(&self, address: &str, wishes: &Wishes) -> Result<Vec<u8>, String> {
        let mut waits = Waits { wishes, on_wait: &mut |_| {} };
        let mut url = Url::parse(address).map_err(|_| "The cover's address is no web address.".to_owned())?;
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            match self.answer(&url, &mut waits).map_err(|error| reason(&error))? {
                Answer::Cover(bytes) => {
                    self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    return Ok(bytes);
                }
                Answer::Moved(target) => {
                    url = url.join(&target).map_err(|_| "The cover's address leads nowhere.".to_owned())?;
                }
                Answer::Unusable(reason) => return Err(reason),
            }
        }
        Err("The cover's address leads from one place to another without end.".to_owned())
    }

    /// What is at an address, asked for again where that helps.
    fn answer(&self, url: &Url, waits: &mut Waits<'_>) -> Result<Answer, RequestError> {
        let host = url.host_str().unwrap_or_default();
        let unknown = || self.unknown_hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown().contains(host) {
            return Err(RequestError::UnknownHost);
        }
        let answer = persist(waits, || self.request(url));
        // After all tries: a name that could not be looked up once may be found a moment later.
        if matches!(answer, Err(RequestError::UnknownHost)) {
            unknown().insert(host.to_owned());
        }
        answer
    }

    /// Only encrypted addresses of public servers are asked: neither a spreadsheet nor a redirect may reach into the
    /// network that the program runs in.
    fn check(&self, url: &Url) -> Result<(), String> {
        if self.loopback.0 && is_loopback(url) && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        let is_public = matches!(url.host(), Some(url::Host::Domain(name)) if is_public_name(name));
        if url.scheme() == "https" && is_public && url.port().is_none() {
            Ok(())
        } else {
            let hint = if url.scheme() == "http" { " Write it with https://." } else { "" };
            Err(format!("The cover's address is not a https address of a public server, so it was not asked.{hint}"))
        }
    }

    fn request(&self, url: &Url) -> Result<Answer, RequestError> {
        let mut answer = self.agent.get(url.as_str()).call()?;
        let header = |name: &str| answer.headers().get(name).and_then(|text| text.to_str().ok()).map(str::to_owned);
        let status = answer.status().as_u16();
        match status {
            200 => {}
            301 | 302 | 303 | 307 | 308 => {
                let no_place = "The cover's address leads nowhere.".to_owned();
                return Ok(header("location").map_or(Answer::Unusable(no_place), Answer::Moved));
            }
            429 => {
                let wait = header("retry-after").and_then(|text| retry_after(&text));
                if wait.is_some_and(|wait| wait > LONGEST_WAIT) {
                    return Ok(Answer::Unusable("The cover's server is busy. Import again later.".to_owned()));
                }
                return Err(RequestError::Busy { wait });
            }
            404 | 410 => return Ok(Answer::Unusable(format!("There is no cover at its address (status {status})."))),
            500.. => return Err(RequestError::Broken(status)),
            _ => return Ok(Answer::Unusable(format!("The cover's server refused it (status {status})."))),
        }
        let kind = header("content-type").unwrap_or_default().to_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.is_empty() && !kind.starts_with("image/") && !kind.ends_with("/octet-stream") {
            return Ok(Answer::Unusable(format!("The cover's address leads to {kind}, which is no picture.")));
        }
        match answer.body_mut().with_config().limit(LARGEST_COVER).read_to_vec() {
            Ok(bytes) => Ok(Answer::Cover(bytes)),
            Err(ureq::Error::BodyExceedsLimit(_)) => {
                let megabytes = LARGEST_COVER / 1024 / 1024;
                Ok(Answer::Unusable(format!("The cover is larger than {megabytes} MB.")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a host's name can be one of the internet's; what it leads to is looked at when it is asked.
fn is_public_name(name: &str) -> bool {
    const PRIVATE: [&str; 5] = [".local", ".internal", ".localhost", ".lan", ".home.arpa"];
    // "printer.local." is the same name.
    let name = name.trim_end_matches('.');
    name.contains('.') && !PRIVATE.iter().any(|end| name.ends_with(end))
}

/// What a cover's server says.
enum Answer {
    Cover(Vec<u8>),
    /// To another address.
    Moved(String),
    /// Nothing that another try would change.
    Unusable(String),
}

fn reason(error: &RequestError) -> String {
    match error {
        RequestError::Broken(status) => {
            format!("The cover's server has a problem (status {status}). Import again to try again.")
        }
        RequestError::Dropped(why) => {
            format!("The cover could not be downloaded whole ({why}). Import again to try again.")
        }
        RequestError::UnknownHost => {
            "The cover's server could not be found. Check the network, then import again.".to_owned()
        }
        RequestError::Busy { .. } => "The cover's server has had too many requests. Import again later.".to_owned(),
        other => other.sentence("The cover's server"),
    }
}

/// Addresses that wait for their turn, and what came of the others.
struct Queue {
    state: Mutex<QueueState>,
    /// A host has room again, or all is done.
    room: Condvar,
}

struct QueueState {
    waiting: Vec<(String, String)>,
    busy: HashMap<String, usize>,
    done: Downloads,
}

impl Queue {
    fn new(addresses: Vec<String>) -> Self {
        let host = |address: &str| Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
        // Taken from the end.
        let waiting = addresses
            .into_iter()
            .rev()
            .map(|address| {
                let host = host(&address).unwrap_or_default();
                (address, host)
            })
            .collect();
        Self {
            state: Mutex::new(QueueState { waiting, busy: HashMap::new(), done: HashMap::new() }),
            room: Condvar::new(),
        }
    }

    /// The next address whose host has room, with that host; `None` at the end.
    fn take(&self, wishes: &Wishes) -> Option<(String, String)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if wishes.stop() != Stop::No || state.waiting.is_empty() {
                return None;
            }
            let has_room = |host: &String| state.busy.get(host).is_none_or(|count| *count < AT_ONCE_A_HOST);
            if let Some(place) = state.waiting.iter().rposition(|(_, host)| has_room(host)) {
                let (address, host) = state.waiting.remove(place);
                *state.busy.entry(host.clone()).or_default() += 1;
                return Some((address, host));
            }
            (state, _) = self.room.wait_timeout(state, POLL).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// All that came, once `count` addresses are done or `wishes` ends it.
    fn wait_for(&self, count: usize, wishes: &Wishes) -> Downloads {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.done.len() < count && wishes.stop() == Stop::No {
            (state, _) = self.room.wait_timeout(state, POLL).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut state.done)
    }

    fn put(&self, address: String, host: &str, download: Result<Vec<u8>, String>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = state.busy.get_mut(host) {
            *count -= 1;
        }
        state.done.insert(address, download);
        drop(state);
        self.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_servers_are_asked() {
        let check = |address: &str, loopback| {
            Downloader::with(Loopback(loopback)).0.check(&Url::parse(address).unwrap()).is_ok()
        };
        assert!(check("https://i.scdn.co/image/a", false));
        for address in [
            "http://i.scdn.co/image/a",
            "https://127.0.0.1/a",
            "https://192.168.1.1/a",
            "https://[::1]/a",
            "https://localhost/a",
            "https://printer.local/a",
            "https://printer.local./a",
            "https://i.scdn.co:8443/a",
            "file:///etc/passwd",
        ] {
            assert!(!check(address, false), "{address}");
        }
        assert!(check("http://127.0.0.1:8080/a", true));
        assert!(!check("http://10.0.0.1/a", true));
    }
}
