//! How much memory a training takes, and how much there is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

use super::conv_op::{flipped, workspace_bytes};
use super::hyper::{CheckedHyperparameters, Field, Problem};
use super::kernels::ConvGeometry;
use super::shape::NetworkShape;

/// Pictures up to this side, in pixels, are kept in memory and in the study; larger ones are decoded for each batch.
pub const LARGEST_KEPT_IMAGE: usize = 160;

/// The most weights a network may have: Adam's moments, eight bytes a weight, are one value in the study file, and
/// SQLite holds values of up to a billion bytes.
const MOST_WEIGHTS: usize = 120_000_000;

/// What the activations of the pictures that are put through at a time should take at most, in bytes.
const MICRO_BATCH_BYTES: u64 = 256 << 20;

/// The fewest pictures that are put through at a time, so that two cores have work.
const SMALLEST_MICRO_BATCH: usize = 2;

/// Batches of pictures that there are at a time: in use, waiting, being read.
const BATCHES_AT_A_TIME: u64 = 3;

/// How long the memory that is available counts as known.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// Bytes of an `f32`.
const FLOAT: u64 = 4;

/// What the program, rayon's threads, the tape and the allocator take beside the arrays, in bytes.
const OVERHEAD_BYTES: u64 = 48 << 20;

/// Memory that could be given to new work without swapping, in bytes, within a container's limit and the process's own
/// (`ulimit -v`); `None` where the system does not say. Panels ask for it in each frame: it is looked up anew after
/// [`KNOWN_FOR`].
pub fn available_memory_bytes() -> Option<u64> {
    static KNOWN: Mutex<Option<(Instant, u64)>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let recent = known.filter(|(since, _)| since.elapsed() < KNOWN_FOR);
    let (_, bytes) = *known.insert(recent.unwrap_or_else(|| (Instant::now(), ask_available_bytes())));
    (bytes > 0).then_some(bytes)
}

fn ask_available_bytes() -> u64 {
    let ram = MemoryRefreshKind::nothing().with_ram();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(ram));
    let available = system.available_memory();
    // A container's limit, or what the machine has. What it calls free leaves out what files have in the cache, which new
    // work takes over.
    let in_container = system
        .cgroup_limits()
        .map_or(available, |limits| available.min(limits.total_memory.saturating_sub(limits.rss)));
    in_container.min(left_of_own_limit(system))
}

/// What the process may still map of what it was allowed, in bytes.
fn left_of_own_limit(mut system: System) -> u64 {
    let (Some(limit), Ok(own)) = (own_limit_bytes(), sysinfo::get_current_pid()) else { return u64::MAX };
    let memory = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, memory);
    system.process(own).map_or(u64::MAX, |process| limit.saturating_sub(process.virtual_memory()))
}

/// The most memory that the process may map, in bytes, where it was given a limit.
#[cfg(target_os = "linux")]
fn own_limit_bytes() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// Only Linux keeps a limit that was set.
#[cfg(not(target_os = "linux"))]
fn own_limit_bytes() -> Option<u64> {
    None
}

/// How many pictures of a batch are put through at a time. It comes from the settings alone, never from the machine,
/// since it decides how sums are rounded.
pub(super) fn micro_batch(checked: &CheckedHyperparameters) -> usize {
    let fitting = MICRO_BATCH_BYTES / sample_bytes(checked).max(1);
    usize::try_from(fitting).unwrap_or(usize::MAX).clamp(SMALLEST_MICRO_BATCH, checked.get().batch_size.max(2))
}

/// Estimate of the most memory that a training on `pictures` pictures takes, in bytes.
pub(super) fn estimate_bytes(checked: &CheckedHyperparameters, pictures: usize) -> u64 {
    let (shape, batch_size) = (checked.shape(), checked.get().batch_size);
    let read = BATCHES_AT_A_TIME * batch_size.min(pictures.max(1)) as u64;
    let kept = if shape.image_size <= LARGEST_KEPT_IMAGE { pictures as u64 } else { 0 };
    // Weights, their gradient and Adam's two moments; what a step copies of them, or the network of the test pass; and
    // the bytes of a checkpoint: weights, both moments, best weights, and the moments once more as they are written.
    let parameters = checked.parameters() as u64 * FLOAT * (4 + 1 + 4 + 2);
    // Where a batch is put through in parts, the sum of their gradients, and that of the last beside its copy.
    let is_divided = micro_batch(checked) < batch_size;
    let parameters = parameters + if is_divided { 2 * checked.parameters() as u64 * FLOAT } else { 0 };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let head = folded_conv(checked);
    let convs = &shape.convs[..shape.convs.len() - usize::from(head.is_some())];
    let workspaces: u64 = convs.iter().map(|conv| workspace_bytes(conv, threads)).sum();
    let at_a_time = micro_batch(checked).min(batch_size);
    // The buffers of a last, shorter part are kept beside those of the others.
    let samples = (at_a_time + batch_size % at_a_time) as u64 * sample_bytes(checked);
    OVERHEAD_BYTES
        + (kept + read) * shape.picture_len() as u64
        + parameters
        + samples
        + workspaces
        + head.map_or(0, head_bytes)
}

