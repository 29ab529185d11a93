"""Trains a model with Keras, an epoch for each line that it gets, and prints the seconds: keras_epochs.py FOLDER MODEL."""
import sys
import time

import keras

from models import BATCH, LAYERS, arrays

folder, name = sys.argv[1:3]
x, y, x_test, y_test = arrays(folder)
model = keras.Sequential([keras.Input(x.shape[1:])])
for filters, kernel, activation, pool in LAYERS[name]:
    model.add(keras.layers.Conv2D(filters, kernel, activation=activation))
    if pool:
        model.add(keras.layers.MaxPooling2D(pool))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(1))
model.compile(optimizer="adam", loss="mse")
for _ in sys.stdin:
    began = time.perf_counter()
    model.fit(x, y, batch_size=BATCH, validation_data=(x_test, y_test), verbose=0)
    model.save_weights(f"{folder}/last.weights.h5")
    print(time.perf_counter() - began, flush=True)
