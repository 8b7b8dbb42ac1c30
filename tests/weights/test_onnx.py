"""ONNX: recurrent operators are found by what they are; what our cells cannot do, and what does not fit, is said."""

from pathlib import Path

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.weights import Dense, Recurrent, Table, read_weights

from .onnx_files import field, lstm, lstm_tensors, model, node, outside, tensor

FILES = Path(__file__).parents[1] / "oracles" / "onnx"
STACKED = {"W": "tensor.1", "R": "tensor.2", "B": "tensor.3", "P": "tensor.6"}


def written(tmp_path, content):
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    return path


def read(tmp_path, content):
    return read_weights(written(tmp_path, content))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "peephole_bidirectional", "gru_before", "gru_bidirectional"])
def test_weights_are_found_by_the_operator_whatever_their_names(kind):
    found = read_weights(FILES / f"{kind}.onnx")
    with np.load(FILES / f"{kind}.npz") as vectors:
        assert len(found.parts) == len(vectors["W"])
        for way, part in enumerate(found.parts):
            assert part.backward == (way == 1)
            assert np.array_equal(part.W_x, vectors["W"][way])
            assert np.array_equal(part.W_h, vectors["R"][way])
            assert np.array_equal(np.concatenate([part.b_x, part.b_h]), vectors["B"][way])
            if "P" in vectors:
                assert np.array_equal(np.concatenate([part.peepholes[gate] for gate in "iof"]), vectors["P"][way])


def test_where_the_reset_gate_acts_is_an_attribute():
    assert [read_weights(FILES / f"gru_{reset}.onnx").parts[0].reset for reset in ("before", "after")] == [
        "before",
        "after",
    ]


@pytest.mark.parametrize("kind", ["torch_char_model", "torch_char_model_external"])
def test_an_embedding_a_stack_and_a_readout_are_found_in_what_pytorch_exports(kind):
    found = read_weights(FILES / f"{kind}.onnx")
    assert [type(part) for part in found.parts] == [Table, Recurrent, Recurrent, Dense]
    assert [part.depth for part in found.parts[1:3]] == [0, 1]
    with np.load(FILES / f"{kind}.npz") as vectors:
        assert np.array_equal(found.parts[0].E, vectors["embedding.weight"])
        assert np.array_equal(found.parts[3].W.T, vectors["scores.weight"])
        assert np.array_equal(found.parts[3].b, vectors["scores.bias"])
    assert found.texts["producer"] == "pytorch"
    assert found.obstacle == ""


def test_numbers_beside_the_file_count_to_its_size():
    path = FILES / "torch_char_model_external.onnx"
    assert read_weights(path).size == path.stat().st_size + path.with_name(f"{path.name}.data").stat().st_size


@pytest.mark.parametrize(
    ("place", "dtype", "expected"),
    [(4, "f4", "f4"), (10, "f8", "f8"), (9, "f2", "f2"), (9, "f8", "f8")],
)
def test_numbers_may_stand_in_several_fields(tmp_path, place, dtype, expected):
    arrays = lstm_tensors(dtype=dtype)
    found = read(tmp_path, lstm(tensors=[tensor(name, value, place) for name, value in arrays.items()]))
    assert found.parts[0].W_x.dtype == expected
    assert np.array_equal(found.parts[0].W_x, arrays["W"][0])


def test_halves_in_varints_and_bfloat16_are_read(tmp_path):
    halves = {name: value.astype("f2") for name, value in lstm_tensors().items()}
    packed = {name: b"".join(_varint(int(bits)) for bits in value.view("u2").ravel()) for name, value in halves.items()}
    tensors = [tensor(name, value, 5, data=packed[name]) for name, value in halves.items()]
    assert np.array_equal(read(tmp_path, lstm(tensors=tensors)).parts[0].W_x, halves["W"][0])
    upper = {name: (value.view("u4") >> 16).astype("u2") for name, value in lstm_tensors().items()}
    tensors = [tensor(name, value, dtype="bfloat16") for name, value in upper.items()]
    found = read(tmp_path, lstm(tensors=tensors))
    assert np.array_equal(found.parts[0].W_x.view("u4") >> 16, upper["W"][0])
    assert found.stored == dict.fromkeys("WRB", "bfloat16")