/// The last convolution, where it is computed as one with the dense layer.
fn folded_conv(checked: &CheckedHyperparameters) -> Option<&ConvGeometry> {
    checked.shape().linear_end().filter(|_| checked.get().dropout == 0.0)
}

/// What the last convolution works in where it is one with the dense layer: what comes in three times, once with its
/// padding, and at most the whole of its output with the padding that the way back sees.
fn head_bytes(conv: &ConvGeometry) -> u64 {
    let back = flipped(conv);
    (3 * conv.padded_size().pow(2) * conv.in_channels + back.padded_size().pow(2) * back.in_channels) as u64 * FLOAT
}

/// What one picture of a micro-batch leaves on the tape.
fn sample_bytes(checked: &CheckedHyperparameters) -> u64 {
    let shape: &NetworkShape = checked.shape();
    let is_folded = folded_conv(checked).is_some();
    if shape.convs.is_empty() {
        // As numbers, and with dropout the mask, what is left, gradients and what the products work in; as measured.
        let copies = if checked.get().dropout > 0.0 { 10 } else { 2 };
        return copies * shape.picture_len() as u64 * FLOAT;
    }
    let count = shape.convs.len() - usize::from(is_folded);
    let convs = shape.convs[..count].iter().enumerate().map(|(index, conv)| {
        // The output, and a byte that says where its gradient goes. Of the last one the gradient as well, and a copy for
        // dropout or for the folded convolution behind it.
        let is_copied = is_folded || checked.get().dropout > 0.0;
        let copies = if index + 1 < count { 1 } else { 2 + u64::from(is_copied) };
        conv.out_len() as u64 * (copies * FLOAT + u64::from(conv.relu || conv.pool > 1))
    });
    convs.sum()
}

/// Whether a study can hold so many weights.
pub(super) fn check_weights(weights: usize) -> Result<(), Problem> {
    if weights <= MOST_WEIGHTS {
        return Ok(());
    }
    let message = format!(
        "This network would have {} million weights, and a study can hold {} million. \
         Lower the image size or the number of filters, or add pooling.",
        weights / 1_000_000,
        MOST_WEIGHTS / 1_000_000
    );
    Err(Problem::new(Field::Memory, None, message))
}

/// Whether training on the pictures of `tracks` tracks fits into `available_bytes`.
pub(super) fn check_room(checked: &CheckedHyperparameters, tracks: usize, available_bytes: u64) -> Result<(), Problem> {
    let needed = estimate_bytes(checked, tracks);
    if needed <= available_bytes {
        return Ok(());
    }
    let message = format!(
        "Training this network would need about {} of memory, and there is room for {}. \
         Lower the image size, the number of filters or the batch size, or add pooling.",
        gigabytes(needed),
        gigabytes(available_bytes)
    );
    Err(Problem::new(Field::Memory, None, message))
}

fn gigabytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::super::Preset;
    use super::*;

    #[test]
    fn the_system_says_how_much_there_is() {
        assert!(available_memory_bytes().is_some_and(|bytes| bytes > 64 << 20));
    }

    #[test]
    fn model_1_fits_into_two_gigabytes() {
        let hyper = Preset::Model1.hyperparameters();
        assert!(hyper.check_memory(1859, 2_000_000_000).is_ok());
    }

    #[test]
    fn more_weights_than_a_study_holds_are_refused_in_words() {
        let mut hyper = Preset::Model1.hyperparameters();
        hyper.layers[0].filters = 512;
        let problems = hyper.check().expect_err("too many weights");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, Field::Memory);
        let message = &problems[0].message;
        assert!(message.contains("208 million weights") && message.contains("Lower the image size"), "{message}");
    }

    /// A step's rounding must not depend on them.
    #[test]
    fn batches_are_divided_only_where_they_are_large() {
        let micro_batch = |hyper: &super::super::Hyperparameters| micro_batch(&hyper.check().expect("it fits"));
        for preset in Preset::ALL {
            assert_eq!(micro_batch(&preset.hyperparameters()), 32, "{}", preset.label());
        }
        let mut hyper = Preset::Model1.hyperparameters();
        hyper.layers[0].activation = super::super::Activation::Relu;
        assert_eq!(micro_batch(&hyper), 2);
    }

    #[test]
    fn little_memory_refuses_a_small_model() {
        let hyper = Preset::Model3.hyperparameters();
        assert!(hyper.check_memory(1859, 2 << 30).is_ok());
        let problem = hyper.check_memory(1859, 20 << 20).expect_err("20 MiB is too little");
        assert!(problem.message.contains("there is room for 21 MB"), "{}", problem.message);
    }

    #[test]
    fn pictures_count_where_they_are_kept() {
        let checked = Preset::Model3.hyperparameters().check().expect("a preset");
        assert_eq!(checked.memory_bytes(2000) - checked.memory_bytes(1000), 1000 * 60 * 60 * 3);
        let checked = Preset::Model1.hyperparameters().check().expect("a preset");
        assert_eq!(checked.memory_bytes(2000), checked.memory_bytes(1000));
    }
}
