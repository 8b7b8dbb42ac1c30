"""Inputs by other names and in other layouts than our own: gates along rows, time along the second axis."""

from collections.abc import Mapping

import numpy as np
import pytest

from bptt_viz.checking import blocks
from bptt_viz.checking.localise import localise
from bptt_viz.checking.problem import Inputs, Kind, Outputs, Place, kind_of
from bptt_viz.checking.run import CheckRequest, check
from bptt_viz.checking.selftest.problem import HandProblem, load, posed
from bptt_viz.checking.shapes import Shape
from bptt_viz.results.check import Diagnosis, Judgement, Verdict

# What the inputs of the hand-written LSTM are called here, and how their axes are turned.
TURNED = {
    "W_xh": ("weight_ih", (1, 0)),
    "W_hh": ("weight_hh", (1, 0)),
    "b_h": ("bias", (0,)),
    "x": ("input", (1, 0, 2)),
}
NAMES = {name: theirs for name, (theirs, _) in TURNED.items()} | {"h_0": "first h", "c_0": "first c"}


def turned(name: str, value: np.ndarray) -> np.ndarray:
    """Turn one input's axes, with an axis of copies left in front."""
    axes = TURNED[name][1] if name in TURNED else tuple(range(value.ndim))
    lead = value.ndim - len(axes)
    return np.transpose(value, (*range(lead), *(axis + lead for axis in axes)))


class Turned:
    """The hand-written LSTM as a framework has it: weights by rows, sequences with the batch in front."""

    def __init__(self, inner: HandProblem) -> None:
        self.inner = inner
        self.label = inner.label
        self.batched = inner.batched
        self.inputs = {NAMES[name]: turned(name, value) for name, value in inner.inputs.items() if name in NAMES}
        self.gates = {NAMES[name]: gates for name, gates in inner.gates.items() if name in NAMES}
        self.kinds: Mapping[str, Kind] = {
            **{name: Kind(gate_axis=0) for name in ("weight_ih", "weight_hh", "bias")},
            "input": Kind(time_axis=1),
            "first h": Kind(state="h"),
            "first c": Kind(state="c"),
        }

    def outputs(self, inputs: Inputs) -> Outputs:
        back = {name: turned(name, inputs[theirs]) for name, theirs in NAMES.items()}
        return self.inner.outputs({**self.inner.inputs, **back})

    def pullback(self, cotangents: Outputs) -> Inputs:
        found = self.inner.pullback(cotangents)
        return {theirs: turned(name, found[name]) for name, theirs in NAMES.items()}


PLANTED = [
    ("df * f * (1 - f)", "df * f", ("weight_hh", "f"), "weight_hh, forget gate: "),
    ("dc_next = dc * f", "dc_next = dc * f * (0.5 if t else 1)", ("", ""), "carry from step t to t − 1"),
    (
        'd["b_h"] += da.sum(axis=0)',
        'd["b_h"] += da.sum(axis=0) / 2',
        ("bias", ""),
        "bias: the analytic gradient is 0.5×",
    ),
]


def planted(old: str, new: str):
    family = load("lstm", old, new)
    return lambda shape, rng: Turned(posed(family, shape, rng))


def diagnosed(old: str, new: str) -> Diagnosis:
    found = localise(planted(old, new), [Shape(3, 2, zero_state=False)], 0, Judgement(), None)
    assert found is not None
    return found


def test_by_our_own_names_x_is_the_sequence_and_h_0_a_first_state() -> None:
    own = posed(load("lstm"), Shape(2, 1, zero_state=False), np.random.default_rng(0))
    assert kind_of(own, "x").time_axis == 0
    assert kind_of(own, "W_xh") == Kind()
    assert [kind_of(own, name).state for name in ("h_0", "c_0", "h_0_l1", "W_hh_l0")] == ["h", "c", "h", ""]


def test_a_right_gradient_in_another_layout_passes() -> None:
    family = load("lstm")
    found = check("turned", lambda shape, rng: Turned(posed(family, shape, rng)), CheckRequest("", every_entry=True))
    assert found.verdict is Verdict.PASS
    assert {made.name for made in found.cases[-1].gates} >= {"weight_ih:f", "weight_hh:o", "bias:g"}


