"""What Keras and PyTorch train: models 2-5 of the 2022 study, model 5 with kernels of 5x5 and relu; and on what."""
import numpy as np

# filters, kernel, activation, pool
LAYERS = {
    "2": [(64, 3, "linear", None)],
    "3": [(64, 3, "linear", 2)] * 2,
    "4": [(64, 3, "linear", 2), (64, 3, "relu", 2), (64, 3, "relu", 2)],
    "5": [(64, 5, "relu", 2)] * 2,
}
TRAIN, BATCH = 1394, 32


def arrays(folder):
    """Training pictures and targets, test pictures and targets."""
    data = np.load(f"{folder}/arrays.npz")
    x, y = data["pictures"].astype(np.float32) / 255, data["popularity"]
    return x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:]
