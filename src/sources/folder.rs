//! The covers in a folder, found by a row's file name or key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

/// Endings of files that claim to be pictures, in lower case.
const PICTURE_ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "jfif"];

/// Endings of pictures that cannot be read.
const UNREAD_ENDINGS: [&str; 9] = ["tif", "tiff", "avif", "heic", "heif", "svg", "psd", "jxl", "tga"];

/// A folder's pictures by name.
pub(super) struct CoversFolder {
    folder: PathBuf,
    /// Ordered, so that what is told of them does not depend on the disk.
    pictures: BTreeMap<String, PathBuf>,
    /// File name or stem, also in lower case, to the file name.
    by_key: HashMap<String, String>,
    used: HashSet<String>,
    /// Pictures of kinds that cannot be read: file name or stem to the file name.
    unread: HashMap<String, String>,
    /// Last parts of several different paths, which name no one picture.
    shared_names: HashSet<String>,
}

impl CoversFolder {
    /// Lists the pictures in `folder`; files of other kinds and folders in it are passed over.
    pub(super) fn list(folder: &Path) -> std::io::Result<Self> {
        let (mut pictures, mut unread) = (BTreeMap::new(), HashMap::new());
        let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = text(path.file_name());
            if is_picture_name(&path) && path.is_file() {
                pictures.insert(name, path);
            } else if has_ending(&path, &UNREAD_ENDINGS) {
                unread.insert(composed(&text(path.file_stem())), name.clone());
                unread.insert(composed(&name), name);
            }
        }
        let mut by_key = HashMap::new();
        // An exact name wins over one in another case, which only fills the gaps.
        for lower in [false, true] {
            for (name, path) in &pictures {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                for key in [name.clone(), stem].map(|key| composed(&key)) {
                    let key = if lower { key.to_lowercase() } else { key };
                    by_key.entry(key).or_insert_with(|| name.clone());
                }
            }
        }
        let folder = folder.to_path_buf();
        Ok(Self { folder, pictures, by_key, unread, used: HashSet::new(), shared_names: HashSet::new() })
    }

    /// Notes what rows call their pictures: where several paths end alike, their last part alone names none of them.
    pub(super) fn note_keys<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        let mut paths: HashMap<String, &str> = HashMap::new();
        for key in keys {
            let last = last_part(key).to_lowercase();
            if *paths.entry(last.clone()).or_insert(key) != key {
                self.shared_names.insert(last);
            }
        }
    }

    /// The picture that a row means by `key`: a file name, one without its ending, or a path, of which the last part is
    /// enough where no other path ends alike.
    pub(super) fn take(&mut self, key: &str) -> Option<PathBuf> {
        if let Some(path) = self.below(key) {
            return Some(path);
        }
        let name = self.name(key)?.clone();
        let path = self.pictures.get(&name).cloned();
        self.used.insert(name);
        path
    }

    /// Whether a row's `key` means a picture in the folder.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.name(key).is_some() || self.below(key).is_some()
    }

    /// A picture in a folder within this one.
    fn below(&self, key: &str) -> Option<PathBuf> {
        let path = PathBuf::from(key.replace('\\', "/"));
        let is_within = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let is_deeper = path.components().filter(|part| matches!(part, Component::Normal(_))).count() > 1;
        let path = self.folder.join(path);
        (is_within && is_deeper && is_picture_name(&path) && path.is_file()).then_some(path)
    }

    fn name(&self, key: &str) -> Option<&String> {
        let (key, last) = (composed(key), composed(last_part(key)));
        let of_last =
            |last: String| Some(last).filter(|_| !self.shared_names.contains(&last_part(&key).to_lowercase()));
        let names = [Some(key.clone()), of_last(last.clone()), Some(key.to_lowercase()), of_last(last.to_lowercase())];
        names.into_iter().flatten().find_map(|key| self.by_key.get(&key))
    }

    /// The picture that a row means by `key`, where it is of a kind that cannot be read.
    pub(super) fn unread(&self, key: &str) -> Option<&str> {
        self.unread.get(&composed(last_part(key))).map(String::as_str)
    }

    /// The pictures that no row asked for.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        self.pictures.keys().filter(|name| !self.used.contains(*name)).map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }
}

fn last_part(key: &str) -> &str {
    key.rsplit(['/', '\\']).next().unwrap_or(key)
}

/// With each letter and its accent as one sign: some systems write file names with two.
fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// Whether a file claims by its ending to be a picture.
pub fn is_picture_name(path: &Path) -> bool {
    has_ending(path, &PICTURE_ENDINGS)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.contains(&ending.to_string_lossy().to_lowercase().as_str()))
}

/// The files in `folder` that claim to be pictures, in the order of their names.
///
/// # Errors
/// Where the folder cannot be read.
pub fn pictures_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    Ok(CoversFolder::list(folder)?.pictures.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_find_their_pictures_and_the_rest_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jpg", "B.PNG", ".DS_Store", "notes.txt", ".hidden.jpg", "v1.5.jpg"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let mut covers = CoversFolder::list(folder.path()).unwrap();
        assert!(covers.take("a").is_some());
        assert!(covers.take("covers/b.png").is_some());
        assert!(covers.take("v1.5").is_some(), "a dot in a key is not an ending");
        assert!(covers.take("c").is_none());
        assert_eq!(covers.unused().collect::<Vec<_>>(), [".hidden.jpg"]);
    }

    #[test]
    fn a_path_means_the_file_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["2021/cover.png", "2022/cover.png", "cover.png", "b.png"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let mut covers = CoversFolder::list(folder.path()).unwrap();
        let keys = ["2021/cover.png", "2022\\cover.png", "2023/cover.png", "covers/b.png", "../b.png"];
        covers.note_keys(keys.into_iter());
        let found = keys.map(|key| covers.take(key).map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()));
        let expected = [Some("2021/cover.png"), Some("2022/cover.png"), None, None, None];
        assert_eq!(found, expected.map(|path| path.map(PathBuf::from)));
        let mut covers = CoversFolder::list(folder.path()).unwrap();
        covers.note_keys(["covers/b.png"].into_iter());
        assert!(covers.take("covers/b.png").is_some());
    }

    #[test]
    fn pictures_of_other_kinds_are_known() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.tif", "b.HEIC", "c.doc"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let covers = CoversFolder::list(folder.path()).unwrap();
        assert_eq!(covers.unread("a"), Some("a.tif"));
        assert_eq!(covers.unread("covers/b.HEIC"), Some("b.HEIC"));
        assert_eq!(["c", "c.doc", "", "d"].map(|key| covers.unread(key)), [None; 4]);
    }

    #[test]
    fn accents_are_the_same_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("A\u{308}pfel.png"), "x").unwrap();
        let mut covers = CoversFolder::list(folder.path()).unwrap();
        assert!(covers.take("\u{c4}pfel").is_some() && covers.take("a\u{308}pfel.png").is_some());
    }
}
