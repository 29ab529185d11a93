//! Numbers as spreadsheets in several languages write them.

/// The number in `cell`: with a point or a comma for decimals, with separators between thousands, with a percent sign.
/// `NaN` where the cell says in words that there is none.
pub(super) fn parse(cell: &str) -> Option<f64> {
    let text: String =
        cell.chars().filter(|mark| !mark.is_whitespace() && !matches!(mark, '\'' | '’' | '_' | '%')).collect();
    if ["-", "n/a", "na", "nan", "none", "null"].contains(&text.to_lowercase().as_str()) {
        return Some(f64::NAN);
    }
    plain(&text).parse().ok()
}

/// `text` with a point for decimals and nothing between thousands.
fn plain(text: &str) -> String {
    let decimal = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) => Some(point.max(comma)),
        // A single point before three digits is far more often one for decimals than a comma is.
        (Some(_), None) if text.matches('.').count() > 1 && is_grouped(text, '.') => None,
        (None, Some(_)) if is_grouped(text, ',') => None,
        (one, other) => one.or(other),
    };
    text.char_indices()
        .filter_map(|(place, mark)| match mark {
            '.' | ',' if Some(place) == decimal => Some('.'),
            '.' | ',' => None,
            mark => Some(mark),
        })
        .collect()
}

/// Whether `mark` stands between groups of three digits, the first shorter or as long.
fn is_grouped(text: &str, mark: char) -> bool {
    let mut groups = text.trim_start_matches(['+', '-']).split(mark);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && group != "0" && digits(group));
    first && groups.all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_number() {
        for (cell, number) in [
            ("12", 12.0),
            ("12.5", 12.5),
            ("12,5", 12.5),
            ("0,125", 0.125),
            ("1,234,567", 1_234_567.0),
            ("1.234.567", 1_234_567.0),
            ("1.234,5", 1_234.5),
            ("1,234.5", 1_234.5),
            ("1,234", 1_234.0),
            ("1.234", 1.234),
            ("1 234 567", 1_234_567.0),
            ("1’234", 1_234.0),
            ("45 %", 45.0),
            ("-3", -3.0),
            ("1e6", 1_000_000.0),
        ] {
            assert_eq!(parse(cell), Some(number), "{cell}");
        }
        assert!(parse("N/A").unwrap().is_nan());
        assert_eq!(parse("many"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(value in -1e9_f64..1e9) {
            proptest::prop_assert_eq!(parse(&value.to_string()), Some(value));
            let with_comma = value.to_string().replace('.', ",");
            if !is_grouped(&with_comma, ',') {
                proptest::prop_assert_eq!(parse(&with_comma), Some(value));
            }
        }
    }
}
