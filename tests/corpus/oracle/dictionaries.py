"""Set-ups of pairs whose parameters, caches or gradients are dictionaries."""

import numpy as np

from corpus.oracle.harness import Problem, arrays
from corpus.oracle.setups import keyed


def rnn_dict(module, rng, **sizes):
    values = arrays("X:N,T,D h0:N,H Wxh:D,H Whh:H,H bh:H", rng, **sizes)

    def called(v):
        return module.rnn_forward_dict(*v.values())

    def gradients(v, weights):
        found = module.rnn_backward_dict(*weights, called(v)[1], v["Wxh"], v["Whh"])
        return {name: found["d" + name] for name in values}

    return Problem(values, lambda v: called(v)[:1], gradients)


def gru_dict(module, rng, **sizes):
    inputs = arrays("x:N,D h_prev:N,H", rng, **sizes)
    parts = {f"{k}.{g}": s for g in "zrh" for k, s in (("W", "D,H"), ("U", "H,H"), ("b", "H"))}
    weights = arrays(" ".join(f"{name}:{shape}" for name, shape in parts.items()), rng, **sizes)

    def dictionaries(v):
        return [{g: v[f"{k}.{g}"] for g in "zrh"} for k in "WUb"]

    def called(v):
        return module.gru_forward(v["x"], v["h_prev"], *dictionaries(v))

    def gradients(v, cotangents):
        dx, dh, *found = module.gru_backward(*cotangents, called(v)[1], *dictionaries(v))
        return {"x": dx, "h_prev": dh} | {f"{k}.{g}": d[g] for k, d in zip("WUb", found, strict=True) for g in "zrh"}

    return Problem(inputs | weights, lambda v: called(v)[:1], gradients)


DICT_CACHE = {
    "lstm_step": keyed(
        "x:N,D h_prev:N,H c_prev:N,H",
        "Wi:D+H,H Wf:D+H,H Wo:D+H,H Wg:D+H,H bi:H bf:H bo:H bg:H",
        "lstm_forward_step",
        "lstm_backward_step",
        (0, 1),
        "x h_prev c_prev Wi Wf Wo Wg bi bf bo bg",
        more=True,
    ),
    "rnn_dict": rnn_dict,
    "gru": gru_dict,
}


def gru_excerpt(module, rng, **sizes):
    module.np = np  # which the excerpt does not import
    weights = " ".join(f"W{g}x:H,D W{g}h:H,H b{g}:H,1" for g in "zrn")
    values = arrays("x_t:D,1 h_prev:H,1 " + weights, rng, **sizes)

    def gradients(v, cotangents):
        _, cache = module.gru_step_forward(*v.values())
        matrices = [v[f"W{g}{side}"] for g in "zrn" for side in "xh"]
        found = module.gru_step_backward(*cotangents, cache, *matrices)
        return {name: found["d" + name.replace("x_t", "x")] for name in values}

    return Problem(values, lambda v: module.gru_step_forward(*v.values())[:1], gradients)


COURSERA_RNN = "Wax:H,D Waa:H,H Wya:M,H ba:H,1 by:M,1"
COURSERA_LSTM = "Wf:H,D+H bf:H,1 Wi:H,D+H bi:H,1 Wc:H,D+H bc:H,1 Wo:H,D+H bo:H,1 Wy:M,H by:M,1"
LSTM_WEIGHTS = "Wf bf Wi bi Wc bc Wo bo"
WEEK1 = {
    "rnn_cell": keyed(
        "xt:D,N a_prev:H,N", COURSERA_RNN, "rnn_cell_forward", "rnn_cell_backward", (0,), "xt a_prev Wax Waa ba"
    ),
    "rnn": keyed("x:D,N,T a0:H,N", COURSERA_RNN, "rnn_forward", "rnn_backward", (0,), "x a0 Wax Waa ba"),
    "lstm_cell": keyed(
        "xt:D,N a_prev:H,N c_prev:H,N",
        COURSERA_LSTM,
        "lstm_cell_forward",
        "lstm_cell_backward",
        (0, 1),
        "xt a_prev c_prev " + LSTM_WEIGHTS,
    ),
    "lstm": keyed("x:D,N,T a0:H,N", COURSERA_LSTM, "lstm_forward", "lstm_backward", (0,), "x a0 " + LSTM_WEIGHTS),
}
GRU_WEIGHTS = "Wr:H,D+H Wu:H,D+H Wc:H,D+H br:H,1 bu:H,1 bc:H,1"
GRU_CELL = keyed(
    "xt:D,N a_prev:H,N",
    GRU_WEIGHTS,
    "gru_cell_forward",
    "gru_cell_backward",
    (0,),
    "xt a_prev Wr Wu Wc br bu bc",
)
GRU_COURSERA = {
    "gru_cell": GRU_CELL,
    "dense": keyed("A_prev:D,N", "W:M,D b:M,1", "dense_forward", "dense_backward", (0,), "A_prev W b"),
}

SETUPS = {
    "dict_cache_lstm.py": DICT_CACHE,
    "week1_building_a_rnn.py": WEEK1,
    "gru_coursera_style.py": GRU_COURSERA,
    "Dinosaurus_Island_my_copy.ipynb": {"gru_cell": GRU_CELL},
    "gru_excerpt.py": {"gru_step": gru_excerpt},
    "cell_backward.py": {"gru_cell": GRU_CELL},
}
