"""Captioners: what enters where, what is fed, what counts, where attention looks, and what files may hold."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.models.captions import END, START, written
from bptt_viz.models.scenes import COLOURS, SIDE, VOCABULARY, scenes
from bptt_viz.tape import backward

BOTH = ("captioner", "attention-captioner")
both = pytest.mark.parametrize("name", BOTH)


def prepared(name="captioner", batch=6, seed=0, steps=None, hidden=5, layers=1, **settings):
    return prepare(
        Request(cell=name, hidden=hidden, steps=steps, batch=batch, seed=seed, layers=layers, settings=settings)
    )


def captions(batch):
    return [" ".join(written(batch.answers, batch.targets[:, row])) for row in range(batch.size)]


def test_a_scenes_caption_names_what_stands_at_the_named_places():
    batch = scenes(200, 3)
    for row, caption in enumerate(captions(batch)):
        words = caption.split()
        at = {word: batch.named[k, row] for k, word in enumerate(words) if batch.named[k, row] >= 0}
        for word, place in at.items():
            patch = batch.images[row].reshape(SIDE, 8, SIDE, 8, 3)[place // SIDE, :, place % SIDE]
            if word in COLOURS:
                assert np.abs(patch[4, 4] - COLOURS[word]).max() < 0.2
        if len(words) == 7:
            first, second = batch.named[1, row], batch.named[5, row]
            assert first < second
            assert (words[3] == "above") == (first // SIDE < second // SIDE)
    assert {len(caption.split()) for caption in captions(batch)} == {3, 7}
    assert {word for caption in captions(batch) for word in caption.split()} == set(VOCABULARY)


def test_seeds_draw_different_scenes_and_the_same_seed_the_same_ones():
    one, again, other = scenes(4, 0), scenes(4, 0), scenes(4, 1)
    assert one.features.tobytes() == again.features.tobytes()
    assert not np.array_equal(one.targets, other.targets)


@both
def test_the_teacher_feeds_start_and_then_the_true_words_until_end(name):
    made = prepared(name)
    rollout, batch = made.run(), made.batch
    read = [batch.read(t, rollout.inputs[t].value) for t in range(1, batch.steps + 1)]
    asked = [batch.asked(t) for t in range(1, batch.steps + 1)]
    assert read == [START, *asked[:-1]]
    assert asked[len(captions(batch)[0].split())] == END


@both
@pytest.mark.parametrize("fed", ["sampled", "greedy"])
def test_what_is_written_is_fed_back(name, fed):
    made = prepared(name, batch=40, fed=fed)
    made.values["W_hy"][:] = 0
    made.values["b_y"][:] = 0
    made.values["b_y"][3] = 50 if fed == "sampled" else 0.1
    rollout = made.run()
    for t in range(2, 9):
        assert set(rollout.inputs[t].value.argmax(axis=-1)) == {3}
    assert {made.batch.read(1, rollout.inputs[1].value)} == {START}


@both
def test_no_word_behind_end_counts(name):
    made = prepared(name, batch=30)
    rollout, counted = made.run(), made.batch.counted
    assert 0 < counted.sum() < counted.size
    for t, loss in rollout.losses.items():
        expected = (rollout.surprise[t].value * counted[t - 1]).mean()
        assert loss.value == pytest.approx(expected, rel=1e-14)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    for t, scores in rollout.outputs.items():
        assert (np.abs(cotangents[scores]).sum(axis=-1) > 0).tolist() == (counted[t - 1] > 0).tolist()


def test_the_image_enters_the_first_pre_activation_as_on_the_lectures_slide():
    made = prepared(batch=2)
    rollout, p = made.run(), made.values
    v, x = rollout.given["v"].value, rollout.given["x"].value
    h = np.tanh(x[0] @ p["W_xh"] + p["b_h"] + v @ p["W_ih"])
    np.testing.assert_allclose(rollout.layers[0].state(1)["h"].value, h, rtol=1e-13)
    h = np.tanh(x[1] @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
    np.testing.assert_allclose(rollout.layers[0].state(2)["h"].value, h, rtol=1e-13)


def test_attention_weights_sum_to_one_and_read_the_places():
    made = prepared("attention-captioner")
    rollout = made.run()
    attention = next(module for module in rollout.modules if module.maps)
    for t, weights in attention.maps.items():
        np.testing.assert_allclose(weights.value.sum(axis=-1), 1, rtol=1e-14)
        z = np.einsum("nl,nlf->nf", weights.value, made.batch.features)
        np.testing.assert_allclose(attention.outcomes[t].value, z, rtol=1e-13, atol=1e-15)


def test_hard_attention_reads_one_place_as_often_as_its_weight_says():
    made = prepared("attention-captioner", batch=1, attention="hard", steps=1)
    made.values["v_a"] *= 4
    feed = made.model.feed(made.batch, np.random.default_rng(0))
    size = 20_000
    wide = type(feed)(
        {"v": np.repeat(feed.arrays["v"], size, 0), "x": np.repeat(feed.arrays["x"], size, 1)},
        {"targets": np.repeat(feed.classes["targets"], size, 1)},
        {"look": np.random.default_rng(1).random((1, size))},
    )
    rollout = made.model.record(made.values, wide)
    attention = next(module for module in rollout.modules if module.maps)
    chosen, shares = attention.places[1], attention.maps[1].value[0]
    counts = np.bincount(chosen, minlength=len(shares)) / size
    assert np.abs(counts - shares).max() < 4 * np.sqrt(0.25 / size)
    z = attention.outcomes[1].value
    np.testing.assert_array_equal(z, wide.arrays["v"][np.arange(size), chosen])


def test_the_penalty_is_that_of_the_paper():
    plain, made = prepared("attention-captioner"), prepared("attention-captioner", penalty="0.7")
    rollout, counted = made.run(), made.batch.counted
    maps = next(module for module in rollout.modules if module.maps).maps
    total = sum(weights.value * counted[t - 1][:, None] for t, weights in maps.items())
    penalty = 0.7 * ((1 - total) ** 2).sum(axis=-1).mean()
    assert rollout.loss.value - plain.run().loss.value == pytest.approx(penalty, rel=1e-12)


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    grid = rng.standard_normal((3, 2, 3, 7))
    np.save(tmp_path / "grid.npy", grid)
    np.savez(tmp_path / "grid.npz", features=grid.reshape(3, 6, 7), other=np.zeros(2))
    (tmp_path / "captions.txt").write_text("a cat\na very small dog\na cat asleep\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("small\na\nvery\ndog\ncat\nasleep\n", encoding="utf-8")
    return tmp_path, grid


def named(folder, **names):
    return {option: str(folder / file) for option, file in names.items()}


@pytest.mark.parametrize("file", ["grid.npy", "grid.npz"])
def test_features_and_captions_come_from_files(files, file):
    folder, grid = files
    given = named(folder, features=file, captions="captions.txt", vocabulary="words.txt")
    plain, attending = (prepared(name, batch=2, seed=1, **given) for name in BOTH)
    assert captions(plain.batch) == ["a cat asleep", "a cat"]
    assert plain.batch.vocabulary[0] == "small"
    np.testing.assert_allclose(plain.batch.features, grid.reshape(3, 6, 7).mean(axis=1)[[2, 0]], rtol=1e-14)
    np.testing.assert_array_equal(attending.batch.features, grid.reshape(3, 6, 7)[[2, 0]])
    assert np.isfinite(attending.run().loss.value)
    assert attending.batch.grid == ((2, 3) if file == "grid.npy" else (1, 6))


def test_features_come_from_safetensors_too(files):
    numpy = pytest.importorskip("safetensors.numpy")
    folder, grid = files
    numpy.save_file({"features": grid.astype(np.float32), "other": np.zeros(2)}, folder / "grid.safetensors")
    given = named(folder, features="grid.safetensors", captions="captions.txt")
    found = prepared("attention-captioner", batch=3, **given).batch.features
    np.testing.assert_array_equal(found, grid.reshape(3, 6, 7).astype(np.float32).astype(float))
    whole = (folder / "grid.safetensors").read_bytes()
    (folder / "short.safetensors").write_bytes(whole[:-5])
    with pytest.raises(UsageError, match=r"short\.safetensors cannot be read"):
        prepared(batch=3, **named(folder, features="short.safetensors", captions="captions.txt"))


def broken(folder):
    """Return options that cannot be used, each with a word of what is said of them."""
    np.save(folder / "objects.npy", np.array([{}, 1], object), allow_pickle=True)
    np.save(folder / "flat.npy", np.zeros(3))
    np.save(folder / "nan.npy", np.full((3, 4), np.nan))
    np.save(folder / "text.npy", np.array([["a"], ["b"], ["c"]]))
    whole = (folder / "grid.npy").read_bytes()
    (folder / "short.npy").write_bytes(whole[:-9])
    (folder / "huge.npy").write_bytes(whole.replace(b"(3, 2, 3, 7)", b"(9**9, 7)   "))
    (folder / "vast.npy").write_bytes(whole.replace(b"(3, 2, 3, 7)", b"(99999999,7)"))
    (folder / "no.npz").write_bytes(b"PK\x03\x04 no archive")
    (folder / "two.txt").write_text("a cat\na dog\n", encoding="utf-8")
    (folder / "empty.txt").write_text("a cat\n\na dog\n", encoding="utf-8")
    (folder / "latin.txt").write_bytes("a caf\xe9\n".encode("latin-1"))
    (folder / "twice.txt").write_text("a\na\n", encoding="utf-8")
    (folder / "end.txt").write_text(f"a\n{END}\n", encoding="utf-8")
    for file, word in {
        "objects.npy": "objects", "flat.npy": "shape", "nan.npy": "finite", "text.npy": "numbers",
        "short.npy": "cut off", "huge.npy": "cannot be read", "vast.npy": "cut off", "no.npz": "cannot be read",
        "none.npy": "no such file", "captions.txt": ".npy",
    }.items():  # fmt: skip
        yield named(folder, features=file, captions="captions.txt"), word
    yield named(folder, features="grid.npy"), "together"
    for file, word in {
        "two.txt": "2 captions",
        "empty.txt": "caption",
        "latin.txt": "UTF-8",
        "no.txt": "no such",
    }.items():
        yield named(folder, features="grid.npy", captions=file), word
    for file, word in {"twice.txt": "twice", "end.txt": "END", "two.txt": "lacks the word"}.items():
        yield named(folder, features="grid.npy", captions="captions.txt", vocabulary=file), word


def test_files_that_do_not_fit_are_refused_in_one_line(files):
    for given, word in broken(files[0]):
        with pytest.raises(UsageError) as caught:
            prepared(batch=3, **given)
        assert word in str(caught.value), given
        assert "\n" not in str(caught.value)


def test_attention_needs_places(files):
    folder, _ = files
    np.save(folder / "flat.npy", np.zeros((3, 4)))
    made = prepared("attention-captioner", **named(folder, features="flat.npy", captions="captions.txt"))
    with pytest.raises(UsageError, match="places"):
        made.run()


def test_a_cell_without_the_bias_is_told_what_to_do(tmp_path):
    cell = "from bptt_viz import Cell\n\nclass Bare(Cell):\n    def parameters(self):\n        return {}\n\n"
    (tmp_path / "bare.py").write_text(
        f"{cell}    def step(self, p, x, s):\n        return {{'h': s.h}}\n", encoding="utf-8"
    )
    with pytest.raises(UsageError, match="image=h0"):
        prepared(cell=f"{tmp_path / 'bare.py'}:Bare")
    assert prepared(cell=f"{tmp_path / 'bare.py'}:Bare", image="h0").run().steps == 8
