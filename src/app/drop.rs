//! What was dropped on the window, told apart by looking at the disk; runs on a thread of its own.

use std::path::{Path, PathBuf};

use crate::sources::{TABLE_ENDINGS, Table, pictures_in};
use crate::study;

/// What was found in a drop.
#[derive(Debug, Default, PartialEq)]
pub struct Drop {
    pub study: Option<PathBuf>,
    pub tables: Vec<PathBuf>,
    /// A folder of covers.
    pub folder: Option<PathBuf>,
    /// The pictures in `folder`.
    pub pictures: Vec<PathBuf>,
    /// Files to score: pictures, and whatever else claims to be none of the above.
    pub covers: Vec<PathBuf>,
}

impl Drop {
    /// Sorts dropped files and folders.
    pub fn sort(paths: Vec<PathBuf>) -> Self {
        let mut dropped = Self::default();
        for path in paths {
            if path.is_dir() {
                dropped.look_into(&path);
            } else if has_ending(&path, &[study::EXTENSION]) {
                dropped.study = Some(path);
            } else if is_table(&path) {
                dropped.tables.push(path);
            } else {
                dropped.covers.push(path);
            }
        }
        dropped
    }

    /// Whether nothing was dropped but a folder without anything of use.
    pub fn is_empty_folder(&self) -> bool {
        let others = self.pictures.len() + self.tables.len() + self.covers.len();
        self.folder.is_some() && others == 0 && self.study.is_none()
    }

    /// A folder may hold a spreadsheet, covers, or a folder of covers beside a spreadsheet.
    fn look_into(&mut self, folder: &Path) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        let has_pictures = |path: &Path| pictures_in(path).is_ok_and(|pictures| !pictures.is_empty());
        let is_of_pictures = has_pictures(folder);
        // Beside the spreadsheets there may be notes: only those whose columns are recognised are meant, and none where
        // there are pictures, which are drafts to be scored then.
        let all = || entries.iter().filter(|path| is_table(path)).cloned();
        let recognised: Vec<PathBuf> = all().filter(|path| is_recognised(path)).collect();
        let guess = || if is_of_pictures { Vec::new() } else { all().take(1).collect() };
        let tables = if recognised.is_empty() { guess() } else { recognised };
        let covers = if is_of_pictures || tables.is_empty() {
            Some(folder.to_path_buf())
        } else {
            entries.iter().find(|path| path.is_dir() && has_pictures(path)).cloned()
        };
        self.tables.extend(tables);
        self.pictures = covers.as_deref().map_or_else(Vec::new, |folder| pictures_in(folder).unwrap_or_default());
        self.folder = covers.or(self.folder.take());
    }
}

/// Whether a spreadsheet's columns are told by their names.
fn is_recognised(path: &Path) -> bool {
    Table::read(path).is_ok_and(|table| table.recognised().missing().is_empty())
}

fn is_table(path: &Path) -> bool {
    has_ending(path, TABLE_ENDINGS)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_is_told_from_one_of_covers() {
        let folder = tempfile::tempdir().unwrap();
        let drop = || Drop::sort(vec![folder.path().to_path_buf()]);
        assert!(drop().is_empty_folder());
        std::fs::write(folder.path().join("a.jpg"), "").unwrap();
        assert!(!drop().is_empty_folder());
    }

    #[test]
    fn a_folder_with_a_spreadsheet_brings_both() {
        let folder = tempfile::tempdir().unwrap();
        let covers = folder.path().join("art.v2");
        std::fs::create_dir(&covers).unwrap();
        std::fs::write(covers.join("a.jpg"), "").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "What we did\n").unwrap();
        std::fs::write(folder.path().join("tracks.CSV"), "title,popularity,cover\nA,1,a\n").unwrap();
        let dropped = Drop::sort(vec![folder.path().to_path_buf()]);
        assert_eq!(dropped.tables, [folder.path().join("tracks.CSV")]);
        assert_eq!(dropped.folder, Some(covers.clone()));
        std::fs::write(covers.join("notes.txt"), "What we think of them\n").unwrap();
        let drafts = Drop::sort(vec![covers.clone()]);
        assert_eq!((drafts.tables.len(), drafts.pictures.len()), (0, 1), "drafts with notes beside them are drafts");
        let dropped = Drop::sort(vec![covers.clone(), "b.png".into(), "c.coverstudy".into()]);
        assert_eq!((dropped.folder, dropped.covers), (Some(covers), vec![PathBuf::from("b.png")]));
        assert_eq!(dropped.study, Some("c.coverstudy".into()));
    }
}
