"""Write ONNX files field by field, so that the reader meets what no library would write."""

import struct

import numpy as np

TYPES = {"f4": 1, "f8": 11, "f2": 10, "i8": 7, "bfloat16": 16}


def varint(value):
    value &= (1 << 64) - 1
    held = b""
    while value >= 0x80:
        held += bytes([value & 0x7F | 0x80])
        value >>= 7
    return held + bytes([value])


def field(number, value):
    """A varint for an integer, a delimited field for bytes and texts, four bytes for a float."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    held = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(held)) + held


def tensor(name, array, place=9, dtype=None, data=None):
    """A TensorProto with its numbers as raw bytes (field 9), or elsewhere."""
    held = b"".join(field(1, size) for size in array.shape)
    held += field(2, TYPES[dtype or array.dtype.str[1:]]) + field(8, name)
    return held + field(place, array.tobytes() if data is None else data)


def outside(name, array, **entries):
    """A TensorProto whose numbers are in another file."""
    held = b"".join(field(1, size) for size in array.shape) + field(2, TYPES[array.dtype.str[1:]]) + field(8, name)
    for key, value in entries.items():
        held += field(13, field(1, key) + field(2, value))
    return held + field(14, 1)


def node(op, inputs, outputs, domain="", **attributes):
    held = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs)
    held += field(4, op) + (field(7, domain) if domain else b"")
    for name, value in attributes.items():
        place = {int: 3, float: 2, str: 4, bytes: 5, list: 9}[type(value)]
        texts = value if isinstance(value, list) else [value]
        held += field(5, field(1, name) + b"".join(field(place, text) for text in texts))
    return held


def model(nodes, tensors):
    graph = b"".join(field(1, each) for each in nodes) + b"".join(field(5, each) for each in tensors)
    return field(1, 8) + field(2, "by hand") + field(7, graph)


def lstm_tensors(D=3, H=2, dtype="f4"):
    """W, R and B of one direction, by name."""
    rng = np.random.default_rng(4)
    shapes = {"W": (1, 4 * H, D), "R": (1, 4 * H, H), "B": (1, 8 * H)}
    return {name: rng.uniform(-1, 1, shape).astype(dtype) for name, shape in shapes.items()}


def lstm(inputs=("X", "W", "R", "B"), tensors=None, **attributes):
    """A file with one LSTM."""
    held = tensors if tensors is not None else [tensor(name, value) for name, value in lstm_tensors().items()]
    return model([node("LSTM", inputs, ["Y", "Y_h", "Y_c"], **{"hidden_size": 2, **attributes})], held)
