"""Every built-in cell, in every form it has, agrees with a plain NumPy loop over its equations, gradients included."""

import numpy as np
import pytest
from cells.forms import FORMS

from bptt_viz.cells import described, discover_cells
from bptt_viz.tape import backward

from .equations import LOOPS
from .recording import record, relative_error

T, N, D, H = 5, 2, 3, 4
STEP = 1e-30
CELLS = discover_cells()


def drawn(cell):
    """Draw x, parameters and states, and signed cotangents of every h_t and of all last states."""
    rng = np.random.default_rng(5)
    given = {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in described(cell).items()}
    given |= {f"{name}_0": rng.uniform(-1, 1, (N, H)) for name in cell.states}
    given["x"] = rng.uniform(-1, 1, (T, N, D))
    return given, rng.uniform(-1, 1, (T, N, H)), {name: rng.uniform(-1, 1, (N, H)) for name in cell.states}


def looped(name, cell, form, given):
    return LOOPS[name](given, given["x"], *(given[f"{state}_0"] for state in cell.states), **form)


def recorded(cell, given):
    weights = {name: given[name] for name in described(cell)}
    return record([cell], [weights], given["x"], [{name: given[f"{name}_0"] for name in cell.states}])


def complex_step(function, given, what):
    """Return ∂function/∂given[what], one complex step an entry."""
    gradient = np.empty(given[what].shape)
    for entry in np.ndindex(gradient.shape):
        moved = given[what].astype(complex)
        moved[entry] += STEP * 1j
        gradient[entry] = function(given | {what: moved}).imag / STEP
    return gradient


def test_every_cell_has_its_loop():
    assert LOOPS.keys() == CELLS.keys()


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_states_are_those_of_the_loop(name, form):
    cell = CELLS[name](D, H, **form)
    given, _, _ = drawn(cell)
    (layer,) = recorded(cell, given).layers
    for state, expected in looped(name, cell, form, given).items():
        found = np.stack([states[state].value for states in layer.states[1:]])
        assert relative_error(found, np.stack(expected)) <= 1e-14


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_gradients_are_those_of_the_loop(name, form):
    cell = CELLS[name](D, H, **form)
    given, on_h, on_last = drawn(cell)

    def objective(at):
        states = looped(name, cell, form, at)
        return np.sum(on_h * states["h"]) + sum(np.sum(v * states[state][-1]) for state, v in on_last.items())

    run = recorded(cell, given)
    (layer,) = run.layers
    seeds = dict(zip(run.tops, on_h, strict=True))
    for state, node in layer.states[-1].items():
        seeds[node] = seeds.get(node, 0.0) + on_last[state]
    cotangents = backward(run.tape, seeds)
    leaves = {"x": run.x, **layer.parameters, **{f"{state}_0": node for state, node in layer.states[0].items()}}
    assert leaves.keys() == given.keys()
    errors = {
        what: relative_error(cotangents[leaf], complex_step(objective, given, what)) for what, leaf in leaves.items()
    }
    assert max(errors.values()) <= 1e-13, errors
