"""Saliency: against complex steps on the input; exact zeros for the future; one window of several."""

import numpy as np
import pytest

from bptt_viz.analyses.saliency import saliency
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Request, prepare


def by_complex_step(prepared: Prepared, step: int, of: str) -> np.ndarray:
    """‖∂(score or loss)/∂x_t‖ of the first window, from one perturbed run an entry of x."""
    batch, model = prepared.batch, prepared.model
    x, eps = batch.one_hot().astype(complex), 1e-30
    found = np.zeros((len(x), x.shape[-1]))
    start = [{name: v.astype(complex) for name, v in at.items()} for at in model.zero_start(x.shape[1])]
    for t, entry in np.ndindex(found.shape):
        moved = x.copy()
        moved[t, 0, entry] += eps * 1j
        y = model.run(prepared.values, moved, batch.targets, start).outputs[step].value[0]
        target = batch.targets[step - 1, 0]
        value = y[target] if of == "score" else np.log(np.exp(y).sum()) - y[target]
        found[t, entry] = value.imag / eps
    return np.linalg.norm(found, axis=1)


@pytest.mark.parametrize("of", ["score", "loss"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", list(discover_cells()))
def test_it_is_the_complex_step_on_the_input(cell: str, layers: int, of: str) -> None:
    prepared = prepare(Request(cell=cell, hidden=3, layers=layers, text="hello", steps=4))
    for step in (1, 3, 4):
        found = saliency(prepared, step, of).values
        np.testing.assert_allclose(found, by_complex_step(prepared, step, of), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("of", ["score", "loss"])
def test_it_is_about_the_first_window_alone(of: str) -> None:
    prepared = prepare(Request(cell="lstm", hidden=3, text="hello", steps=2, batch=3))
    found = saliency(prepared, 2, of).values
    np.testing.assert_allclose(found, by_complex_step(prepared, 2, of), rtol=1e-12)


def test_what_is_read_later_or_not_at_all_has_no_say() -> None:
    found = saliency(prepare(Request(cell="gru", hidden=4, steps=9)), 5).values
    assert (found[5:] == 0).all()
    assert (found[:5] > 0).all()
    first = saliency(prepare(Request(cell="gru", hidden=4, steps=9, topology="one-to-many")), 5)
    assert first.values[0] > 0
    assert (first.values[1:] == 0).all()
    assert first.inputs[1:] == (None,) * 8


def test_values_are_absolute_unless_they_are_asked_to_be_shares() -> None:
    prepared = prepare(Request(cell="rnn", hidden=4, steps=9))
    plain, shares = saliency(prepared, 9).values, saliency(prepared, 9, normalise=True).values
    assert plain.max() != 1
    assert shares.max() == 1
    np.testing.assert_allclose(shares, plain / plain.max(), rtol=1e-15)


def test_weights_of_half_the_readout_halve_the_score_saliency() -> None:
    prepared = prepare(Request(cell="rnn", hidden=4, steps=9))
    before = saliency(prepared, 9).values
    prepared.values["W_hy"][:] /= 2
    np.testing.assert_allclose(saliency(prepared, 9).values, before / 2, rtol=1e-14)


def test_it_says_what_is_predicted_and_how_likely() -> None:
    prepared = prepare(Request(cell="rnn", hidden=4, text="hello"))
    found = saliency(prepared, 4)
    assert (found.target, found.inputs) == ("o", tuple("hell"))
    y = prepared.run().outputs[4].value[0]
    assert found.probability == pytest.approx(np.exp(y[3]) / np.exp(y).sum())
    assert found.finding.startswith("The score of 'o' at step 4 depends most on 'l', ")


def test_dead_and_broken_outputs_are_said() -> None:
    prepared = prepare(Request(cell="rnn", hidden=4, steps=5))
    prepared.values["W_hy"][:] = 0
    assert saliency(prepared, 5).finding.endswith("depends on no input.")
    assert (saliency(prepared, 5, normalise=True).values == 0).all()
    prepared.values["W_hy"][:] = np.inf
    said = "has a gradient that is not finite. W_hy itself is not finite: 184 Inf of 184 entries."
    assert saliency(prepared, 5).finding.endswith(said)


def test_float32_stays_float32() -> None:
    assert saliency(prepare(Request(cell="rnn", hidden=4, steps=5, dtype="float32")), 5).values.dtype == np.float32


@pytest.mark.parametrize("topology", ["many-to-one", "delayed"])
def test_a_step_without_output_is_refused(topology: str) -> None:
    with pytest.raises(UsageError, match=f"--saliency 2: there is no output at that step; {topology} has it at step"):
        saliency(prepare(Request(cell="rnn", hidden=3, steps=8, topology=topology)), 2)
    with pytest.raises(UsageError, match="--saliency 99"):
        saliency(prepare(Request(cell="rnn", hidden=3, steps=8)), 99)
