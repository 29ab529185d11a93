//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Does cover art say anything about how popular a track gets? Find out by clicking, or with these commands.
#[derive(Debug, Parser)]
#[command(name = "cover-study", version, subcommand_precedence_over_arg = true)]
pub struct Args {
    /// The study to open in the window.
    pub study: Option<PathBuf>,
    /// What draws the window; without it, glow and, should that fail, wgpu.
    #[arg(long, value_enum)]
    pub renderer: Option<Renderer>,
    #[command(subcommand)]
    pub command: Option<Command>,
    /// One JSON object a line on standard output; words for people go to standard error.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What can draw the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Renderer {
    Glow,
    Wgpu,
}

/// The commands that need no window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Go through the sample study from import to a scored cover.
    Demo,
    /// Bring tracks and covers into a study, which is made where there is none.
    Import(ImportArgs),
    /// Log in to a service, so that playlists can be imported from it.
    Login(LoginArgs),
    /// Tell what a study holds.
    Info { study: PathBuf },
    /// Train a model, or go on with a run that was stopped.
    Train(TrainArgs),
    /// Compare the runs of a study.
    Results { study: PathBuf },
    /// Score covers, or all covers in a folder.
    Score(ScoreArgs),
    /// Compare popularity by the covers' colors.
    Colors { study: PathBuf },
    /// Say whether covers predict popularity: baselines, networks and controls on the same folds.
    Verdict(VerdictArgs),
    /// Do one unit of work of a verdict that was planned; needs nothing but its folder.
    Fit(FitArgs),
    /// Write a report for somebody who was not there.
    Report(ReportArgs),
    /// Write a model, predictions, or tracks and covers, as files.
    Export(ExportArgs),
}

/// See [`Command::Import`].
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    pub study: PathBuf,
    /// Spreadsheets saved as CSV.
    #[arg(long, num_args = 1.., required_unless_present_any = ["sample", "spotify", "deezer"])]
    pub csv: Vec<PathBuf>,
    /// The folder that holds the covers; without it, the spreadsheet's own.
    #[arg(long, requires = "csv")]
    pub covers: Option<PathBuf>,
    /// Columns by name, as title=COL,popularity=COL,playlist=COL,cover=COL.
    #[arg(long, requires = "csv")]
    pub map: Option<String>,
    /// The column that is predicted, where that is not popularity: streams, sales, saves.
    #[arg(long, value_name = "COLUMN", requires = "csv")]
    pub target: Option<String>,
    /// What the target is counted in.
    #[arg(long, requires = "target")]
    pub unit: Option<String>,
    /// How the target is counted.
    #[arg(long, value_enum, requires = "target", default_value = "as-given")]
    pub scale: ScaleName,
    /// The mark before decimals in the values, where the spreadsheet does not show it.
    #[arg(long, value_enum, requires = "csv")]
    pub decimal_mark: Option<DecimalMarkName>,
    /// Links, addresses or ids of Spotify playlists.
    #[arg(long, num_args = 1.., value_name = "LINK", conflicts_with_all = ["csv", "deezer"])]
    pub spotify: Vec<String>,
    /// Links or ids of Deezer playlists.
    #[arg(long, num_args = 1.., value_name = "LINK", conflicts_with = "csv")]
    pub deezer: Vec<String>,
    /// Ask Deezer for dates of release too: one more request for each album.
    #[arg(long, requires = "deezer")]
    pub release_dates: bool,
    /// The image size in pixels that downloaded covers should suffice for.
    #[arg(long, value_name = "PIXELS", default_value_t = 60)]
    pub image_size: u32,
    /// Predict only tracks released in these years, as 1980-2005.
    #[arg(long, value_name = "FROM-TO", value_parser = years)]
    pub years: Option<(i32, i32)>,
    /// The built-in sample study.
    #[arg(long, conflicts_with_all = ["csv", "spotify", "deezer"])]
    pub sample: bool,
    /// Shuffle the sample's popularity with this seed: a control in which nothing can be found.
    #[arg(long, value_name = "SEED", requires = "sample")]
    pub shuffle_popularity: Option<u64>,
}

/// See [`ImportArgs::decimal_mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecimalMarkName {
    Point,
    Comma,
}

/// How a target is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScaleName {
    AsGiven,
    Logarithm,
    PercentRank,
}

fn years(text: &str) -> Result<(i32, i32), String> {
    let years = text.split_once('-').and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
    years.filter(|(from, to)| from <= to).ok_or_else(|| "years are given as 1980-2005".to_owned())
}

/// See [`Command::Login`].
#[derive(Debug, ClapArgs)]
pub struct LoginArgs {
    pub service: LoginService,
    /// The client id of your app, from the service's developer dashboard.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// Only print the address to open.
    #[arg(long)]
    pub no_browser: bool,
}

/// Services that want a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LoginService {
    Spotify,
}

/// See [`Command::Train`]. Each setting overrides the preset's, in all layers.
#[derive(Debug, ClapArgs)]
pub struct TrainArgs {
    pub study: PathBuf,
    /// quick, or model-1 to model-5 of the 2022 study.
    #[arg(long, default_value = "quick")]
    pub preset: String,
    /// Go on with this run, by its name or number.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["preset", "settings"])]
    pub resume: Option<String>,
    #[command(flatten)]
    pub settings: SettingArgs,
    /// Cores to use; all of them without it.
    #[arg(long, value_parser = threads)]
    pub threads: Option<usize>,
    /// auto, avx512, avx2 or portable.
    #[arg(long, default_value = "auto")]
    pub kernels: String,
}

