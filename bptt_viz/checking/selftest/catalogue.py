"""The bugs that people write into recurrent backward passes, as data: what the text says, and what it should not.

To add one, add an entry: the family, a piece of its text that stands there once, what replaces it, and where the fault
lies. `inputs` are the names a diagnosis may give (none: any that the bug touches), `gates` likewise; `lag` is the
smallest distance in time at which the gradient is wrong, `path` what carries it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug.

    Attributes:
        name: what is wrong, in words.
        family: the file it is planted in.
        old: the right text.
        new: the wrong text.
        inputs: names that a right diagnosis may give; empty if the fault is in no single input.
        gates: gates that a right diagnosis may give; empty if it is in no single gate.
        lag: the smallest time distance at which it shows.
        path: state or output through which it acts; empty if it acts on an input directly.
        behaviour: True if the backward pass misbehaves rather than being a wrong linear map.
    """

    name: str
    family: str
    old: str
    new: str
    inputs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    lag: int = 0
    path: str = ""
    behaviour: bool = False


_TAIL = '    d["h_0"] = dh_next\n'
_ZEROS = "d = {name: np.zeros_like(value) for name, value in p.items()}"

VANILLA = (
    Bug("missing carry", "vanilla", " + dh_next\n        da", "\n        da", lag=1, path="h"),
    Bug("transposed W_hh", "vanilla", 'p["W_hh"].T', 'p["W_hh"]', ("h_0",), path="h"),
    Bug("wrong tanh derivative", "vanilla", "(1 - h**2)", "(1 - h)", path="h"),
    Bug("no derivative", "vanilla", "dh * (1 - h**2)", "dh", path="h"),
    Bug("double derivative", "vanilla", "(1 - h**2)", "(1 - h**2) ** 2", path="h"),
    Bug("tanh of the tanh", "vanilla", "(1 - h**2)", "(1 - np.tanh(h) ** 2)", path="h"),
    Bug("state off by one", "vanilla", "h_prev.T @ da", "h.T @ da", ("W_hh",)),
    Bug("bias of the first row only", "vanilla", "da.sum(axis=0)", "da[0]", ("b_h",)),
    Bug("bias averaged over the batch", "vanilla", "da.sum(axis=0)", "da.mean(axis=0)", ("b_h",)),
    Bug("weight of one step only", "vanilla", 'd["W_xh"] += x.T', 'd["W_xh"] = x.T', ("W_xh",), lag=1),
    Bug("scaled by 1/N", "vanilla", "h_prev.T @ da", "h_prev.T @ da / len(da)", ("W_hh",)),
    Bug("scaled by 1/T", "vanilla", "h_prev.T @ da", "h_prev.T @ da / T", ("W_hh",)),
    Bug("wrong sign", "vanilla", 'da @ p["W_xh"].T', '-da @ p["W_xh"].T', ("x",)),
    Bug(
        "clip inside backward",
        "vanilla",
        'dh_next = da @ p["W_hh"].T',
        'dh_next = np.clip(da @ p["W_hh"].T, -0.1, 0.1)',
        behaviour=True,
    ),
    Bug(
        "norm clip at the end",
        "vanilla",
        _TAIL,
        _TAIL + '    d["W_hh"] /= max(1, np.linalg.norm(d["W_hh"]))\n',
        ("W_hh",),
        behaviour=True,
    ),
    Bug("one weight off by 1 %", "vanilla", _TAIL, _TAIL + '    d["W_hh"][0, 0] *= 1.01\n', ("W_hh",)),
    Bug("everything off by 1e-4", "vanilla", "    return d\n", "    return {k: v * 1.0001 for k, v in d.items()}\n"),
    Bug("float32 inside", "vanilla", "da = dh * (1 - h**2)", "da = (dh * (1 - h**2)).astype('f')", path="h"),
    Bug("leaked buffer", "vanilla", _ZEROS, f'd = globals().setdefault("kept", {_ZEROS[4:]})', behaviour=True),
    Bug(
        "upstream changed in place",
        "vanilla",
        'dh = d_out["h", t + 1] + dy @ p["W_hy"].T + dh_next',
        'dh = d_out["h", t + 1]\n        dh += dy @ p["W_hy"].T + dh_next',
        behaviour=True,
    ),
    Bug("input changed in place", "vanilla", _TAIL, _TAIL + '    p["W_hh"] *= 0.999\n', behaviour=True),
    Bug(
        "carry halved between steps",
        "vanilla",
        'da @ p["W_hh"].T',
        'da @ p["W_hh"].T * (0.5 if t else 1)',
        lag=1,
        path="h",
    ),
    Bug("readout not passed back", "vanilla", 'dy @ p["W_hy"].T + dh_next', "dh_next", path="y"),
    Bug("readout of the state before", "vanilla", "h.T @ dy", "h_prev.T @ dy", ("W_hy",), path="y"),
    Bug("readout bias of one step only", "vanilla", 'd["b_y"] += dy', 'd["b_y"] = dy', ("b_y",), lag=1, path="y"),
    Bug("wrong where the state is not zero", "vanilla", "h_prev.T @ da", "np.tanh(h_prev).T @ da", ("W_hh",)),
    Bug("steps of the input reversed", "vanilla", 'd["x"][t] =', 'd["x"][T - 1 - t] =', ("x",)),
)

