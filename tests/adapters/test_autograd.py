"""HIPS autograd: what is right passes, planted rules are caught."""

import numpy as np
import pytest

from bptt_viz.adapters.api import check_autograd
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Verdict

pytest.importorskip("autograd", reason="needs autograd: pip install 'bptt-viz[autograd]'")

from autograd import numpy as anp
from autograd.extend import defvjp, primitive

RNG = np.random.default_rng(0)
T, N, D, H = 3, 2, 4, 5
PARAMETERS = {"W": RNG.standard_normal((D, H)) / 2, "U": RNG.standard_normal((H, H)) / 2, "b": np.zeros(H)}
ARGUMENTS = PARAMETERS, RNG.standard_normal((T, N, D)), np.zeros((N, H))


def tanh_with(slope):
    """Return a tanh with a rule of its own."""
    tanh = primitive(np.tanh)
    defvjp(tanh, lambda y, x: lambda g: g * slope(y))
    return tanh


def rnn(tanh=anp.tanh):
    def looped(params, x, h):
        states = []
        for x_t in x:
            h = tanh(anp.dot(x_t, params["W"]) + anp.dot(h, params["U"]) + params["b"])
            states.append(h)
        return anp.stack(states), {"last": h}

    return looped


@pytest.mark.parametrize("tanh", [anp.tanh, tanh_with(lambda y: 1 - y * y)], ids=["autograd's", "own"])
def test_what_is_right_passes_by_the_complex_step(tanh):
    found = check_autograd(rnn(tanh), *ARGUMENTS, full=True)
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert {case.method for case in found.cases} == {"complex"}
    assert [made.name for made in found.cases[0].comparisons] == [*(f"params['{name}']" for name in "WUb"), "x", "h"]


@pytest.mark.parametrize(
    ("slope", "said"), [(lambda y: 1 - y, "does not match"), (lambda y: 0.99 * (1 - y * y), "within a single step")]
)
def test_a_rule_that_is_wrong_is_caught(slope, said):
    found = check_autograd(rnn(tanh_with(slope)), *ARGUMENTS)
    assert found.verdict is Verdict.MISMATCH
    assert said in found.diagnosis


def test_declared_gates_are_told_apart():
    def lstm(x, h, c, W, b):
        i, f, g, o = anp.split(anp.dot(anp.concatenate([x, h], axis=1), W) + b, 4, axis=1)
        c = _sigmoid(f) * c + _sigmoid(i) * anp.tanh(g)
        return _wrong(_sigmoid(o), c)

    lstm.gates, lstm.gate_axis = {"W": "i f g o", "b": "i f g o"}, -1
    point = [RNG.standard_normal(shape) for shape in ((N, D), (N, H), (N, H), (D + H, 4 * H), (4 * H,))]
    found = check_autograd(lstm, *point)
    assert found.diagnosis.startswith(
        "W, output gate: the analytic gradient does not match the numeric one (0.5× along it)"
    )


def _sigmoid(x):
    return 1 / (1 + anp.exp(-x))


_wrong = primitive(lambda o, c: o * np.tanh(c))
defvjp(_wrong, lambda y, o, c: lambda g: g * anp.tanh(c) / 2, lambda y, o, c: lambda g: g * o * (1 - anp.tanh(c) ** 2))


def test_an_example_may_be_declared():
    def cube(x):
        return x**3

    with pytest.raises(UsageError, match=r"cube has no example inputs; set cube\.example_inputs"):
        check_autograd(cube)
    cube.example_inputs = RNG.standard_normal(4)
    assert check_autograd(cube).verdict is Verdict.PASS


def test_a_rule_that_fails_is_named():
    broken = primitive(np.sin)
    defvjp(broken, lambda y, x: lambda g: g * unknown)  # noqa: F821
    found = check_autograd(broken, RNG.standard_normal(3))
    assert found.verdict is Verdict.MISMATCH
    assert found.diagnosis.startswith("backward raises NameError")