/// More threads than cores are slower, and thousands stop a machine.
fn threads(text: &str) -> Result<usize, String> {
    const MOST: usize = 256;
    let count = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| format!("give a number from 1 to {MOST}"))
}

/// Settings that override a preset's.
#[derive(Debug, Default, ClapArgs)]
#[group(id = "settings", multiple = true)]
pub struct SettingArgs {
    #[arg(long)]
    pub layers: Option<usize>,
    #[arg(long)]
    pub filters: Option<usize>,
    #[arg(long)]
    pub kernel_size: Option<usize>,
    /// valid or same.
    #[arg(long)]
    pub padding: Option<String>,
    /// linear or relu.
    #[arg(long)]
    pub activation: Option<String>,
    /// A number, or none.
    #[arg(long)]
    pub pool: Option<String>,
    #[arg(long)]
    pub epochs: Option<usize>,
    #[arg(long)]
    pub batch_size: Option<usize>,
    #[arg(long)]
    pub learning_rate: Option<f64>,
    #[arg(long)]
    pub image_size: Option<usize>,
    #[arg(long)]
    pub test_share: Option<f64>,
    /// cover or track.
    #[arg(long)]
    pub split: Option<String>,
    #[arg(long)]
    pub seed: Option<u64>,
    /// End after so many epochs without a lower error on held-out training tracks.
    #[arg(long, value_name = "EPOCHS")]
    pub patience: Option<usize>,
    /// Mirror each training picture half of the time.
    #[arg(long)]
    pub flip: bool,
    /// How the learning rate goes on: constant, or cosine (down to 0).
    #[arg(long)]
    pub schedule: Option<String>,
    /// The share of the dense layer's inputs that each step silences.
    #[arg(long)]
    pub dropout: Option<f64>,
    /// The penalty on squared weights.
    #[arg(long)]
    pub l2: Option<f64>,
}

/// See [`Command::Score`].
#[derive(Debug, ClapArgs)]
pub struct ScoreArgs {
    pub study: PathBuf,
    /// The run that scores; the latest finished one without it.
    #[arg(long)]
    pub run: Option<String>,
    /// Covers, or folders of them.
    #[arg(required = true)]
    pub covers: Vec<PathBuf>,
}

/// See [`Command::Verdict`].
#[derive(Debug, ClapArgs)]
pub struct VerdictArgs {
    pub study: PathBuf,
    /// One pass over five folds (the default).
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,
    /// Five passes over five folds, and networks trained on shuffled popularity: takes long.
    #[arg(long)]
    pub full: bool,
    /// The runs whose settings take part; without it, the preset Quick.
    #[arg(long, num_args = 1..)]
    pub run: Vec<String>,
    /// popularity, within-playlist or rank-in-playlist.
    #[arg(long, default_value = "popularity")]
    pub target: String,
    /// Write the networks' training as numbered units of work to this folder, for `fit` to do anywhere.
    #[arg(long, value_name = "DIR", conflicts_with = "collect")]
    pub plan: Option<PathBuf>,
    /// Take in the units that were done in this folder, then reach the verdict.
    #[arg(long, value_name = "DIR")]
    pub collect: Option<PathBuf>,
}

/// See [`Command::Fit`].
#[derive(Debug, ClapArgs)]
pub struct FitArgs {
    /// The folder that `verdict --plan` wrote.
    pub folder: PathBuf,
    /// Which unit, from 0.
    pub number: usize,
    /// Cores to use; all of them without it.
    #[arg(long, value_parser = threads)]
    pub threads: Option<usize>,
    /// auto, avx512, avx2 or portable.
    #[arg(long, default_value = "auto")]
    pub kernels: String,
}

/// See [`Command::Report`].
#[derive(Debug, ClapArgs)]
pub struct ReportArgs {
    pub study: PathBuf,
    /// Where it goes: a file that ends in .html.
    #[arg(long)]
    pub out: PathBuf,
}

/// See [`Command::Export`].
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    pub study: PathBuf,
    /// The run whose model or predictions are written.
    #[arg(long, requires = "out", required_unless_present = "tracks")]
    pub run: Option<String>,
    /// Where they go: a model as .onnx, its weights as .safetensors, the predictions as .csv.
    #[arg(long, requires = "run")]
    pub out: Option<PathBuf>,
    /// Write all tracks to this CSV file, as import reads it.
    #[arg(long, requires = "covers", conflicts_with = "run")]
    pub tracks: Option<PathBuf>,
    /// The folder for the tracks' covers.
    #[arg(long, requires = "tracks")]
    pub covers: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }

    #[test]
    fn a_study_or_a_command() {
        assert_eq!(Args::parse_from(["cover-study", "a.coverstudy"]).study, Some("a.coverstudy".into()));
        assert!(matches!(Args::parse_from(["cover-study", "demo"]).command, Some(Command::Demo)));
        let resume = ["cover-study", "train", "a", "--resume", "Quick", "--epochs", "3"];
        assert!(Args::try_parse_from(resume).is_err());
        assert!(Args::try_parse_from(["cover-study", "import", "a"]).is_err());
        let early = Args::parse_from(["cover-study", "--json", "info", "a"]);
        assert!(early.json && matches!(early.command, Some(Command::Info { .. })));
        assert!(Args::try_parse_from(["cover-study", "import", "a", "--spotify", "x", "--deezer", "y"]).is_err());
        assert!(Args::try_parse_from(["cover-study", "import", "a", "--deezer", "1", "--years", "2005-1980"]).is_err());
    }
}
