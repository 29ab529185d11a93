//! The list of licences against Cargo.lock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Of each "name version", the dependencies as Cargo.lock writes them.
type Lock = BTreeMap<String, Vec<String>>;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lock() -> Lock {
    let text = read("Cargo.lock");
    let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let package = |part: &str| {
        let field = |name: &str| quoted(part.lines().find(|line| line.starts_with(name)).unwrap_or_default());
        let dependencies = part.lines().filter(|line| line.starts_with(" \"")).map(quoted).collect();
        (format!("{} {}", field("name ="), field("version =")), dependencies)
    };
    text.split("[[package]]").skip(1).map(package).collect()
}

/// The names in Cargo.toml's `[dependencies]`.
fn wanted() -> BTreeSet<String> {
    let text = read("Cargo.toml");
    let section = text.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap_or_default();
    let name = |line: &str| line.split_once(" =").map(|(name, _)| name.to_owned());
    section.lines().filter(|line| line.starts_with(|mark: char| mark.is_ascii_alphabetic())).filter_map(name).collect()
}

/// Every crate that is reached from the dependencies.
fn reached(lock: &Lock) -> BTreeSet<String> {
    let find = |dependency: &str| {
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        let is_it = |key: &&String| key.split(' ').next() == Some(name) && version.is_none_or(|own| key.ends_with(own));
        lock.keys().find(is_it).cloned().unwrap_or_else(|| panic!("{dependency} is not in Cargo.lock"))
    };
    let wanted = wanted();
    let own = &lock[&find("cover-study")];
    let direct = own.iter().filter(|name| wanted.contains(name.split(' ').next().unwrap_or_default()));
    let mut ahead: Vec<String> = direct.map(|name| find(name)).collect();
    let mut seen = BTreeSet::new();
    while let Some(key) = ahead.pop() {
        if seen.insert(key.clone()) {
            ahead.extend(lock[&key].iter().map(|name| find(name)));
        }
    }
    seen
}

#[test]
fn every_crate_is_listed_with_its_licence() {
    let text = read("assets/licences.txt");
    let (_, crates) = text.split_once("\nCrates\n").unwrap_or_default();
    let lines: Vec<Vec<&str>> = crates.lines().map(|line| line.trim().splitn(2, "  ").collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 2 && line[1] != "None"), "every line has a licence");
    let listed: BTreeSet<String> = lines.iter().map(|line| line[0].to_owned()).collect();
    let reached = reached(&lock());
    assert!(reached.len() > 100, "{} crates were found", reached.len());
    let missing: Vec<_> = reached.symmetric_difference(&listed).collect();
    assert!(missing.is_empty(), "run python3 assets/licences.py; these differ: {missing:?}");
}
