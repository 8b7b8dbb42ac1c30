"""Recording: order, scopes, constants, and what a tape refuses."""

import gc
import weakref

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import add, concatenate, matmul, multiply, tanh, where
from bptt_viz.tape import LEAF, Scope, Tape, backward, forward

from .graphs import decimals, unrolled


def test_append_order_is_topological():
    tape = unrolled().tape
    assert [node.index for node in tape.nodes] == list(range(len(tape)))
    assert all(parent.index < node.index for node in tape.nodes for parent in node.parents)


def test_parents_are_nodes_of_the_same_tape():
    tape = unrolled().tape
    assert all(tape.nodes[parent.index] is parent for node in tape.nodes for parent in node.parents)


def test_a_leaf_is_the_given_array_itself():
    tape, x = Tape(), decimals(2, 3)
    assert tape.leaf(x).value is x
    assert tape.leaf(x).primitive is LEAF


def test_nodes_get_the_scope_they_are_recorded_under():
    tape = Tape()
    x = tape.leaf(1.0)
    with tape.at(t=3, layer=1, role="cell"):
        inner = tanh(x)
        with tape.at(t=4):
            deeper = tanh(inner)
        after = tanh(inner)
    assert (x.scope, inner.scope, deeper.scope, after.scope, tanh(x).scope) == (
        Scope(),
        Scope(3, 1, "cell"),
        Scope(4),
        Scope(3, 1, "cell"),
        Scope(),
    )


def test_a_scope_ends_even_when_the_block_raises():
    tape = Tape()
    with pytest.raises(RuntimeError), tape.at(t=1):
        raise RuntimeError
    assert tape.scope == Scope()


def test_a_node_says_what_it_is_and_where():
    tape = Tape()
    with tape.at(t=2):
        h = tanh(tape.leaf(decimals(2, 3)), "h")
    assert repr(h) == "<h #1 t=2 float64[2, 3]>"
    assert repr(tanh(h)) == "<tanh #2 float64[2, 3]>"


def test_a_constant_gets_no_cotangent():
    tape = Tape()
    x, k = tape.leaf(decimals(2)), tape.constant(decimals(2, seed=1))
    cotangents = backward(tape, {x * k + k: np.ones(2)})
    assert np.array_equal(cotangents[x], k.value)
    assert not cotangents.reached(k)
    assert np.array_equal(cotangents[k], np.zeros(2))


@pytest.mark.parametrize("value", [3, [1, 2], np.arange(3), np.array([True, False]), "text"])
@pytest.mark.parametrize("kind", ["leaf", "constant"])
def test_what_is_not_floating_is_refused(kind, value):
    with pytest.raises(UsageError, match=r"non-floating elements"):
        getattr(Tape(), kind)(value)


def test_a_refusal_names_the_leaf():
    with pytest.raises(UsageError, match="W_hh"):
        Tape().leaf(np.eye(2, dtype=int), "W_hh")


@pytest.mark.parametrize(
    "operation",
    [add, multiply, matmul, lambda a, b: concatenate((a, b)), lambda a, b: where(np.ones((2, 2), bool), a, b)],
    ids=["add", "multiply", "matmul", "concatenate", "where"],
)
def test_operands_of_two_tapes_are_refused(operation):
    here, there = Tape(), Tape()
    with pytest.raises(UsageError, match="different tapes"):
        operation(here.leaf(decimals(2, 2)), there.leaf(decimals(2, 2)))


@pytest.mark.parametrize("run", [backward, forward])
def test_a_seed_on_another_tape_is_refused(run):
    here, there = Tape(), Tape()
    here.leaf(decimals(2))
    with pytest.raises(UsageError, match="another tape"):
        run(here, {there.leaf(decimals(2)): np.ones(2)})


@pytest.mark.parametrize("run", [backward, forward])
def test_a_result_is_not_read_by_a_node_of_another_tape(run):
    here, there = Tape(), Tape()
    found = run(here, {here.leaf(decimals(2)): np.ones(2)})
    with pytest.raises(UsageError, match="another tape"):
        found[there.leaf(decimals(2))]


def test_a_tape_is_freed_without_the_garbage_collector():
    gc.disable()
    try:
        tape = unrolled().tape
        gone = weakref.ref(tape)
        del tape
        assert gone() is None
    finally:
        gc.enable()


def test_recording_on_a_tape_that_is_gone_is_an_error_that_says_so():
    x = Tape().leaf(decimals(2))
    with pytest.raises(UsageError, match="no longer exists"):
        tanh(x)
