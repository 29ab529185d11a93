//! What the report tells of colors.

use maud::{Markup, html};

use super::{Contents, figures};
use crate::evidence::{self, Answer, ColorGroup, SIGNIFICANCE, signed_thousandths};
use crate::study::{capitalised, tracks_with_covers};

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
                        (capitalised(self.target.mean_name())) " " (self.target.name()) " by a cover's dominant color, with 95 % intervals; gray where fewer than 20 different covers. Dashed: all tracks."
                    }
                }
                p {
                    (found.table.sentence(&self.target.name()))
                    @if let Some(sentence) = self.beside_the_verdict(found.table.colors_by_chance.p) { " " (sentence) }
                }
                p {
                    "Black-and-white covers: " (self.target.mean_name()) " " (self.group(&found.table.black_and_white)) "; covers with color: "
                    (self.group(&found.table.color)) ". "
                    (found.table.gray_words())
                }
                table {
                    thead { tr { th { "The cover's" } th.number { "Correlation with " (self.target.name()) } th.number { "95 % interval" } } }
                    tbody {
                        @for look in &found.looks.findings {
                            tr {
                                td { (look.name) }
                                td.number { (signed_thousandths(look.correlation)) }
                                td.number { (signed_thousandths(look.interval.low)) " to " (signed_thousandths(look.interval.high)) }
                            }
                        }
                    }
                }
                p.quiet { (found.looks.words()) }
            }
        }
    }

    /// How a difference between colors goes together with a verdict that finds nothing.
    fn beside_the_verdict(&self, p: f64) -> Option<&'static str> {
        let verdict = self.verdict.as_ref().filter(|verdict| verdict.answer == Answer::NoEvidence)?;
        (p < SIGNIFICANCE && verdict.target == evidence::Target::Popularity).then_some(
            "That is no contradiction to the verdict: groups may differ, and yet too little, or too few tracks among them, \
             to say anything reliable of tracks that were not looked at, which is what the verdict asks. Three such \
             questions are put here (dominant color, black-and-white, look): of one of three, a p above 0.017 is easily \
             chance.",
        )
    }

    /// A group's mean with its interval and size.
    fn group(&self, group: &ColorGroup) -> String {
        let figure = |value: f64| self.target.figure(value);
        let tracks = tracks_with_covers(group.n, group.covers);
        format!(
            "{} ({} to {}) of {tracks}",
            figure(group.mean),
            figure(group.interval.low),
            figure(group.interval.high)
        )
    }
}
