"""NumPy's .npz: a ZIP archive of .npy files, each a header with type and shape, then the elements."""

import io
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from bptt_viz.arrays import Array
from bptt_viz.weights.archives import opened
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import DamagedError, shortened, sizes

NAME = "npz"
SUFFIXES = (".npz",)

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
# A text as an array of one element is how npz files carry words.
_LONGEST_TEXT = 2**20


def recognises(start: bytes, entries: Sequence[str]) -> bool:
    """Tell an archive of .npy files."""
    return bool(entries) and all(name.endswith(".npy") for name in entries)


def read(path: Path) -> Contents:
    """Read a file; texts, arrays of one string, are told apart from numbers.

    Raises:
        DamagedError: it does not keep to the format, or has Python objects in it.
    """
    arrays, texts = unpacked(path)
    return Contents(path.name, NAME, path.stat().st_size, arrays, texts=texts)


def unpacked(source: Path | bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the arrays and the texts of a file, or of its bytes; errors as for `read`."""
    arrays, texts = {}, {}
    with opened(source) as archive:
        for entry in archive.sizes:
            if not entry.endswith(".npy"):
                raise DamagedError(f"its entry {shortened(entry)} is no .npy file")
            name, array = entry.removesuffix(".npy"), _array(archive.read(entry), entry)
            if array.dtype.kind in "US" and array.size == 1 and array.nbytes <= _LONGEST_TEXT:
                texts[name] = str(array.reshape(-1)[0])
            else:
                arrays[name] = array
    return arrays, texts


def _array(data: bytes, entry: str) -> Array:
    """Return one .npy file's array, a view of its bytes."""
    what, stream = shortened(entry), io.BytesIO(data)
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise DamagedError(f"{what} has the unknown .npy version {version}")
    shape, in_columns, dtype = _HEADERS[version](stream)
    if dtype.hasobject:
        raise DamagedError(f"{what} holds Python objects, which could run code; save plain arrays")
    if dtype.kind not in "biufcUS":
        raise DamagedError(f"{what} holds no plain numbers but {shortened(dtype)}")
    shape, start = sizes(shape, what), stream.tell()
    if prod(shape) * dtype.itemsize != len(data) - start:
        raise DamagedError(f"{what} with shape {shortened(shape)} has {len(data) - start} bytes of elements")
    if not dtype.itemsize:  # strings of no letters
        return np.zeros(shape, dtype) if prod(shape) < 2**20 else np.zeros(0, dtype)
    return np.frombuffer(data, dtype, offset=start).reshape(shape, order="F" if in_columns else "C")
