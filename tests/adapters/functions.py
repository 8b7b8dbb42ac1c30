"""A recurrent function as an adapter lends it, in NumPy alone, with bugs that can be switched on."""

import numpy as np

from bptt_viz.adapters.function import Layout, Subject

T, N, D, H = 4, 3, 5, 6


class Recurrent:
    """states[:, t] = tanh(x[:, t] W + h U + b), and their last one, with time behind the batch.

    Attributes:
        bug: `bias` forgets the sum over the batch, `carry` loses half of what goes back in time.
        copies: whether copies along a leading axis may be evaluated together, and come out right.
    """

    def __init__(self, bug="", copies="right"):
        self.bug = bug
        self.copies = copies

    def evaluate(self, values):
        states, h = [], values["h"]
        for t in range(values["x"].shape[-2]):
            h = np.tanh(values["x"][..., t, :] @ values["W"] + h @ values["U"] + values["b"])
            states.append(h)
        return {"states": np.stack(states, axis=-2), "last": h}

    def together(self, values, moved):
        if self.copies == "none":
            raise NotImplementedError
        count = len(values[next(iter(moved))])
        each = [{n: v[k] if n in moved else v for n, v in values.items()} for k in range(count)]
        made = [self.evaluate(one) for one in each]
        found = {name: np.stack([one[name] for one in made]) for name in made[0]}
        return {**found, "last": found["last"] + 1e-6} if self.copies == "wrong" else found

    def pull(self, values, cotangents):
        h = np.concatenate([values["h"][:, None], self.evaluate(values)["states"]], axis=1)
        found = {name: np.zeros_like(values[name]) for name in ("W", "U", "b", "x", "h")}
        back = cotangents["last"]
        for t in reversed(range(values["x"].shape[1])):
            raw = (cotangents["states"][:, t] + back) * (1 - h[:, t + 1] ** 2)
            found["W"] += values["x"][:, t].T @ raw
            found["U"] += h[:, t].T @ raw
            found["b"] += raw[0] if self.bug == "bias" else raw.sum(axis=0)
            found["x"][:, t] = raw @ values["W"].T
            back = raw @ values["U"].T * (0.5 if self.bug == "carry" and t else 1)
        found["h"] = back
        return found


LAYOUT = Layout(
    time={"x": 1, "states": 1}, rows={"x": 0, "h": 0, "states": 0, "last": 0}, states={"h": "h"}, gates={}, gate_axis={}
)


def recurrent(bug="", copies="right"):
    """Return the function as a subject, from a zero state."""
    rng = np.random.default_rng(3)
    parameters = {"W": rng.standard_normal((D, H)) / 2, "U": rng.standard_normal((H, H)) / 2, "b": np.zeros(H)}
    arguments = {"x": rng.standard_normal((N, T, D)), "h": np.zeros((N, H))}
    return Subject("recurrent", Recurrent(bug, copies), parameters, arguments, {}, LAYOUT, ("states", "last"))
