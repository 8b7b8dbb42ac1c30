"""npz: arrays and words come out as NumPy wrote them; archives that are more than they say are refused."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.weights import read_weights

A = np.arange(6.0).reshape(2, 3)


def npy(array):
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


def archive(path, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return path


def refused(path):
    with pytest.raises(UsageError) as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("array", [A, A.T, A.astype("f4"), np.float64(3), np.zeros((0, 2)), np.arange(3), A > 2])
def test_an_array_comes_out_as_it_was_saved(tmp_path, save, array):
    save(tmp_path / "a.npz", a=array)
    found = read_weights(tmp_path / "a.npz").arrays["a"]
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_words_are_told_apart_from_numbers(tmp_path):
    np.savez(tmp_path / "a.npz", about=np.array("a model"), a=A)
    found = read_weights(tmp_path / "a.npz")
    assert found.texts == {"about": "a model"}
    assert list(found.arrays) == ["a"]


def test_objects_are_refused_and_not_made(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (pytest.fail, ("code from a file was run",))

    np.savez(tmp_path / "a.npz", a=np.array([Harmful()], object))
    assert "Python objects" in refused(tmp_path / "a.npz")


def relabelled(array, shape):
    """Return a .npy file whose header states another shape."""
    return npy(array).replace(str(array.shape).encode(), shape.encode())


WRONG = {
    "a shape with more elements": relabelled(A, "(9, 3)"),
    "a shape with fewer elements": relabelled(A, "(1, 3)"),
    "a shape below 0": relabelled(np.zeros((10, 3)), "(-1, 3)"),
    "a shape beyond all memory": relabelled(np.zeros(10**9 // 10**8), "(10**9,)"),
    "no header": b"\x93NUMPY\x01\x00\xff\xff{}",
    "another version": b"\x93NUMPY\x09\x00" + npy(A)[8:],
    "no .npy file": b"PK or nothing",
}


@pytest.mark.parametrize("what", WRONG)
def test_an_entry_that_is_not_what_it_says_is_refused(tmp_path, what):
    assert "damaged" in refused(archive(tmp_path / "a.npz", {"a.npy": WRONG[what]}))


def test_an_archive_that_unpacks_to_much_more_than_its_size_is_refused(tmp_path):
    zeros = archive(tmp_path / "a.npz", {"a.npy": npy(np.zeros(10**6))}, zipfile.ZIP_DEFLATED)
    assert zeros.stat().st_size < 10**5
    assert "it would unpack to 8,000,128 bytes" in refused(zeros)


@pytest.mark.parametrize("name", ["../a.npy", "/etc/a.npy", "a/../../b.npy", "..\\a.npy"])
def test_names_that_lead_out_of_the_archive_are_refused(tmp_path, name):
    assert "leads out of the archive" in refused(archive(tmp_path / "a.npz", {name: npy(A)}))


def test_a_directory_of_thousands_of_entries_is_refused_before_it_is_read(tmp_path):
    many = archive(tmp_path / "a.npz", {f"{place}.npy": b"" for place in range(3000)})
    assert "too many entries for its size" in refused(many)


def test_an_array_whose_header_is_cut_off_within_a_bracket_is_refused(tmp_path):
    """NumPy's parser raises an error of `tokenize`."""
    broken = npy(A).replace(b")", b" ")
    assert "damaged" in refused(archive(tmp_path / "a.npz", {"a.npy": broken}))


def test_an_entry_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as made:
        made.writestr("a.npy", npy(A))
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.npy", npy(A))
    assert "twice" in refused(tmp_path / "a.npz")


def test_entries_over_one_another_are_refused(tmp_path):
    path = archive(tmp_path / "a.npz", {"a.npy": npy(A), "b.npy": npy(A)})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (0).to_bytes(4, "little")  # the place of the second entry: that of the first
    path.write_bytes(data)
    assert "lies over another" in refused(path)


def test_a_file_in_an_archive_that_is_no_array_is_refused(tmp_path):
    assert "no .npy file" in refused(archive(tmp_path / "a.npz", {"a.npy": npy(A), "read.me": b""}))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_ends_early_is_refused(tmp_path, share):
    np.savez(tmp_path / "a.npz", a=A, b=A)
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: int(share * len(whole))])
    assert "damaged" in refused(tmp_path / "a.npz")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_file_is_read_or_refused_in_one_line(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("changed") / "a.npz"
    np.savez_compressed(path, a=A, b=np.ones(4, "f4"))
    whole = path.read_bytes()
    place, width = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 3))
    path.write_bytes(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + width :])
    try:
        said = ", ".join(str(array.shape) for array in read_weights(path).arrays.values())
    except UsageError as error:
        said = str(error)
    assert "\n" not in said
