"""A state's gradient is what comes from inside its step plus what comes back through time, each by its own way."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from bptt_viz import ops
from bptt_viz.analyses.parts import Uses
from bptt_viz.analyses.runs import seeded
from bptt_viz.arrays import norm
from bptt_viz.cells import Cell, discover_cells
from bptt_viz.models import SequenceModel
from bptt_viz.topologies import NAMES, pattern

from .norm_runs import prepared, report

EXACT = 1e-13


@dataclass(frozen=True)
class Slow(Cell):
    """Hands one state on unchanged, and returns one node for two others."""

    states: ClassVar[tuple[str, ...]] = ("h", "m", "copy")

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        h = ops.tanh(x @ p.W_xh + (s.h + s.m + s.copy * s.copy) @ p.W_hh)
        return {"h": h, "m": s.m, "copy": h}


def rollouts():
    for cell in discover_cells():
        for topology in NAMES:
            yield pytest.param((cell, topology, 1), id=f"{cell}-{topology}")
        yield pytest.param((cell, "many-to-many", 3), id=f"{cell}-stacked")


def run(cell, topology="many-to-many", layers=1, steps=7):
    return prepared(cell, topology=topology, layers=layers, steps=steps, batch=3, hidden=4).run()


def run_slow(cuts=(), held=None):
    rng = np.random.default_rng(0)
    model = SequenceModel((Slow(3, 4), Slow(4, 4)), 3, pattern("many-to-many", 6))
    values = {name: rng.normal(0, 0.7, p.shape) for name, p in model.parameters().items()}
    inputs, targets = np.eye(3)[rng.integers(0, 3, (6, 2))], rng.integers(0, 3, (6, 2))
    start = [{name: rng.normal(0, 1, (2, 4)) for name in Slow.states} for _ in range(2)]
    return model.run(values, inputs, targets, start, cuts, held)


def nodes(rollout):
    return [(run, t, name) for run in rollout.layers for t in range(1, rollout.steps + 1) for name in run.cell.states]


def check_sum(rollout, uses):
    cotangents = seeded(rollout, "all")
    for layer, t, name in nodes(rollout):
        node = layer.states[t][name]
        parts = uses.local(cotangents, node) + uses.back(cotangents, node)
        scale = max(norm(cotangents[node]), 1e-30)
        assert norm(parts - cotangents[node]) <= EXACT * scale, (layer.depth, t, name)


def check_ways(rollout, uses):
    """Nothing comes back to step T, and nothing but the last loss is local in a many-to-one rollout."""
    cotangents = seeded(rollout, "last")
    for layer, t, name in nodes(rollout):
        if name != layer.cell.states[0] or layer is not rollout.layers[-1]:
            continue
        local, back = (norm(part(cotangents, layer.states[t][name])) for part in (uses.local, uses.back))
        assert (local > 0) == (t == rollout.steps), t
        assert (back > 0) == (t < rollout.steps), t


@pytest.mark.parametrize("made", list(rollouts()))
def test_the_parts_add_up(made):
    rollout = run(*made)
    check_sum(rollout, Uses(rollout))


@pytest.mark.parametrize("cell", discover_cells())
def test_each_part_comes_its_own_way(cell):
    rollout = run(cell, "many-to-one")
    check_ways(rollout, Uses(rollout))


class Swapped(Uses):
    """Planted: the two parts exchanged."""

    def local(self, cotangents, state):
        return super().back(cotangents, state)

    def back(self, cotangents, state):
        return super().local(cotangents, state)


class ByScope(Uses):
    """Planted: takes every consumer of a later step for local."""

    def local(self, cotangents, state):
        return super().local(cotangents, state) + super().back(cotangents, state)


@pytest.mark.parametrize(("planted", "check"), [(Swapped, check_ways), (ByScope, check_sum), (ByScope, check_ways)])
def test_mistaken_parts_are_caught(planted, check):
    rollout = run("rnn", "many-to-one")
    with pytest.raises(AssertionError):
        check(rollout, planted(rollout))


def test_a_state_that_is_handed_on_or_shared_is_split_like_any_other():
    rollout = run_slow()
    check_sum(rollout, Uses(rollout))


def test_nothing_comes_back_over_a_cut():
    rollout = run_slow(cuts=(4,))
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    crossing = {t: norm(uses.back(cotangents, rollout.layers[0].states[t]["h"])) for t in range(1, 7)}
    assert [t for t, size in crossing.items() if size == 0] == [3, 6]


def by_hand(rollout, made):
    """Return, for a single-layer tanh network, local and back at each step from the equations."""
    (layer,), N = rollout.layers, made.batch.targets.shape[1]
    h = [states["h"].value for states in layer.states]
    W_hh, W_hy, b_y = (made.values[name] for name in ("W_hh", "W_hy", "b_y"))
    local, back, carried = {}, {}, np.zeros_like(h[0])
    for t in range(rollout.steps, 0, -1):
        y = h[t] @ W_hy + b_y
        p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
        local[t] = ((p - np.eye(len(b_y))[made.batch.targets[t - 1]]) / N) @ W_hy.T
        back[t] = carried
        carried = ((local[t] + back[t]) * (1 - h[t] ** 2)) @ W_hh.T
    return local, back


def test_a_vanilla_network_agrees_with_its_equations():
    made = prepared(steps=9, batch=2, hidden=5)
    rollout = made.run()
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    local, back = by_hand(rollout, made)
    for t in range(1, 10):
        node = rollout.layers[0].states[t]["h"]
        np.testing.assert_allclose(uses.local(cotangents, node), local[t], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(uses.back(cotangents, node), back[t], rtol=1e-12, atol=1e-15)


def test_where_gradients_explode_the_small_local_part_keeps_its_digits():
    made = prepared(values={"W_xh": 0.0}, activation="identity", init="identity=4", steps=60, hidden=5)
    rollout = made.run()
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    node = rollout.layers[0].states[1]["h"]
    expected = by_hand(rollout, made)[0][1]
    assert norm(cotangents[node]) > 1e30
    np.testing.assert_allclose(uses.local(cotangents, node), expected, rtol=1e-12)
    by_subtraction = cotangents[node] - uses.back(cotangents, node)
    assert norm(by_subtraction - expected) > norm(expected) / 2


def test_a_lower_layer_gets_its_local_part_from_the_layer_above():
    rollout = run("rnn", "many-to-one", layers=2)
    uses, cotangents = Uses(rollout), seeded(rollout, "last")
    below = [norm(uses.local(cotangents, states["h"])) for states in rollout.layers[0].states[1:]]
    assert all(size > 0 for size in below)


@pytest.mark.parametrize("cell", discover_cells())
def test_all_parts_together_are_the_cotangent(cell):
    rollout = run(cell)
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    for used in rollout.layers[0].aliases:
        for node in used.values():
            np.testing.assert_allclose(uses.whole(cotangents, node), cotangents[node], rtol=1e-12, atol=1e-15)


def test_reported_norms_are_those_of_the_parts():
    made = prepared("lstm", steps=6, layers=2)
    rollout = made.run()
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    found = report("lstm", steps=6, layers=2)
    for layer, run_ in zip(found.layers, rollout.layers, strict=True):
        for state in layer.states:
            for t in range(1, 7):
                node = run_.states[t][state.name]
                assert state.value[t - 1] == norm(node.value)
                assert state.total[t - 1] == norm(cotangents[node])
                assert state.local[t - 1] == norm(uses.local(cotangents, node))
                assert state.back[t - 1] == norm(uses.back(cotangents, node))
