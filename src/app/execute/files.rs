//! Choosing files, and writing exports to where they were chosen.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{App, Outcome, Purpose};
use crate::app::state::{Copied, ToastKind};
use crate::app::{Chart, Overlay};
use crate::report::report;
use crate::sources::TABLE_ENDINGS;
use crate::study::{self, StudyError, StudyFile};

impl App {
    pub(super) fn choose(&mut self, purpose: Purpose) {
        self.task("file chooser", move || {
            let since = Instant::now();
            let paths = ask_for_paths(&purpose).unwrap_or_default();
            Outcome::Chosen { purpose, paths, took: since.elapsed() }
        });
    }

    pub(super) fn chosen(&mut self, purpose: Purpose, paths: Vec<PathBuf>) {
        if purpose == Purpose::Table {
            self.state.import_form.set_tables(&paths);
            return self.preview_table();
        }
        let Some(path) = paths.into_iter().next() else { return };
        match purpose {
            Purpose::Study => self.open(path),
            // The chooser has asked whether a file may be replaced.
            Purpose::SaveAs => self.save_as(path, true),
            Purpose::Table => {}
            Purpose::Covers => self.state.import_form.covers = path.display().to_string(),
            Purpose::Cover => self.score(vec![path]),
            Purpose::Scores => self.write_scores(path),
            Purpose::ResultsTable
            | Purpose::Predictions(_)
            | Purpose::Chart(..)
            | Purpose::Rejected
            | Purpose::Report(_) => {
                self.write(purpose, path);
            }
        }
    }

    /// Without a file chooser, exports go beside the study, and paths are typed or dropped.
    pub(super) fn no_chooser(&mut self, purpose: Purpose) {
        if let (Purpose::SaveAs, Some(study)) = (&purpose, &self.state.study) {
            self.state.save_path = study.path.with_file_name(format!("{} copy", study.name)).display().to_string();
            self.state.overlay = Some(Overlay::SaveAs);
            return;
        }
        let Some(name) = default_export_name(&purpose) else {
            let text = match purpose {
                Purpose::Study if self.state.study.is_none() => {
                    "This system has no file chooser. Type the study's path, or drop it on the window."
                }
                Purpose::Study => {
                    "This system has no file chooser. Drop the study on the window, or close this one and type its path."
                }
                _ => "This system has no file chooser. Type the path into its field, or drop the file on the window.",
            };
            self.state.toast(ToastKind::Info, text);
            return;
        };
        let Some(study) = &self.state.study else { return };
        let (study, is_autosaved) = (study.path.clone(), study.is_autosaved);
        self.task("export folder", move || {
            let path = free_path(&export_folder(&study, is_autosaved).unwrap_or_default(), name);
            Outcome::Chosen { purpose, paths: vec![path], took: Duration::ZERO }
        });
    }

    /// The table as text with tabs, as spreadsheets paste it.
    pub(super) fn copy_table(&mut self) {
        let Some(study) = &self.state.study else { return };
        let copied = study::results_text(study.runs()).map(Copied::Text).map_err(|error| error.to_string());
        self.take_copied(copied);
    }

    pub(super) fn copy_chart(&mut self, chart: Chart) {
        let Some(file) = self.file.clone() else { return };
        self.task("copy plot", move || {
            let study = file.connect().map_err(|error| error.to_string());
            Outcome::Copied(study.and_then(|study| chart.picture(&study)).map(Copied::Picture))
        });
    }

    pub(super) fn take_copied(&mut self, copied: Result<Copied, String>) {
        match copied {
            Ok(copied) => {
                self.state.toast(ToastKind::Success, "Copied. Paste it where you want it.");
                self.state.copied = Some(copied);
            }
            Err(why) => self.state.toast(ToastKind::Error, why),
        }
    }

    pub(super) fn write(&mut self, purpose: Purpose, path: PathBuf) {
        let Some(file) = self.file.clone() else { return };
        self.task("export", move || {
            Outcome::Written(write_export(&file, &purpose, &path).map(|_| path).map_err(|error| error.to_string()))
        });
    }
}

