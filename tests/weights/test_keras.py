"""Keras: layers come out of all its formats; nothing of a file is run, and what HDF5 does to us stays in a child."""

import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.errors import MissingError, UsageError
from bptt_viz.weights import Dense, Recurrent, Table, read_weights
from bptt_viz.weights.formats.keras import hdf5

h5py = pytest.importorskip("h5py")

FILES = Path(__file__).parents[1] / "oracles" / "keras"
NOT_VECTORS = ("x", "y", "cotangent", "grad_")


@cache
def read(name):
    """Each file is read once: a child process takes its time."""
    return read_weights(FILES / name)


def stored(kind):
    """All weights of a model, as its framework names them, in their order."""
    with np.load(FILES / f"{kind}.npz") as vectors:
        return [value for name, value in vectors.items() if not name.startswith(NOT_VECTORS)]


def weights(parts):
    """The same from what was read: kernel, recurrent kernel and bias of each direction, and so on."""
    for part in parts:
        if isinstance(part, Recurrent):
            yield from (part.W_x, part.W_h)
            if part.b_x is not None:
                yield part.b_x if part.b_h is None else np.stack([part.b_x, part.b_h])
        else:
            yield from [part.E] if isinstance(part, Table) else [part.W, part.b]


NAMES = sorted(path.name for path in FILES.iterdir() if path.suffix != ".npz")


@pytest.mark.parametrize("name", NAMES)
def test_all_weights_of_every_file_are_found_in_their_order(name):
    found = read(name)
    expected = stored(name.split(".")[0].replace("keras2_weights", "keras2"))
    assert found.form == "Keras"
    ours_all = list(weights(found.parts))
    assert len(ours_all) == len(expected)
    for ours, theirs in zip(ours_all, expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_directions_and_depths():
    parts = read("bidirectional_gru.keras").parts
    assert [(part.depth, part.backward) for part in parts] == [(0, False), (0, True), (1, False), (1, True)]
    assert read("lstm_backwards.keras").parts[0].backward


@pytest.mark.parametrize(("name", "reset"), [("gru_after.keras", "after"), ("gru_before.h5", "before")])
def test_where_the_reset_gate_acts(name, reset):
    (part,) = read(name).parts
    assert part.reset == reset
    assert (part.b_h is not None) == (reset == "after")


def test_an_embedding_and_a_readout_stand_before_and_behind():
    assert [type(part) for part in read("char_gru.keras").parts] == [Table, Recurrent, Dense]


def test_weights_alone_say_what_is_taken_for_granted():
    assert "weights alone" in read("lstm.weights.h5").texts["note"]


def changed(tmp_path, change, kind="lstm_stacked"):
    """The file of a stack with its configuration changed."""
    path = tmp_path / "changed.keras"
    with zipfile.ZipFile(FILES / f"{kind}.keras") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                change(config)
                data = json.dumps(config)
            new.writestr(name, data)
    return path


def layer(config, name):
    return next(each for each in config["config"]["layers"] if each["config"]["name"] == name)


def setting(name, **values):
    return lambda config: layer(config, name)["config"].update(values)


def calling(name, kind):
    return lambda config: layer(config, name).update(class_name=kind)


OBSTACLES = {
    "the recurrent activation hard_sigmoid": setting("second", recurrent_activation="hard_sigmoid"),
    "the activation relu; here it is tanh": setting("first", activation="relu"),
    "the activation my_own": setting("first", activation={"class_name": "function", "config": "my_own"}),
    "hands on its last output alone": setting("first", return_sequences=False),
    "the layer dropout (Lambda) stands between": calling("dropout", "Lambda"),
    "the layer dropout (MyOwnLayer) stands between": calling("dropout", "MyOwnLayer"),
    "is made of StackedRNNCells, which no cell here is": lambda config: layer(config, "second").update(
        class_name="RNN",
        config={"name": "second", "return_sequences": True, "cell": {"class_name": "StackedRNNCells", "config": {}}},
    ),
    "a class of its own, MyModel": lambda config: config.update(class_name="MyModel"),
    "is not looked into": lambda config: layer(config, "dropout")["config"].update(layers=[]),
    "does not read the layer second (LSTM) alone": lambda config: layer(config, "third").update(
        inbound_nodes=[{"args": [{"config": {"keras_history": ["first", 0, 0]}}]}]
    ),
}


@pytest.mark.parametrize("said", OBSTACLES)
def test_what_our_cells_do_not_compute_is_an_obstacle(tmp_path, said):
    assert read("lstm_stacked.keras").obstacle == ""
    assert said in read_weights(changed(tmp_path, OBSTACLES[said])).obstacle


def test_directions_that_are_summed_are_an_obstacle(tmp_path):
    path = changed(tmp_path, setting("first", merge_mode="sum"), "bidirectional_lstm")
    assert "merges its directions by sum" in read_weights(path).obstacle


def test_a_lambda_is_named_as_ignored_and_never_run(tmp_path):
    canary = tmp_path / "canary"
    code = f"open({str(canary)!r}, 'w')"
    path = changed(
        tmp_path, lambda c: layer(c, "dropout").update(class_name="Lambda", config={"name": "evil", "function": code})
    )
    assert read_weights(path).ignored["evil"].startswith("Lambda")
    assert not canary.exists()


@pytest.mark.parametrize("change", [
    lambda config: config.pop("config"),
    lambda config: config["config"].update(layers=3),
    lambda config: config["config"]["layers"].append({"class_name": "LSTM"}),
    lambda config: layer(config, "first").update(class_name="Bidirectional", config={"name": "first"}),
    lambda config: config["config"]["layers"].append("LSTM"),
    calling("first", "GRU"),
    lambda config: config["config"]["layers"].extend(config["config"]["layers"] * 3),
])  # fmt: skip
def test_a_configuration_that_does_not_fit_its_weights_is_refused(tmp_path, change):
    with pytest.raises(UsageError, match=r"changed\.keras: the file is damaged"):
        read_weights(changed(tmp_path, change))


def external_link(file, folder):
    file["layers/lstm/cell/vars/3"] = h5py.ExternalLink(str(folder / "secret.h5"), "x")


def soft_link(file, _):
    file["layers/lstm/cell/vars/3"] = h5py.SoftLink("/layers/lstm/cell/vars/0")


def cycle(file, _):
    file["layers/lstm/back"] = file["layers"]


def compressed(file, _):
    file.create_dataset("layers/lstm/cell/vars/3", data=np.zeros((10**3, 10**3)), compression="gzip")


def outside(file, folder):
    file.create_dataset("layers/x", (4,), "f8", external=[(str(folder / "secret"), 0, 32)])


def virtual(file, folder):
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "x", (4,))
    file.create_virtual_dataset("layers/x", layout)


