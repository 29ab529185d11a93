#!/usr/bin/env python3
"""Writes what Keras computes for small networks, for the engine to be compared with.

Needs the packages tensorflow-cpu and safetensors: tests/golden/keras/generate.py
Each case is a file CASE.safetensors: first and last weights (in our names and order of axes, which are Keras's), the
loss at each step and the predictions for the test pictures; its metadata holds the settings as the program stores them,
and the batches. All cases share pictures.safetensors and see the top left corner of its pictures.
"""
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
SIZE, TRAIN, TEST, STEPS = 32, 40, 8, 20
# Of the training pictures, those of black and white alone.
BLACK_AND_WHITE = list(range(24, 40))


def layer(filters, kernel, pool=None, activation="linear", padding="valid"):
    return {"filters": filters, "kernel_size": kernel, "padding": padding, "activation": activation, "pool": pool}


# Name: image size, layers, and settings that differ from the defaults.
CASES = {
    "model_2": (24, [layer(12, 3)], {}),
    "model_3": (32, [layer(16, 3, 2)] * 2, {}),
    "model_4": (32, [layer(16, 3, 2), layer(16, 3, 2, "relu"), layer(16, 3, 2, "relu")], {}),
    "model_5": (32, [layer(16, 5, 2, "relu")] * 2, {}),
    "no_layers": (20, [], {}),
    "six_layers": (32, [layer(8, 3, 2, "relu"), layer(6, 3, None, "relu", "same"), layer(9, 2, 2), layer(5, 3),
                        layer(7, 2, None, "relu"), layer(4, 1)], {}),
    "one_filter": (20, [layer(1, 3, 2), layer(1, 3)], {}),
    "filters_37": (21, [layer(37, 3, 2, "relu"), layer(5, 3, 2)], {}),
    "same_even_kernel": (22, [layer(10, 4, 2, "relu", "same"), layer(6, 2, None, "linear", "same")], {}),
    "even_kernels": (23, [layer(12, 2, 2), layer(8, 6, 2, "relu")], {}),
    "pool_3": (26, [layer(17, 3, 3, "relu"), layer(8, 3, 3)], {}),
    "pool_4_kernel_11": (30, [layer(6, 11, 4, "relu", "same"), layer(9, 5)], {}),
    "no_pool_relu": (20, [layer(9, 3, None, "relu"), layer(18, 3, None, "relu", "same")], {}),
    "batch_of_one": (20, [layer(16, 3, 2, "relu")], {"batch_size": 1}),
    "ties": (32, [layer(16, 3, 2, "relu"), layer(8, 3, 3, "linear", "same")], {"ties": True}),
    "l2": (24, [layer(12, 3, 2, "relu"), layer(8, 3)], {"l2": 0.01}),
    "cosine": (24, [layer(12, 3, 2), layer(8, 3, 2, "relu")], {"schedule": "cosine"}),
}


