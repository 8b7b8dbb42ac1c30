"""Formulas and gradients as text, against what one writes by hand."""

import re

import numpy as np
import pytest

from analyses.graphs import recorded
from bptt_viz import ops
from bptt_viz.analyses.expressions import Expressions
from bptt_viz.analyses.graph.names import step_names
from bptt_viz.analyses.lowering import lower
from bptt_viz.analyses.notation import fill, is_sum, total
from bptt_viz.tape import Tape


def written(cell="rnn", t=3, **options):
    """Return how a step's values and gradients read, by the values' names."""
    rollout = recorded(cell, **options)
    nodes = [node for node in rollout.tape.nodes if node.scope.t == t]
    names = step_names(rollout, t, nodes)
    back = {node.index: [f"★_{name}"] for run in rollout.layers for name, node in run.states[t].items()}
    back |= {rollout.losses[t].index: ["1"]}
    wanted = [node for node in nodes if node.index in back or node is rollout.outputs[t]]
    text = Expressions(lower(nodes, wanted, names), names, back)
    # In reverse, so that of a value and its like behind a stop the first is kept.
    return {text.values[index]: (text.formulas[index], text.sums[index]) for index in reversed(list(text.values))}


@pytest.mark.parametrize(
    ("name", "formula", "gradient"),
    [
        ("h_raw", "x_3 W_xh + h_2 W_hh + b_h", "(1 − h_3²) ⊙ dh_3"),
        ("h_3", "tanh(h_raw)", "dy_3 W_hyᵀ + ★_h"),
        ("h_2", "h_2", "dh_raw W_hhᵀ"),
        ("W_xh", "W_xh", "x_3ᵀ dh_raw"),
        ("W_hh", "W_hh", "h_2ᵀ dh_raw"),
        ("b_h", "b_h", "dh_raw"),
        ("y_3", "h_3 W_hy + b_y", "dL_3 (softmax(y_3) − target)"),
        ("W_hy", "W_hy", "h_3ᵀ dy_3"),
    ],
)
def test_the_vanilla_cell_by_hand(name, formula, gradient):
    assert written()[name] == (formula, gradient)


@pytest.mark.parametrize(
    ("name", "formula", "gradient"),
    [
        ("a", "x_3 W_xh + h_2 W_hh + b_h", "[di_raw, df_raw, do_raw, dg_raw]"),
        ("i", "σ(i_raw)", "dc_3 ⊙ g"),
        ("f", "σ(f_raw)", "dc_3 ⊙ c_2"),
        ("o", "σ(o_raw)", "dh_3 ⊙ tanh(c_3)"),
        ("c_3", "f ⊙ c_2 + i ⊙ g", "(1 − tanh(c_3)²) ⊙ dh_3 ⊙ o + ★_c"),
        ("c_2", "c_2", "dc_3 ⊙ f"),
        ("h_2", "h_2", "da W_hhᵀ"),
    ],
)
def test_the_lstm_by_hand(name, formula, gradient):
    assert written("lstm")[name] == (formula, gradient)


@pytest.mark.parametrize(
    ("options", "name", "formula", "gradient"),
    [
        ({}, "h_3", "z ⊙ h_2 + (1 − z) ⊙ n", "dy_3 W_hyᵀ + ★_h"),
        ({}, "z", "σ(z_raw)", "dh_3 ⊙ h_2 − dh_3 ⊙ n"),
        ({}, "n", "tanh(n_raw)", "dh_3 ⊙ (1 − z)"),
        ({}, "r", "σ(r_raw)", "dn_raw ⊙ (n_h + b_hn)"),
        ({}, "a_h", "h_2 W_hh", "[dr_raw, dz_raw, dn_raw ⊙ r]"),
        ({}, "h_2", "h_2", "da_h W_hhᵀ + dh_3 ⊙ z"),
        ({"reset": "before"}, "r", "σ(r_raw)", "dn_raw W_hnᵀ ⊙ h_2"),
        ({"reset": "before"}, "W_hn", "W_hn", "(r ⊙ h_2)ᵀ dn_raw"),
    ],
)
def test_the_gru_by_hand(options, name, formula, gradient):
    assert written("gru", settings=options)[name] == (formula, gradient)


def test_peepholes_by_hand():
    found = written("peephole")
    assert found["c_3"][1] == "do_raw ⊙ W_co + (1 − tanh(c_3)²) ⊙ dh_3 ⊙ o + ★_c"
    assert found["c_2"][1] == "di_raw ⊙ W_ci + df_raw ⊙ W_cf + dc_3 ⊙ f"
    assert found["W_ci"][1] == "di_raw ⊙ c_2"
    cut = written("peephole", settings={"error_through_peepholes": "false"})
    assert cut["c_2"][1] == "dc_3 ⊙ f"


