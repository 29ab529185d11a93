//! Reading spreadsheets, and importing them with their covers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{App, Outcome};
use crate::app::state::{ImportState, Imported};
use crate::jobs::{Job, JobEvent, Stop};
use crate::sources::{Columns, ImportProgress, ImportRequest, Table, TableFile, import};

/// How often the panels are shown what an import under way has brought.
const SHOW_IMPORTED_EVERY: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn preview_table(&mut self) {
        let Some(path) = self.state.import_form.tables().into_iter().next() else { return };
        self.task("preview", move || {
            Outcome::Previewed(Table::read(&path).map(|table| table.preview()).map_err(|error| error.to_string()))
        });
    }

    pub(super) fn import_tables(&mut self) {
        let form = &self.state.import_form;
        let paths = form.tables();
        let columns = match &form.preview {
            Some(Ok(preview)) if paths.first() == Some(&preview.path) => {
                Columns::Chosen { mapping: preview.mapping, headers: preview.headers.clone() }
            }
            _ => Columns::Recognised,
        };
        let covers = Some(form.covers.trim()).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let files = paths.into_iter().map(|path| TableFile { path, columns: columns.clone() }).collect();
        let has_web_covers = matches!(&form.preview, Some(Ok(preview)) if preview.mapping.has_web_covers());
        let request = ImportRequest::Tables { files, covers, target: form.target.clone() };
        if has_web_covers { self.import_live(request) } else { self.import(request) }
    }

    pub(super) fn import(&mut self, request: ImportRequest) {
        if !self.can_write() || self.import.is_some() {
            return;
        }
        let Some(file) = self.file.clone() else { return };
        self.state.imported = None;
        self.state.import_form.filter.clear();
        self.state.import =
            Some(ImportState { progress: ImportProgress::default(), since: Instant::now(), shown: Instant::now() });
        self.import = Some(Job::start("import", self.wakers.paced.clone(), move |wishes, tell| {
            import(&file, &request, wishes, tell)
        }));
    }

    pub(super) fn stop_import(&mut self) {
        if let Some(job) = &self.import {
            job.wishes().ask_stop(Stop::Asked);
        }
    }

    /// Shows how far the import has come, and now and then what it has brought.
    pub(super) fn note_import(&mut self, progress: ImportProgress) {
        let Some(state) = &mut self.state.import else { return };
        state.progress = progress;
        if state.shown.elapsed() > SHOW_IMPORTED_EVERY {
            state.shown = Instant::now();
            self.refresh();
        }
    }

    pub(super) fn drain_import(&mut self) {
        while let Some(event) = self.import.as_mut().and_then(Job::next_event) {
            let imported = match event {
                JobEvent::Update(progress) => {
                    self.note_import(progress);
                    continue;
                }
                JobEvent::Finished(summary) => Imported::Done(summary),
                JobEvent::Failed(why) => Imported::Failed(why),
            };
            self.state.imported = Some(imported);
            self.state.import = None;
            self.import = None;
            self.refresh();
        }
    }
}
