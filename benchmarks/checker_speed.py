"""The two tiers of the checker on an LSTM, timed beside torch's gradcheck, and the accuracy of the numeric side."""

from collections.abc import Callable
from statistics import median
from subprocess import DEVNULL, run
from sys import executable
from time import perf_counter

import numpy as np
import torch

from benchmarks.timing import Call, Rounds, interleaved, milliseconds, ratio
from bptt_viz.cells.lstm import LSTM
from bptt_viz.checking import entries
from bptt_viz.checking.differences import Method
from bptt_viz.checking.full import full, numeric_gradients
from bptt_viz.checking.gate import Probe, gate, probe, signed
from bptt_viz.checking.model_problem import random_problem
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.selftest.problem import HandProblem, load, posed
from bptt_viz.checking.shapes import Shape
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import SequenceModel
from bptt_viz.results.check import Judgement, Verdict
from bptt_viz.topologies import pattern

SIZES = ((8, 4, 8, 16), (8, 4, 16, 32))
V = 6
Row = tuple[str, ...]


def hand_written(size: tuple[int, ...]) -> Problem:
    """The LSTM that stands in the catalogue of bugs, without one."""
    T, N, D, H = size
    rng = np.random.default_rng(0)
    shapes = {"W_xh": (D, 4 * H), "W_hh": (H, 4 * H), "b_h": (4 * H,), "h_0": (N, H), "c_0": (N, H), "x": (T, N, D)}
    return HandProblem(load("lstm"), {name: rng.standard_normal(s) / 2 for name, s in shapes.items()}, "", T)


def recorded(size: tuple[int, ...]) -> Problem:
    """The package's own LSTM on its tape, with a readout and a loss at the last step."""
    T, N, D, H = size
    rng = np.random.default_rng(0)
    model = SequenceModel((LSTM(D, H),), V, pattern("many-to-one", T))
    return random_problem(model, model.draw(rng, Initialisation.parse("xavier")), N, zero_state=False, rng=rng)


def _gate(problem: Problem) -> Call:
    def call() -> None:
        assert gate(problem, np.random.default_rng(1), Judgement())[0].verdict is Verdict.PASS

    return call


def _full(problem: Problem, method: Method) -> Call:
    asked = probe(problem, np.random.default_rng(1), method)

    def call() -> None:
        assert full(problem, asked, Judgement()).verdict is Verdict.PASS

    return call


def _torch(size: tuple[int, ...], fast: bool) -> Call:
    """`gradcheck` of the same equations in torch's own operations; all states and the last c are outputs."""
    T, N, D, H = size
    torch.manual_seed(0)
    shapes = ((T, N, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,))
    inputs = [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in shapes]

    def call() -> None:
        assert torch.autograd.gradcheck(_torch_lstm, inputs, fast_mode=fast)

    return call


def _torch_lstm(
    x: torch.Tensor, h: torch.Tensor, c: torch.Tensor, W_xh: torch.Tensor, W_hh: torch.Tensor, b: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    states = []
    for x_t in x:
        i, f, o, g = (x_t @ W_xh + h @ W_hh + b).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states), c


GATE_HEAD = ("one check at T=8 N=4 D=8 H=16", "ms", "÷ ours, hand-written")


def gate_rows(rounds: int) -> list[Row]:
    """The gate tier beside torch's fast mode."""
    size = SIZES[0]
    calls = {
        "ours, gate tier, hand-written": _gate(hand_written(size)),
        "ours, gate tier, recorded": _gate(recorded(size)),
        "torch gradcheck, fast": _torch(size, fast=True),
    }
    found = interleaved(calls, rounds)
    return [(name, milliseconds(found[name]), f"{ratio(found, name, next(iter(calls))):.2f}") for name in calls]


FULL_HEAD = ("every entry of every input", "T, N, D, H", "inputs", "ms", "torch slow ÷ it")


def full_rows(rounds: int) -> list[Row]:
    """The full tier beside torch's slow mode."""
    rows: list[Row] = []
    for size in SIZES:
        problems = {"hand-written": hand_written(size), "recorded": recorded(size)}
        calls = {f"ours, {name}, complex": _full(problem, Method.COMPLEX) for name, problem in problems.items()}
        calls["ours, hand-written, central"] = _full(problems["hand-written"], Method.CENTRAL)
        calls["torch gradcheck, slow"] = _torch(size, fast=False)
        found = interleaved(calls, rounds)
        rows += [_full_row(name, size, problems, found) for name in calls]
    return rows


