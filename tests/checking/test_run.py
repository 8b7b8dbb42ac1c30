"""A whole check: built-in cells pass every entry, truncation is checked honestly, verdicts add up."""

import numpy as np
import pytest

from bptt_viz.cells import discover_cells
from bptt_viz.checking.differences import Method
from bptt_viz.checking.model_problem import ModelProblem, random_problem
from bptt_viz.checking.run import CheckRequest, check, check_all, check_model, worst
from bptt_viz.checking.selftest.problem import load, posed
from bptt_viz.checking.shapes import Shape, parse_shapes, pattern_of
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import SequenceModel
from bptt_viz.results.check import Case, Judgement, Verdict
from bptt_viz.topologies import NAMES, pattern

CELLS = list(discover_cells())


@pytest.mark.parametrize("cell", CELLS)
def test_every_entry_of_a_built_in_cell_agrees_with_the_complex_step_to_1e_12(cell: str) -> None:
    found = check_model(CheckRequest(cell, every_entry=True))
    assert found.verdict is Verdict.PASS
    assert {case.method for case in found.cases} == {"complex"}
    assert max(made.error for case in found.cases for made in case.comparisons) <= 1e-12


@pytest.mark.parametrize("method", [Method.CENTRAL, Method.CENTRAL6, Method.RIDDERS])
@pytest.mark.parametrize("cell", CELLS)
def test_every_entry_of_a_built_in_cell_agrees_with_real_differences(cell: str, method: Method) -> None:
    assert check_model(CheckRequest(cell, every_entry=True, method=method)).verdict is Verdict.PASS


@pytest.mark.parametrize("topology", NAMES)
def test_every_topology_passes(topology: str) -> None:
    shapes = parse_shapes("2x1,5x3")
    assert check_model(CheckRequest("lstm", topology=topology, shapes=shapes)).verdict is Verdict.PASS


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_truncated_backpropagation_passes_the_honest_check(cell: str, n: int) -> None:
    assert check_model(CheckRequest(cell, truncate=n, layers=2)).verdict is Verdict.PASS


def test_a_difference_of_the_whole_function_would_call_a_truncated_gradient_wrong(monkeypatch) -> None:
    monkeypatch.setattr(ModelProblem, "_carried", lambda self: None)
    assert check_model(CheckRequest("rnn", truncate=2)).verdict is Verdict.MISMATCH


def test_gradients_that_really_vanish_are_checked_beside_the_large_ones() -> None:
    assert check_model(CheckRequest("rnn", init="radius=0.01", shapes=parse_shapes("30x2"))).verdict is Verdict.PASS


def test_a_kink_that_stays_is_inconclusive_with_its_place() -> None:
    model = SequenceModel((discover_cells()["rnn"](3, 4, activation="relu"),), 5, pattern("many-to-many", 2))
    values = model.draw(np.random.default_rng(0), Initialisation.parse("xavier"))

    def padded(shape: Shape, rng: np.random.Generator) -> ModelProblem:
        made = random_problem(model, values, shape.size, zero_state=True, rng=rng)
        made.inputs["x"] = 0 * made.inputs["x"]
        return made

    found = check("padded", padded, CheckRequest("padded", shapes=(Shape(2, 3, zero_state=True),)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.diagnosis == "the point is a kink: the slopes on its two sides differ (T=2 N=3 zero state)"


@pytest.mark.parametrize(
    ("family", "old", "new", "expected"),
    [
        ("lstm", "df * f * (1 - f)", "df * f", "W_hh, forget gate: "),
        ("lstm", "dc_next = dc * f", "dc_next = dc * f * (0.5 if t else 1)", "carry of c from step t to t − 1"),
        ("lstm", " + dh_next\n        do", "\n        do", "only with more than one time step"),
        ("vanilla", "da.sum(axis=0)", "da[0]", "only with more than one row"),
        ("vanilla", "h_prev.T @ da", "np.tanh(h_prev).T @ da", "only where the previous state is not zero"),
        ("vanilla", "da.sum(axis=0)", "da.sum(axis=0) / 2", "b_h: the analytic gradient is 0.5× the numeric one"),
    ],
)
def test_a_failure_says_what_to_look_at(family: str, old: str, new: str, expected: str) -> None:
    planted = load(family, old, new)
    found = check(family, lambda shape, rng: posed(planted, shape, rng), CheckRequest(family))
    assert found.verdict is Verdict.MISMATCH
    assert expected in found.diagnosis
    assert found.cases[-1].heat is not None


def test_the_worst_verdict_of_several_targets_counts() -> None:
    assert worst([Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.MISMATCH]) is Verdict.MISMATCH
    assert worst([Verdict.PASS, Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE
    shares: list[float] = []
    found = check_all([CheckRequest("rnn"), CheckRequest("gru")], shares.append)
    assert found.verdict is Verdict.PASS
    assert shares == [0.5, 1.0]


@pytest.mark.parametrize(
    "judgement", [Judgement(rtol=float("nan")), Judgement(rtol=-1.0), Judgement(atol=float("inf")), Judgement(eps=0.0)]
)
def test_tolerances_that_make_no_sense_are_refused(judgement: Judgement) -> None:
    with pytest.raises(UsageError, match="positive and finite"):
        check_model(CheckRequest("rnn", judgement=judgement))


@pytest.mark.parametrize("text", ["", "5", "0x3", "5x", "x3", "-1x2", "5x3,", "a×b"])
def test_shapes_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="TxN"):
        parse_shapes(text)


def test_no_pattern_is_read_into_failures_everywhere() -> None:
    shapes = parse_shapes("1x1,2x3")
    cases = [Case("", "gate", "complex", Verdict.MISMATCH, "", ())] * len(shapes)
    assert pattern_of(shapes, cases) == ""


@pytest.mark.parametrize("method", [None, *Method])
def test_every_entry_of_a_truncated_gradient_passes(method: Method | None) -> None:
    """An input that reaches no step behind the cut has no copies there."""
    assert (
        check_model(CheckRequest("gru", truncate=2, layers=2, every_entry=True, method=method)).verdict is Verdict.PASS
    )
