"""Make keras/*: small Keras models as files, and what Keras computes for them, forward and backward, in float64.

Run `KERAS_BACKEND=torch python tests/oracles/make_keras.py` where keras, torch and h5py are installed; the tests read
only the files. Each model is saved as `.keras`, some as legacy `.h5` and as `.weights.h5` too. Dates and addresses of
objects are taken out of the archives, so that the same versions write the same bytes.
"""

import io
import json
import re
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
import torch
from keras import layers
from keras.src.backend.common import dtypes

FOLDER = Path(__file__).with_name("keras")
T, N, D, H, V = 7, 3, 5, 4, 6
SEQUENCE = {"return_sequences": True}
MODELS = {
    "rnn": lambda: [layers.SimpleRNN(H, name="first", **SEQUENCE)],
    "rnn_relu": lambda: [layers.SimpleRNN(H, activation="relu", use_bias=False, name="first", **SEQUENCE)],
    "lstm": lambda: [layers.LSTM(H, name="first", **SEQUENCE)],
    "lstm_stacked": lambda: [
        layers.LSTM(H, name="first", **SEQUENCE),
        layers.Dropout(0.5, name="dropout"),
        layers.LSTM(H, name="second", **SEQUENCE),
        layers.LSTM(H, name="third", **SEQUENCE),
    ],
    "lstm_backwards": lambda: [layers.LSTM(H, go_backwards=True, name="first", **SEQUENCE)],
    "gru_after": lambda: [layers.GRU(H, name="first", **SEQUENCE)],
    "gru_before": lambda: [layers.GRU(H, reset_after=False, name="first", **SEQUENCE)],
    "bidirectional_lstm": lambda: [layers.Bidirectional(layers.LSTM(H, **SEQUENCE), name="first")],
    "bidirectional_gru": lambda: [
        layers.Bidirectional(layers.GRU(H, **SEQUENCE), name="first"),
        layers.Bidirectional(layers.GRU(H, **SEQUENCE), name="second"),
    ],
    "char_lstm": lambda: [layers.LSTM(H, name="first", **SEQUENCE), layers.Dense(V, name="scores")],
    "char_gru": lambda: [
        layers.Embedding(V, D, name="embedding"),
        layers.GRU(H, name="first", **SEQUENCE),
        layers.Dense(V, activation="softmax", name="scores"),
    ],
    "hard_sigmoid": lambda: [layers.LSTM(H, recurrent_activation="hard_sigmoid", name="first", **SEQUENCE)],
}
AS_H5 = ("rnn", "lstm", "gru_after", "gru_before", "lstm_stacked", "bidirectional_gru", "char_lstm")
WEIGHTS_ONLY = ("lstm", "bidirectional_gru", "char_gru")


def built(kind, rng):
    """Return a model whose every weight is drawn at random, its biases too, and its input."""
    keras.utils.clear_session()
    by_symbol = kind == "char_gru"
    source = keras.Input((T,), name="x", dtype="int32") if by_symbol else keras.Input((T, D), name="x")
    model = keras.Sequential([source, *MODELS[kind]()], name="model")
    model.set_weights([rng.uniform(-1.0, 1.0, value.shape) for value in model.get_weights()])
    return model, rng.integers(0, V, (N, T)) if by_symbol else rng.uniform(-1.0, 1.0, (N, T, D))


def vectors(model, x, rng):
    """Return the input, the output, its cotangent, all weights by path, and every gradient."""
    real = x.dtype == np.float64
    given = torch.tensor(x, requires_grad=real)
    y = model(given)
    cotangent = rng.uniform(-1.0, 1.0, y.shape)
    (y * torch.tensor(cotangent)).sum().backward()
    kept = {"x": x, "y": y.detach().numpy(), "cotangent": cotangent}
    kept |= {"grad_x": given.grad.numpy()} if real else {}
    kept |= {weight.path: weight.numpy() for weight in model.weights if weight.trainable}
    return kept | {f"grad_{weight.path}": weight.value.grad.numpy() for weight in model.trainable_weights}


def undated(data):
    """Return a `.keras` archive without the dates and addresses of objects that Keras writes into it."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "metadata.json":
                content = json.dumps(json.loads(content) | {"date_saved": "2000-01-01@00:00:00"}).encode()
            content = re.sub(rb'"shared_object_id": [0-9]+', b'"shared_object_id": 1', content)
            new.writestr(zipfile.ZipInfo(entry.filename), content)
    return held.getvalue()


def make(kind):
    rng = np.random.default_rng((11, sorted(MODELS).index(kind)))
    model, x = built(kind, rng)
    np.savez_compressed(FOLDER / f"{kind}.npz", **vectors(model, x, rng))
    path = FOLDER / f"{kind}.keras"
    model.save(path)
    path.write_bytes(undated(path.read_bytes()))
    if kind in AS_H5:
        model.save(FOLDER / f"{kind}.h5")
    if kind in WEIGHTS_ONLY:
        model.save_weights(FOLDER / f"{kind}.weights.h5")


if __name__ == "__main__":
    keras.config.set_floatx("float64")
    # Except with TensorFlow, Keras multiplies matrices of float64 in float32; PyTorch below it need not.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    warnings.filterwarnings("ignore")
    FOLDER.mkdir(exist_ok=True)
    for kind in MODELS:
        make(kind)
