//! What a person should know of spreadsheets before their rows are read.

use super::{Plan, PlannedTable};
use crate::study::{POPULARITY, Scale, plural};

impl Plan {
    /// What a person should know before the rows.
    pub(in crate::sources) fn notes(&self) -> Vec<String> {
        self.tables
            .iter()
            .flat_map(|table| {
                let of_file = [table.guessed(), table.slipped(), table.unread(), table.doubled()];
                of_file.into_iter().chain([self.unsure(table), self.negative(table), self.shares(table)])
            })
            .flatten()
            .collect()
    }

    /// A number that can be read in two ways, and how it was.
    fn unsure(&self, table: &PlannedTable) -> Option<String> {
        let cell = table.notation.unsure_of.as_deref()?;
        Some(format!(
            "Numbers like {cell} in {} can be read in two ways; this one was read as {}. If that is wrong, say which mark \
             stands before decimals, and import into a new study.",
            table.table.path.display(),
            table.notation.parse(cell)?
        ))
    }

    /// Popularity that looks like a share of 1.
    fn shares(&self, table: &PlannedTable) -> Option<String> {
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        let looks_so = self.target.measure == POPULARITY
            && self.values(table).all(is_share)
            && self.values(table).any(|value| value.fract() != 0.0);
        looks_so.then(|| {
            format!(
                "Popularity in {} lies between 0 and 1, and was read as it stands, in points of 100. If it is a share, write \
                 it as 45 rather than 0.45, and import into a new study.",
                table.table.path.display()
            )
        })
    }

    /// What a scale that begins at 0 does to values below it.
    fn negative(&self, table: &PlannedTable) -> Option<String> {
        let count = self.values(table).filter(|value| *value < 0.0).count();
        let verb = if count == 1 { "is negative and counts" } else { "are negative and count" };
        (count > 0 && self.target.scale == Scale::Logarithm)
            .then(|| format!("{} {verb} as 0: the log scale has no place for less.", plural(count, "value", "values")))
    }
}

impl PlannedTable {
    /// Letters that may be wrong.
    fn guessed(&self) -> Option<String> {
        self.table.is_guessed.then(|| {
            format!(
                "The letters of {} were guessed: it is not written in UTF-8 throughout. Where titles look wrong, save it as \
                 \"CSV UTF-8\" and import into a new study.",
                self.table.path.display()
            )
        })
    }

    /// Rows in which cells may stand in the wrong column.
    fn slipped(&self) -> Option<String> {
        let (count, line) = self.table.long_rows()?;
        let rows = if count == 1 { "1 row has".to_owned() } else { plural(count, "row", "rows") + " have" };
        Some(format!(
            "{rows} more cells than the header of {}, the first in line {line}: what stands in them may have slipped, as by a \
             comma within a title or number without quotation marks around it.",
            self.table.path.display()
        ))
    }

    /// Columns that are called alike.
    fn doubled(&self) -> Option<String> {
        let shared = self.table.shared_headers(&self.mapping);
        (!shared.is_empty()).then(|| {
            format!(
                "{} has several columns called {}; the first was read. To read another one, give it a name of its own.",
                self.table.path.display(),
                shared.join(", ")
            )
        })
    }

    /// Sheets of the workbook that were not read.
    fn unread(&self) -> Option<String> {
        let others = &self.table.other_sheets;
        (!others.is_empty()).then(|| {
            format!(
                "{} has further sheets, which were not read: {}. To import one, save it as a file of its own.",
                self.table.path.display(),
                others.join(", ")
            )
        })
    }
}
