//! The covers in a folder, found by a row's file name or key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Endings of files that claim to be pictures, in lower case.
const PICTURE_ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "jfif"];

/// A folder's pictures by name.
pub(super) struct CoversFolder {
    /// Ordered, so that what is told of them does not depend on the disk.
    pictures: BTreeMap<String, PathBuf>,
    /// File name or stem, also in lower case, to the file name.
    by_key: HashMap<String, String>,
    used: HashSet<String>,
}

impl CoversFolder {
    /// Lists the pictures in `folder`; files of other kinds and folders in it are passed over.
    pub(super) fn list(folder: &Path) -> std::io::Result<Self> {
        let mut pictures = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if is_picture_name(&path) && path.is_file() {
                pictures.insert(path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path);
            }
        }
        let mut by_key = HashMap::new();
        // An exact name wins over one in another case, which only fills the gaps.
        for lower in [false, true] {
            for (name, path) in &pictures {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                for key in [name.clone(), stem] {
                    let key = if lower { key.to_lowercase() } else { key };
                    by_key.entry(key).or_insert_with(|| name.clone());
                }
            }
        }
        Ok(Self { pictures, by_key, used: HashSet::new() })
    }

    /// The picture that a row means by `key`: a file name, one without its ending, or a path that ends in one.
    pub(super) fn take(&mut self, key: &str) -> Option<PathBuf> {
        let name = self.name(key)?.clone();
        let path = self.pictures.get(&name).cloned();
        self.used.insert(name);
        path
    }

    /// Whether a row's `key` means a picture in the folder.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.name(key).is_some()
    }

    fn name(&self, key: &str) -> Option<&String> {
        let last = key.rsplit(['/', '\\']).next().unwrap_or(key);
        [key.to_owned(), last.to_owned(), key.to_lowercase(), last.to_lowercase()]
            .iter()
            .find_map(|key| self.by_key.get(key))
    }

    /// The pictures that no row asked for.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        self.pictures.keys().filter(|name| !self.used.contains(*name)).map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }
}

/// Whether a file claims by its ending to be a picture.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension().is_some_and(|ending| PICTURE_ENDINGS.contains(&ending.to_string_lossy().to_lowercase().as_str()))
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
}
