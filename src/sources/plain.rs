//! Names that others have written, without what cannot be shown.

/// `text` without control characters, which terminals obey and screen readers choke on, and without marks that turn the
/// direction of all that follows. A line break or tab becomes a space.
pub(super) fn plain(text: &str) -> String {
    let is_turning = |mark: char| matches!(mark, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.chars().any(|mark| mark.is_control() || is_turning(mark)) {
        return text.to_owned();
    }
    let spaced = text.chars().map(|mark| if matches!(mark, '\n' | '\r' | '\t') { ' ' } else { mark });
    let kept: String = spaced.filter(|mark| !mark.is_control() && !is_turning(*mark)).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_what_cannot_be_shown_is_taken_out() {
        assert_eq!(plain("Two  spaces, Ä, 음악, \u{200f}"), "Two  spaces, Ä, 음악, \u{200f}");
        assert_eq!(plain("a\0b\u{1b}[31m\u{7}\u{202e}c"), "ab[31mc");
        assert_eq!(plain("First line\r\nsecond\t"), "First line second");
    }
}
