//! Numbers as spreadsheets in several languages write them. "1.234" is one thing in English and another in German: what
//! a column's mark means is decided once, from all its cells.

use serde::{Deserialize, Serialize};

/// The mark before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DecimalMark {
    /// 1,234.5
    Point,
    /// 1.234,5
    Comma,
}

impl DecimalMark {
    fn of(mark: char) -> Self {
        if mark == ',' { Self::Comma } else { Self::Point }
    }

    fn other(self) -> Self {
        if self == Self::Point { Self::Comma } else { Self::Point }
    }
}

/// What is known of a column before its cells are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// What the person says; it decides.
    pub(super) decimal: Option<DecimalMark>,
    /// What decides where the cells do not.
    pub(super) otherwise: DecimalMark,
    /// Whether numbers are below 1,000 by their nature.
    pub(super) is_small: bool,
}

/// How a column writes its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notation {
    decimal: DecimalMark,
    /// A cell that can be read in two ways, where no other cell tells which.
    pub(super) unsure_of: Option<String>,
}

impl Notation {
    /// Finds out from a column's cells.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a str>, expected: Expected) -> Self {
        if let Some(decimal) = expected.decimal {
            return Self { decimal, unsure_of: None };
        }
        let mut votes = [0_usize; 2];
        let mut unsure_of = None;
        for cell in cells {
            match Number::of(cell).and_then(|number| number.says()) {
                Some(Says::DecimalIs(mark)) => votes[usize::from(mark == DecimalMark::Comma)] += 1,
                Some(Says::EitherWith(mark)) if expected.is_small => {
                    votes[usize::from(mark == DecimalMark::Comma)] += 1;
                }
                Some(Says::EitherWith(_)) => drop(unsure_of.get_or_insert_with(|| cell.to_owned())),
                None => {}
            }
        }
        match votes {
            [point, comma] if point > comma => Self { decimal: DecimalMark::Point, unsure_of: None },
            [point, comma] if comma > point => Self { decimal: DecimalMark::Comma, unsure_of: None },
            _ => Self { decimal: expected.otherwise, unsure_of },
        }
    }

    /// The number in `cell`, `NaN` where the cell says in words that there is none, `None` where it is no number.
    pub(super) fn parse(&self, cell: &str) -> Option<f64> {
        if is_no_value(cell) {
            return Some(f64::NAN);
        }
        let number = Number::of(cell)?;
        let decimal = match number.says() {
            Some(Says::DecimalIs(mark)) => mark,
            _ => self.decimal,
        };
        number.with(decimal)
    }
}

/// Whether a cell says in words that it holds nothing.
pub(super) fn is_no_value(cell: &str) -> bool {
    const WORDS: [&str; 10] = ["", "-", "–", "n/a", "#n/a", "na", "nan", "none", "null", "?"];
    WORDS.contains(&cell.trim().to_lowercase().as_str())
}

/// What a cell alone says of its column.
enum Says {
    DecimalIs(DecimalMark),
    /// This mark stands before three digits: before decimals or between thousands.
    EitherWith(DecimalMark),
}

/// A number's parts, as they are written.
struct Number<'a> {
    is_negative: bool,
    /// Digits with marks between them.
    body: &'a str,
    /// "e6" or nothing.
    exponent: &'a str,
    /// Whether the exponent is a word for thousands or more, as in "1.2M".
    is_word: bool,
}

/// Words for thousands and more, in lower case, and what they stand for.
const POWERS: [(&str, &str); 6] = [("k", "e3"), ("m", "e6"), ("mio", "e6"), ("bn", "e9"), ("b", "e9"), ("mrd", "e9")];

/// Whether a mark says what a number is of, and nothing of how large it is.
fn is_beside(mark: char) -> bool {
    mark.is_whitespace() || matches!(mark, '%' | '$' | '€' | '£' | '¥' | '₩' | '₹')
}

/// Marks that stand between thousands only.
fn is_group_mark(mark: char) -> bool {
    mark.is_whitespace() || matches!(mark, '\'' | '’' | '_')
}

