//! Where studies live before they are given a name.

use std::path::{Path, PathBuf};

use super::{EXTENSION, StudyError};

/// The folder, under the user's data folder, in which new studies are kept.
pub fn studies_folder() -> PathBuf {
    directories::ProjectDirs::from("", "", "cover-study")
        .map_or_else(std::env::temp_dir, |folders| folders.data_dir().to_path_buf())
        .join("studies")
}

/// A path in [`studies_folder`], which is made, that is not taken yet, for a study called `name`.
///
/// # Errors
/// Where the folder cannot be made.
pub fn new_study_path(name: &str) -> Result<PathBuf, StudyError> {
    let folder = studies_folder();
    std::fs::create_dir_all(&folder).map_err(|source| StudyError::Io {
        action: "make the folder",
        path: folder.clone(),
        source,
    })?;
    Ok(free_path(&folder, name))
}

fn free_path(folder: &Path, name: &str) -> PathBuf {
    let candidate = |number: usize| {
        let stem = if number == 1 { name.to_owned() } else { format!("{name} {number}") };
        folder.join(format!("{stem}.{EXTENSION}"))
    };
    let mut number = 1;
    while candidate(number).exists() {
        number += 1;
    }
    candidate(number)
}

/// `path` with the study's ending, where it lacks one.
pub fn suggested_name(path: &Path) -> PathBuf {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case(EXTENSION) => path.to_path_buf(),
        _ => {
            let mut name = path.file_name().unwrap_or_default().to_os_string();
            name.push(".");
            name.push(EXTENSION);
            path.with_file_name(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Mine.coverstudy"), "").unwrap();
        assert_eq!(free_path(folder.path(), "Mine"), folder.path().join("Mine 2.coverstudy"));
        assert_eq!(suggested_name(Path::new("/a/b.c")), Path::new("/a/b.c.coverstudy"));
        assert_eq!(suggested_name(Path::new("/a/b.CoverStudy")), Path::new("/a/b.CoverStudy"));
    }
}
