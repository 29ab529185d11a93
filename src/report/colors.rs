//! What the report tells of colors.

use maud::{Markup, html};

use super::{Contents, figures};
use crate::evidence::ColorGroup;
use crate::study::plural;

impl Contents {
    /// What colors, and the look of covers, go with.
    pub(super) fn by_color(&self) -> Markup {
        let Some(found) = &self.colors else { return html! {} };
        html! {
            section {
                h2 { "Colors" }
                figure {
                    (figures::color_bars(&found.table, found.mean, &self.target))
                    figcaption {
                        "Mean " (self.target.name()) " by a cover's dominant color, with 95 % intervals; gray where fewer than 20 tracks. Dashed: all tracks."
                    }
                }
                p {
                    (found.table.sentence(&self.target.heading()))
                }
                p {
                    "Black-and-white covers: mean " (self.group(&found.table.black_and_white)) "; covers with color: "
                    (self.group(&found.table.color)) ". "
                    (found.table.gray_words())
                }
                table {
                    thead { tr { th { "The cover's" } th.number { "Correlation with " (self.target.name()) } th.number { "95 % interval" } } }
                    tbody {
                        @for look in &found.looks.findings {
                            tr {
                                td { (look.name) }
                                td.number { (signed(look.correlation)) }
                                td.number { (signed(look.interval.low)) " to " (signed(look.interval.high)) }
                            }
                        }
                    }
                }
                p.quiet { (found.looks.words()) }
            }
        }
    }

    /// A group's mean with its interval and size.
    fn group(&self, group: &ColorGroup) -> String {
        let figure = |value: f64| self.target.figure(value);
        let tracks = plural(group.n, "track", "tracks");
        format!(
            "{} ({} to {}) of {tracks}",
            figure(group.mean),
            figure(group.interval.low),
            figure(group.interval.high)
        )
    }
}

fn signed(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { format!("{value:+.3}") }
}
