"""The values of gates over a text, against the cell's equations written out."""

import numpy as np

from bptt_viz.analyses.activations import activations
from bptt_viz.models import Request, prepare


def found(units=32, latest=200, **options):
    prepared = prepare(Request(**options))
    return prepared, activations(prepared, prepared.run(), units, latest)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_they_are_the_gates_of_the_equations():
    prepared, made = found(cell="lstm", hidden=4, steps=6)
    p, x = prepared.values, prepared.batch.one_hot("float64")[:, 0]
    h = c = np.zeros(4)
    gates = {name: [] for name in ("i", "f", "o", "g", "tanh(c)")}
    for x_t in x:
        a = x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"]
        i, f, o, g = sigmoid(a[:4]), sigmoid(a[4:8]), sigmoid(a[8:12]), np.tanh(a[12:])
        c = f * c + i * g
        h = o * np.tanh(c)
        for name, value in zip(gates, (i, f, o, g, np.tanh(c)), strict=True):
            gates[name].append(value)
    assert {each.name for each in made.found} == set(gates)
    for each in made.found:
        np.testing.assert_allclose(each.values, np.array(gates[each.name]).T, atol=1e-12)
        assert each.kind == ("sigmoid" if each.name in "ifo" else "tanh")


def test_of_many_units_those_are_kept_that_change_most():
    _, whole = found(cell="rnn", hidden=9, steps=7)
    _, part = found(units=3, cell="rnn", hidden=9, steps=7)
    spread = whole.found[0].values.std(axis=1)
    assert part.found[0].units == tuple(sorted(np.argsort(-spread)[:3]))
    np.testing.assert_array_equal(part.found[0].values, whole.found[0].values[list(part.found[0].units)])
    assert part.found[0].count == 9


def test_of_a_long_text_the_end_is_kept():
    _, made = found(latest=4, cell="rnn")
    assert made.found[0].steps == (22, 23, 24, 25)


def test_the_first_row_of_a_batch_is_shown():
    one, three = (found(cell="gru", hidden=3, steps=5, batch=size)[1] for size in (1, 3))
    np.testing.assert_allclose(one.found[0].values, three.found[0].values)


def test_a_layer_that_runs_backward_is_shown_in_the_order_of_the_text():
    prepared, made = found(cell="bidirectional", hidden=3, steps=4)
    back = next(run for run in prepared.run().layers if run.backward)
    shown = next(each for each in made.found if each.layer == "backward")
    assert shown.steps == (1, 2, 3, 4)
    states = np.stack([back.state(t)["h"].value[0] for t in shown.steps], axis=1)
    np.testing.assert_allclose(shown.values, states)
