"""PyTorch's file format written without PyTorch: what a test wants to be in it, right or wrong."""

import zipfile
from pickle import Pickler

import numpy as np

KINDS = {"<f8": "DoubleStorage", "<f4": "FloatStorage", "<f2": "HalfStorage", "<i8": "LongStorage"}


class Storage:
    def __init__(self, key, array, kind=None, count=None):
        self.key, self.array = key, array
        self.kind = kind or KINDS[array.dtype.str]
        self.count = array.size if count is None else count


class Tensor:
    """Reduces to a call of PyTorch's function; `Named` writes the name without an import."""

    def __init__(self, storage, first, shape, strides):
        self.arguments = (storage, first, shape, strides, False, {})


def tensor(array, key="0", first=0, shape=None, strides=None, **more):
    strides = tuple(stride // array.itemsize for stride in array.strides) if strides is None else strides
    return Tensor(Storage(key, np.ascontiguousarray(array), **more), first, shape or array.shape, strides)


def written(value):
    """Return a pickle of protocol 2 of nested dictionaries with tensors, as bytes, and the storages in it."""
    storages = {}

    def opcodes(value):
        if isinstance(value, Tensor):
            return b"ctorch._utils\n_rebuild_tensor_v2\n(" + b"".join(map(opcodes, value.arguments)) + b"tR"
        if isinstance(value, Storage):
            storages[value.key] = value.array
            kind = f"ctorch\n{value.kind}\n".encode()
            return b"(" + opcodes("storage") + kind + b"".join(map(opcodes, (value.key, "cpu", value.count))) + b"tQ"
        if isinstance(value, Raw):
            return value.opcodes
        if isinstance(value, dict):
            return b"}(" + b"".join(opcodes(k) + opcodes(v) for k, v in value.items()) + b"u"
        if isinstance(value, list):
            return b"](" + b"".join(map(opcodes, value)) + b"e"
        if isinstance(value, tuple):
            return b"(" + b"".join(map(opcodes, value)) + b"t"
        return plain(value)

    return b"\x80\x02" + opcodes(value) + b".", storages


class Raw:
    """Opcodes that stand in a pickle as they are."""

    def __init__(self, opcodes):
        self.opcodes = opcodes


def plain(value):
    """Return the opcodes of a number, a text, a truth value or None."""
    from io import BytesIO

    held = BytesIO()
    Pickler(held, 2).dump(value)
    data = held.getvalue()[2:-1]
    return data[:-2] if data[-2:-1] == b"q" else data


def torch_file(path, value, root="archive", **entries):
    pickle, storages = written(value)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}/data.pkl", pickle)
        archive.writestr(f"{root}/byteorder", "little")
        for key, array in storages.items():
            archive.writestr(f"{root}/data/{key}", array.tobytes())
        for name, content in entries.items():
            archive.writestr(f"{root}/{name}", content)
    return path
