"""Set-ups of objects that keep their steps for the way back."""

import numpy as np

from corpus.oracle.harness import Problem, arrays
from corpus.oracle.setups import instance

LSTM = " ".join(f"W_{g}:H,D+H b_{g}:H,1" for g in "fico") + " W_y:M,H b_y:M,1"
GRU = " ".join(f"W{g}:D,H U{g}:H,H b{g}:H" for g in "rzn")


def unit(module, values):
    made = module.MGU(5, 3)
    for name in ("Wf", "Wh", "bf", "bh"):
        setattr(made, name, values[name])
    made.zero_grad()
    return made


def layer(name, *sizes):
    def make(module, values):
        made = getattr(module, name)(*sizes)
        made.params = {key: values[key] for key in made.params}
        made.zero_grad()
        return made

    return make


def of(made, name):
    return made.grads[name]


def sine(module, rng, **sizes):
    """The code's clip at 1 is undone: values are small, so that nothing reaches it."""
    values = {name: value / 8 for name, value in arrays(LSTM, rng, **sizes).items()}
    xs, y = rng.standard_normal((4, 5, 1)) / 8, rng.standard_normal((7, 1)) / 8

    def called(v):
        made = module.LSTM(5, 3, 7)
        vars(made).update(v)
        return made, made.forward([*xs])

    def gradients(v, weights):
        made, out = called(v)
        found = made.backward(out, y)
        return {name: weights[0] * found[name] for name in values}

    return Problem(values, lambda v: (np.asarray(((called(v)[1] - y) ** 2).sum() / 2),), gradients)


SETUPS = {
    "minimal_unit.py": {
        "MGU": instance(
            unit,
            "Wf:H,D+H Wh:H,D+H bf:H,1 bh:H,1",
            "x:D,1 h:H,1",
            "step",
            "step_back",
            "x h",
            lambda made, name: getattr(made, f"d{name}"),
        )
    },
    "layers_with_base.py": {
        "GRULayer": instance(layer("GRULayer", 5, 3), GRU, "x:N,T,D", "forward", "backward", "x", of),
        "Dense": instance(layer("Dense", 5, 7), "W:D,M b:M", "x:N,T,D", "forward", "backward", "x", of),
    },
    "sine_lstm.py": {"LSTM": sine},
}
