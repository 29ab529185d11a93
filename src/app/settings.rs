//! What is remembered from one start to the next, beside the studies themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{RunColumn, Step};
use crate::nn::Hyperparameters;

/// How many studies the start page offers.
const RECENT_STUDIES: usize = 6;

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

/// Kept in the window's own storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: ThemeChoice,
    /// Latest first.
    pub recent: Vec<PathBuf>,
    /// Whether the person has read what the services' terms say.
    pub terms_read: bool,
    /// Columns that the table of runs leaves out.
    pub hidden_columns: Vec<RunColumn>,
    /// The person's own presets, in the order in which they were kept.
    pub presets: Vec<OwnPreset>,
    /// How many cores trainings and verdicts may use; 0 is all of them.
    pub cores: usize,
    /// The left part's share of the width, in panels whose parts were given other widths.
    pub shares: BTreeMap<Step, f32>,
}

/// A network's settings under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnPreset {
    pub name: String,
    pub settings: Hyperparameters,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            recent: Vec::new(),
            terms_read: false,
            // What is seldom asked for would leave no room for what differs between runs.
            hidden_columns: vec![RunColumn::Mae, RunColumn::BestMae, RunColumn::BestR2],
            presets: Vec::new(),
            cores: 0,
            shares: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Puts a study at the head of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|other| other != path);
        self.recent.insert(0, path.to_path_buf());
        self.recent.truncate(RECENT_STUDIES);
    }
}
