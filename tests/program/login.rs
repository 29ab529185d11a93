//! Logging in to Spotify, the person's browser and Spotify's accounts server played by the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::fake::{Answer, Server, Shape, id, spotify_basics, spotify_page, spotify_track};
use super::support::{program, text};

/// The program, waiting for the browser; and what the address asks for.
fn begin(arguments: &[&str], server: &Server) -> (Child, BufReader<std::process::ChildStdout>, url::Url) {
    let mut child = program()
        .args(arguments)
        .arg("--json")
        .env("COVER_STUDY_SPOTIFY_API", server.address("v1"))
        .env("COVER_STUDY_SPOTIFY_AUTH", server.address(""))
        .env("COVER_STUDY_SPOTIFY_ID", "my-client-id")
        .env("COVER_STUDY_LOG", "trace")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let open: Value = serde_json::from_str(&line).unwrap();
    (child, out, url::Url::parse(open["address"].as_str().unwrap()).unwrap())
}

fn parameter(address: &url::Url, name: &str) -> String {
    address.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// The browser comes back from Spotify.
fn come_back(address: &url::Url, query: &str) -> String {
    let redirect = url::Url::parse(&parameter(address, "redirect_uri")).unwrap();
    assert_eq!(redirect.host_str(), Some("127.0.0.1"));
    let mut stream = TcpStream::connect(("127.0.0.1", redirect.port().unwrap())).unwrap();
    write!(stream, "GET /?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

/// An accounts server whose refreshes come without a new refresh token, with a playlist whose second page ends a token.
fn accounts() -> Server {
    Server::start(|asked| {
        if asked.path() == "/api/token" {
            let first = asked.body.contains("authorization_code");
            assert!(asked.body.contains("client_id=my-client-id"));
            assert!(if first { asked.body.contains("code_verifier=") } else { asked.body.contains("REFRESH-ONE") });
            let mut token =
                json!({"access_token": "ACCESS-ONE", "token_type": "Bearer", "expires_in": 3600, "scope": ""});
            if first {
                token["refresh_token"] = "REFRESH-ONE".into();
            }
            return Answer::Json(token);
        }
        if let Some(answer) = spotify_basics(asked) {
            return answer;
        }
        let port = asked.head.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap();
        let port = port.rsplit(':').next().unwrap().trim().parse().unwrap();
        match asked.path().strip_prefix("/v1/playlists/").map(|rest| rest.split_once('/')) {
            Some(None) => Answer::Json(json!({"name": "Mine", "snapshot_id": "one"})),
            Some(Some((_, "items"))) if asked.number("offset") > Some(0) && asked.before == 0 => {
                Answer::refused(401, "The access token expired")
            }
            Some(Some((_, "items"))) => {
                spotify_page(asked, Shape::New, 140, |place| spotify_track("p", place, port, Some(1 + place % 100)))
            }
            _ => Answer::refused(404, "Not found."),
        }
    })
}

#[test]
fn a_login_is_checked_and_kept_where_it_can_be() {
    let server = accounts();
    let (child, mut out, address) =
        begin(&["login", "spotify", "--client-id", "my-client-id", "--no-browser"], &server);
    assert_eq!(parameter(&address, "code_challenge_method"), "S256");
    assert_eq!(parameter(&address, "response_type"), "code");
    let mut scopes: Vec<String> = parameter(&address, "scope").split(' ').map(str::to_owned).collect();
    scopes.sort();
    assert_eq!(scopes, ["playlist-read-collaborative", "playlist-read-private"]);
    let page = come_back(&address, &format!("code=CODE-ONE&state={}", parameter(&address, "state")));
    assert!(page.contains("You are logged in"), "{page}");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    let (code, said) = end(child);
    assert_eq!((code, &last["event"], &last["kept"]), (Some(0), &json!("logged in"), &json!(false)), "{said}");
    assert!(said.contains("no keyring"), "{said}");
    for secret in ["CODE-ONE", "ACCESS-ONE", "REFRESH-ONE"] {
        assert!(!said.contains(secret) && !rest.contains(secret), "{secret}");
    }
}

#[test]
fn a_wrong_state_and_a_refusal_are_told() {
    let server = accounts();
    let arguments = ["login", "spotify", "--client-id", "my-client-id", "--no-browser"];
    let (child, _out, address) = begin(&arguments, &server);
    come_back(&address, "code=CODE-ONE&state=forged");
    let (code, said) = end(child);
    assert!(code == Some(1) && said.contains("does not belong to this login"), "{said}");
    let (child, _out, address) = begin(&arguments, &server);
    come_back(&address, &format!("error=access_denied&state={}", parameter(&address, "state")));
    let (code, said) = end(child);
    assert!(code == Some(1) && said.contains("access_denied"), "{said}");
    assert_eq!(server.count("/api/token"), 0, "no code, no token");
}

#[test]
fn an_import_logs_in_and_renews_the_token_with_the_old_refresh_token() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("a.coverstudy");
    let server = accounts();
    let (child, mut out, address) = begin(&["import", text(&study), "--spotify", &id("mine")], &server);
    come_back(&address, &format!("code=CODE-ONE&state={}", parameter(&address, "state")));
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let (code, said) = end(child);
    assert_eq!(code, Some(0), "{said}");
    let imported: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(imported["tracks"], 140);
    assert_eq!(server.count("/api/token"), 3, "the login, and two refreshes that both have a refresh token");
    let file = std::fs::read(&study).unwrap();
    for secret in ["CODE-ONE", "ACCESS-ONE", "REFRESH-ONE"] {
        assert!(!said.contains(secret), "{secret} in {said}");
        assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} in the study");
    }
}

#[test]
#[cfg(unix)]
fn a_login_can_be_cancelled() {
    let server = accounts();
    let (child, _out, _) = begin(&["login", "spotify", "--client-id", "my-client-id", "--no-browser"], &server);
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(end(child).0, Some(130));
}
