//! Plots for other programs: as SVG, as PNG, and as the CSV of what they draw.

use maud::{Markup, html};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;
/// The names below a plot: in how many columns, how far below the axis, and how far apart. Where names of rows end.
const LEGEND_COLUMNS: usize = 2;
const LEGEND_ABOVE: f64 = 12.0;
const LEGEND_LINE: f64 = 18.0;
const NAMES: f64 = 160.0;
const TEXT: &str = "#1B1F24";
const QUIET: &str = "#5B6570";
const LINE: &str = "#DDE1E6";

/// Okabe and Ito's colors, which color-blind people tell apart.
pub const COLORS: [&str; 6] = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];

/// How a series is drawn.
#[derive(Clone, Debug)]
pub enum Marks {
    /// Points joined by a line.
    Line(Vec<[f64; 2]>),
    /// Points by themselves.
    Points(Vec<[f64; 2]>),
    /// One row each: its name, the value, and the ends of its interval.
    Rows(Vec<(String, [f64; 3])>),
}

/// Values that belong together.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    pub color: &'static str,
    /// How its line is broken, as SVG says it; "none" for a whole one.
    pub dash: &'static str,
    /// Whether it is only there to compare with: below the others, thin, and not named by itself.
    pub is_quiet: bool,
    pub marks: Marks,
}

/// A plot.
#[derive(Clone, Debug)]
pub struct Plot {
    pub title: String,
    pub x_label: String,
    /// Empty for rows.
    pub y_label: String,
    pub series: Vec<Series>,
    /// A dashed line at this height, or, with rows, at this place of the scale: its name and value.
    pub line: Option<(String, f64)>,
    /// Whether a line goes from corner to corner where both axes agree.
    pub diagonal: bool,
    /// Values above are not what the plot is about: it ends there.
    pub highest: Option<f64>,
    /// Whether what lies along the horizontal axis is counted from 1, as epochs are.
    pub is_counted: bool,
}

/// From values to places along an axis.
#[derive(Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let margin = if high > low { 0.04 * (high - low) } else { 0.5 };
        Self { low: low - margin, high: high + margin, from, to }
    }

    fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values along it.
    fn ticks(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / 6.0;
        let power = 10.0_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough);
        let Some(step) = step else { return Vec::new() };
        let first = (self.low / step).ceil() as i64;
        (first..=(self.high / step).floor() as i64).map(|index| index as f64 * step).collect()
    }
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}

