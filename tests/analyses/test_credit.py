"""The credit matrix: against single passes, the total gradient and closed forms; causality; how far it reaches."""

import numpy as np
import pytest

from bptt_viz.analyses.credit import credit, credit_matrix, lengths, sweep
from bptt_viz.analyses.credit_reach import finding, median_distance, profile
from bptt_viz.analyses.norms import norm_report
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Request, prepare
from bptt_viz.results.credit import Reach
from bptt_viz.tape import backward

CELLS = list(discover_cells())


def single(rollout, k, name="h", depth=-1):
    """One loss, one pass: the norms by step, up to the end of time."""
    found = backward(rollout.tape, {rollout.losses[k]: np.ones((), rollout.loss.value.dtype)})
    return np.array([np.linalg.norm(found[at[name]]) for at in rollout.layers[depth].states[1:]])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_each_row_is_a_pass_of_its_own(cell: str, layers: int) -> None:
    prepared = prepare(Request(cell=cell, hidden=4, layers=layers, steps=9, batch=2))
    rollout = prepared.run()
    for depth in range(layers):
        for name in rollout.layers[depth].cell.states:
            found = credit(prepared, name, depth)
            expected = np.stack([single(rollout, k, name, depth) for k in found.losses])
            np.testing.assert_allclose(found.norms, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_cotangents_of_all_losses_add_up_to_the_total_gradient(cell: str) -> None:
    prepared = prepare(Request(cell=cell, hidden=5, layers=2, steps=12, batch=3))
    whole, cut = prepared.run(), prepared.run(cuts=(1, 6, 11))
    total = backward(whole.tape, {whole.loss: np.ones(())})
    for depth, run in enumerate(whole.layers):
        for name in run.cell.states:
            for block in sweep(cut, (1, 6, 11), [name], depth):
                for step, gradients in enumerate(np.moveaxis(block.gradients, 1, 0), start=block.first):
                    np.testing.assert_allclose(gradients.sum(axis=0), total[run.states[step][name]], rtol=0, atol=1e-12)


@pytest.mark.parametrize("topology", ["many-to-many", "many-to-one", "one-to-many", "delayed"])
@pytest.mark.parametrize("cuts", [range(1, 11), (1, 4, 8), (1, 10), (1,)])
def test_it_does_not_matter_where_the_blocks_end(topology: str, cuts) -> None:
    prepared = prepare(Request(cell="lstm", hidden=4, layers=2, steps=10, topology=topology))
    expected = credit(prepared, "joint", 0).norms
    found = credit_matrix(prepared.run(cuts=cuts), cuts, ("h", "c"), 0)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("topology", ["many-to-many", "many-to-one", "one-to-many", "delayed", "one-to-one"])
def test_no_loss_says_anything_about_later_states(topology: str) -> None:
    found = credit(prepare(Request(cell="gru", hidden=4, steps=8, topology=topology)), "joint")
    for place, k in enumerate(found.losses):
        assert (found.norms[place, k:] == 0).all()
        assert (found.row(place) > 0).all()
        assert len(found.row(place)) == k


def test_a_linear_orthogonal_network_keeps_every_gradient_whole() -> None:
    found = credit(prepare(Request(cell="rnn", activation="identity", init="orthogonal", hidden=8, steps=30)))
    for place in range(30):
        row = found.row(place)
        np.testing.assert_allclose(row, row[-1], rtol=1e-12)
    assert [at.distance for at in found.reach] == [None, None, None]
    assert found.finding.startswith("Credit reaches back: above 1/10 of its start for all 29 steps")


def test_a_linear_network_scaled_by_a_half_halves_them_each_step() -> None:
    found = credit(prepare(Request(cell="rnn", activation="identity", init="orthogonal=0.5", hidden=8, steps=30)))
    np.testing.assert_allclose(found.row(29)[::-1] / found.row(29)[-1], 0.5 ** np.arange(30), rtol=1e-10)
    assert [at.distance for at in found.reach] == [4, 10, None]
    assert "below 1/10 of its start 4 steps back, below 1/1000 10 steps back" in found.finding


def test_a_linear_network_scaled_by_two_doubles_them() -> None:
    found = credit(prepare(Request(cell="rnn", activation="identity", init="orthogonal=2", hidden=8, steps=20)))
    assert [at.distance for at in found.reach] == [None, None, 4]
    assert found.finding.startswith("Going back, credit grows: above 10 times its start 4 steps back")


def test_the_readout_alone_decides_the_diagonal() -> None:
    """∂L_k/∂h_k = (softmax(y_k) − target) W_hyᵀ."""
    prepared = prepare(Request(cell="rnn", hidden=6, steps=7))
    rollout, found = prepared.run(), credit(prepared)
    for place, k in enumerate(found.losses):
        y = rollout.outputs[k].value
        surplus = np.exp(y - y.max()) / np.exp(y - y.max()).sum()
        surplus[0, prepared.batch.targets[k - 1, 0]] -= 1
        expected = np.linalg.norm(surplus @ prepared.values["W_hy"].T)
        assert found.norms[place, k - 1] == pytest.approx(expected, rel=1e-13)


def test_the_last_row_is_the_chain_of_norms() -> None:
    prepared = prepare(Request(cell="lstm", hidden=6, steps=15, batch=2))
    report = norm_report(prepared, "last").layers[0]
    for state in report.states:
        np.testing.assert_allclose(credit(prepared, state.name).row(14), state.last, rtol=1e-12)
    np.testing.assert_allclose(credit(prepared, "joint").row(14), report.chain.norms, rtol=1e-12)


def test_many_to_one_has_one_row_and_one_to_one_a_single_entry() -> None:
    found = credit(prepare(Request(cell="lstm", hidden=4, steps=6, topology="many-to-one")))
    assert (found.losses, found.norms.shape) == ((6,), (1, 6))
    assert found.targets[:5] == (None,) * 5
    assert found.finding.endswith("one loss).")
    alone = credit(prepare(Request(cell="lstm", hidden=4, topology="one-to-one")))
    assert alone.norms.shape == (1, 1)
    assert alone.finding == "There is a single step, and no way back in time to measure."


def test_float32_stays_float32_and_agrees() -> None:
    request = {"cell": "gru", "hidden": 5, "steps": 12}
    wide, narrow = (credit(prepare(Request(**request, dtype=dtype))) for dtype in ("float64", "float32"))
    assert narrow.norms.dtype == np.float32
    np.testing.assert_allclose(narrow.norms, wide.norms, rtol=2e-4)


def test_a_batch_is_one_vector() -> None:
    """‖·‖² over the batch is the sum of the windows' own, each loss being the mean over N windows."""
    both = prepare(Request(cell="rnn", hidden=5, steps=6, batch=2))
    found = credit(both).norms
    parts = [credit(_window(both, row)).norms / 2 for row in range(2)]
    np.testing.assert_allclose(found, np.hypot(*parts), rtol=1e-12)


def _window(prepared: Prepared, row: int) -> Prepared:
    from dataclasses import replace

    batch = prepared.batch
    alone = replace(batch, inputs=batch.inputs[:, [row]], targets=batch.targets[:, [row]])
    return replace(prepared, batch=alone)


def test_the_text_stands_beside_it() -> None:
    found = credit(prepare(Request(cell="rnn", text="hello")))
    assert (found.inputs, found.targets) == (tuple("hell"), tuple("ello"))


CELL = """
from bptt_viz import ops
from bptt_viz.cells import Cell

class Own(Cell):
    states = ("a", "memory", "kept")

    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_x": (D, H), "W": (H, H), "b": (H,)}

    def step(self, p, x, s):
        memory = 0.9 * s.memory + x @ p.W_x + s.kept
        return {"a": ops.tanh(memory + s.a @ p.W + p.b), "memory": memory, "kept": s.kept}
"""


def test_a_cell_of_ones_own_has_states_of_its_own(tmp_path) -> None:
    (tmp_path / "own.py").write_text(CELL)
    prepared = prepare(Request(cell=f"{tmp_path}/own.py:Own", hidden=4, steps=40))
    rollout = prepared.run()
    for name in ("a", "memory", "kept"):
        found = credit(prepared, name)
        np.testing.assert_allclose(found.norms[39], single(rollout, 40, name), rtol=1e-12)
    assert credit(prepared).state == "a"
    joint = credit(prepared, "joint").norms
    np.testing.assert_allclose(
        joint, np.sqrt(sum(credit(prepared, name).norms ** 2 for name in ("a", "memory", "kept"))), rtol=1e-12
    )


def test_what_is_not_there_is_refused() -> None:
    prepared = prepare(Request(cell="gru", hidden=3, steps=4, layers=2))
    with pytest.raises(UsageError, match="--state 'c': the cell has h; or joint for all of them"):
        credit(prepared, "c")
    with pytest.raises(UsageError, match="--layer 2 does not exist; the model has layers 0 to 1"):
        credit(prepared, layer=2)
    with pytest.raises(UsageError, match="--layer -1"):
        credit(prepared, layer=-1)


def test_overflow_is_said_and_warns_of_nothing() -> None:
    found = credit(prepare(Request(cell="rnn", activation="identity", init="orthogonal=1e40", hidden=4, steps=12)))
    assert found.finding.startswith("Gradients are not finite: the first loss with one is that of step ")
    assert not np.isfinite(found.norms).all()


def test_what_overflows_later_does_not_reach_earlier_losses() -> None:
    prepared = prepare(Request(cell="rnn", activation="identity", init="orthogonal=1e40", hidden=4, steps=12))
    with np.errstate(all="ignore"):
        expected = np.stack([single(prepared.run(), k) for k in range(1, 13)])
    found = credit(prepared).norms
    healthy = np.isfinite(expected).all(axis=1)
    assert 0 < healthy.sum() < 12
    np.testing.assert_allclose(found[healthy], expected[healthy], rtol=1e-12)


def test_norms_neither_vanish_nor_overflow() -> None:
    rows = np.array([[[3e-200, 4e-200]], [[3e200, 4e200]], [[0.0, 0.0]], [[np.inf, 1.0]], [[np.nan, 1.0]]])
    np.testing.assert_allclose(lengths(rows)[:3], [5e-200, 5e200, 0], rtol=1e-15)
    assert not np.isfinite(lengths(rows)[3:]).any()


def test_progress_ends_at_one() -> None:
    shares: list[float] = []
    credit(prepare(Request(cell="rnn", hidden=3, steps=80)), tick=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 1


def falling(rate: float, steps: int) -> np.ndarray:
    return rate ** np.arange(steps)[::-1]


def test_without_censoring_it_is_the_plain_median() -> None:
    rows = [falling(rate, 100) for rate in (0.9, 0.8, 0.5)]
    assert median_distance(rows, 0.1) == 11  # 0.8 ** 11 is the first below 0.1


def test_losses_that_see_too_little_count_as_on_their_way() -> None:
    short = [falling(0.8, steps) for steps in range(1, 11)]  # none of them sees distance 11
    assert median_distance(short, 0.1) is None
    assert median_distance([*short, falling(0.8, 12)], 0.1) == 11
    assert median_distance([], 0.1) is None


def test_zeros_and_broken_rows_take_no_part() -> None:
    rows = [np.array([0.0, 0.0]), np.array([1.0, np.nan]), falling(0.05, 3)]
    assert median_distance(rows, 0.1) == 1
    np.testing.assert_allclose(profile(rows), np.tile(0.05 ** np.arange(3), (3, 1)))


def test_the_profile_has_the_quantiles_of_those_that_see_so_far() -> None:
    rows = [falling(0.5, 4), falling(0.1, 2), np.array([4.0, 1.0])]
    found = profile(rows)
    assert found.shape == (3, 4)
    np.testing.assert_allclose(found[1], [1, 0.5, 0.25, 0.125])
    assert found[0, 1] < 0.5 < found[2, 1]


def test_nothing_at_all_is_said_too() -> None:
    none = (Reach(0.1, None), Reach(1e-3, None), Reach(10.0, None))
    assert finding("h", (1, 2), [np.zeros(1), np.zeros(2)], none) == (
        "No loss sends any gradient to the state of its own step."
    )