/// Where exports go that nobody was asked about: beside the study, or, where that lives in the program's own folder, to
/// where people look for what programs have written.
fn export_folder(study: &Path, is_autosaved: bool) -> Option<PathBuf> {
    let beside = || study.parent().map(Path::to_path_buf);
    if !is_autosaved {
        return beside();
    }
    let folders = directories::UserDirs::new();
    let known = folders.as_ref().and_then(|folders| folders.download_dir().or_else(|| folders.document_dir()));
    let known = known.filter(|folder| folder.is_dir()).or(folders.as_ref().map(directories::UserDirs::home_dir));
    known.map(Path::to_path_buf).or_else(beside)
}

/// `name` in `folder`, with a number where there is a file of that name.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let path = Path::new(name);
    let (stem, ending) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    let (stem, ending) = (stem.to_string_lossy(), ending.to_string_lossy());
    let numbered = (2..).map(|number| folder.join(format!("{stem} ({number}).{ending}")));
    std::iter::once(folder.join(name)).chain(numbered).find(|path| !path.exists()).unwrap_or_default()
}

/// Asks in the system's file chooser; runs on a thread of its own.
fn ask_for_paths(purpose: &Purpose) -> Option<Vec<PathBuf>> {
    let dialog = rfd::FileDialog::new();
    let pictures = ["jpg", "jpeg", "png", "webp", "gif", "bmp"];
    let path = match purpose {
        Purpose::Study => dialog.set_title("Open study").add_filter("Studies", &[study::EXTENSION]).pick_file(),
        Purpose::SaveAs => dialog.set_title("Save study as").add_filter("Studies", &[study::EXTENSION]).save_file(),
        Purpose::Table => {
            return dialog.set_title("Spreadsheets").add_filter("Spreadsheets", TABLE_ENDINGS).pick_files();
        }
        Purpose::Covers => dialog.set_title("Covers folder").pick_folder(),
        Purpose::Cover => dialog.set_title("Cover to score").add_filter("Pictures", &pictures).pick_file(),
        Purpose::ResultsTable
        | Purpose::Predictions(_)
        | Purpose::Chart(..)
        | Purpose::Rejected
        | Purpose::Report(_)
        | Purpose::Scores => dialog.set_file_name(default_export_name(purpose)?).save_file(),
    };
    path.map(|path| vec![path])
}

fn default_export_name(purpose: &Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::ResultsTable => Some("results.csv"),
        Purpose::Predictions(_) => Some("predictions.csv"),
        Purpose::Chart(chart, format) => Some(chart.file_name(*format)),
        Purpose::Rejected => Some("not-imported.csv"),
        Purpose::Report(_) => Some("report.html"),
        Purpose::Scores => Some("scores.csv"),
        _ => None,
    }
}

fn write_export(file: &StudyFile, purpose: &Purpose, path: &Path) -> Result<u64, StudyError> {
    let study = file.connect()?;
    match purpose {
        Purpose::Predictions(run) => study::export_predictions(&study, &study.run(*run)?, path),
        Purpose::Chart(chart, format) => chart.write(&study, *format, path),
        Purpose::Rejected => study::export_rejected(&study.rejected()?, path),
        Purpose::Report(shown) => study::write_file(path, report(&study, &file.name(), *shown)?.as_bytes()),
        _ => study::export_results(&study.runs()?, path),
    }
}

#[cfg(test)]
mod tests {
    use super::free_path;

    #[test]
    fn exports_take_no_other_files_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        assert_eq!(free_path(folder.path(), "results.csv"), path("results.csv"));
        std::fs::write(path("results.csv"), "").unwrap();
        std::fs::write(path("results (2).csv"), "").unwrap();
        assert_eq!(free_path(folder.path(), "results.csv"), path("results (3).csv"));
    }
}