impl<'a> Number<'a> {
    fn of(cell: &'a str) -> Option<Self> {
        let text = cell.trim_matches(is_beside);
        let is_negative = text.starts_with(['-', '−']);
        let text = text.strip_prefix(['-', '−', '+']).unwrap_or(text).trim_start_matches(is_beside);
        let (body, exponent) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
        let word = exponent.trim_end_matches('.').to_lowercase();
        let power = POWERS.iter().find(|(other, _)| *other == word).map(|(_, power)| *power);
        let (body, exponent, is_word) = match power {
            Some(power) => (body.trim_end(), power, true),
            None => (body, exponent, false),
        };
        let is_number = body.starts_with(|mark: char| mark.is_ascii_digit() || matches!(mark, '.' | ','))
            && body.chars().all(|mark| mark.is_ascii_digit() || matches!(mark, '.' | ',') || is_group_mark(mark))
            && body.contains(|mark: char| mark.is_ascii_digit());
        is_number.then_some(Self { is_negative, body, exponent, is_word })
    }

    fn says(&self) -> Option<Says> {
        let count = |mark| self.body.matches(mark).count();
        let mark = match (count('.'), count(',')) {
            (0, 0) => return None,
            (_, 0) => '.',
            (0, _) => ',',
            _ => {
                let last = self.body.chars().rev().find(|mark| matches!(mark, '.' | ','))?;
                return Some(Says::DecimalIs(DecimalMark::of(last)));
            }
        };
        let kind = DecimalMark::of(mark);
        let can_group = ungrouped(self.body).is_some() && (self.exponent.is_empty() || self.is_word);
        Some(match (count(mark), can_group) {
            (1, true) => Says::EitherWith(kind),
            (1, false) => Says::DecimalIs(kind),
            (_, true) => Says::DecimalIs(kind.other()),
            (_, false) => return None,
        })
    }

    /// Its value with this mark before decimals.
    fn with(&self, decimal: DecimalMark) -> Option<f64> {
        let mark = if decimal == DecimalMark::Comma { ',' } else { '.' };
        let (whole, decimals) = self.body.split_once(mark).unwrap_or((self.body, ""));
        let whole = if whole.is_empty() { "0".to_owned() } else { ungrouped(whole)? };
        let value: f64 = format!("{whole}.{decimals}{}", self.exponent).parse().ok()?;
        Some(if self.is_negative { -value } else { value })
    }
}