def pictures(random):
    """Noise, soft gradients, flat ones, and black and white blocks, where max-pooling meets equal values."""
    noise = random.integers(0, 256, (14, SIZE, SIZE, 3))
    ramp = np.linspace(0, 255, SIZE)
    soft = [(ramp[:, None, None] * random.random(3) + ramp[None, :, None] * random.random(3)) / 2 for _ in range(6)]
    flat = np.broadcast_to(random.integers(0, 256, (4, 1, 1, 3)), (4, SIZE, SIZE, 3))
    blocks = 255 * random.integers(0, 2, (14, SIZE // 4, SIZE // 4, 1)).repeat(4, 1).repeat(4, 2).repeat(3, 3)
    plain = np.broadcast_to(np.array([0, 255]).reshape(2, 1, 1, 1), (2, SIZE, SIZE, 3))
    test = random.integers(0, 256, (TEST, SIZE, SIZE, 3))
    return np.concatenate([noise, soft, flat, blocks, plain, test]).astype(np.uint8)


def model_of(image_size, layers, l2):
    regularizer = (lambda: keras.regularizers.L2(l2)) if l2 else (lambda: None)
    model = keras.Sequential([keras.Input((image_size, image_size, 3))])
    for item in layers:
        model.add(keras.layers.Conv2D(item["filters"], item["kernel_size"], padding=item["padding"],
                                      activation=item["activation"], kernel_regularizer=regularizer()))
        if item["pool"]:
            model.add(keras.layers.MaxPooling2D(item["pool"]))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(1, kernel_regularizer=regularizer()))
    return model


def named(weights):
    names = [f"conv{index + 1}" for index in range(len(weights) // 2 - 1)] + ["dense"]
    return {f"{name}.{kind}": weights[2 * index + which].astype(np.float32)
            for index, name in enumerate(names) for which, kind in enumerate(["weight", "bias"])}


def first_weights(model, random, ties):
    """Glorot-uniform kernels and biases that are not 0; eighths where sums shall be exact, and so equal."""
    arrays = []
    for array in model.get_weights():
        fans = int(np.prod(array.shape[:-1])) + int(np.prod(array.shape[:-2]) * array.shape[-1])
        limit = np.sqrt(6 / fans) if array.ndim > 1 else 0.1
        values = random.uniform(-limit, limit, array.shape)
        arrays.append(np.round(values * 8) / 8 if ties and array.ndim == 4 else values)
    return [array.astype(np.float32) for array in arrays]


def batches(random, picks, batch_size):
    while True:
        order = random.permutation(picks)
        for first in range(0, len(order), batch_size):
            yield [int(index) for index in order[first:first + batch_size]]


def run_case(name, image_size, layers, extra, all_pictures, targets, random):
    options = {"batch_size": 16, "ties": False, "l2": 0.0, "schedule": "constant", **extra}
    model = model_of(image_size, layers, options["l2"])
    first = first_weights(model, random, options["ties"])
    model.set_weights(first)
    rate = 0.001
    if options["schedule"] == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, decay_steps=STEPS)
    optimizer = keras.optimizers.Adam(rate)
    picks = BLACK_AND_WHITE if options["ties"] else list(range(TRAIN))
    x = (all_pictures[:, :image_size, :image_size] / np.float32(255)).astype(np.float32)
    order = batches(random, picks, options["batch_size"])
    used, losses = [], []
    for _ in range(STEPS):
        batch = next(order)
        with tf.GradientTape() as tape:
            mse = tf.reduce_mean(tf.square(model(x[batch], training=True)[:, 0] - targets[batch]))
            loss = mse + tf.add_n(model.losses) if model.losses else mse
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        used.append(batch)
        losses.append(float(mse))
    settings = {"layers": layers, "epochs": 1, "batch_size": options["batch_size"], "learning_rate": 0.001,
                "image_size": image_size, "test_share": 0.25, "split": "track", "seed": 1, "l2": options["l2"],
                "schedule": options["schedule"]}
    tensors = {f"first.{key}": value for key, value in named(first).items()}
    tensors |= {f"last.{key}": value for key, value in named(model.get_weights()).items()}
    tensors["losses"] = np.array(losses, np.float32)
    tensors["predictions"] = model(x[TRAIN:], training=False).numpy()[:, 0]
    save_file(tensors, HERE / f"{name}.safetensors",
              {"settings": json.dumps(settings), "batches": json.dumps(used), "keras": keras.__version__})
    print(f"{name}: {model.count_params()} parameters, losses {losses[0]:.3f} to {losses[-1]:.3f}")


def early_stopping(random):
    """After which epoch, from 1, Keras's EarlyStopping ends a training with these validation errors; 0 is never."""
    cases = []
    for patience in (1, 2, 3, 5):
        for _ in range(5):
            errors = [float(value) for value in np.round(random.uniform(1, 2, 12), 1)]
            callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
            model = keras.Sequential()
            model.stop_training = False
            callback.set_model(model)
            callback.on_train_begin()
            stopped = 0
            for epoch, error in enumerate(errors):
                callback.on_epoch_end(epoch, {"val_loss": error})
                if model.stop_training:
                    stopped = epoch + 1
                    break
            cases.append({"patience": patience, "errors": errors, "stopped": stopped})
    return cases


def flipped(all_pictures):
    """A picture and what `RandomFlip("horizontal")` makes of it when its lot falls."""
    picture = all_pictures[:1].astype(np.float32)
    layer = keras.layers.RandomFlip("horizontal", seed=1)
    while np.array_equal(result := np.asarray(layer(picture, training=True)), picture):
        pass
    return {"picture": all_pictures[0], "flipped": result[0].astype(np.uint8)}


def main():
    random = np.random.default_rng(1)
    all_pictures = pictures(random)
    targets = np.round(random.normal(30, 12, TRAIN + TEST).clip(0, 100)).astype(np.float32)
    save_file({"pictures": all_pictures, "targets": targets}, HERE / "pictures.safetensors")
    save_file(flipped(all_pictures), HERE / "flip.safetensors")
    for name, (image_size, layers, extra) in CASES.items():
        run_case(name, image_size, layers, extra, all_pictures, targets, random)
    (HERE / "early_stopping.json").write_text(json.dumps(early_stopping(random)) + "\n")


if __name__ == "__main__":
    main()
