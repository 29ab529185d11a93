//! A trained run as a file that other programs run: an ONNX model, or its weights.

use std::path::Path;

use crate::nn::{Network, ONNX_OPSET, WeightsError};
use crate::study::{RunRecord, Study, StudyError, Target, WeightsKind, write_file};

/// Why a model could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("The run \"{0}\" has no finished epoch yet. Train it first.")]
    NotTrained(String),
    #[error("A model is written as .onnx or .safetensors, predictions as .csv: give a file name that ends so.")]
    Ending,
    #[error("The run's settings no longer work with this version. Train it again.")]
    Settings,
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Study(#[from] StudyError),
}

/// Writes the last epoch's weights of a run to `out`, as its ending says: `.onnx` or `.safetensors`. How pictures are
/// to be prepared is in the metadata. Returns the file's size in bytes.
///
/// # Errors
/// A run without a finished epoch, another ending, or what the disk says.
pub fn export_model(study: &Study, run: &RunRecord, out: &Path) -> Result<u64, ExportError> {
    let ending = out.extension().unwrap_or_default().to_ascii_lowercase();
    if ending != "onnx" && ending != "safetensors" {
        return Err(ExportError::Ending);
    }
    let Some((epoch, weights)) = study.weights(run.id, WeightsKind::Last)? else {
        return Err(ExportError::NotTrained(run.name.clone()));
    };
    let hyper = run.settings.check().map_err(|_| ExportError::Settings)?;
    let network = Network::from_safetensors(&hyper, &weights)?;
    let metadata = metadata(run, epoch, &study.target()?)?;
    let bytes = if ending == "onnx" {
        let layout = format!("pictures x 3 x {0} x {0} (NCHW), opset {ONNX_OPSET}", run.settings.image_size);
        network.to_onnx(metadata.into_iter().chain([("input".to_owned(), layout)]))
    } else {
        let layout = "kernels: height, width, channels, filters (HWIO); dense: rows, columns, channels flattened";
        let layout = ("layout".to_owned(), layout.to_owned());
        network.to_safetensors(metadata.into_iter().chain([layout]).collect())?
    };
    Ok(write_file(out, &bytes)?)
}

/// What one must know to use the model.
fn metadata(run: &RunRecord, epoch: usize, target: &Target) -> Result<Vec<(String, String)>, StudyError> {
    let size = run.settings.image_size;
    let settings = serde_json::to_string(&run.settings).map_err(|error| StudyError::Unreadable(error.to_string()))?;
    let entries = [
        ("run", run.name.clone()),
        ("model", run.model.clone()),
        ("epoch", epoch.to_string()),
        ("settings", settings),
        (
            "resize",
            format!(
                "to {size}x{size}, bicubic (a = -0.5), antialiased, aspect not kept: Pillow's Image.resize(({size}, {size}))"
            ),
        ),
        ("scale", "pixel / 255, from 0 to 1".to_owned()),
        ("channels", "RGB".to_owned()),
        (
            "decode",
            "8 bits a channel, of 16 the upper 8; EXIF orientation carried out; transparency dropped, its colors kept; gray as equal red, green \
             and blue; programs round resized levels and enlarge the colors of a JPEG differently, which moves a prediction \
             by some hundredths"
                .to_owned(),
        ),
        ("output", target.output_in_words()),
        ("target", target.measure.clone()),
        ("unit", target.unit.clone()),
        ("counted", target.scale.label().to_owned()),
    ];
    Ok(entries.map(|(key, value)| (key.to_owned(), value)).to_vec())
}