def never_written(file, _):
    file.create_dataset("layers/x", (10**6, 10**4), "f8", chunks=(100, 100))


def at_one_place(file, _):
    for count in range(500):
        file[f"layers/{count}"] = file["layers/lstm/cell/vars/0"]


TRICKS = {
    external_link: "links are not followed", soft_link: "links are not followed", cycle: "contain each other",
    compressed: "it is compressed", outside: "from another file", virtual: "from another file",
    never_written: "more bytes than it has", at_one_place: "more bytes than it has",
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_an_hdf5_file_reaches_no_other_file_and_grows_beyond_none(tmp_path, trick):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = np.ones(4)
    (tmp_path / "secret").write_bytes(bytes(32))
    path = tmp_path / "a.weights.h5"
    path.write_bytes((FILES / "lstm.weights.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        trick(file, tmp_path)
    with pytest.raises(UsageError, match=TRICKS[trick]) as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)


def test_weights_of_the_optimiser_and_whole_numbers_are_ignored(tmp_path):
    path = tmp_path / "a.weights.h5"
    path.write_bytes((FILES / "lstm.weights.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        file["optimizer/vars/0"] = np.ones(4)
        file["seed"] = np.arange(3)
    assert set(read_weights(path).ignored) == {"optimizer", "seed"}


def test_bfloat16_is_widened(tmp_path):
    """Keras stores it as two opaque bytes with a note."""
    path = tmp_path / "a.weights.h5"
    exact = np.linspace(-1, 1, 12, dtype="f4").reshape(3, 4)
    upper = (exact.view("u4") >> 16).astype("u2")
    with h5py.File(path, "w") as file:
        for place, array in enumerate([upper, upper[:1]]):
            made = file.create_dataset(f"layers/lstm/cell/vars/{place}", data=array.view("V2"))
            made.attrs["dtype"] = "bfloat16"
    (part,) = read_weights(path).parts
    assert np.array_equal(part.W_x.view("u4") >> 16, upper)
    assert part.W_x.dtype == np.float32


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.kill(os.getpid(), 11)", "broke down over it .signal 11"),
        ("while True: pass", "did not come to an end"),
    ],
)
def test_a_library_that_crashes_or_loops_is_a_damaged_file(tmp_path, monkeypatch, code, said):
    child = tmp_path / "child.py"
    child.write_text(code)
    monkeypatch.setattr(hdf5, "_CHILD", child)
    monkeypatch.setattr(hdf5, "_PATIENCE", 1)
    with pytest.raises(UsageError, match=said):
        read_weights(FILES / "lstm.h5")


@pytest.mark.parametrize("name", ["lstm.h5", "lstm.keras"])
def test_a_file_that_is_cut_off_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes((FILES / name).read_bytes()[:-2000])
    with pytest.raises(UsageError, match=f"{name}: the file is damaged"):
        read_weights(tmp_path / name)


def test_without_h5py_the_line_that_installs_it_is_said(monkeypatch):
    monkeypatch.setattr(hdf5, "find_spec", lambda _: None)
    with pytest.raises(MissingError, match=r"pip install 'bptt-viz\[keras\]'"):
        read_weights(FILES / "lstm.h5")


def test_weights_in_several_files_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(UsageError, match="in one file"):
        read_weights(tmp_path / "a.keras")
