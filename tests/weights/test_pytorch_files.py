"""PyTorch's files: states come out as they were saved, and nothing that a pickle asks for happens."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.texts import read_text
from bptt_viz.weights import read_weights

from .pickled import Raw, Storage, Tensor, tensor, torch_file

ORACLES = Path(__file__).parents[1] / "oracles"
A = np.arange(6.0).reshape(2, 3)


def refused(path):
    with pytest.raises(UsageError) as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_pytorch_wrote_is_what_numpy_wrote_from_it():
    with np.load(ORACLES / "char_model.npz") as file:
        expected = dict(file)
    for name in ("char_model.pt", "char_model_checkpoint.pt", "char_model.safetensors"):
        found = read_weights(ORACLES / name).arrays
        assert found.keys() == expected.keys()
        assert all(np.array_equal(found[each], expected[each]) for each in expected)


def test_a_checkpoint_tells_its_characters_and_what_stands_beside_the_state():
    found = read_weights(ORACLES / "char_model_checkpoint.pt")
    assert found.texts["epoch"] == "600"
    assert found.ignored == {"optimizer": "of the optimiser", "chars": "the vocabulary"}
    assert found.vocabulary == tuple(sorted(set(read_text("sonnets"))))


def test_a_transposed_view_of_a_storage_is_a_transposed_array(tmp_path):
    path = torch_file(tmp_path / "a.pt", {"a": tensor(A, shape=(3, 2), strides=(1, 3))})
    assert np.array_equal(read_weights(path).arrays["a"], A.T)


def test_tensors_that_share_a_storage_share_its_memory(tmp_path):
    storage = Storage("0", np.arange(1000.0))
    path = torch_file(tmp_path / "a.pt", {f"t{k}": Tensor(storage, 0, (1000,), (1,)) for k in range(50)})
    found = list(read_weights(path).arrays.values())
    assert all(np.shares_memory(found[0], other) for other in found)


def test_bfloat16_is_widened(tmp_path):
    halves = np.array([0x3F80, 0xC020], "<u2")
    path = torch_file(tmp_path / "a.pt", {"a": Tensor(Storage("0", halves, "BFloat16Storage"), 0, (2,), (1,))})
    found = read_weights(path)
    assert found.arrays["a"].tolist() == [1.0, -2.5]
    assert found.stored == {"a": "bfloat16"}


def view(first=0, shape=(2, 3), strides=(3, 1), **more):
    return {"a": Tensor(Storage("0", A.ravel(), **more), first, shape, strides)}


WRONG = {
    "a shape beyond its storage": view(shape=(3, 3)),
    "strides beyond its storage": view(strides=(4, 1)),
    "a place behind its storage": view(first=1),
    "a place before its storage": view(first=-1),
    "a stride that goes back": view(strides=(-3, 1)),
    "one number seen a million times": view(shape=(1000, 1000), strides=(0, 0)),
    "a shape that overflows 64 bits": view(shape=(2**40, 2**40), strides=(0, 0)),
    "more elements than there are bytes": view(count=7),
    "a number of elements below 0": view(count=-1),
    "one storage of two types": {**view(), "b": Tensor(Storage("0", A.ravel(), "LongStorage"), 0, (6,), (1,))},
    "a tensor without a storage": {"a": Tensor(None, 0, (1,), (1,))},
    "a memo number of four billion": {"a": Raw(b"N" + b"j\xff\xff\xff\xff")},
    "a call of what is no function": {"a": Raw(b"N)R")},
    "a call of a type of storage": {"a": Raw(b"ctorch\nFloatStorage\n)R")},
    "an object that is built": {"a": Raw(b"N}b")},
    "more taken than there is": Raw(b"ttt"),
    "a value set on a number": Raw(b"K\x01K\x02K\x03s"),
    "a hundred thousand empty lists": Raw(b"](" + b"]" * 10**5 + b"e"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path, what):
    assert "the file is damaged" in refused(torch_file(tmp_path / "a.pt", WRONG[what]))


FOREIGN = {
    "a function of the system": b"cposix\nsystem\n(X\x04\x00\x00\x00falsetR",
    "eval": b"cbuiltins\neval\n(X\x01\x00\x00\x001tR",
    "a class of the user's": b"c__main__\nModel\n)\x81}b",
    "a module of PyTorch": b"ctorch.nn.modules.rnn\nLSTM\n)\x81}b",
    "a name from the stack": b"X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93X\x04\x00\x00\x00false\x85R",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_whatever_is_no_data_is_refused_with_advice(tmp_path, what):
    said = refused(torch_file(tmp_path / "a.pt", {"a": Raw(FOREIGN[what])}))
    assert "holds a whole Python object" in said
    assert "torch.save(model.state_dict()" in said


class Harmful:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_in_a_pickle_is_run(tmp_path, protocol):
    mark = tmp_path / "run"
    data = pickle.dumps({"a": Harmful(mark)}, protocol)
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("archive/data.pkl", data)
    (tmp_path / "b.pkl").write_bytes(data)
    for name in ("a.pt", "b.pkl"):
        refused(tmp_path / name)
    assert not mark.exists()
    pickle.loads(data)
    assert mark.exists(), "the file does no harm when it is unpickled, so it shows nothing"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "no file of PyTorch 1.6 or newer"),
        (b"\0" * 257 + b"ustar\0" + b"\0" * 400, "no file of PyTorch 1.6 or newer"),
    ],
)
def test_older_files_are_refused_with_advice(tmp_path, content, said):
    (tmp_path / "a.pt").write_bytes(content)
    assert said in refused(tmp_path / "a.pt")
    assert "torch.save(model.state_dict()" in refused(tmp_path / "a.pt")


def test_a_script_is_refused_with_advice(tmp_path):
    path = torch_file(tmp_path / "a.pt", view(), **{"constants.pkl": b"\x80\x02)."})
    assert "TorchScript" in refused(path)


def test_big_endian_numbers_are_refused(tmp_path):
    torch_file(tmp_path / "a.pt", view())
    with zipfile.ZipFile(tmp_path / "a.pt") as old, zipfile.ZipFile(tmp_path / "b.pt", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"big" if name.endswith("byteorder") else old.read(name))
    assert "little-endian" in refused(tmp_path / "b.pt")


def test_dictionaries_that_hold_each_other_come_to_an_end(tmp_path):
    twice = Raw(b"}q\x01(X\x01\x00\x00\x00ah\x01X\x01\x00\x00\x00bh\x01u")
    assert "no arrays were found" in refused(torch_file(tmp_path / "a.pt", {"x": twice, "y": twice}))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_file_is_read_or_refused_in_one_line(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("changed") / "a.pt"
    whole = torch_file(path, {"a": tensor(A), "b": tensor(np.ones(3, "<f4"), "1")}).read_bytes()
    place, width = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 3))
    path.write_bytes(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + width :])
    try:
        found = read_weights(path).arrays
    except UsageError as error:
        said = str(error)
    else:
        said = ", ".join(str(array.shape) for array in found.values())
    assert "\n" not in said
