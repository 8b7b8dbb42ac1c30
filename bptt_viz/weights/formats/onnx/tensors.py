"""Tensors of an ONNX file: numbers within it, or in a file beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.weights.elements import DamagedError, array_at, byte_count, shortened, sizes, widened
from bptt_viz.weights.formats.onnx.wire import fields, number, signed, text, varints

# Numbers of fields in TensorProto, and of its types of elements (onnx/onnx.proto).
_DIMS, _TYPE, _FLOATS, _INTS, _NAME, _RAW, _DOUBLES, _EXTERNAL, _LOCATION = 1, 2, 4, 5, 8, 9, 10, 13, 14
_TYPES = {1: "<f4", 11: "<f8", 10: "<f2", 16: "bfloat16"}
_KEY, _VALUE = 1, 2
_MOST_ENTRIES = 8


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that was not turned into an array yet.

    Attributes:
        name: what nodes call it.
        shape: its sizes.
        dtype: a NumPy type, or `bfloat16`; empty for whole numbers, truth values, texts and the like.
        field: where in the message its numbers stand, by the field's number.
        data: its bytes; None if they are in another file.
        external: what the message says of another file: `location`, `offset`, `length`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    field: int
    data: memoryview | None
    external: dict[str, str]

    def array(self, read: Callable[[str], memoryview]) -> Array:
        """Return the numbers: a view of the file's bytes wherever that can be.

        Args:
            read: returns the bytes of a file beside the model, by its name.

        Raises:
            DamagedError: there are more or fewer bytes than the shape needs.
        """
        what = shortened(self.name)
        data = self.data if self.data is not None else self._outside(read)
        if self.field == _INTS:
            return self._halves(data)
        if len(data) != byte_count(self.shape, self.dtype):
            raise DamagedError(f"the tensor {what} with shape {shortened(self.shape)} has {len(data):,} bytes")
        return array_at(data, 0, self.dtype, self.shape, what)

    def _outside(self, read: Callable[[str], memoryview]) -> memoryview:
        whole = read(self.external.get("location", ""))
        start = _count(self.external.get("offset", "0"))
        length = _count(self.external.get("length", str(max(0, len(whole) - start))))
        if start + length > len(whole):
            raise DamagedError(f"the tensor {shortened(self.name)} reaches beyond the end of the file that holds it")
        return whole[start : start + length]

    def _halves(self, packed: memoryview) -> Array:
        """Return 16-bit numbers, each of which stands in a varint."""
        count = byte_count(self.shape, "u1")
        if count > len(packed) or self.dtype not in {"<f2", "bfloat16"}:
            raise DamagedError(f"the tensor {shortened(self.name)} has fewer numbers than its shape says")
        raw = np.fromiter(varints(packed), "<u2", count).reshape(self.shape)
        return widened(raw) if self.dtype == "bfloat16" else raw.view("<f2")


def tensor(message: memoryview) -> Tensor:
    """Return what a TensorProto says.

    Raises:
        DamagedError: it is none.
    """
    shape: list[int] = []
    external: dict[str, str] = {}
    name, dtype, where, data, outside = "", "", 0, None, False
    for key, value in fields(message):
        if key == _DIMS:
            shape += _dims(value, len(shape))
        elif key == _TYPE:
            dtype = _TYPES.get(number(value), "")
        elif key == _NAME:
            name = text(value)
        elif key == _LOCATION:
            outside = value == 1
        elif key == _EXTERNAL:
            external |= _pair(value, len(external))
        elif key in {_RAW, _FLOATS, _INTS, _DOUBLES}:
            if data is not None or isinstance(value, int):
                raise DamagedError(f"the numbers of the tensor {shortened(name)} are not in one piece")
            where, data = key, value
    found = sizes(shape, f"the tensor {shortened(name)}")
    empty = memoryview(b"") if data is None and not outside else data
    return Tensor(name, found, dtype, where, None if outside else empty, external)


def _dims(value: int | memoryview, before: int) -> Sequence[int]:
    """Return sizes, which stand in a field each or all in one."""
    if isinstance(value, int):
        return [signed(value)] if before < 64 else []
    if len(value) > 640:
        raise DamagedError("a tensor has too many axes")
    return list(varints(value))


def _pair(message: int | memoryview, before: int) -> dict[str, str]:
    if isinstance(message, int) or before >= _MOST_ENTRIES:
        raise DamagedError("a tensor in another file is described by too much")
    key, value = "", ""
    for which, content in fields(message):
        if which == _KEY:
            key = text(content)
        elif which == _VALUE:
            value = text(content)
    return {key: value}


def _count(given: str) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise DamagedError(f"{shortened(given)!r} is no place in a file")
    return int(given)


class Beside:
    """The files beside a model that hold its numbers, each read once."""

    def __init__(self, model: Path) -> None:
        """Take in no file but those in the model's own folder."""
        self._model = model
        self._read: dict[str, memoryview] = {}

    @property
    def size(self) -> int:
        """How many bytes were read."""
        return sum(len(data) for data in self._read.values())

    def __call__(self, location: str) -> memoryview:
        """Return a file's bytes.

        Raises:
            DamagedError: the name leads to another folder.
            UsageError: there is no such file.
        """
        if location not in self._read:
            if location in {"", ".", ".."} or any(letter in location for letter in "/\\:\0"):
                raise DamagedError(f"its numbers would be in {shortened(location)!r}, no file beside it")
            path = self._model.with_name(location)
            if path.is_symlink() or not path.is_file():
                raise UsageError(
                    f"{self._model}: its numbers are in {shortened(location)}, which is not beside it; copy both"
                )
            self._read[location] = memoryview(path.read_bytes())
        return self._read[location]
