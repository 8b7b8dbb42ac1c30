"""ONNX: a graph of operators, whose recurrent ones are found by what they are, whatever their tensors are called."""

from collections.abc import Sequence
from pathlib import Path

from bptt_viz.arrays import Array
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.onnx.graph import Graph
from bptt_viz.weights.formats.onnx.layers import Layers
from bptt_viz.weights.formats.onnx.tensors import Beside

NAME = "ONNX"
SUFFIXES = (".onnx",)


def recognises(start: bytes, entries: Sequence[str]) -> bool:
    """Messages of protocol buffers have no sign of their own: the suffix decides."""
    return False


def read(path: Path) -> Contents:
    """Read a file, and files beside it that hold its numbers; arrays are views of their bytes.

    Raises:
        DamagedError: it does not keep to the format.
    """
    data = memoryview(path.read_bytes())
    graph, beside = Graph(data), Beside(path)
    arrays: dict[str, Array] = {}

    def array(name: str) -> Array:
        held = graph.constant(name)
        if held is None or not held.dtype:
            raise DamagedError(f"the tensor {shortened(name)} does not hold real numbers")
        if name not in arrays:
            arrays[name] = held.array(beside)
        return arrays[name]

    layers = Layers(graph, array)
    stored = {name: held for name, held in graph.stored.items() if held.dtype and held.shape}
    found = {name: array(name) for name in stored}
    brief = {name: held.dtype for name, held in stored.items() if held.dtype == "bfloat16"}
    return Contents(
        path.name, NAME, len(data) + beside.size, found, brief, layers.parts, layers.ignored, graph.texts,
        obstacle=layers.obstacle,
    )  # fmt: skip