@pytest.mark.parametrize(("old", "new", "where", "expected"), PLANTED)
def test_a_fault_is_located_by_their_names(old, new, where, expected) -> None:
    assert expected in check("turned", planted(old, new), CheckRequest("")).diagnosis


@pytest.mark.parametrize(("old", "new", "where", "expected"), PLANTED)
def test_blocks_locate_what_entries_do(monkeypatch, old, new, where, expected) -> None:
    by_entries = diagnosed(old, new)
    monkeypatch.setattr(blocks, "_TOGETHER", 0)
    by_blocks = diagnosed(old, new)
    assert (by_blocks.input, by_blocks.gate) == (by_entries.input, by_entries.gate) == where
    assert by_blocks.lag == by_entries.lag
    assert by_blocks.path == by_entries.path
    assert by_blocks.heat.rows == by_entries.heat.rows
    wrong = [np.array(each.heat.errors) > 1e-9 for each in (by_entries, by_blocks)]
    assert np.array_equal(*wrong)


def test_too_many_entries_to_move_are_looked_into_by_blocks(monkeypatch) -> None:
    old, new, _, expected = PLANTED[0]
    monkeypatch.setattr(blocks, "_TOGETHER", 0)
    found = check("turned", planted(old, new), CheckRequest("", shapes=(Shape(2, 3, zero_state=False),)))
    assert expected in found.diagnosis
    assert [case.tier for case in found.cases] == ["gate"]
    assert found.cases[0].heat is not None


def test_blocks_of_a_right_gradient_agree(monkeypatch) -> None:
    problem = Turned(posed(load("lstm"), Shape(3, 2, zero_state=False), np.random.default_rng(1)))
    outputs = problem.outputs(problem.inputs)
    cotangents: Outputs = {place: np.ones_like(value) for place, value in outputs.items()}
    drawn = blocks.all_blocks(problem)
    numeric = blocks.projected_slopes(problem, drawn, cotangents, blocks.Method.COMPLEX, Judgement())
    place = Place("h", 3)
    analytic = problem.pullback({at: value * (at == place) for at, value in cotangents.items()})
    for each in drawn:
        row = list(cotangents).index(place)
        np.testing.assert_allclose(each.analytic(analytic[each.name]), numeric[each.name][row], rtol=1e-11, atol=1e-13)


class Total:
    """The sum of all h_t: an output that stands at no step."""

    def __init__(self, inner: Turned) -> None:
        self.inner = inner
        self.label, self.batched, self.inputs, self.gates = inner.label, True, inner.inputs, inner.gates
        self.kinds = inner.kinds

    def outputs(self, inputs: Inputs) -> Outputs:
        found = self.inner.outputs(inputs)
        return {Place("loss"): sum(value.sum(axis=(-2, -1)) for place, value in found.items() if place.path == "h")}

    def pullback(self, cotangents: Outputs) -> Inputs:
        outputs = self.inner.outputs(self.inner.inputs)
        return self.inner.pullback(
            {p: (p.path == "h") * cotangents[Place("loss")] * np.ones_like(value) for p, value in outputs.items()}
        )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dc_next = dc * f", "dc_next = dc * f * (0.5 if t else 1)", "carry from step t to t − 1: "),
        (
            'd["b_h"] += da.sum(axis=0)',
            'd["b_h"] += da.sum(axis=0) / 2',
            "bias: the analytic gradient is 0.5× the numeric one",
        ),
    ],
)
def test_from_a_loss_alone_the_lag_is_told_by_the_sequence_or_not_at_all(old, new, expected) -> None:
    make = planted(old, new)
    shapes = (Shape(3, 2, zero_state=False), Shape(1, 2, zero_state=True))
    found = check("total", lambda shape, rng: Total(make(shape, rng)), CheckRequest("", shapes=shapes[:1]))
    assert found.verdict is Verdict.MISMATCH
    assert found.cases[-1].heat.columns == ("loss",)
    assert expected in found.diagnosis
    assert "within a single step" not in found.diagnosis
