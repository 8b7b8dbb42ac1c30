"""JAX: what is right passes, traced or not; planted rules are caught, and single precision is refused."""

import numpy as np
import pytest

from bptt_viz.adapters.api import check_jax
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Verdict

jax = pytest.importorskip("jax", reason="needs JAX: pip install 'bptt-viz[jax]'")
jnp = jax.numpy

RNG = np.random.default_rng(0)
T, N, D, H = 3, 2, 4, 5
PARAMETERS = {"W": RNG.standard_normal((D, H)) / 2, "U": RNG.standard_normal((H, H)) / 2, "b": np.zeros(H)}
ARGUMENTS = PARAMETERS, RNG.standard_normal((T, N, D)), np.zeros((N, H))


def tanh_with(slope):
    """Return a tanh with a rule of its own."""

    @jax.custom_vjp
    def tanh(x):
        return jnp.tanh(x)

    tanh.defvjp(lambda x: (jnp.tanh(x), jnp.tanh(x)), lambda y, g: (g * slope(y),))
    return tanh


def rnn(tanh=jnp.tanh):
    def scanned(params, x, h):
        def step(h, x_t):
            h = tanh(x_t @ params["W"] + h @ params["U"] + params["b"])
            return h, h

        last, states = jax.lax.scan(step, h, x)
        return states, last

    return scanned


def check(function, *inputs, **options):
    return check_jax(function, *(inputs or ARGUMENTS), **{"shapes": "2x1,3x2", **options})


def test_a_scan_passes_by_the_complex_step():
    found = check(rnn())
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert {case.method for case in found.cases} == {"complex"}
    assert [made.name for made in found.cases[0].comparisons] == [*(f"params['{name}']" for name in "WUb"), "x", "h"]
    assert [case.label for case in found.cases][-1] == "T=3 N=2 random state"


def test_a_rule_that_is_right_passes():
    assert check(rnn(tanh_with(lambda y: 1 - y * y)), full=True).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("slope", "said"), [(lambda y: 1 - y, "does not match"), (lambda y: 0.99 * (1 - y * y), "within a single step")]
)
def test_a_rule_that_is_wrong_is_caught(slope, said):
    found = check(rnn(tanh_with(slope)))
    assert found.verdict is Verdict.MISMATCH
    assert said in found.diagnosis


def test_a_function_that_looks_at_values_is_run_as_it_stands():
    def branching(x):
        return jnp.tanh(x) if x.sum().real > 0 else jnp.sin(x)

    assert check(branching, RNG.standard_normal((2, 3)), shapes="1x1").verdict is Verdict.PASS


def test_single_precision_inside_is_refused_with_advice():
    with pytest.raises(UsageError, match=r"float32 in convert_element_type\); let types follow the input"):
        check(lambda x: jnp.sum(jnp.tanh(x.astype(jnp.float32)).astype(float)), RNG.standard_normal(3))


def test_random_numbers_inside_are_named():
    found = check(lambda x: x + np.random.default_rng().random(), RNG.standard_normal(3))
    assert (found.verdict, found.diagnosis[:15]) == (Verdict.INCONCLUSIVE, "two calls diffe")


def test_precision_is_left_as_it_was():
    check(rnn(), shapes="2x1")
    assert jnp.ones(2).dtype == jnp.float32