/// A value at an axis, without the noise of its last digits.
fn figure(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Plot {
    /// The plot as an SVG file.
    pub fn to_svg(&self) -> String {
        let rows = self.rows();
        let height = if rows == 0 { HEIGHT } else { TOP + BOTTOM + 26.0 * rows as f64 };
        let body = if rows == 0 { self.plane(height) } else { self.lanes(height) };
        let whole = if rows == 0 { height + self.legend_height() } else { height };
        html! {
            svg xmlns="http://www.w3.org/2000/svg" width=(WIDTH) height=(whole) viewBox={ "0 0 " (WIDTH) " " (whole) }
                font-family="Inter, sans-serif" font-size="12" role="img" aria-label=(self.title) {
                rect width=(WIDTH) height=(whole) fill="#FFFFFF" {}
                text x="16" y="24" font-size="16" font-weight="600" fill=(TEXT) { (self.title) }
                (body)
                text x=(place((self.left() + WIDTH - RIGHT) / 2.0)) y=(place(height - 10.0)) text-anchor="middle" fill=(QUIET) { (self.x_label) }
            }
        }
        .into_string()
    }

    fn rows(&self) -> usize {
        self.series.iter().map(|series| if let Marks::Rows(rows) = &series.marks { rows.len() } else { 0 }).sum()
    }

    fn left(&self) -> f64 {
        if self.rows() == 0 { LEFT } else { NAMES + 16.0 }
    }

    fn points(&self) -> impl Iterator<Item = [f64; 2]> {
        self.series.iter().flat_map(|series| match &series.marks {
            Marks::Line(points) | Marks::Points(points) => points.clone(),
            Marks::Rows(_) => Vec::new(),
        })
    }

    /// Points and lines between two axes of numbers.
    fn plane(&self, height: f64) -> Markup {
        let line = self.line.iter().map(|(_, value)| *value);
        let both = self.points().flatten().filter(|_| self.diagonal);
        let both: Vec<f64> = both.collect();
        let x = Axis::of(self.points().map(|[x, _]| x).chain(both.iter().copied()), LEFT, WIDTH - RIGHT);
        let seen = |y: &f64| self.highest.is_none_or(|highest| *y <= highest);
        let y = Axis::of(self.points().map(|[_, y]| y).filter(seen).chain(line).chain(both), height - BOTTOM, TOP);
        let is_told = |tick: &f64| !self.is_counted || (*tick >= 1.0 && tick.fract() == 0.0);
        html! {
            @for tick in y.ticks() {
                line x1=(LEFT) x2=(WIDTH - RIGHT) y1=(place(y.at(tick))) y2=(place(y.at(tick))) stroke=(LINE) {}
                text x=(LEFT - 8.0) y=(place(y.at(tick) + 4.0)) text-anchor="end" fill=(QUIET) { (figure(tick)) }
            }
            @for tick in x.ticks().into_iter().filter(is_told) {
                text x=(place(x.at(tick))) y=(place(height - BOTTOM + 18.0)) text-anchor="middle" fill=(QUIET) { (figure(tick)) }
            }
            @if self.diagonal {
                line x1=(place(x.at(x.low.max(y.low)))) y1=(place(y.at(x.low.max(y.low)))) x2=(place(x.at(x.high.min(y.high)))) y2=(place(y.at(x.high.min(y.high)))) stroke=(QUIET) {}
            }
            @if let Some((_, value)) = &self.line {
                line x1=(LEFT) x2=(WIDTH - RIGHT) y1=(place(y.at(*value))) y2=(place(y.at(*value))) stroke=(QUIET) stroke-dasharray="5 4" {}
            }
            clipPath id="plane" { rect x=(LEFT) y=(TOP - 6.0) width=(WIDTH - LEFT - RIGHT) height=(height - BOTTOM - TOP + 12.0) {} }
            g clip-path="url(#plane)" {
                @for series in self.series.iter().filter(|series| series.is_quiet) { (series.draw(x, y)) }
                @for series in self.named() { (series.draw(x, y)) }
            }
            text transform={ "translate(16 " (place((TOP + height - BOTTOM) / 2.0)) ") rotate(-90)" } text-anchor="middle" fill=(QUIET) { (self.y_label) }
            (self.legend(height))
        }
    }

    fn named(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(|series| !series.is_quiet)
    }

    /// What the names below the plot take.
    fn legend_height(&self) -> f64 {
        let has_quiet = self.series.iter().any(|series| series.is_quiet);
        let names = self.named().count() + usize::from(has_quiet) + usize::from(self.line.is_some());
        LEGEND_ABOVE + LEGEND_LINE * names.div_ceil(LEGEND_COLUMNS) as f64
    }

    /// Below the plot: within it names would cover the curves, and long ones end beyond its edge.
    fn legend(&self, height: f64) -> Markup {
        let dashed = self.line.iter().map(|(name, _)| (name.as_str(), QUIET, "4 3"));
        let quiet = self.series.iter().find(|series| series.is_quiet);
        let quiet = quiet.map(|series| ("All others", series.color, series.dash));
        let named = self.named().map(|series| (series.name.as_str(), series.color, series.dash));
        let names = named.chain(quiet).chain(dashed);
        html! {
            @for (index, (name, color, dash)) in names.enumerate() {
                @let x = 16.0 + (WIDTH - 32.0) / LEGEND_COLUMNS as f64 * (index % LEGEND_COLUMNS) as f64;
                @let y = height + LEGEND_ABOVE + LEGEND_LINE * (index / LEGEND_COLUMNS) as f64;
                line x1=(x) x2=(x + 18.0) y1=(y) y2=(y) stroke=(color) stroke-width="3" stroke-dasharray=(dash) {}
                text x=(x + 24.0) y=(y + 4.0) fill=(TEXT) { (whole_ends(name)) }
            }
        }
    }

    /// One row each for what has a name.
    fn lanes(&self, height: f64) -> Markup {
        let rows = || {
            self.series.iter().flat_map(|series| match &series.marks {
                Marks::Rows(rows) => rows.iter().map(|row| (series.color, row)).collect::<Vec<_>>(),
                _ => Vec::new(),
            })
        };
        let line = self.line.iter().map(|(_, value)| *value);
        let x = Axis::of(rows().flat_map(|(_, (_, values))| *values).chain(line), self.left(), WIDTH - RIGHT);
        html! {
            @for tick in x.ticks() {
                line x1=(place(x.at(tick))) x2=(place(x.at(tick))) y1=(TOP) y2=(place(height - BOTTOM)) stroke=(LINE) {}
                text x=(place(x.at(tick))) y=(place(height - BOTTOM + 18.0)) text-anchor="middle" fill=(QUIET) { (figure(tick)) }
            }
            @if let Some((_, value)) = &self.line {
                line x1=(place(x.at(*value))) x2=(place(x.at(*value))) y1=(TOP) y2=(place(height - BOTTOM)) stroke=(QUIET) stroke-dasharray="5 4" {}
            }
            @for (index, (color, (name, [value, low, high]))) in rows().enumerate() {
                @let y = TOP + 26.0 * (index as f64 + 0.5);
                text x=(NAMES) y=(y + 4.0) text-anchor="end" fill=(TEXT) { (shortened(name)) }
                @if low.is_finite() && high.is_finite() {
                    line x1=(place(x.at(*low))) x2=(place(x.at(*high))) y1=(y) y2=(y) stroke=(color) stroke-width="2" {}
                }
                circle cx=(place(x.at(*value))) cy=(y) r="5" fill=(color) {}
            }
        }
    }

    /// The plot as a PNG file of twice its size in points.
    ///
    /// # Errors
    /// What the renderer says.
    pub fn to_png(&self) -> Result<Vec<u8>, String> {
        self.pixmap()?.encode_png().map_err(|error| format!("The picture could not be written: {error}."))
    }

    /// The plot as RGBA bytes with their width and height in pixels.
    ///
    /// # Errors
    /// What the renderer says.
    pub fn to_rgba(&self) -> Result<(usize, usize, Vec<u8>), String> {
        let pixmap = self.pixmap()?;
        // The ground is opaque, so that alpha multiplies nothing.
        Ok((pixmap.width() as usize, pixmap.height() as usize, pixmap.data().to_vec()))
    }

    fn pixmap(&self) -> Result<resvg::tiny_skia::Pixmap, String> {
        const SCALE: f32 = 2.0;
        let failed = |error: &dyn std::fmt::Display| format!("The plot could not be drawn: {error}.");
        let mut options = resvg::usvg::Options::default();
        let fonts = options.fontdb_mut();
        for font in [INTER, INTER_SEMIBOLD] {
            fonts.load_font_data(font.to_vec());
        }
        let tree = resvg::usvg::Tree::from_str(&self.to_svg(), &options).map_err(|error| failed(&error))?;
        let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed(&"it is too large"))?;
        let mut pixmap = resvg::tiny_skia::Pixmap::new(size.width(), size.height())
            .ok_or_else(|| failed(&"there is not enough memory"))?;
        resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
        Ok(pixmap)
    }

    /// What the plot draws as CSV: for points a row each, for rows their names and intervals.
    ///
    /// # Errors
    /// What the writer says.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        if self.rows() == 0 {
            writer.write_record(["series", &self.x_label, &self.y_label])?;
        } else {
            writer.write_record(["series", "name", &self.x_label, "low", "high"])?;
        }
        for series in &self.series {
            match &series.marks {
                Marks::Line(points) | Marks::Points(points) => {
                    for [x, y] in points {
                        writer.write_record([&series.name, &x.to_string(), &y.to_string()])?;
                    }
                }
                Marks::Rows(rows) => {
                    for (name, values) in rows {
                        let [value, low, high] =
                            values.map(|value| if value.is_finite() { value.to_string() } else { String::new() });
                        writer.write_record([&series.name, name, &value, &low, &high])?;
                    }
                }
            }
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");

/// A name that fits into a column of the legend; what tells runs of a sweep apart is at its end.
fn whole_ends(name: &str) -> String {
    const LONGEST: usize = 46;
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LONGEST {
        return name.to_owned();
    }
    let (head, tail) = (&letters[..LONGEST / 2 - 1], &letters[letters.len() - LONGEST / 2..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// A name that fits before its row.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 22;
    if name.chars().count() <= LONGEST {
        name.to_owned()
    } else {
        name.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

impl Series {
    fn draw(&self, x: Axis, y: Axis) -> Markup {
        let is_there = |point: &&[f64; 2]| point.iter().all(|value| value.is_finite());
        let at = |[px, py]: &[f64; 2]| format!("{:.1},{:.1}", x.at(*px), y.at(*py));
        html! {
            @match &self.marks {
                Marks::Line(points) => {
                    polyline points=(points.iter().filter(is_there).map(at).collect::<Vec<_>>().join(" ")) fill="none" stroke=(self.color) stroke-width=(if self.is_quiet { "1" } else { "2" }) stroke-dasharray=(self.dash) {}
                }
                Marks::Points(points) => {
                    @for point in points.iter().filter(is_there) {
                        circle cx=(place(x.at(point[0]))) cy=(place(y.at(point[1]))) r="3" fill=(self.color) fill-opacity="0.6" {}
                    }
                }
                Marks::Rows(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(marks: Marks) -> Plot {
        Plot {
            title: "True & <predicted>".to_owned(),
            x_label: "True".to_owned(),
            y_label: "Predicted".to_owned(),
            series: vec![Series {
                name: "Test tracks".to_owned(),
                color: COLORS[0],
                dash: "none",
                is_quiet: false,
                marks,
            }],
            line: Some(("Always guess the mean".to_owned(), 30.0)),
            diagonal: false,
            highest: None,
            is_counted: false,
        }
    }

    #[test]
    fn names_below_keep_their_ends() {
        let name = format!("Quick, filters 16, {}seed 1, dropout 0.5", "kernel 3, ".repeat(6));
        let short = whole_ends(&name);
        assert!(short.chars().count() <= 46 && short.starts_with("Quick") && short.ends_with("dropout 0.5"), "{short}");
        assert_eq!(whole_ends("Quick"), "Quick");
    }

    #[test]
    fn a_plot_is_drawn_in_each_form() {
        let chart = chart(Marks::Points(vec![[10.0, 20.0], [40.0, 35.0]]));
        let svg = chart.to_svg();
        assert!(svg.contains("True &amp; &lt;predicted&gt;") && svg.matches("<circle").count() == 2, "{svg}");
        let (width, height, rgba) = chart.to_rgba().unwrap();
        assert_eq!((width, height, rgba.len()), (1440, 940, 1440 * 940 * 4));
        let has = |color: [u8; 3]| rgba.chunks_exact(4).any(|pixel| pixel[..3] == color);
        assert!(has([0x1B, 0x1F, 0x24]), "the title is drawn with the program's own font");
        assert!(chart.to_png().unwrap().starts_with(b"\x89PNG"));
        assert_eq!(chart.to_csv().unwrap(), b"series,True,Predicted\nTest tracks,10,20\nTest tracks,40,35\n");
    }

    #[test]
    fn rows_have_names_and_intervals_where_there_are_any() {
        let rows = vec![
            ("Jazz".to_owned(), [1.0, 0.5, 1.5]),
            ("A very long playlist's name".to_owned(), [2.0, f64::NAN, f64::NAN]),
        ];
        let chart = chart(Marks::Rows(rows));
        let svg = chart.to_svg();
        assert!(svg.contains("A very long playlist'…") && !svg.contains("NaN"), "{svg}");
        let csv = String::from_utf8(chart.to_csv().unwrap()).unwrap();
        assert!(csv.ends_with("A very long playlist's name,2,,\n"), "{csv}");
    }

    #[test]
    fn one_point_and_none_have_axes_all_the_same() {
        for points in [vec![], vec![[5.0, 5.0]], vec![[f64::NAN, 1.0]]] {
            let svg = chart(Marks::Line(points.clone())).to_svg();
            assert!(svg.contains("polyline"), "{points:?}");
        }
    }
}
