//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Does cover art say anything about how popular a track gets? Find out by clicking, or with these commands.
#[derive(Debug, Parser)]
#[command(name = "cover-study", version, args_conflicts_with_subcommands = true)]
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
#[expect(clippy::large_enum_variant, reason = "made once, at the start")]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Go through the sample study from import to a scored cover.
    Demo,
    /// Bring tracks and covers into a study, which is made where there is none.
    Import(ImportArgs),
    /// Tell what a study holds.
    Info { study: PathBuf },
    /// Train a model, or go on with a run that was stopped.
    Train(TrainArgs),
    /// Compare the runs of a study.
    Results { study: PathBuf },
    /// Score covers, or all covers in a folder.
    Score(ScoreArgs),
    /// Write a model, predictions, or tracks and covers, as files.
    Export(ExportArgs),
}

/// See [`Command::Import`].
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    pub study: PathBuf,
    /// Spreadsheets saved as CSV.
    #[arg(long, num_args = 1.., required_unless_present = "sample", conflicts_with = "sample")]
    pub csv: Vec<PathBuf>,
    /// The folder that holds the covers; without it, the spreadsheet's own.
    #[arg(long, requires = "csv")]
    pub covers: Option<PathBuf>,
    /// Columns by name, as title=COL,popularity=COL,playlist=COL,cover=COL.
    #[arg(long, requires = "csv")]
    pub map: Option<String>,
    /// The built-in sample study.
    #[arg(long)]
    pub sample: bool,
    /// Shuffle the sample's popularity with this seed: a control in which nothing can be found.
    #[arg(long, value_name = "SEED", requires = "sample")]
    pub shuffle_popularity: Option<u64>,
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
    #[arg(long)]
    pub threads: Option<usize>,
    /// auto, avx512, avx2 or portable.
    #[arg(long, default_value = "auto")]
    pub kernels: String,
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
    }
}
