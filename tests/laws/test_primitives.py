"""Every primitive obeys every law, on every sample."""

import numpy as np
import pytest

from bptt_viz.ops import discover_primitives
from bptt_viz.tape import backward, forward

from . import laws
from .samples import SAMPLES

PRIMITIVES = discover_primitives()
# Its derivative is zero by definition, though its value is the identity.
CUT = "stop_gradient"


def _cases(but: str = ""):
    return [
        pytest.param(PRIMITIVES[name], sample, id=f"{name}-{sample.label}")
        for name, samples in SAMPLES.items()
        if name != but
        for sample in samples
    ]


every_sample = pytest.mark.parametrize(("primitive", "sample"), _cases())
every_smooth_sample = pytest.mark.parametrize(("primitive", "sample"), _cases(but=CUT))
every_source = pytest.mark.parametrize("source", laws.SOURCES)
# Whether work is deferred depends on the parent: not for a computed one.
each_way = pytest.mark.parametrize("source", ["leaf", "computed"])
leads = pytest.mark.parametrize("lead", [(3,), (2, 3)], ids=str)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_every_discovered_primitive_has_a_sample(name):
    assert SAMPLES.get(name), f"add an entry for {name!r} to tests/laws/samples.py"


def test_no_sample_is_left_from_a_primitive_that_is_gone():
    assert SAMPLES.keys() <= PRIMITIVES.keys()


@every_source
@every_sample
def test_jvp_is_the_transpose_of_vjp(primitive, sample, source):
    laws.jvp_is_the_transpose_of_vjp(primitive, sample, source)


@every_source
@every_smooth_sample
def test_vjp_matches_complex_step(primitive, sample, source):
    laws.vjp_matches_complex_step(primitive, sample, source)


@every_smooth_sample
def test_jvp_matches_complex_step(primitive, sample):
    laws.jvp_matches_complex_step(primitive, sample)


@every_sample
def test_vjp_is_homogeneous(primitive, sample):
    laws.vjp_is_homogeneous(primitive, sample)


@every_sample
def test_every_parent_gets_a_message(primitive, sample):
    laws.every_parent_gets_a_message(primitive, sample)


@each_way
@every_sample
def test_derivatives_have_the_shapes_of_values(primitive, sample, source):
    laws.derivatives_have_the_shapes_of_values(primitive, sample, source)


@leads
@each_way
@every_sample
def test_cotangents_along_leading_axes_are_single_passes(primitive, sample, source, lead):
    laws.cotangents_along_leading_axes_are_single_passes(primitive, sample, source, lead)


@leads
@every_sample
def test_tangents_along_leading_axes_are_single_passes(primitive, sample, lead):
    laws.tangents_along_leading_axes_are_single_passes(primitive, sample, lead=lead)


@every_source
@every_sample
def test_a_leading_axis_of_values_is_separate_recordings(primitive, sample, source):
    laws.a_leading_axis_of_values_is_separate_recordings(primitive, sample, source)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@each_way
@every_sample
def test_types_stay(primitive, sample, source, dtype):
    laws.types_stay(primitive, sample, source, dtype)


@each_way
@every_sample
def test_passes_leave_no_trace(primitive, sample, source):
    laws.passes_leave_no_trace(primitive, sample, source)


@every_sample
def test_integers_are_refused(primitive, sample):
    laws.integers_are_refused(primitive, sample)


@every_sample
def test_the_symbolic_rule_reads_for_every_parent(primitive, sample):
    laws.rule_reads_for_every_parent(primitive, sample)


@pytest.mark.parametrize("sample", SAMPLES[CUT], ids=lambda sample: sample.label)
def test_stop_gradient_is_the_one_exception(sample):
    tape, (leaf,), node = laws.record(PRIMITIVES[CUT], sample)
    assert np.array_equal(node.value, leaf.value)
    assert not backward(tape, {node: np.ones(node.shape)})[leaf].any()
    assert not forward(tape, {leaf: np.full(leaf.shape, np.inf)})[node].any()
    with pytest.raises(AssertionError):
        laws.vjp_matches_complex_step(PRIMITIVES[CUT], sample)
