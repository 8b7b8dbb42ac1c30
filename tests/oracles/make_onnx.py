"""Make onnx/*: small ONNX files, and what onnxruntime, ONNX's reference evaluator and PyTorch compute for them.

Run `python tests/oracles/make_onnx.py` where onnx, onnxruntime, torch and onnxscript are installed; the tests read only
the files. Each `.onnx` has a `.npz` beside it:

- operators put together here, in float32, with `Y` by onnxruntime (whose kernels refuse float64) and, where the
  reference evaluator can, `exact_Y` by that, from the same weights in float64;
- models of PyTorch in float64, by both of its exporters, with `y` and every gradient by PyTorch.
"""

import os
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import nn

FOLDER = Path(__file__).with_name("onnx")
T, N, D, H, V = 7, 3, 5, 4, 6
INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
# Operator, attributes, and what is left out of its inputs.
OPERATORS = {
    "rnn": ("RNN", {}, "P"),
    "rnn_relu": ("RNN", {"activations": ["Relu"]}, "P"),
    "rnn_bidirectional": ("RNN", {"activations": ["Sigmoid", "Sigmoid"], "direction": "bidirectional"}, "P"),
    "lstm": ("LSTM", {}, "P"),
    "lstm_without_bias": ("LSTM", {}, "BP"),
    "lstm_reverse": ("LSTM", {"direction": "reverse"}, "P"),
    "peephole": ("LSTM", {"activations": ["Sigmoid", "Tanh", "Tanh"]}, ""),
    "peephole_bidirectional": ("LSTM", {"direction": "bidirectional"}, ""),
    "gru_before": ("GRU", {}, "P"),
    "gru_after": ("GRU", {"linear_before_reset": 1}, "P"),
    "gru_bidirectional": ("GRU", {"linear_before_reset": 1, "direction": "bidirectional"}, "P"),
}


def drawn_arrays(kind):
    """Return the operator's inputs by ONNX's names, with numbers that float32 holds exactly."""
    operator, attributes, without = OPERATORS[kind]
    blocks, ways = BLOCKS[operator], 2 if attributes.get("direction") == "bidirectional" else 1
    shapes = {"X": (T, N, D), "W": (ways, blocks * H, D), "R": (ways, blocks * H, H), "B": (ways, 2 * blocks * H)}
    shapes |= {"initial_h": (ways, N, H)} | ({"initial_c": (ways, N, H)} if operator == "LSTM" else {})
    shapes |= {"P": (ways, 3 * H)} if operator == "LSTM" else {}
    rng = np.random.default_rng((12, sorted(OPERATORS).index(kind)))
    drawn = {name: rng.uniform(-1.0, 1.0, shape).astype("float32") for name, shape in shapes.items()}
    return {name: value for name, value in drawn.items() if name not in without}


def assembled(kind, arrays, dtype):
    """Return the operator with its weights as initializers whose names say nothing."""
    operator, attributes, _ = OPERATORS[kind]
    element = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    given = [name for name in ("X", "initial_h", "initial_c") if name in arrays]
    renamed = {name: name if name in given else f"tensor.{place}" for place, name in enumerate(arrays)}
    used = [renamed.get(name, "") for name in INPUTS]
    while not used[-1]:
        used.pop()
    outputs = ["Y", "Y_h", "Y_c"] if operator == "LSTM" else ["Y", "Y_h"]
    stored = [
        numpy_helper.from_array(value.astype(dtype), renamed[name])
        for name, value in arrays.items()
        if name not in given
    ]
    graph = helper.make_graph(
        [helper.make_node(operator, used, outputs, hidden_size=H, **attributes)],
        kind,
        [helper.make_tensor_value_info(name, element, arrays[name].shape) for name in given],
        [helper.make_tensor_value_info(name, element, None) for name in outputs],
        stored,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=9)


def make_operator(kind):
    arrays = drawn_arrays(kind)
    model = assembled(kind, arrays, "float32")
    (FOLDER / f"{kind}.onnx").write_bytes(model.SerializeToString())
    fed = {name: arrays[name] for name in ("X", "initial_h", "initial_c") if name in arrays}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    kept = arrays | {"Y": session.run(["Y"], fed)[0]}
    if len(arrays["W"]) == 1 and kind not in {"lstm_reverse", "rnn_relu"}:
        exact = ReferenceEvaluator(assembled(kind, arrays, "float64"))
        kept["exact_Y"] = exact.run(["Y"], {name: value.astype("float64") for name, value in fed.items()})[0]
    np.savez_compressed(FOLDER / f"{kind}.npz", **kept)


class CharModel(nn.Module):
    """An embedding, two LSTM layers and scores."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.recurrent = nn.LSTM(D, H, num_layers=2, batch_first=True)
        self.scores = nn.Linear(H, V)

    def forward(self, x):
        return self.scores(self.recurrent(self.embedding(x))[0])


class Sequence(nn.Module):
    """A recurrent layer whose last states nobody reads."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


MODELS = {
    "torch_rnn": (lambda: Sequence(nn.RNN(D, H, nonlinearity="relu")), False),
    "torch_lstm_bidirectional": (lambda: Sequence(nn.LSTM(D, H, num_layers=2, bidirectional=True)), False),
    "torch_gru_stacked": (lambda: Sequence(nn.GRU(D, H, num_layers=3)), False),
    "torch_gru_new_exporter": (lambda: Sequence(nn.GRU(D, H, num_layers=2)), True),
    "torch_char_model": (CharModel, False),
    "torch_char_model_external": (CharModel, True),  # writes a .data file beside the .onnx, as it does by default
}


def without_traces(path):
    """Take out what an exporter says about the machine that it ran on."""
    model = onnx.load(path, load_external_data=False)
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.value_info,
        *model.graph.input,
        *model.graph.output,
    ):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    path.write_bytes(model.SerializeToString())


def make_torch_model(kind):
    make, new = MODELS[kind]
    rng = np.random.default_rng((13, sorted(MODELS).index(kind)))
    model = make().double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.tensor(rng.uniform(-1.0, 1.0, parameter.shape)))
    by_symbol = make is CharModel
    x = torch.tensor(rng.integers(0, V, (N, T)) if by_symbol else rng.uniform(-1.0, 1.0, (T, N, D)))
    torch.onnx.export(model, (x,), FOLDER / f"{kind}.onnx", dynamo=new, verbose=False)
    without_traces(FOLDER / f"{kind}.onnx")
    y = model(x if by_symbol else x.requires_grad_())
    cotangent = torch.tensor(rng.uniform(-1.0, 1.0, y.shape))
    (y * cotangent).sum().backward()
    leaves = dict(model.named_parameters()) | ({} if by_symbol else {"x": x})
    kept = leaves | {"x": x, "y": y, "cotangent": cotangent}
    kept |= {f"grad_{name}": value.grad for name, value in leaves.items()}
    np.savez_compressed(FOLDER / f"{kind}.npz", **{name: value.detach().numpy() for name, value in kept.items()})


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    FOLDER.mkdir(exist_ok=True)
    os.chdir(FOLDER)
    for kind in OPERATORS:
        make_operator(kind)
    for kind in MODELS:
        make_torch_model(kind)