LSTM = (
    Bug("nothing handed back through c", "lstm", "dc_next = dc * f", "dc_next = np.zeros_like(dc)", ("c_0",), path="c"),
    Bug("c handed back without f", "lstm", "dc_next = dc * f", "dc_next = dc", ("c_0",), path="c"),
    Bug("c's upstream dropped", "lstm", " + dc_next\n", "\n", path="c"),
    Bug("gates in the wrong order", "lstm", "[da_i, da_f, da_o, da_g]", "[da_f, da_i, da_o, da_g]", gates=("i", "f")),
    Bug("forget gate's derivative", "lstm", "df * f * (1 - f)", "df * f", gates=("f",)),
    Bug("input gate's derivative", "lstm", "di * i * (1 - i)", "di * (1 - i)", gates=("i",)),
    Bug("output gate's derivative", "lstm", "do * o * (1 - o)", "do * o * (1 - o) ** 2", gates=("o",)),
    Bug("candidate's tanh twice", "lstm", "dg * (1 - g**2)", "dg * (1 - np.tanh(g) ** 2)", gates=("g",)),
    Bug("forget gate against the candidate", "lstm", "df = dc * c_prev", "df = dc * g", gates=("f",)),
    Bug("output gate without tanh of c", "lstm", "do = dh * c_tanh", "do = dh * np.arctanh(c_tanh)", gates=("o",)),
    Bug("tanh of c not differentiated", "lstm", "dh * o * (1 - c_tanh**2)", "dh * o", path="h"),
    Bug("h not carried", "lstm", " + dh_next\n        do", "\n        do", lag=1, path="h"),
    Bug(
        "c carry halved between steps",
        "lstm",
        "dc_next = dc * f",
        "dc_next = dc * f * (0.5 if t else 1)",
        lag=1,
        path="c",
    ),
    Bug("forget bias forgotten", "lstm", _TAIL, _TAIL + '    d["b_h"][5:10] = 0\n', ("b_h",), ("f",)),
    Bug(
        "recurrent weights of the candidate negated",
        "lstm",
        _TAIL,
        _TAIL + '    d["W_hh"][:, 15:] *= -1\n',
        ("W_hh",),
        ("g",),
    ),
    Bug("input through one gate only", "lstm", 'da @ p["W_xh"].T', 'da_i @ p["W_xh"][:, :5].T', ("x",)),
    Bug(
        "state through three gates only",
        "lstm",
        'da @ p["W_hh"].T',
        'da[:, :15] @ p["W_hh"][:, :15].T',
        ("h_0",),
        path="h",
    ),
    Bug("one forget weight off by 1 %", "lstm", _TAIL, _TAIL + '    d["W_xh"][2, 7] *= 1.01\n', ("W_xh",), ("f",)),
    Bug("bias summed over the wrong axis", "lstm", "da.sum(axis=0)", "da[-1]", ("b_h",)),
)