def test_layers_are_told_apart_and_powers_kept_legible():
    found = written(layers=2)
    assert found["h_raw^(1)"] == (
        "h_3^(0) W_xh^(1) + h_2^(1) W_hh^(1) + b_h^(1)",
        "(1 − (h_3^(1))²) ⊙ dh_3^(1)",
    )
    assert found["h_3^(0)"][1] == "dh_raw^(1) W_xh^(1)ᵀ + ★_h"


def test_a_bias_of_several_rows_gets_their_sum():
    found = written(batch=2)
    assert found["b_h"][1] == "Σ_n dh_raw"
    assert found["y_3"][1] == "du (softmax(y_3) − target)"
    assert found["u"] == ("−log softmax(y_3)", "dL_3 / n repeated")


def test_values_without_names_are_numbered_in_the_order_of_computation():
    tape = Tape()
    x = tape.leaf([1.0], "x")
    first = x * x + ops.exp(x) * ops.tanh(x)
    second = first * first * ops.sigmoid(first)
    third = second * ops.tanh(second) + second
    operations = lower(tape.nodes, [third])
    text = Expressions(operations, {x.index: "x", third.index: "y"}, {third.index: ["1"]})
    numbered = [value for value in text.values.values() if re.fullmatch(r"u(_\d)?", value)]
    assert numbered == ["u", *(f"u_{k}" for k in range(2, len(numbered) + 1))]


def test_numbers_are_written_into_operations():
    tape = Tape()
    x = tape.leaf([2.0], "x")
    y = 1.0 - 0.5 * x**2.0
    operations = lower(tape.nodes, [y])
    assert [operation.symbol for operation in operations.values()] == ["", "^ 2", "0.5 ⊙", "1 −"]
    text = Expressions(operations, {x.index: "x"}, {y.index: ["g"]})
    assert text.values[y.index] == "1 − 0.5 ⊙ x ^ 2"
    assert text.cotangents[x.index] == "dx"


def test_constants_of_several_entries_are_given():
    tape = Tape()
    x = tape.leaf([2.0, 3.0], "x")
    y = x * np.array([1.0, 2.0])
    operations = lower(tape.nodes, [y])
    assert [bool(operation.symbol) for operation in operations.values()] == [False, False, True]


@pytest.mark.parametrize(
    ("template", "operands", "wanted"),
    [
        ("{g} ⊙ {b}", {"g": "a + b", "b": "c"}, "(a + b) ⊙ c"),
        ("{g} {b}ᵀ", {"g": "a ⊙ b", "b": "W"}, "(a ⊙ b) Wᵀ"),
        ("{g} {b}ᵀ", {"g": "a b", "b": "V W"}, "a b (V W)ᵀ"),
        ("(1 − {y}²) ⊙ {g}", {"y": "tanh(c)", "g": "a ⊙ b"}, "(1 − tanh(c)²) ⊙ a ⊙ b"),
        ("(1 − {y}²) ⊙ {g}", {"y": "a + b", "g": "−a"}, "(1 − (a + b)²) ⊙ (−a)"),
        ("(1 − {y}²) ⊙ {g}", {"y": "h^(1)", "g": "g"}, "(1 − (h^(1))²) ⊙ g"),
        ("−{g}", {"g": "a ⊙ b"}, "−a ⊙ b"),
        ("−{g}", {"g": "a − b"}, "−(a − b)"),
        ("{g} / (2 {y})", {"g": "a b", "y": "c ⊙ d"}, "a b / (2 (c ⊙ d))"),
        ("{g} / {b}", {"g": "a ⊙ b", "b": "c d"}, "a ⊙ b / (c d)"),
        ("Σ_n {g}", {"g": "a ⊙ b"}, "Σ_n a ⊙ b"),
        ("{g} (softmax({a}) − target)", {"g": "a + b", "a": "c + d"}, "(a + b) (softmax(c + d) − target)"),
    ],
)  # fmt: skip
def test_brackets_only_where_they_are_needed(template, operands, wanted):
    assert fill(template, operands) == wanted


def test_sums_subtract_and_leave_zeros_out():
    assert total(["a", "−b ⊙ c", "0", "d"]) == "a − b ⊙ c + d"
    assert total(["0", "0"]) == total([]) == "0"
    assert is_sum("a − b")
    assert not is_sum("(a − b) ⊙ c")