/// The digits of `text` without the one mark that stands between its groups: of three digits each but the first or, as
/// in India, of two but the first and the last. `None` where it is not written so.
fn ungrouped(text: &str) -> Option<String> {
    let Some(mark) = text.chars().find(|mark| !mark.is_ascii_digit()) else { return Some(text.to_owned()) };
    let groups: Vec<&str> = text.split(mark).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return None };
    let same_size = |size: usize| middle.iter().all(|group| group.len() == size);
    let is_grouped = (1..=3).contains(&first.len())
        && !(first.starts_with('0') && first.len() == 1)
        && last.len() == 3
        && (same_size(3) || same_size(2) && first.len() < 3)
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    is_grouped.then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: Expected = Expected { decimal: None, otherwise: DecimalMark::Point, is_small: false };

    fn column(cells: &[&str], expected: Expected) -> Vec<Option<f64>> {
        let notation = Notation::of(cells.iter().copied(), expected);
        cells.iter().map(|cell| notation.parse(cell)).collect()
    }

    #[test]
    fn every_way_to_write_a_number() {
        for (cell, number) in [
            ("12", 12.0),
            ("12.5", 12.5),
            ("12,5", 12.5),
            ("0,125", 0.125),
            (".5", 0.5),
            ("1,234,567", 1_234_567.0),
            ("1.234.567", 1_234_567.0),
            ("12,34,567", 1_234_567.0),
            ("1.234,5", 1_234.5),
            ("1,234.5", 1_234.5),
            ("1.234.567,25", 1_234_567.25),
            ("1 234 567", 1_234_567.0),
            ("1 234,5", 1_234.5),
            ("1’234", 1_234.0),
            ("45 %", 45.0),
            ("-3", -3.0),
            ("−3", -3.0),
            ("1e6", 1_000_000.0),
            ("1,5e3", 1_500.0),
            ("1.2M", 1_200_000.0),
            ("12.3 K", 12_300.0),
            ("1,5 Mio.", 1_500_000.0),
            ("€1.234,56", 1_234.56),
            ("-$9", -9.0),
            ("£ 9", 9.0),
        ] {
            assert_eq!(column(&[cell], ENGLISH), [Some(number)], "{cell}");
        }
        assert!(column(&["N/A"], ENGLISH)[0].unwrap().is_nan());
        let none = [
            "many",
            "1,2,3",
            "1.2.3",
            "01.02.2020",
            "7 pm",
            "5x",
            "1.234,567,8",
            "12 34",
            "1e",
            "-",
            ".",
            "1,234.567.8",
        ];
        let wrong: Vec<_> =
            none.iter().filter(|cell| column(&[cell], ENGLISH)[0].is_some_and(f64::is_finite)).collect();
        assert_eq!(wrong, Vec::<&&str>::new());
    }

    #[test]
    fn a_column_decides_what_its_marks_mean() {
        assert_eq!(column(&["1.234", "12.345", "1.234.567"], ENGLISH), [1_234.0, 12_345.0, 1_234_567.0].map(Some));
        assert_eq!(column(&["1.234", "7,5"], ENGLISH), [1_234.0, 7.5].map(Some));
        assert_eq!(column(&["1.234", "7.5"], ENGLISH), [1.234, 7.5].map(Some));
        assert_eq!(column(&["3,125", "0,5"], ENGLISH), [3.125, 0.5].map(Some));
        assert_eq!(column(&["3,125", "1,000,000"], ENGLISH), [3_125.0, 1_000_000.0].map(Some));
    }

    #[test]
    fn what_no_cell_decides_is_told() {
        let open = ["1.234", "987"];
        assert_eq!(column(&open, ENGLISH), [1.234, 987.0].map(Some));
        assert_eq!(Notation::of(open.into_iter(), ENGLISH).unsure_of.as_deref(), Some("1.234"));
        let german = Expected { otherwise: DecimalMark::Comma, ..ENGLISH };
        assert_eq!(column(&open, german), [1_234.0, 987.0].map(Some));
        assert_eq!(Notation::of(["1.234", "7,5"].into_iter(), ENGLISH).unsure_of, None);
        let said = Expected { decimal: Some(DecimalMark::Comma), ..ENGLISH };
        assert_eq!(column(&open, said), [1_234.0, 987.0].map(Some));
    }

    #[test]
    fn what_cannot_be_large_has_decimals() {
        let small = Expected { is_small: true, ..ENGLISH };
        assert_eq!(column(&["45,123", "7"], small), [45.123, 7.0].map(Some));
        assert_eq!(
            column(&["45.123", "7"], Expected { otherwise: DecimalMark::Comma, ..small }),
            [45.123, 7.0].map(Some)
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(values in proptest::collection::vec(-1e9_f64..1e9, 1..20), comma: bool) {
            let expected = Expected { otherwise: if comma { DecimalMark::Comma } else { DecimalMark::Point }, ..ENGLISH };
            let written: Vec<String> = values
                .iter()
                .map(|value| if comma { value.to_string().replace('.', ",") } else { value.to_string() })
                .collect();
            let cells: Vec<&str> = written.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(column(&cells, expected), values.into_iter().map(Some).collect::<Vec<_>>());
        }

        #[test]
        fn thousands_are_read(values in proptest::collection::vec(0_u32..2_000_000_000, 1..20), comma: bool) {
            let mark = if comma { "." } else { "," };
            let expected = Expected { otherwise: if comma { DecimalMark::Comma } else { DecimalMark::Point }, ..ENGLISH };
            let written: Vec<String> =
                values.iter().map(|value| crate::study::thousands(*value as usize).replace(',', mark)).collect();
            let cells: Vec<&str> = written.iter().map(String::as_str).collect();
            let wanted: Vec<Option<f64>> = values.into_iter().map(|value| Some(f64::from(value))).collect();
            proptest::prop_assert_eq!(column(&cells, expected), wanted);
        }
    }
}
