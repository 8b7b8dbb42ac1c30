"""The wire format of protocol buffers: the fields of a message one after the other, none of them copied.

Why not the protobuf package: it makes objects of everything before anybody asks. Two bytes, an empty message, become
an object of a hundred, so that no limit on memory can be given from the size of a file.
Source: https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator

from bptt_viz.weights.elements import DamagedError

_VARINT, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10
_LONGEST_TEXT = 4096


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield each field's number with its value: an integer of 64 bits, or the bytes of anything else.

    Raises:
        DamagedError: the message is cut off, or is none.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise DamagedError("not in ONNX's format: a field has the number 0")
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        length, place = _length(message, place, kind)
        if place + length > len(message):
            raise DamagedError(f"cut off: {length} bytes are announced where {len(message) - place} are left")
        yield number, message[place : place + length]
        place += length


def _length(message: memoryview, place: int, kind: int) -> tuple[int, int]:
    """Return how many bytes a field has, and where they begin."""
    if kind == _DELIMITED:
        return _varint(message, place)
    if kind not in {_EIGHT_BYTES, _FOUR_BYTES}:
        raise DamagedError(f"not in ONNX's format: a field is of wire type {kind}")
    return 8 if kind == _EIGHT_BYTES else 4, place


def varints(packed: memoryview) -> Iterator[int]:
    """Yield the integers of a packed field, as two's complement of 64 bits.

    Raises:
        DamagedError: the last one is cut off.
    """
    place = 0
    while place < len(packed):
        value, place = _varint(packed, place)
        yield signed(value)


def signed(value: int) -> int:
    """Return an integer of 64 bits as two's complement."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Return an integer, and where the next field begins."""
    value = 0
    for count in range(_LONGEST_VARINT):
        if place + count >= len(message):
            raise DamagedError("cut off in the middle of a number")
        byte = message[place + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value & (1 << 64) - 1, place + count + 1
    raise DamagedError("not in ONNX's format: a number has more than 64 bits")


def number(value: int | memoryview) -> int:
    """Return a field that must be an integer.

    Raises:
        DamagedError: it is none.
    """
    if not isinstance(value, int):
        raise DamagedError("not in ONNX's format: bytes stand where a number belongs")
    return signed(value)


def piece(value: int | memoryview) -> memoryview:
    """Return a field that must be a message or bytes.

    Raises:
        DamagedError: it is none.
    """
    if isinstance(value, int):
        raise DamagedError("not in ONNX's format: a number stands where bytes belong")
    return value


def text(value: int | memoryview) -> str:
    """Return a field that must be a text, of 4,096 bytes at most.

    Raises:
        DamagedError: it is none.
    """
    held = piece(value)
    if len(held) > _LONGEST_TEXT:
        raise DamagedError(f"a name has {len(held):,} bytes")
    return str(held, "utf-8")
