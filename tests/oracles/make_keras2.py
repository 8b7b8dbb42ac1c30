"""Make keras/keras2.*: a model that Keras 2 saves in each of its formats, and what it computes for it, in float64.

Run `python tests/oracles/make_keras2.py` where TensorFlow 2.15 is installed. Most `.h5` files were written by Keras 2:
its weights have other names than those of Keras 3, and a layer of `RNN(LSTMCell)` names its cell apart.
"""

import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

FOLDER = Path(__file__).with_name("keras")
T, N, D, H, V = 7, 3, 5, 4, 6


def built(rng):
    model = keras.Sequential(
        [
            keras.Input((T, D), name="x"),
            layers.Bidirectional(layers.LSTM(H, return_sequences=True), name="first"),
            layers.Bidirectional(layers.LSTM(H, return_sequences=True), name="second"),
            layers.Dense(V, name="scores"),
        ],
        name="model",
    )
    model.set_weights([rng.uniform(-1.0, 1.0, value.shape) for value in model.get_weights()])
    return model


def vectors(model, rng):
    x = tf.Variable(rng.uniform(-1.0, 1.0, (N, T, D)))
    with tf.GradientTape() as tape:
        y = model(x)
        cotangent = rng.uniform(-1.0, 1.0, y.shape)
        loss = tf.reduce_sum(y * cotangent)
    grad_x, *grads = tape.gradient(loss, [x, *model.trainable_weights])
    kept = {"x": x.numpy(), "y": y.numpy(), "cotangent": cotangent, "grad_x": grad_x.numpy()}
    kept |= {weight.name: weight.numpy() for weight in model.weights}
    named = zip(model.trainable_weights, grads, strict=True)
    return kept | {f"grad_{weight.name}": grad.numpy() for weight, grad in named}


def rewritten(path):
    """Take dates and addresses of objects out of an archive."""
    with zipfile.ZipFile(path) as old:
        content = {entry.filename: old.read(entry) for entry in old.infolist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in content.items():
            data = re.sub(rb'"date_saved": "[^"]*"', b'"date_saved": "2000-01-01@00:00:00"', data)
            data = re.sub(rb'"shared_object_id": [0-9]+', b'"shared_object_id": 1', data)
            new.writestr(zipfile.ZipInfo(name), data)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    keras.backend.set_floatx("float64")
    rng = np.random.default_rng(14)
    model = built(rng)
    np.savez_compressed(FOLDER / "keras2.npz", **vectors(model, rng))
    for ending in ("keras", "h5"):
        model.save(FOLDER / f"keras2.{ending}")
    model.save_weights(FOLDER / "keras2_weights.h5")
    rewritten(FOLDER / "keras2.keras")
