"""Set-ups of scripts whose parameters are globals."""

import numpy as np

from corpus.oracle.harness import Problem, arrays
from corpus.oracle.setups import on_globals

LSTM_GLOBALS = "Wf:H,H+V Wi:H,H+V Wc:H,H+V Wo:H,H+V Wy:V,H bf:H,1 bi:H,1 bc:H,1 bo:H,1 by:V,1"
GRU_GLOBALS = (
    "Wy:V,H Wh:H,V Wr:H,V Wz:H,V Uh:H,H Ur:H,H Uz:H,H by:V,1 bh:H,1 br:H,1 bz:H,1"  # in the order of the result
)
RNN_GLOBALS = "Wxh:H,V Whh:H,H Why:V,H bh:H,1 by:V,1"
RNN_RESULTS = "Wxh Whh Why bh by"


def dinosaur(module, rng, **sizes):
    weights = arrays("Wax:H,V Waa:H,H Wya:V,H b:H,1 by:V,1", rng, **sizes)
    first = arrays("a0:H,1", rng, **sizes)
    X, Y = [None, 3, 1, 5][: sizes.get("T", 4)], [3, 1, 5, 0][: sizes.get("T", 4)]

    def called(v):
        return module.rnn_forward(X, Y, v["a0"], v, 6)

    def gradients(v, cotangents):
        found, _ = module.rnn_backward(X, Y, v, called(v)[1])
        return {name: cotangents[0] * found["d" + name] for name in weights}

    return Problem(weights | first, lambda v: called(v)[:1], gradients)


def addition(module, rng, **sizes):
    weights = arrays("W_in:2,H W_rec:H,H W_out:H,1", rng, **sizes)
    bits = [rng.integers(0, 2, 8) for _ in range(3)]

    def called(v):
        vars(module).update(v, hidden=3)
        return module.forward_backward(*bits)

    def gradients(v, cotangents):
        _, *found = called(v)
        return {n: cotangents[0] * g for n, g in zip(weights, found, strict=True)}

    return Problem(weights, lambda v: called(v)[:1], gradients)


def blog(module, rng, **sizes):
    shapes = "Wf:H,H+V bf:H,1 Wi:H,H+V bi:H,1 Wc:H,H+V bc:H,1 Wo:H,H+V bo:H,1 Wv:V,H bv:V,1"
    weights, states = arrays(shapes, rng, **sizes), arrays("h_prev:H,1 c_prev:H,1", rng, **sizes)
    steps = sizes.get("T", 4)
    xs, ys = rng.integers(0, 6, steps), rng.integers(0, 6, steps)

    def called(v):
        given = {name: v[name] for name in weights}
        vars(module).update(
            params=given, vocab_size=6, n_h=3, grads={"d" + k: np.zeros_like(p) for k, p in given.items()}
        )
        return module.forward_backward(xs, ys, v["h_prev"], v["c_prev"])

    def gradients(v, cotangents):
        called(v)
        return {name: cotangents[0] * module.grads["d" + name] for name in weights}

    return Problem(weights | states, lambda v: called(v)[:1], gradients)


SETUPS = {
    "char_rnn_fork.py": {
        "lossFun": on_globals(RNN_GLOBALS, "lossFun", RNN_RESULTS, "hprev:H,1", n_chars="V", n_units="H")
    },
    "min_char_rnn_notes.ipynb": {
        "lossFun": on_globals(RNN_GLOBALS, "lossFun", RNN_RESULTS, "hprev:H,1", vocab_size="V", hidden_size="H")
    },
    "lstm_char.py": {
        "lossFun": on_globals(
            LSTM_GLOBALS,
            "lossFun",
            "Wf Wi Wc Wo Wy bf bi bc bo by",
            "hprev:H,1 cprev:H,1",
            V="V",
            H="H",
            wide="V+H",
        )
    },
    "gru_char.py": {
        "lossFun": on_globals(
            GRU_GLOBALS,
            "lossFun",
            "Wy Wh Wr Wz Uh Ur Uz by bh br bz",
            "hprev:H,1",
            pick=lambda result: result[1],
            V="V",
            h_size="H",
        )
    },
    "binary_addition.py": {"forward_backward": addition},
    "lstm_from_scratch_blog.py": {"forward_backward": blog},
    "dinosaur_utils.py": {"rnn": dinosaur},
}
