"""Set-ups of stacks of layers, whose weights go in and come back as lists, dicts and tuples within each other."""

from corpus.oracle.harness import Problem, arrays

PLAIN = "x:N,T,D W1:D,H U1:H,H b1:H W2:H,M U2:M,M b2:M"
TIME_FIRST = PLAIN.replace("N,T,D", "T,N,D")
LSTM = "x:T,N,D W1:D,4*H R1:H,4*H b1:4*H W2:H,4*M R2:M,4*M b2:4*M c0_1:N,H c0_2:N,M"
GRU = " ".join(
    f"W{gate}{layer}:{read},{kept} b{gate}{layer}:{kept}"
    for layer, read, kept in ((1, "D+H", "H"), (2, "H+M", "M"))
    for gate in "zrn"
)
KEYS = ("Wx", "Wh", "b")
STATES = "h0_1:N,H h0_2:N,M"


def dicts(v, *keys):
    """Return a dict for each layer, with what stands under `W1` or `W2` under `W`."""
    return [{key: v[f"{key}{layer}"] for key in keys} for layer in (1, 2)]


def lists(v, *keys):
    """Return for each key the list of what its layers have, the other way round than `dicts`."""
    return [[v[f"{key}{layer}"] for layer in (1, 2)] for key in keys]


def flat(names, layers):
    """Return gradients by name: `layers` has something for each layer, in which `names` are keys or places."""
    keyed = [each if isinstance(each, dict) else dict(enumerate(each)) for each in layers]
    pairs = [(name, key) for name, key in (names.items() if isinstance(names, dict) else ((n, n) for n in names))]
    return {f"{name}{at}": each[key] for at, each in enumerate(keyed, 1) for name, key in pairs}


def states(name, found):
    return {f"{name}_{at}": each for at, each in enumerate(found, 1)}


def layered(specification, stem, given, collected, gates="", outs=1):
    """STEM_forward(*given(values)) → (outputs…, cache), `collected` names what STEM_backward returns."""

    def setup(module, rng, **sizes):
        values = arrays(specification, rng, **sizes)

        def called(v):
            *out, cache = getattr(module, f"{stem}_forward")(*given(v))
            return out[:outs], cache

        def gradients(v, weights):
            return collected(*getattr(module, f"{stem}_backward")(*weights, called(v)[1]))

        packed = [name for name in values if gates and name[0] in "WRb"]
        return Problem(values, lambda v: tuple(called(v)[0]), gradients, dict.fromkeys(packed, (gates, -1)))

    return setup


def gru_stack(module, rng, **sizes):
    """Outputs and their cotangents are lists by time step."""
    values = arrays(f"xs:T,N,D {GRU} {STATES}", rng, **sizes)
    names = ("Wz", "bz", "Wr", "br", "Wn", "bn")

    def called(v):
        return module.gru_stack_forward([*v["xs"]], dicts(v, *names), [v["h0_1"], v["h0_2"]])

    def gradients(v, weights):
        dxs, grads, dhs = module.gru_stack_backward([*weights], called(v)[1])
        return {"xs": dxs} | flat(names, grads) | states("h0", dhs)

    return Problem(values, lambda v: tuple(called(v)[0]), gradients)


SETUPS = {
    "stacked_layers.py": {
        "deep_rnn": layered(
            f"x:T,N,D Wx1:D,H Wh1:H,H b1:H Wx2:H,M Wh2:M,M b2:M {STATES}",
            "deep_rnn",
            lambda v: (v["x"], dicts(v, *KEYS), lists(v, "h0_")[0]),
            lambda dx, grads, dh0: {"x": dx} | flat({"Wx": "dWx", "Wh": "dWh", "b": "db"}, grads) | states("h0", dh0),
        ),
        "stack": layered(
            PLAIN,
            "stack",
            lambda v: (v["x"], [*zip(*lists(v, "W", "U", "b"), strict=True)]),
            lambda dx, grads: {"x": dx} | flat({"W": 0, "U": 1, "b": 2}, grads),
        ),
        "multilayer": layered(
            f"x:N,T,D Wx1:D,H Wh1:H,H b1:H Wx2:H,M Wh2:M,M b2:M {STATES}",
            "multilayer",
            lambda v: (v["x"], dict(zip(KEYS, lists(v, *KEYS), strict=True)), lists(v, "h0_")[0]),
            lambda dx, dh0, grads: (
                {"x": dx}
                | flat(dict(zip(KEYS, range(3), strict=True)), zip(*(grads[key] for key in KEYS), strict=True))
                | states("h0", dh0)
            ),
        ),
        "stacked_lstm": layered(
            f"{LSTM} {STATES}",
            "stacked_lstm",
            lambda v: (v["x"], dicts(v, "W", "R", "b"), *lists(v, "h0_", "c0_")),
            lambda dx, grads, dh, dc: {"x": dx} | flat("WRb", grads) | states("h0", dh) | states("c0", dc),
            gates="ifog",
        ),
        "mlrnn": layered(
            TIME_FIRST,
            "mlrnn",
            lambda v: (v["x"], *lists(v, "W", "U", "b"), 2),
            lambda dx, *found: {"x": dx} | flat({"W": 0, "U": 1, "b": 2}, zip(*found, strict=True)),
        ),
        "net": layered(
            "x:N,T,D Wx0:D,H Wh0:H,H b0:H Wx1:H,M Wh1:M,M b1:M",
            "net",
            lambda v: (v["x"], {name: value for name, value in v.items() if name != "x"}, 2),
            lambda dx, grads: {"x": dx} | grads,
        ),
        "deep2": layered(
            "x:N,D W1:D,H U1:H,H b1:H W2:H,M U2:M,M b2:M state1:N,H state2:N,M",
            "deep2",
            lambda v: (v["x"], dicts(v, "W", "U", "b"), *lists(v, "state")),
            lambda dx, grads, ds: {"x": dx} | flat("WUb", grads) | {"state1": ds[0], "state2": ds[1]},
            outs=2,
        ),
        "gru_stack": gru_stack,
    },
}
