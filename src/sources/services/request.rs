//! Requests to services that are slow, busy or broken: told apart, and tried again where that helps.

use std::time::{Duration, Instant};

use ureq::unversioned::transport::DefaultConnector;

use super::public::PublicAddresses;
use crate::jobs::{Stop, Wishes};
use crate::study::plural;

/// Tries after a failure that may pass.
const TRIES: u32 = 5;

/// The pause after the first failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest wait that a service may ask for within an import; after longer ones, an import is continued later.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Times that a service may ask to wait before one request.
const WAITS: u32 = 20;

/// How often a wait looks whether it is to end.
const POLL: Duration = Duration::from_millis(50);

/// Why a request did not bring what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sources) enum RequestError {
    /// Too many requests; how long the service asks to wait, where it says.
    Busy { wait: Option<Duration> },
    /// An error of the service's own, with its HTTP status.
    Broken(u16),
    /// No connection, or one that broke off, with the reason.
    Dropped(String),
    /// The server's name leads nowhere: there is no network, or no such server.
    UnknownHost,
    /// An answer that cannot be read, with the reason.
    Garbled(String),
    /// The service will not, with its HTTP status and its own words.
    Refused { status: u16, message: String },
    /// The person, or the end of the program, asked to stop.
    Stopped,
}

impl RequestError {
    /// What happened and what to do, for the person.
    pub(in crate::sources) fn sentence(&self, service: &str) -> String {
        match self {
            Self::Busy { wait: Some(wait) } => format!(
                "{service} has had too many requests and asks to wait {}. What was imported is kept: import again \
                 after that, and it goes on where it stopped.",
                long_time(*wait)
            ),
            Self::Busy { wait: None } => format!(
                "{service} goes on saying that it has had too many requests. What was imported is kept: import again \
                 later, and it goes on where it stopped."
            ),
            Self::Broken(status) => format!(
                "{service} has a problem of its own (status {status}), also after {TRIES} tries. What was imported \
                 is kept: import again later."
            ),
            Self::Dropped(why) => format!(
                "The connection to {service} failed ({why}), also after {TRIES} tries. Check the network, then import \
                 again: it goes on where it stopped."
            ),
            Self::UnknownHost => format!(
                "{service} could not be found. Check that this computer has a network, then import again: it goes on where \
                 it stopped."
            ),
            Self::Garbled(why) => format!(
                "An answer of {service} could not be read ({why}), also after {TRIES} tries. What was imported is \
                 kept: import again later."
            ),
            Self::Refused { status, message } => {
                let said = if message.is_empty() { String::new() } else { format!(": \"{message}\"") };
                format!("{service} refused the request (status {status}){said}.")
            }
            Self::Stopped => "Stopped.".to_owned(),
        }
    }
}

/// "22 hours 11 minutes", "45 seconds".
fn long_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let count = |value: u64, one: &str| plural(value as usize, one, &format!("{one}s"));
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => count(seconds, "second"),
        (0, minutes) => count(minutes, "minute"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// What a request looks at while it waits, and where it tells of waiting.
pub struct Waits<'a> {
    pub wishes: &'a Wishes,
    /// Told how many seconds are left, each second, and `None` at the end of a wait.
    pub on_wait: &'a mut dyn FnMut(Option<u64>),
}

impl Waits<'_> {
    /// Waits, telling of it where it is long enough to be noticed.
    pub(in crate::sources) fn wait(&mut self, time: Duration) -> Result<(), RequestError> {
        let end = Instant::now() + time;
        let mut told = None;
        loop {
            if self.wishes.stop() != Stop::No {
                return Err(RequestError::Stopped);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let seconds = left.as_secs_f64().ceil() as u64;
            if time >= Duration::from_secs(1) && told != Some(seconds) {
                told = Some(seconds);
                (self.on_wait)(told);
            }
            std::thread::sleep(POLL.min(left));
        }
        if told.is_some() {
            (self.on_wait)(None);
        }
        Ok(())
    }
}

