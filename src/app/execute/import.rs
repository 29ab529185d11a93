//! Reading spreadsheets, and importing them with their covers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{App, Outcome};
use crate::app::state::{ImportState, Imported};
use crate::jobs::{Job, JobEvent, Stop};
use crate::sources::{
    Columns, ImportError, ImportProgress, ImportRequest, ImportSummary, Table, TableFile, TablesRequest, import,
};
use crate::study::Recovered;

/// How often the panels are shown what an import under way has brought.
const SHOW_IMPORTED_EVERY: Duration = Duration::from_secs(2);

/// How an import's job ended.
pub(super) enum ImportEnd {
    Done(ImportSummary),
    /// It would download covers, and the person has not read the services' terms yet.
    TermsFirst(ImportRequest),
}

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
        self.import(ImportRequest::Tables(TablesRequest {
            files,
            covers,
            target: form.target.clone(),
            decimal_mark: form.decimal_mark,
            image_size: self.cover_size(),
            terms_read: self.state.settings.terms_read,
        }));
    }

    /// The image size that downloaded covers should suffice for, in pixels a side.
    pub(super) fn cover_size(&self) -> u32 {
        u32::try_from(self.state.model.settings.image_size).unwrap_or(u32::MAX)
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
            match import(&file, &request, wishes, tell) {
                Err(ImportError::TermsUnread) => Ok(ImportEnd::TermsFirst(request)),
                other => other.map(ImportEnd::Done),
            }
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
                JobEvent::Finished(ImportEnd::Done(summary)) => {
                    // What an earlier one left undone is told until one has come to its end.
                    if let Some(study) = &mut self.state.study {
                        let left = study.recovered.take().map(|recovered| Recovered { import: None, ..recovered });
                        study.recovered = left.filter(|recovered| recovered.sentence().is_some());
                    }
                    Some(Imported::Done(summary))
                }
                JobEvent::Finished(ImportEnd::TermsFirst(request)) => {
                    self.state.playlist_form.pending = Some(request);
                    None
                }
                JobEvent::Failed(why) => Some(Imported::Failed(why)),
            };
            self.state.imported = imported;
            self.state.import = None;
            self.import = None;
            self.refresh();
        }
    }
}
