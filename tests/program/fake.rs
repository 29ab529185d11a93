//! Servers on this computer that play the services, well-behaved or not.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A request, as far as a test looks at it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// The whole head.
    pub head: String,
    pub body: String,
    /// How often this target was asked for before.
    pub before: usize,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn number(&self, parameter: &str) -> Option<usize> {
        let query = self.target.split_once('?')?.1;
        query.split('&').find_map(|part| part.strip_prefix(&format!("{parameter}="))?.parse().ok())
    }
}

/// What a server does about it.
pub enum Answer {
    Json(Value),
    /// Status, further header lines, body.
    Whole(u16, &'static str, Vec<u8>),
    /// The first half of a body whose whole length is announced.
    Cut(Vec<u8>),
    /// The connection is closed without a word.
    Hangup,
}

impl Answer {
    pub fn refused(status: u16, message: &str) -> Self {
        let body = json!({"error": {"status": status, "message": message}});
        Self::Whole(status, "Content-Type: application/json\r\n", body.to_string().into())
    }
}

/// A server of its own port, for as long as the test lives.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        let serve = move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                let one = move || connection(stream, &log, answer.as_ref());
                std::thread::Builder::new().name("connection".into()).spawn(one).unwrap();
            }
        };
        std::thread::Builder::new().name("fake server".into()).spawn(serve).unwrap();
        Self { port, asked }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often a path with this beginning was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.target.starts_with(path)).count()
    }
}

fn connection(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Answer) {
    let Some(mut asked) = read(&mut stream) else { return };
    {
        let mut log = log.lock().unwrap();
        asked.before = log.iter().filter(|other| other.target == asked.target).count();
        log.push(asked.clone());
    }
    let (status, headers, body, whole) = match answer(&asked) {
        Answer::Hangup => return,
        Answer::Json(json) => {
            (200, "Content-Type: application/json; charset=utf-8\r\n", json.to_string().into_bytes(), true)
        }
        Answer::Whole(status, headers, body) => (status, headers, body, true),
        Answer::Cut(body) => (200, "", body, false),
    };
    let sent = if whole { &body[..] } else { &body[..body.len() / 2] };
    let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    while bytes.len() < end + length.unwrap_or(0) {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
    }
    let target = head.split(' ').nth(1)?.to_owned();
    Some(Asked { target, head, body: String::from_utf8_lossy(&bytes[end..]).into_owned(), before: 0 })
}

/// A cover as a PNG file, a different one for each number.
pub fn cover(number: usize, width: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, width, |x, y| {
        image::Rgb([(number * 37) as u8, (number / 7) as u8 ^ x as u8, (y * 3) as u8])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

pub fn picture(number: usize, width: u32) -> Answer {
    Answer::Whole(200, "Content-Type: image/png\r\n", cover(number, width))
}

/// A playlist's id at Spotify, for a name of at most 22 letters and digits.
pub fn id(name: &str) -> String {
    format!("{name:0<22}")
}

/// Whether the server shows the shapes of before or after 2026.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Old,
    New,
}

/// A page of a playlist at Spotify, `entry` making the entry at each place.
pub fn spotify_page(asked: &Asked, shape: Shape, total: usize, entry: impl Fn(usize) -> Value) -> Answer {
    let (offset, limit) = (asked.number("offset").unwrap(), asked.number("limit").unwrap());
    assert!(limit <= 50, "Spotify refuses more");
    let to = total.min(offset + limit);
    let base = "http://127.0.0.1";
    let port = asked
        .head
        .lines()
        .find_map(|line| line.strip_prefix("Host: 127.0.0.1").or(line.strip_prefix("host: 127.0.0.1")));
    let port = port.unwrap_or_default();
    let next = (to < total).then(|| format!("{base}{port}{}?offset={to}&limit={limit}", asked.path()));
    let word = if shape == Shape::New { "item" } else { "track" };
    let items: Vec<Value> = (offset..to)
        .map(|place| match entry(place) {
            Value::Null => Value::Null,
            track => json!({"added_at": "2026-01-01T00:00:00Z", "is_local": track["is_local"] == true, word: track}),
        })
        .collect();
    Answer::Json(json!({"href": asked.target, "limit": limit, "offset": offset, "total": total, "next": next,
                        "previous": null, "items": items}))
}

/// A track at Spotify, with its cover on the server at `port`.
pub fn spotify_track(playlist: &str, place: usize, port: u16, popularity: Option<usize>) -> Value {
    let image = |width: u32| json!({"url": format!("http://127.0.0.1:{port}/image/{width}/{place}"), "width": width, "height": width});
    let id = id(&format!("{playlist}t{place}t"));
    let mut track = json!({
        "type": "track", "id": id, "name": format!("{playlist} {place}"), "uri": format!("spotify:track:{id}"),
        "artists": [{"name": format!("Artist {}", place % 9)}], "is_local": false,
        "album": {"id": "x", "name": format!("Album {}", place / 4), "release_date": format!("{}-05-01", 1970 + place % 50),
                  "release_date_precision": "day", "images": [image(640), image(300), image(64)]},
    });
    if let Some(popularity) = popularity {
        track["popularity"] = popularity.into();
        track["external_ids"] = json!({"isrc": "XX"});
    }
    track
}

/// What every Spotify server answers: a token, and covers.
pub fn spotify_basics(asked: &Asked) -> Option<Answer> {
    if asked.path() == "/api/token" {
        return Some(Answer::Json(
            json!({"access_token": "ACCESS-TOKEN-VALUE", "token_type": "Bearer", "expires_in": 3600}),
        ));
    }
    let mut parts = asked.path().strip_prefix("/image/")?.split('/').map(|part| part.parse::<usize>().unwrap());
    let (width, number) = (parts.next()?, parts.next()?);
    Some(picture(number, width as u32))
}

/// The environment in which the program speaks to `server` as Spotify, with an app's credentials.
pub fn spotify_env(server: &Server) -> HashMap<&'static str, String> {
    HashMap::from([
        ("COVER_STUDY_SPOTIFY_API", server.address("v1/")),
        ("COVER_STUDY_SPOTIFY_AUTH", server.address("")),
        ("COVER_STUDY_SPOTIFY_ID", "client-id".to_owned()),
        ("COVER_STUDY_SPOTIFY_SECRET", SECRET.to_owned()),
    ])
}

pub const SECRET: &str = "VERY-SECRET-SECRET";