/// Makes a request until it succeeds or there is no point in trying again.
pub(in crate::sources) fn persist<T>(
    waits: &mut Waits<'_>,
    mut request: impl FnMut() -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let (mut failures, mut busy) = (0, 0);
    loop {
        if waits.wishes.stop() != Stop::No {
            return Err(RequestError::Stopped);
        }
        let error = match request() {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let pause = match &error {
            RequestError::Busy { wait } => {
                busy += 1;
                // A service that asks to wait for nothing, again and again, is not asked all the faster.
                let wait = wait.unwrap_or_else(|| growing(busy) * 4).max(growing(busy));
                if busy > WAITS || wait > LONGEST_WAIT {
                    return Err(error);
                }
                wait
            }
            RequestError::Broken(_) | RequestError::Dropped(_) | RequestError::Garbled(_) => {
                failures += 1;
                if failures >= TRIES {
                    return Err(error);
                }
                growing(failures)
            }
            RequestError::UnknownHost if failures > 0 => return Err(error),
            RequestError::UnknownHost => {
                failures += 1;
                FIRST_PAUSE
            }
            RequestError::Refused { .. } | RequestError::Stopped => return Err(error),
        };
        tracing::debug!(?error, ?pause, "a request is tried again");
        waits.wait(pause)?;
    }
}

/// What a `Retry-After` header asks for: seconds, also broken ones, or a date.
pub(in crate::sources) fn retry_after(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.ceil()).ok();
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let seconds = date.timestamp().as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn growing(failures: u32) -> Duration {
    FIRST_PAUSE * 2_u32.pow(failures.saturating_sub(1).min(6))
}

/// Whether addresses on this computer count: only where a service's base address was set to one, as tests do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) struct Loopback(pub bool);

impl Loopback {
    /// As the environment says.
    pub(in crate::sources) fn from_env() -> Self {
        let names = ["COVER_STUDY_SPOTIFY_API", "COVER_STUDY_DEEZER_API"];
        let is_here = |name: &str| {
            std::env::var(name).ok().and_then(|base| url::Url::parse(&base).ok()).is_some_and(|base| is_loopback(&base))
        };
        Self(names.into_iter().any(is_here))
    }
}

/// Whether an address is on this computer.
pub(in crate::sources) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A client for covers and for services that need no login: limits on time, redirects left to the caller.
pub(in crate::sources) fn agent(loopback: Loopback) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(Duration::from_secs(10)))
        // A server that stalls is not waited for as long as one that is slow: an import that is cancelled waits too.
        .timeout_recv_response(Some(Duration::from_secs(15)))
        .timeout_global(Some(Duration::from_secs(60)))
        .user_agent(concat!("CoverStudy/", env!("CARGO_PKG_VERSION")));
    if loopback.0 {
        // A proxy has no way to this computer's own addresses.
        return config.proxy(None).build().into();
    }
    ureq::Agent::with_parts(config.build(), DefaultConnector::default(), PublicAddresses::default())
}

/// What a failed request of [`agent`] means.
impl From<ureq::Error> for RequestError {
    fn from(error: ureq::Error) -> Self {
        Self::Dropped(match error {
            ureq::Error::HostNotFound => return Self::UnknownHost,
            ureq::Error::Timeout(_) => "it took too long".to_owned(),
            ureq::Error::ConnectionFailed => "no connection".to_owned(),
            ureq::Error::Io(error) if is_lookup(&error) => return Self::UnknownHost,
            ureq::Error::Io(error) => error.kind().to_string(),
            other => other.to_string(),
        })
    }
}

/// Whether a name could not be looked up, which the standard library has no kind of error for.
fn is_lookup(error: &std::io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_the_rest_is_not() {
        let wishes = Wishes::default();
        let mut waits = Waits { wishes: &wishes, on_wait: &mut |_| {} };
        let mut answers = vec![Ok(7), Err(RequestError::Broken(503)), Err(RequestError::Dropped("cut".into()))];
        assert_eq!(persist(&mut waits, || answers.pop().unwrap()), Ok(7));
        let mut count = 0;
        let result: Result<(), _> = persist(&mut waits, || {
            count += 1;
            Err(RequestError::UnknownHost)
        });
        assert_eq!((result, count), (Err(RequestError::UnknownHost), 2));
        let refused = RequestError::Refused { status: 404, message: String::new() };
        let mut count = 0;
        let result: Result<(), _> = persist(&mut waits, || {
            count += 1;
            Err(refused.clone())
        });
        assert_eq!((result, count), (Err(refused), 1));
    }

    #[test]
    fn a_service_that_asks_to_wait_for_nothing_is_not_asked_all_the_faster() {
        let wishes = Wishes::default();
        let mut waits = Waits { wishes: &wishes, on_wait: &mut |_| {} };
        let busy = || Err(RequestError::Busy { wait: Some(Duration::ZERO) });
        let mut answers = vec![Ok(7), busy(), busy()];
        let since = Instant::now();
        assert_eq!(persist(&mut waits, || answers.pop().unwrap()), Ok(7));
        assert!(since.elapsed() >= FIRST_PAUSE * 3);
    }

    proptest::proptest! {
        #[test]
        fn no_wait_panics(text in ".{0,40}", seconds in 0_u64..10_000_000) {
            let _ = retry_after(&text);
            proptest::prop_assert_eq!(retry_after(&seconds.to_string()), Some(Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn waits_are_read_as_services_write_them() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(" 3600.5"), Some(Duration::from_secs(3601)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(retry_after("Fri, 31 Dec 2100 23:59:59 GMT").is_some_and(|wait| wait.as_secs() > 1_000_000));
        assert_eq!([retry_after("-1"), retry_after("soon"), retry_after("nan")], [None, None, None]);
    }

    #[test]
    fn long_waits_end_an_import_and_short_ones_are_counted_down() {
        let wishes = Wishes::default();
        let mut told = Vec::new();
        let mut on_wait = |left| told.push(left);
        let mut waits = Waits { wishes: &wishes, on_wait: &mut on_wait };
        let day = RequestError::Busy { wait: Some(Duration::from_secs(79_892)) };
        let result: Result<(), _> = persist(&mut waits, || Err(day.clone()));
        assert_eq!(result, Err(day.clone()));
        assert!(day.sentence("Spotify").contains("22 hours 11 minutes"));
        let mut busy = true;
        let result = persist(&mut waits, || {
            if std::mem::take(&mut busy) {
                Err(RequestError::Busy { wait: Some(Duration::from_secs(1)) })
            } else {
                Ok(())
            }
        });
        assert_eq!(result, Ok(()));
        assert_eq!(told, [Some(1), None]);
    }
}