def _full_row(name: str, size: tuple[int, ...], problems: dict[str, Problem], found: Rounds) -> Row:
    inputs = problems["recorded" if "recorded" in name else "hand-written"].inputs
    count = sum(value.size for value in inputs.values())
    faster = f"{ratio(found, 'torch gradcheck, slow', name):.1f}"
    return (name, ", ".join(map(str, size)), f"{count:,}", milliseconds(found[name]), faster)


def process_row(runs: int) -> Row:
    """A whole process that checks every entry."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        run([executable, "-m", "bptt_viz", "check", "lstm", "--full"], check=True, stdout=DEVNULL)
        times.append(perf_counter() - start)
    return (f"`bptt-viz check lstm --full`, the process, median of {runs}", f"{1e3 * median(times):.0f}", "")


ACCURACY_HEAD = ("numeric side", "worst element ÷ largest element", "norm of the error ÷ norm")


def accuracy_rows() -> list[Row]:
    """Every method against differences in 80-bit arithmetic, on the hand-written LSTM at T=3 N=2."""
    problem = posed(load("lstm"), Shape(3, 2, zero_state=False), np.random.default_rng(0))
    rng = np.random.default_rng(1)
    cotangents = {place: signed(rng, value.shape) for place, value in problem.outputs(problem.inputs).items()}
    exact = np.concatenate([_extended_gradient(problem, cotangents, name).ravel() for name in problem.inputs])

    def numeric(method: Method) -> np.ndarray:
        found, _ = numeric_gradients(problem, Probe(cotangents, {}, method, ""))
        return np.concatenate([gradient.ravel() for gradient in found.values()])

    rows = {"complex step, as the full tier takes it": numeric(Method.COMPLEX)}
    rows["complex step, private copies"] = _without_dual_numbers(lambda: numeric(Method.COMPLEX))
    rows |= {str(method): numeric(method) for method in (Method.RIDDERS, Method.CENTRAL6, Method.CENTRAL)}
    analytic = problem.pullback(cotangents)
    rows["(the backward pass itself)"] = np.concatenate([analytic[name].ravel() for name in problem.inputs])
    return [(name, *_distances(gradient, exact)) for name, gradient in rows.items()]


def _distances(found: np.ndarray, exact: np.ndarray) -> Row:
    gap = found - exact
    worst = np.abs(gap).max() / np.abs(exact).max()
    return f"{worst:.1e}", f"{np.sqrt(np.sum(gap**2) / np.sum(exact**2)):.1e}"


def _without_dual_numbers(call: Callable[[], np.ndarray]) -> np.ndarray:
    kept = entries._by_dual_numbers
    entries._by_dual_numbers = lambda *_: None
    try:
        return call()
    finally:
        entries._by_dual_numbers = kept


# Central differences of order 8: multiples of the step and their weights.
_STENCIL = ((1, 4 / np.longdouble(5)), (2, -1 / np.longdouble(5)))
_STENCIL += ((3, 4 / np.longdouble(105)), (4, -1 / np.longdouble(280)))


def _extended_gradient(problem: Problem, cotangents: dict, name: str) -> np.ndarray:
    """Differences of order 8 at two steps, extrapolated to order 10, with 64 bits of mantissa."""
    wide = {key: value.astype(np.longdouble) for key, value in problem.inputs.items()}
    found = np.zeros(wide[name].shape, np.longdouble)

    def along(index: tuple[int, ...], step: np.longdouble) -> np.longdouble:
        moved = wide[name].copy()
        moved[index] += step
        outputs = problem.outputs({**wide, name: moved})
        return sum(np.sum(outputs[place] * cotangent) for place, cotangent in cotangents.items())

    def slope(index: tuple[int, ...], step: np.longdouble) -> np.longdouble:
        return sum(weight * (along(index, k * step) - along(index, -k * step)) for k, weight in _STENCIL) / step

    h = np.longdouble(2) ** -7
    for index in np.ndindex(found.shape):
        coarse, fine = slope(index, h), slope(index, h / 2)
        found[index] = fine + (fine - coarse) / 255
    return found
