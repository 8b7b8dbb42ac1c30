"""Make char_model.onnx, .keras and .h5: the network of char_model.pt in the formats of other programs.

Run `KERAS_BACKEND=torch python tests/oracles/make_char_model_formats.py` where PyTorch, onnx, Keras 3 and h5py are
installed, after `make_char_model.py`. ONNX has the same float32 numbers; Keras has one bias, the sum of PyTorch's two,
and float64, so that the sum is exact.
"""

import warnings
from pathlib import Path

import keras
import torch
from keras import layers
from make_char_model import HIDDEN, CharModel
from make_keras import undated
from torch import nn

FOLDER = Path(__file__).parent


class Scores(nn.Module):
    """The model without the states that it also returns."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)[0]


def in_keras(state, characters):
    model = keras.Sequential(
        [
            keras.Input((None, characters), name="x"),
            layers.LSTM(HIDDEN, return_sequences=True, name="rnn"),
            layers.Dense(characters, name="out"),
        ],
        name="char_model",
    )
    double = {name: value.double() for name, value in state.items()}
    bias = double["rnn.bias_ih_l0"] + double["rnn.bias_hh_l0"]  # both in the order i f g o, which is Keras's too
    kernels = double["rnn.weight_ih_l0"].T, double["rnn.weight_hh_l0"].T
    model.set_weights([value.numpy() for value in (*kernels, bias, double["out.weight"].T, double["out.bias"])])
    return model


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    keras.config.set_floatx("float64")
    state = torch.load(FOLDER / "char_model.pt", weights_only=True)
    characters = len(state["out.bias"])
    model = CharModel(characters)
    model.load_state_dict(state)
    torch.onnx.export(Scores(model).eval(), (torch.zeros(5, 1, characters),), FOLDER / "char_model.onnx", dynamo=False)
    made = in_keras(state, characters)
    for ending in ("keras", "h5"):
        made.save(FOLDER / f"char_model.{ending}")
    archive = FOLDER / "char_model.keras"
    archive.write_bytes(undated(archive.read_bytes()))
