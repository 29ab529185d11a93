//! Random choices of a training. Each comes from the run's seed, its purpose and the number of the epoch or step alone,
//! so that a resumed run needs no state of a generator.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// What a choice is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    FirstWeights,
    /// The order of the training tracks in an epoch, from 1.
    Order(usize),
    /// Which pictures are mirrored in an epoch, from 1.
    Flips(usize),
    /// Which inputs of the dense layer are silenced in a step, from 1.
    Dropout(u64),
    /// Which pictures are held out for validation.
    Validation,
}

/// The generator of one purpose: a stream of its own of the seed's ChaCha.
pub(super) fn generator(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    /// Further than epochs and steps go.
    const APART: u64 = 1 << 48;
    let stream = match purpose {
        Purpose::FirstWeights => 0,
        Purpose::Order(epoch) => epoch as u64,
        Purpose::Flips(epoch) => APART + epoch as u64,
        Purpose::Dropout(step) => 2 * APART + step,
        Purpose::Validation => 3 * APART,
    };
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}
