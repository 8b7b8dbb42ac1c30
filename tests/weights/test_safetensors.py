"""safetensors: arrays come out as they were stored; a header that does not fit its file is refused."""

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.weights import read_weights
from bptt_viz.weights.formats import safetensors

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U8": "u1", "BOOL": "?"}


def packed(header, data, length=None):
    told = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return (len(told) if length is None else length).to_bytes(8, "little") + told + data


def entry(dtype, shape, first, last):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [first, last]}


def stored(path, arrays, **metadata):
    """Write a file by the format's description, in the order given."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, (dtype, array) in arrays.items():
        held = array.tobytes()
        header[name] = entry(dtype, array.shape, len(data), len(data) + len(held))
        data += held
    path.write_bytes(packed(header, data))
    return path


@pytest.mark.parametrize("dtype", TYPES)
def test_an_array_comes_out_as_it_was_stored(tmp_path, dtype):
    array = (np.arange(6) - 2).reshape(2, 3).astype(TYPES[dtype])
    found = read_weights(stored(tmp_path / "a.safetensors", {"a": (dtype, array)}, format="pt"))
    assert found.form == "safetensors"
    assert found.texts == {"format": "pt"}
    assert found.arrays["a"].dtype == array.dtype
    assert np.array_equal(found.arrays["a"], array)


def test_bfloat16_is_widened_without_a_change_of_value(tmp_path):
    values = np.array([1.0, -2.5, 3.140625, np.inf, 2.0**-130], "<f4")
    halves = (values.view("<u4") >> 16).astype("<u2")
    found = read_weights(stored(tmp_path / "a.safetensors", {"a": ("BF16", halves)}))
    assert found.arrays["a"].dtype == np.float32
    assert np.array_equal(found.arrays["a"], values)
    assert found.stored == {"a": "bfloat16"}


def test_the_format_is_told_by_the_content_whatever_the_name(tmp_path):
    path = stored(tmp_path / "model.bin", {"a": ("F64", np.ones(2))})
    assert read_weights(path).form == "safetensors"


def test_an_array_of_no_elements_is_one(tmp_path):
    found = read_weights(stored(tmp_path / "a.safetensors", {"a": ("F32", np.ones((0, 3), "f4"))}))
    assert found.arrays["a"].shape == (0, 3)


ONE = entry("F64", (1,), 0, 8)
WRONG = {
    "it ends early": packed({"a": ONE}, b"1234567"),
    "more than the header tells": packed({"a": ONE}, bytes(9)),
    "a gap between two arrays": packed({"a": ONE, "b": entry("F64", (1,), 16, 24)}, bytes(24)),
    "two arrays at one place": packed({"a": ONE, "b": ONE}, bytes(8)),
    "a shape that needs more bytes": packed({"a": entry("F64", (2,), 0, 8)}, bytes(8)),
    "a shape whose size overflows 64 bits": packed({"a": entry("F64", (2**40, 2**40), 0, 8)}, bytes(8)),
    "a negative size": packed({"a": entry("F64", (-1,), 0, 8)}, bytes(8)),
    "a size that is no whole number": packed({"a": entry("F64", (1.0,), 0, 8)}, bytes(8)),
    "a size that is a truth value": packed({"a": entry("F64", (True,), 0, 8)}, bytes(8)),
    "too many axes": packed({"a": entry("F64", (1,) * 33, 0, 8)}, bytes(8)),
    "an unknown type": packed({"a": entry("F8_E4M3", (8,), 0, 8)}, bytes(8)),
    "offsets the wrong way round": packed({"a": entry("F64", (1,), 8, 0)}, bytes(8)),
    "offsets before the data": packed({"a": entry("F64", (1,), -8, 0)}, bytes(8)),
    "no offsets": packed({"a": {"dtype": "F64", "shape": [1]}}, bytes(8)),
    "a name twice": packed(b'{"a":%s,"a":%s}' % ((json.dumps(ONE).encode(),) * 2), bytes(8)),
    "metadata that are no texts": packed({"__metadata__": {"a": 1}, "a": ONE}, bytes(8)),
    "a header that is no JSON": packed(b'{"a": ', bytes(8)),
    "a header that is no UTF-8": packed(b'{"\xff": 1}', bytes(8)),
    "a header nested without end": packed(b'{"a":' + b"[" * 100_000, bytes(8)),
    "a header longer than the file": packed({"a": ONE}, bytes(8), length=10**6),
    "a header of 2**63 bytes": packed({"a": ONE}, bytes(8), length=2**63),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path, what):
    path = tmp_path / "a.safetensors"
    path.write_bytes(WRONG[what])
    with pytest.raises(UsageError, match=r"a\.safetensors: the file is damaged") as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\x80\x04K\x01.", "a pickle can run code"), (b"weights, in words", "no weight format")],
)
def test_a_file_of_no_known_format_is_refused(tmp_path, content, said):
    (tmp_path / "a.model").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_weights(tmp_path / "a.model")


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    for path, said in ((tmp_path, "no regular file"), (tmp_path / "none.npz", "no such file")):
        with pytest.raises(UsageError, match=said):
            read_weights(path)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_file_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("changed") / "a.safetensors"
    whole = stored(path, {"a": ("F64", np.ones((2, 3))), "b": ("BF16", np.ones(4, "<u2"))}).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 3)) :]
    path.write_bytes(changed)
    with contextlib.suppress(UsageError):
        found = read_weights(path)
        assert sum(array.nbytes for array in found.arrays.values()) <= 2 * len(changed)


def test_what_is_written_here_is_read_here_and_by_the_library(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.ones(3, "f4"), "c": np.array(True), "d": np.zeros((0, 2))}
    data = safetensors.packed(arrays, {"about": "한글"})
    found = safetensors.parsed(data, "a")
    assert found.texts == {"about": "한글"}
    assert int.from_bytes(data[:8], "little") % 8 == 0
    library = pytest.importorskip("safetensors.numpy").load(data)
    for read in (found.arrays, library):
        assert read.keys() == arrays.keys()
        assert all(
            np.array_equal(read[name], arrays[name]) and read[name].shape == arrays[name].shape for name in arrays
        )
