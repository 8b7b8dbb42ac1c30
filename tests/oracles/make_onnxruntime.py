"""Make onnxruntime_*.npz: what onnxruntime computes for the ONNX recurrent operators, forward only, in float32.

Its CPU kernels refuse float64 ("LSTM operator does not support double yet").
Run `python tests/oracles/make_onnxruntime.py` where onnx and onnxruntime are installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

T, N, D, H = 7, 3, 5, 4
INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
OPERATORS = {
    "rnn": ("RNN", 1, {"activations": ["Tanh"]}),
    "rnn_sigmoid": ("RNN", 1, {"activations": ["Sigmoid"]}),
    "rnn_relu": ("RNN", 1, {"activations": ["Relu"]}),
    "lstm": ("LSTM", 4, {}),
    "peephole": ("LSTM", 4, {}),
    "gru_before": ("GRU", 3, {"linear_before_reset": 0}),
    "gru_after": ("GRU", 3, {"linear_before_reset": 1}),
}


def shapes(kind, blocks):
    """Return the shapes of the operator's inputs, with ONNX's leading axis for directions."""
    found = {"X": (T, N, D), "W": (1, blocks * H, D), "R": (1, blocks * H, H), "B": (1, 2 * blocks * H)}
    found["initial_h"] = (1, N, H)
    if kind in {"lstm", "peephole"}:
        found["initial_c"] = (1, N, H)
    if kind == "peephole":
        found["P"] = (1, 3 * H)
    return found


def session(kind, operator, options, names):
    used = [name if name in names else "" for name in INPUTS]
    while not used[-1]:
        used.pop()
    outputs = ["Y", "Y_h", "Y_c"] if operator == "LSTM" else ["Y", "Y_h"]
    node = helper.make_node(operator, used, outputs, hidden_size=H, **options)
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph([node], kind, inputs, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=9)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]), outputs


def vectors(kind):
    """Return the operator's inputs and results by ONNX's names."""
    operator, blocks, options = OPERATORS[kind]
    rng = np.random.default_rng((7, sorted(OPERATORS).index(kind)))
    given = {name: rng.uniform(-1.0, 1.0, shape).astype("float32") for name, shape in shapes(kind, blocks).items()}
    ready, outputs = session(kind, operator, options, given)
    return given | dict(zip(outputs, ready.run(outputs, given), strict=True))


if __name__ == "__main__":
    for kind in OPERATORS:
        np.savez_compressed(Path(__file__).with_name(f"onnxruntime_{kind}.npz"), **vectors(kind))
