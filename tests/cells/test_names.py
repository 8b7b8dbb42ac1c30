"""What the values of one step are called; pictures and reports show these names."""

import numpy as np
import pytest

from bptt_viz.cells import described, discover_cells
from bptt_viz.tape import Tape
from bptt_viz.topologies import layer, unroll

PEEPHOLE = {"i_x", "f_x", "o_x", "g_raw", "i_raw", "f_raw", "o_raw", "i", "f", "o", "g", "c", "h"}
NAMES = [
    ("rnn", {}, {"h_raw", "h"}),
    ("rnn", {"activation": "identity"}, {"h_raw"}),
    ("lstm", {}, {"i", "f", "o", "g", "c", "h"}),
    ("peephole", {}, PEEPHOLE),
    ("peephole", {"peephole": "full"}, PEEPHOLE),
    ("gru", {}, {"r_x", "z_x", "n_x", "r_h", "z_h", "n_h", "r_raw", "z_raw", "n_raw", "r", "z", "n", "h"}),
    (
        "gru",
        {"reset": "before"},
        {"r_x", "z_x", "n_x", "r_h", "z_h", "r_raw", "z_raw", "n_raw", "r", "z", "n", "h"},
    ),
]


def step(name, form):
    """Return the nodes of one step's equations."""
    cell = discover_cells()[name](3, 4, **form)
    tape = Tape()
    parameters = {key: tape.leaf(np.ones(parameter.shape), key) for key, parameter in described(cell).items()}
    run = layer(tape, cell, 0, parameters, {state: tape.leaf(np.zeros((2, 4)), state) for state in cell.states})
    unroll([run], [tape.constant(np.ones((2, 3)))])
    return [node for node in tape.nodes if node.scope.role == "cell"]


@pytest.mark.parametrize(("name", "form", "expected"), NAMES)
def test_the_values_of_a_step_have_the_names_of_the_equations(name, form, expected):
    named = [node.name for node in step(name, form) if node.name]
    assert sorted(named) == sorted(expected)


@pytest.mark.parametrize("name", ["gru", "peephole"])
def test_each_gate_is_the_activation_of_its_raw_value(name):
    for node in step(name, {}):
        if node.name in discover_cells()[name].gates:
            assert node.parents[0].name == f"{node.name}_raw"
