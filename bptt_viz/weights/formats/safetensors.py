"""safetensors: eight bytes with the header's length, a header in JSON, then the arrays' bytes without gaps."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import DamagedError, array_at, byte_count, shortened, sizes

NAME = "safetensors"
SUFFIXES = (".safetensors",)

# Headers of the largest published models have less than a tenth of it.
_LONGEST_HEADER = 8 * 2**20
_METADATA = "__metadata__"
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "bfloat16", "C64": "<c8", "BOOL": "?", "U8": "u1", "I8": "i1",
    "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8", "I64": "<i8",
}  # fmt: skip


def recognises(start: bytes, entries: Sequence[str]) -> bool:
    """Tell by the first bytes: a header in JSON stands behind its length."""
    return start[8:9] == b"{" and 2 <= int.from_bytes(start[:8], "little") <= _LONGEST_HEADER


def read(path: Path) -> Contents:
    """Read a file; the arrays are views of its bytes.

    Raises:
        DamagedError: it does not keep to the format.
    """
    return parsed(path.read_bytes(), path.name)


def parsed(given: bytes, name: str) -> Contents:
    """Return what a file's bytes hold; errors as for `read`.

    Args:
        given: the file's contents.
        name: the file's name.
    """
    data = memoryview(given)
    header, start = _header(data)
    arrays, stored, texts, end = {}, {}, _texts(header.pop(_METADATA, {})), 0
    for array, told in sorted(header.items(), key=lambda item: _offsets(*item)):
        first, last = _offsets(array, told)
        dtype, shape = _TYPES.get(str(told.get("dtype"))), sizes(told.get("shape"), shortened(array))
        if dtype is None:
            raise DamagedError(
                f"{shortened(array)} has the type {shortened(told.get('dtype'))}, which is not supported"
            )
        if first != end or last - first != byte_count(shape, dtype):
            raise DamagedError(f"{shortened(array)} with shape {shortened(shape)} does not lie where its offsets say")
        arrays[array], end = array_at(data[start:], first, dtype, shape, shortened(array)), last
        if dtype == "bfloat16":
            stored[array] = dtype
    if start + end != len(data):
        raise DamagedError(f"its arrays end at byte {start + end}, the file at {len(data)}")
    return Contents(name, NAME, len(data), arrays, stored, texts=texts)


def _header(data: memoryview) -> tuple[dict[str, Any], int]:
    """Return the header, and where the arrays begin."""
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= min(_LONGEST_HEADER, len(data) - 8):
        raise DamagedError(f"its header would have {length} bytes")
    header = json.loads(bytes(data[8 : 8 + length]).decode("utf-8"), object_pairs_hook=_once)
    if not isinstance(header, dict):
        raise DamagedError("its header is no table of arrays")
    return header, 8 + length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DamagedError("its header has a name twice")
    return found


def _offsets(name: str, told: Any) -> tuple[int, int]:
    given = told.get("data_offsets") if isinstance(told, dict) else None
    if not isinstance(given, list) or len(given) != 2 or not all(type(place) is int for place in given):
        raise DamagedError(f"{shortened(name)} has no offsets")
    return given[0], given[1]


def _texts(given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise DamagedError("its metadata are no texts")
    return given


def packed(arrays: Mapping[str, Array], texts: Mapping[str, str]) -> bytes:
    """Return a file with some arrays and texts: the same bytes for the same ones.

    Wide elements stand first and the header is filled up to eight bytes, so that every array is aligned.

    Raises:
        KeyError: an array's type is none of the format's.
    """
    codes = {np.dtype(dtype): code for code, dtype in _TYPES.items() if dtype != "bfloat16"}
    header: dict[str, Any] = {_METADATA: dict(sorted(texts.items()))}
    end = 0
    names = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    for name in names:
        array, start = arrays[name], end
        end += array.nbytes
        header[name] = {"dtype": codes[array.dtype], "shape": list(array.shape), "data_offsets": [start, end]}
    told = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    told += b" " * (-len(told) % 8)
    return len(told).to_bytes(8, "little") + told + b"".join(arrays[name].tobytes() for name in names)
