//! Logging in to Spotify: the browser asks the person, and its answer comes to a listener on this computer (PKCE).

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rspotify::prelude::OAuthClient as _;
use rspotify::{AuthCodePkceSpotify, Credentials, OAuth};

use super::session::{LOGIN_ENDED, config, request_error};
use super::stored::{self, Stored};
use crate::jobs::{Stop, Wishes};
use crate::sources::services::vault::{Kept, Secret};
use crate::sources::services::{RequestError, Waits, persist};
use crate::study::why;

/// The address to be registered with the app; Spotify lets the port differ.
pub const REDIRECT_ADDRESS: &str = "http://127.0.0.1";

/// How long the person may take in the browser.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How often the listener looks whether it is to end.
const POLL: Duration = Duration::from_millis(50);

/// How long a connection may take to say what it wants, and the most that it may say.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(2);
const LONGEST_REQUEST: usize = 16 * 1024;

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("Type the client id of your Spotify app first.")]
    NoClientId,
    #[error("No listener could be opened on 127.0.0.1 ({}). Close other programs and try again.", why(.0))]
    Listener(std::io::Error),
    #[error("Nobody answered in the browser within five minutes. Log in again when you are ready.")]
    TimedOut,
    #[error("The login was cancelled.")]
    Cancelled,
    #[error("The answer does not belong to this login (its state differs), so it was not used. Log in again.")]
    WrongState,
    #[error("Spotify says that the login was not allowed ({0}). Log in again and choose Agree.")]
    Denied(String),
    #[error(
        "Spotify did not accept the login ({0}). Check the client id, and that {REDIRECT_ADDRESS} is among the app's \
         redirect addresses."
    )]
    NotAccepted(String),
    #[error("{0}")]
    Request(String),
}

/// What a login looks at, and what it tells, while it waits for the person.
pub struct LoginSteps<'a> {
    pub wishes: &'a Wishes,
    /// Told the address that the person has to open in a browser.
    pub on_address: &'a mut dyn FnMut(&str),
}

/// Logs a user in and keeps the login.
///
/// # Errors
/// Where the person or Spotify says no, or nobody answers.
pub fn log_in(client_id: &str, steps: &mut LoginSteps<'_>) -> Result<Kept, LoginError> {
    let client_id = client_id.trim();
    if client_id.is_empty() {
        return Err(LoginError::NoClientId);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(LoginError::Listener)?;
    let port = listener.local_addr().map_err(LoginError::Listener)?.port();
    let oauth = OAuth {
        redirect_uri: format!("{REDIRECT_ADDRESS}:{port}"),
        scopes: rspotify::scopes!("playlist-read-private", "playlist-read-collaborative"),
        ..OAuth::default()
    };
    let state = Secret::new(oauth.state.clone());
    let mut client = AuthCodePkceSpotify::with_config(Credentials::new_pkce(client_id), oauth, config());
    let address = client.get_authorize_url(None).map_err(|_| {
        LoginError::Request("The address for the login could not be made. Check the client id.".to_owned())
    })?;
    (steps.on_address)(&address);
    let code = wait_for_code(&listener, &state, steps.wishes, PATIENCE)?;
    let mut waits = Waits { wishes: steps.wishes, on_wait: &mut |_| {} };
    persist(&mut waits, || client.request_token(code.expose()).map_err(request_error)).map_err(told)?;
    let token = client.token.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    Ok(stored::keep(&Stored { client_id: client_id.to_owned(), secret: None, token }))
}

/// Keeps the credentials of an app with extended quota, which needs no user.
pub fn keep_app(client_id: &str, secret: &Secret) -> Kept {
    let secret = Some(secret.expose().to_owned());
    stored::keep(&Stored { client_id: client_id.trim().to_owned(), secret, token: None })
}

/// Forgets the login.
pub fn forget_login() {
    stored::forget();
}

/// Whose login is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KnownLogin {
    #[default]
    Nobody,
    /// A user's, with the app's client id.
    User(String),
    /// An app's own.
    App(String),
}

impl KnownLogin {
    /// Looks into the environment and the keyring, which may take a while.
    pub fn look_up() -> Self {
        match stored::find() {
            Some(Stored { client_id, secret: Some(_), .. }) => Self::App(client_id),
            Some(Stored { client_id, token: Some(_), .. }) => Self::User(client_id),
            _ => Self::Nobody,
        }
    }
}

/// The token endpoint's refusal, without anything that was sent there.
fn told(error: RequestError) -> LoginError {
    match error {
        RequestError::Stopped => LoginError::Cancelled,
        RequestError::Refused { status, message } if message == LOGIN_ENDED => {
            LoginError::NotAccepted(format!("the code was used up, status {status}"))
        }
        RequestError::Refused { status, .. } => LoginError::NotAccepted(format!("status {status}")),
        other => LoginError::Request(other.sentence("Spotify")),
    }
}