PEEPHOLE = (
    Bug("output peephole not passed into c", "peephole", 'dc = dc + da_o * p["W_co"]', "dc = dc + 0", path="h"),
    Bug("peepholes not handed back", "peephole", ' + da_i * p["W_ci"] + da_f * p["W_cf"]', "", ("c_0",), path="c"),
    Bug("output peephole sees the state before", "peephole", "(da_o * c)", "(da_o * c_prev)", ("W_co",), ("o",)),
    Bug("forget peephole sees the state after", "peephole", "(da_f * c_prev)", "(da_f * c)", ("W_cf",), ("f",)),
    Bug(
        "input peephole of the first row",
        "peephole",
        "(da_i * c_prev).sum(axis=0)",
        "(da_i * c_prev)[0]",
        ("W_ci",),
        ("i",),
    ),
    Bug("peepholes swapped", "peephole", 'd["W_ci"] += (da_i', 'd["W_ci"] += (da_f', ("W_ci",), ("i",)),
)

GRU = (
    Bug("direct path not handed back", "gru", " + dh * z\n", "\n", ("h_0",), path="h"),
    Bug("update gate's sign", "gru", "(h_prev - n)", "(n - h_prev)", gates=("z",)),
    Bug("reset gate's derivative", "gru", "u * r * (1 - r)", "u * r", gates=("r",)),
    Bug("reset skipped on the way back", "gru", "du_n = da_n * r", "du_n = da_n", gates=("n",)),
    Bug("recurrent weights without reset", "gru", "h_prev.T @ du", "h_prev.T @ da", ("W_hh",), ("n",)),
    Bug("inner bias without reset", "gru", "du_n.sum(axis=0)", "da_n.sum(axis=0)", ("b_hn",)),
    Bug("candidate not gated", "gru", "dh * (1 - z) * (1 - n**2)", "dh * (1 - n**2)", gates=("n", "r")),
    Bug("update gate's blend swapped", "gru", "+ dh * z", "+ dh * (1 - z)", ("h_0",), path="h"),
    Bug("state not carried", "gru", " + dh_next\n", "\n", lag=1, path="h"),
)

STACKED = (
    Bug("lower layer not carried", "stacked", " + dh_next\n        da", "\n        da", lag=1, path="h"),
    Bug("upper layer not carried", "stacked", " + dk_next\n", "\n", lag=1, path="h"),
    Bug("upper layer reads the state before", "stacked", "h.T @ db", "h_prev.T @ db", ("W_xh_l1",)),
    Bug("lower layer's own state", "stacked", "h_prev.T @ da", "h.T @ da", ("W_hh_l0",)),
    Bug("upper derivative from the lower state", "stacked", "(1 - k**2)", "(1 - k**2) ** 2", path="h"),
)

LANGUAGE = (
    Bug(
        "embedding rows overwritten",
        "language",
        'np.add.at(d["E"], inputs[t], dx)',
        'd["E"][inputs[t]] = dx',
        ("E",),
        lag=1,
    ),
    Bug("mask forgotten", "language", "        dy *= mask[t][:, None]\n", "", path="L"),
    Bug("batch mean forgotten", "language", 'd_out["L", t + 1] / N', 'd_out["L", t + 1]', path="L"),
    Bug("upstream ignored", "language", 'dy *= d_out["L", t + 1] / N', "dy /= N", behaviour=True),
    Bug("target not subtracted", "language", "targets[t]] -= 1", "targets[t]] -= 0", path="L"),
    Bug("readout bias squared", "language", "dy.sum(axis=0)", "(dy**2).sum(axis=0)", ("b_y",), behaviour=True),
)

TRUNCATED = (
    Bug(
        "never cut",
        "truncated",
        "if t > 0 and t % CHUNK == 0:\n            dh_next",
        "if False:\n            dh_next",
        lag=1,
        path="h",
    ),
    Bug(
        "cut one step late",
        "truncated",
        "if t > 0 and t % CHUNK == 0:\n            dh_next",
        "if t % CHUNK == 1:\n            dh_next",
        lag=1,
        path="h",
    ),
    Bug(
        "cut at every step",
        "truncated",
        "if t > 0 and t % CHUNK == 0:\n            dh_next",
        "if t > 0:\n            dh_next",
        lag=1,
        path="h",
    ),
)

CATALOGUE = (*VANILLA, *LSTM, *PEEPHOLE, *GRU, *STACKED, *LANGUAGE, *TRUNCATED)
FAMILIES = ("vanilla", "lstm", "peephole", "gru", "stacked", "language", "truncated")
