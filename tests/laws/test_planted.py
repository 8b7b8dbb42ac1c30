"""Wrong rules planted on purpose: each is caught by the law that is there for it, and the right rule passes it."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.ops import discover_primitives
from bptt_viz.tape import Pending

from . import laws
from .samples import SAMPLES

PRIMITIVES = discover_primitives()
SMOOTH = [name for name in PRIMITIVES if name != "stop_gradient"]


def _sample(primitive, label):
    return next(sample for sample in SAMPLES[primitive.name] if sample.label == label)


def _dense(message):
    return type(message).combine([message]) if isinstance(message, Pending) else message


def _scaled(primitive, factor):
    """Return copies of a primitive whose VJP, or JVP, is off by a factor."""

    def vjp(g, node):
        return [None if message is None else factor * _dense(message) for message in primitive.vjp(g, node)]

    def jvp(dot, node):
        return factor * primitive.jvp(dot, node)

    return replace(primitive, vjp=vjp, transparent=False), replace(primitive, jvp=jvp)


def _rejected(law, primitive, sample):
    with pytest.raises(AssertionError):
        law(primitive, sample)


@pytest.mark.parametrize("factor", [1.01, -1, 1 + 1e-9], ids=["one percent", "sign", "one in a billion"])
@pytest.mark.parametrize("name", SMOOTH)
def test_a_scaled_rule_is_caught(name, factor):
    sample = SAMPLES[name][0]
    wrong_vjp, wrong_jvp = _scaled(PRIMITIVES[name], factor)
    _rejected(laws.jvp_is_the_transpose_of_vjp, wrong_vjp, sample)
    _rejected(laws.jvp_is_the_transpose_of_vjp, wrong_jvp, sample)
    _rejected(laws.vjp_matches_complex_step, wrong_vjp, sample)
    _rejected(laws.jvp_matches_complex_step, wrong_jvp, sample)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_mistake_that_both_rules_share_is_caught_by_complex_step(name):
    sample = SAMPLES[name][0]
    wrong_vjp, wrong_jvp = _scaled(PRIMITIVES[name], 1.01)
    wrong = replace(wrong_vjp, jvp=wrong_jvp.jvp)
    laws.jvp_is_the_transpose_of_vjp(wrong, sample)
    _rejected(laws.vjp_matches_complex_step, wrong, sample)
    _rejected(laws.jvp_matches_complex_step, wrong, sample)


def _untransposed(g, node):
    a, b = node.parents
    return g @ b.value, a.value.T @ g


def _unswapped(g, node):
    a, b = node.parents
    return g * a.value, g * b.value


def _of_the_wrong_argument(g, node):
    return (g * (1 - node.parents[0].value ** 2),)


def _uncentred(g, node):
    return (g * node.value,)


def _unmasked(g, node):
    (logits,), rows = node.parents, np.arange(len(node.value))
    surplus = np.exp(logits.value) / np.exp(logits.value).sum(-1, keepdims=True)
    surplus[rows, node.attributes["targets"]] -= 1
    return (g[..., None] * surplus,)


def _last_of_equal_rows(g, node):
    total = np.zeros(g.shape[: g.ndim - node.value.ndim] + node.parents[0].shape)
    total[..., node.attributes["rows"], :] = g
    return (total,)


def _to_both(g, node):
    return g, g


@pytest.mark.parametrize(
    ("name", "label", "vjp"),
    [
        ("matmul", "square", _untransposed),
        ("multiply", "one shape", _unswapped),
        ("tanh", "matrix", _of_the_wrong_argument),
        ("softmax", "rows", _uncentred),
        ("softmax_cross_entropy", "masked rows", _unmasked),
        ("embedding", "a row used twice", _last_of_equal_rows),
        ("where", "one shape", _to_both),
        ("subtract", "one shape", _to_both),
    ],
)
def test_a_wrong_formula_is_caught(name, label, vjp):
    right = PRIMITIVES[name]
    wrong, sample = replace(right, vjp=vjp), _sample(right, label)
    for law in (laws.jvp_is_the_transpose_of_vjp, laws.vjp_matches_complex_step):
        law(right, sample)
        _rejected(law, wrong, sample)


@pytest.mark.parametrize("label", ["row of biases", "number beside matrix", "batch beside matrix"])
def test_a_forgotten_unbroadcast_is_caught(label):
    right = PRIMITIVES["add"]
    wrong, sample = replace(right, vjp=_to_both), _sample(right, label)
    laws.derivatives_have_the_shapes_of_values(wrong, _sample(right, "one shape"))
    _rejected(laws.derivatives_have_the_shapes_of_values, wrong, sample)


def test_a_missing_message_is_caught():
    right = PRIMITIVES["multiply"]
    wrong = replace(right, vjp=lambda g, node: (g * node.parents[1].value,))
    _rejected(laws.every_parent_gets_a_message, wrong, _sample(right, "one shape"))


def test_an_axis_counted_from_the_front_is_caught_by_leading_axes():
    right, sample = PRIMITIVES["sum"], _sample(PRIMITIVES["sum"], "last axis")

    def vjp(g, node):
        return (np.repeat(np.expand_dims(g, 1), node.parents[0].shape[-1], axis=1),)

    wrong = replace(right, vjp=vjp)
    laws.jvp_is_the_transpose_of_vjp(wrong, sample)
    _rejected(laws.cotangents_along_leading_axes_are_single_passes, wrong, sample)


def test_a_cast_to_single_precision_is_caught():
    right, sample = PRIMITIVES["tanh"], _sample(PRIMITIVES["tanh"], "matrix")
    wrong = replace(right, vjp=lambda g, node: (right.vjp(g, node)[0].astype(np.float32),))
    _rejected(laws.types_stay, wrong, sample)
    _rejected(laws.vjp_matches_complex_step, wrong, sample)


def test_a_cotangent_changed_in_place_is_caught():
    right, sample = PRIMITIVES["exp"], _sample(PRIMITIVES["exp"], "matrix")

    def vjp(g, node):
        g *= node.value
        return (g,)

    laws.jvp_is_the_transpose_of_vjp(right, sample)
    _rejected(laws.passes_leave_no_trace, replace(right, vjp=vjp), sample)


def test_a_leak_from_call_to_call_is_caught():
    right, sample, held = PRIMITIVES["exp"], _sample(PRIMITIVES["exp"], "matrix"), []

    def vjp(g, node):
        held.append(g * node.value)
        return (np.sum(held, axis=0),)

    _rejected(laws.passes_leave_no_trace, replace(right, vjp=vjp), sample)


def test_a_clip_is_caught_at_large_cotangents_only():
    right, sample = PRIMITIVES["tanh"], _sample(PRIMITIVES["tanh"], "matrix")
    wrong = replace(right, vjp=lambda g, node: (np.clip(right.vjp(g, node)[0].real, -5, 5),))
    laws.vjp_matches_complex_step(wrong, sample)
    _rejected(laws.vjp_is_homogeneous, wrong, sample)


def test_a_rule_without_a_template_for_a_parent_is_caught():
    right = PRIMITIVES["multiply"]
    _rejected(laws.rule_reads_for_every_parent, replace(right, rule=("{g} ⊙ {b}",)), _sample(right, "one shape"))
    _rejected(laws.rule_reads_for_every_parent, replace(right, rule=("{g}", "{c}")), _sample(right, "one shape"))


def test_a_value_that_converts_integers_is_caught():
    right, sample = PRIMITIVES["exp"], _sample(PRIMITIVES["exp"], "matrix")
    laws.integers_are_refused(right, sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bptt_viz.tape.tape.inexact", lambda value, _: np.asarray(value, float))
        _rejected(laws.integers_are_refused, right, sample)
