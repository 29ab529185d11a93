//! How much memory a training takes, and how much there is.

use super::conv_op::workspace_bytes;
use super::hyper::{CheckedHyperparameters, Field, Problem};
use super::shape::NetworkShape;

/// The most that a training may take, in bytes, however much memory there is.
pub const ENGINE_LIMIT_BYTES: u64 = 4 << 30;

/// Bytes of an `f32`.
const FLOAT: u64 = 4;

/// What rayon's threads, the tape and the allocator take beside the arrays, in bytes.
const OVERHEAD_BYTES: u64 = 32 << 20;

/// Memory that could be given to new work without swapping, in bytes; `None` where the system does not say.
pub fn available_memory_bytes() -> Option<u64> {
    parse_available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// Reads `MemAvailable` of Linux's `/proc/meminfo`, which counts in KiB.
fn parse_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Estimate of the most memory that a training on `pictures` pictures takes, in bytes.
pub(super) fn estimate_bytes(checked: &CheckedHyperparameters, pictures: usize) -> u64 {
    let shape = checked.shape();
    let batch = checked.get().batch_size as u64;
    let pixels = pictures as u64 * shape.picture_len() as u64;
    // Weights, their gradient and Adam's two moments; the best epoch's copy and the network that the test pass uses;
    // and the bytes of a checkpoint: weights, both moments, best weights.
    let parameters = checked.parameters() as u64 * FLOAT * (4 + 2 + 4);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let workspaces: u64 = shape.convs.iter().map(|conv| workspace_bytes(conv, threads)).sum();
    OVERHEAD_BYTES + pixels + parameters + batch * sample_bytes(shape) + workspaces
}

/// What one picture of a batch leaves on the tape.
fn sample_bytes(shape: &NetworkShape) -> u64 {
    let last = shape.convs.len().saturating_sub(1);
    let first = shape.convs.first().map_or(2 * shape.picture_len() as u64 * FLOAT, |_| 0);
    let convs = shape.convs.iter().enumerate().map(|(index, conv)| {
        // The output and its gradient, a byte an output that says where the gradient goes, and, where another
        // convolution follows, its copy of the output.
        let copies = if index == last { 2 } else { 3 };
        conv.out_len() as u64 * (copies * FLOAT + u64::from(conv.relu || conv.pool > 1))
    });
    first + convs.sum::<u64>()
}

/// Whether a training on the pictures of `tracks` tracks fits into `limit_bytes`.
pub(super) fn check(checked: &CheckedHyperparameters, tracks: usize, limit_bytes: u64) -> Result<(), Problem> {
    let needed = estimate_bytes(checked, tracks);
    if needed <= limit_bytes {
        return Ok(());
    }
    let limit = if limit_bytes == ENGINE_LIMIT_BYTES { "may take at most" } else { "there is room for" };
    let message = format!(
        "Training this network would need about {} of memory, and {limit} {}. \
         Lower the image size, the number of filters or the batch size, or add pooling.",
        gigabytes(needed),
        gigabytes(limit_bytes)
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
    fn reads_meminfo() {
        let text = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:   12345678 kB\n";
        assert_eq!(parse_available(text), Some(12_345_678 * 1024));
        assert_eq!(parse_available("MemTotal: 1 kB"), None);
        assert_eq!(parse_available("MemAvailable: many kB"), None);
    }

    #[test]
    fn model_1_is_refused_in_words() {
        let problems = Preset::Model1.hyperparameters().check().expect_err("too large");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, Field::Memory);
        let message = &problems[0].message;
        assert!(message.contains("GB of memory") && message.contains("Lower the image size"), "{message}");
    }

    #[test]
    fn little_memory_refuses_a_small_model() {
        let hyper = Preset::Model3.hyperparameters();
        assert!(hyper.check_memory(1859, 2 << 30).is_ok());
        let problem = hyper.check_memory(1859, 20 << 20).expect_err("20 MiB is too little");
        assert!(problem.message.contains("there is room for 21 MB"), "{}", problem.message);
    }

    #[test]
    fn pictures_count() {
        let checked = Preset::Model3.hyperparameters().check().expect("a preset");
        assert_eq!(checked.memory_bytes(1000) - checked.memory_bytes(0), 1000 * 60 * 60 * 3);
    }
}