/// Waits until the browser brings the code.
fn wait_for_code(
    listener: &TcpListener,
    state: &Secret,
    wishes: &Wishes,
    patience: Duration,
) -> Result<Secret, LoginError> {
    listener.set_nonblocking(true).map_err(LoginError::Listener)?;
    let end = Instant::now() + patience;
    loop {
        if wishes.stop() != Stop::No {
            return Err(LoginError::Cancelled);
        }
        if Instant::now() > end {
            return Err(LoginError::TimedOut);
        }
        match listener.accept() {
            Ok((stream, _)) => {
                if let Some(answer) = answer(stream, state) {
                    return answer;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => std::thread::sleep(POLL),
            Err(error) => return Err(LoginError::Listener(error)),
        }
    }
}

/// Reads one connection's request and answers it; `None` where it is not the browser coming back.
fn answer(mut stream: TcpStream, state: &Secret) -> Option<Result<Secret, LoginError>> {
    let answer = code_in(&read_head(&mut stream)?, state);
    let (status, text) = match &answer {
        None => ("404 Not Found", "There is nothing here."),
        Some(Ok(_)) => ("200 OK", "You are logged in. Close this page and go back to Cover Study."),
        Some(Err(LoginError::Denied(_))) => ("200 OK", "The login was not allowed. You can close this page."),
        Some(Err(_)) => ("400 Bad Request", "This answer does not belong to the login under way. Log in again."),
    };
    reply(&mut stream, status, text);
    answer
}

/// The code in the head of a request, or why there is none; `None` where it is not the browser coming back.
pub(super) fn code_in(head: &[u8], state: &Secret) -> Option<Result<Secret, LoginError>> {
    let text = String::from_utf8_lossy(head);
    let mut words = text.lines().next()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    let url = url::Url::parse(REDIRECT_ADDRESS).and_then(|base| base.join(words.next().unwrap_or_default())).ok()?;
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let (code, error) = (value("code"), value("error"));
    if url.path() != "/" || (code.is_none() && error.is_none()) {
        return None;
    }
    if value("state").as_deref() != Some(state.expose()) {
        return Some(Err(LoginError::WrongState));
    }
    if let Some(error) = error {
        let error = error.chars().filter(|mark| mark.is_ascii_alphanumeric() || *mark == '_').take(60).collect();
        return Some(Err(LoginError::Denied(error)));
    }
    code.map(|code| Ok(Secret::new(code)))
}

/// The head of a connection's request, or as much of it as comes in time.
fn read_head(stream: &mut TcpStream) -> Option<Vec<u8>> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(CONNECTION_PATIENCE)).ok()?;
    let mut head = Vec::new();
    let mut part = [0; 1024];
    let end = Instant::now() + CONNECTION_PATIENCE;
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") && head.len() < LONGEST_REQUEST && Instant::now() < end {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(count) => head.extend_from_slice(&part[..count]),
        }
    }
    Some(head)
}

fn reply(stream: &mut TcpStream, status: &str, text: &str) {
    let page = format!("<!doctype html><meta charset=utf-8><title>Cover Study</title><p>{text}</p>");
    // A browser that has gone away has no need to know.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\n\r\n{page}",
        page.len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(port: u16, target: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn listen(targets: &'static [&'static str]) -> Result<Secret, LoginError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let browser = std::thread::Builder::new()
            .spawn(move || targets.iter().map(|target| ask(port, target)).collect::<Vec<_>>())
            .unwrap();
        let code = wait_for_code(&listener, &Secret::new("right"), &Wishes::default(), Duration::from_secs(10));
        assert_eq!(browser.join().unwrap().len(), targets.len());
        code
    }

    #[test]
    fn the_code_comes_with_the_right_state_only() {
        let code = listen(&["/favicon.ico", "/", "/?code=abc%2F1&state=right"]).unwrap();
        assert_eq!(code.expose(), "abc/1");
        assert!(matches!(listen(&["/?code=abc&state=wrong"]), Err(LoginError::WrongState)));
        assert!(matches!(listen(&["/?code=abc"]), Err(LoginError::WrongState)));
        assert!(matches!(listen(&["/?error=access_denied&state=right"]), Err(LoginError::Denied(_))));
    }

    #[test]
    fn waiting_ends() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let wishes = Wishes::default();
        let soon = Duration::from_millis(10);
        assert!(matches!(wait_for_code(&listener, &Secret::new("x"), &wishes, soon), Err(LoginError::TimedOut)));
        wishes.ask_stop(Stop::Asked);
        assert!(matches!(wait_for_code(&listener, &Secret::new("x"), &wishes, PATIENCE), Err(LoginError::Cancelled)));
    }

    proptest::proptest! {
        #[test]
        fn no_request_panics(head in proptest::collection::vec(proptest::num::u8::ANY, 0..200), target in ".{0,60}") {
            let _ = code_in(&head, &Secret::new("right"));
            let _ = code_in(format!("GET /?{target} HTTP/1.1\r\n\r\n").as_bytes(), &Secret::new("right"));
        }
    }
}