def _varint(value):
    return field(1, value)[1:]


def test_weights_may_be_constants_and_copies(tmp_path):
    arrays = lstm_tensors()
    nodes = [
        node("Constant", [], ["first"], value=tensor("", arrays["W"])),
        node("Identity", ["first"], ["W"]),
        node("LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=2),
    ]
    found = read(tmp_path, model(nodes, [tensor(name, arrays[name]) for name in "RB"]))
    assert np.array_equal(found.parts[0].W_x, arrays["W"][0])


OBSTACLES = {
    "clips": {"clip": 3.0},
    "couples its input gate": {"input_forget": 1},
    "parameters of their own": {"activation_alpha": 0.2},
    "activations hardsigmoid, tanh, tanh; here they are sigmoid, tanh, tanh": {
        "activations": ["HardSigmoid", "Tanh", "Tanh"]
    },
    "computes its weight": {"inputs": ("X", "W", "R", "computed")},
}


@pytest.mark.parametrize("said", OBSTACLES)
def test_what_our_cells_do_not_compute_is_an_obstacle(tmp_path, said):
    assert said in read(tmp_path, lstm(**OBSTACLES[said])).obstacle


def test_a_graph_without_recurrent_operators_says_so(tmp_path):
    assert "no RNN, LSTM or GRU" in read(tmp_path, model([node("MatMul", ["x", "W"], ["y"])], [])).obstacle


@pytest.mark.parametrize("between", ["Relu", "MatMul"])
def test_layers_with_something_between_them_are_no_stack(tmp_path, between):
    arrays = lstm_tensors(D=2)
    nodes = [
        node("LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=2),
        node(between, ["Y", "M"], ["Z"]),
        node("LSTM", ["Z", "W", "R", "B"], ["Y2"], hidden_size=2),
    ]
    found = read(tmp_path, model(nodes, [tensor(name, value) for name, value in arrays.items()]))
    assert "does not read the outputs of LSTM Y as they are" in found.obstacle


def test_two_linear_layers_are_no_readout(tmp_path):
    arrays = lstm_tensors() | {"M": np.ones((2, 2), "f4")}
    nodes = [
        node("LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=2),
        node("MatMul", ["Y", "M"], ["a"]),
        node("Relu", ["a"], ["b"]),
        node("MatMul", ["b", "M"], ["c"]),
    ]
    found = read(tmp_path, model(nodes, [tensor(name, value) for name, value in arrays.items()]))
    assert [type(part) for part in found.parts] == [Recurrent]
    assert set(found.ignored) == {"a", "c"}


def test_lengths_of_sequences_and_bodies_of_loops_are_named_as_ignored(tmp_path):
    tensors = [tensor(name, value) for name, value in lstm_tensors().items()]
    nodes = [node("LSTM", ["X", "W", "R", "B", "lengths"], ["Y"]), node("Loop", ["n"], ["last"])]
    assert set(read(tmp_path, model(nodes, tensors)).ignored) == {"lengths", "last"}


@pytest.mark.parametrize(("value", "noted"), [(0.0, True), (0.5, False)])
def test_initial_states_of_zeros_are_nothing_that_is_left_out(tmp_path, value, noted):
    tensors = [tensor(name, array) for name, array in lstm_tensors().items()]
    tensors.append(tensor("start", np.full((1, 1, 2), value, "f4")))
    nodes = [
        node("Expand", ["start", "shape"], ["h"]),
        node("LSTM", ["X", "W", "R", "B", "", "h", "start"], ["Y"], hidden_size=2),
    ]
    assert ("start" in read(tmp_path, model(nodes, tensors)).ignored) == noted


W = lstm_tensors()["W"]
OTHERS = [tensor(name, value) for name, value in lstm_tensors().items() if name != "W"]
DAMAGED = {
    "nothing in it": field(1, 8),
    "cut off": lstm()[:-5],
    "cut off in a number": lstm()[:-5] + b"\x80",
    "a field of 2**62 bytes": field(7, b"")[:1] + b"\xff" * 8 + b"\x3f",
    "a number of more than 64 bits": b"\x08" + b"\xff" * 11,
    "a field that is a group": b"\x3b\x3c",
    "a shape with too many bytes": lstm(tensors=[tensor("W", W, data=W.tobytes() + b"\0\0\0\0"), *OTHERS]),
    "a shape with too few bytes": lstm(tensors=[tensor("W", W, data=b"\0"), *OTHERS]),
    "a negative size": lstm(tensors=[field(1, -1) + tensor("W", W), *OTHERS]),
    "a size beyond 64 bits in all": lstm(tensors=[field(1, 2**40) + field(1, 2**40) + tensor("W", W), *OTHERS]),
    "too many axes": lstm(tensors=[field(1, 1) * 50 + tensor("W", W), *OTHERS]),
    "a weight of two axes": lstm(tensors=[tensor("W", W[0]), *OTHERS]),
    "a weight of another size": lstm(tensors=[tensor("W", W[:, 1:]), *OTHERS]),
    "a hidden size of its own": lstm(hidden_size=3),
    "whole numbers for weights": lstm(tensors=[tensor("W", W.astype("i8")), *OTHERS]),
    "a direction that is none": lstm(direction="sideways"),
    "a tensor twice": lstm(tensors=[tensor("W", W), tensor("W", W), *OTHERS]),
    "numbers in two pieces": lstm(tensors=[tensor("W", W) + field(9, W.tobytes()), *OTHERS]),
    "halves that are too few": lstm(tensors=[tensor("W", W.astype("f2"), 5, data=b"\1"), *OTHERS]),
    "a name that is no UTF-8": model([node("LSTM", [b"\xff"], ["Y"])], []),
    "a million empty nodes": field(7, field(1, field(4, "")) * 10**5),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path, what):
    with pytest.raises(UsageError, match=r"a\.onnx: the file is damaged") as caught:
        read(tmp_path, DAMAGED[what])
    assert "\n" not in str(caught.value)


def beside(**entries):
    return lstm(tensors=[outside("W", W, **entries), *OTHERS])


def test_numbers_in_a_file_beside_it_are_read_from_their_place(tmp_path):
    (tmp_path / "numbers").write_bytes(b"12345678" + W.tobytes())
    found = read(tmp_path, beside(location="numbers", offset="8", length=str(W.nbytes)))
    assert np.array_equal(found.parts[0].W_x, W[0])
    assert np.array_equal(read(tmp_path, beside(location="numbers", offset="8")).parts[0].W_x, W[0])


TRICKS = {
    "another folder": {"location": "../numbers"},
    "a folder within": {"location": "within/numbers"},
    "another drive": {"location": "C:numbers"},
    "a backslash": {"location": "..\\numbers"},
    "the whole disk": {"location": "/etc/passwd"},
    "a link": {"location": "link"},
    "a folder": {"location": "within"},
    "no file": {"location": "none"},
    "no name": {},
    "itself by a dot": {"location": "."},
    "beyond its end": {"location": "numbers", "offset": "8"},
    "a negative place": {"location": "numbers", "offset": "-8"},
    "a place that is no number": {"location": "numbers", "offset": "٣"},
    "a length of its own": {"location": "numbers", "length": str(2**62)},
}


@pytest.mark.parametrize("what", TRICKS)
def test_no_other_file_is_read_by_a_trick(tmp_path, what):
    for folder in (tmp_path, tmp_path / "within"):
        folder.mkdir(exist_ok=True)
        (folder / "numbers").write_bytes(W.tobytes())
    (tmp_path / "link").symlink_to(tmp_path / "within" / "numbers")
    with pytest.raises(
        UsageError, match=r"a\.onnx: (the file is damaged|its numbers are in \w+, which is not beside it)"
    ):
        read(tmp_path, beside(**TRICKS[what]))
