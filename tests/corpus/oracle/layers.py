"""Set-ups of layers as classes, whose gradients are lists, attributes or dictionaries."""

from corpus.oracle.harness import Problem, arrays
from corpus.oracle.setups import instance


def of_lists(name):
    def make(module, v):
        return getattr(module, name)(*[v[key] for key in ("Wx", "Wh", "b") if key in v])

    return make


def listed(made, name):
    return made.grads[("Wx", "Wh", "b").index(name)]


def lists(name, parameters, inputs, returned, **options):
    return instance(of_lists(name), parameters, inputs, "forward", "backward", returned, listed, **options)


def one_list(name, parameters, inputs, returned):
    order = [each.split(":")[0] for each in parameters.split()]
    return instance(
        lambda module, v: getattr(module, name)(*[v[key] for key in order]),
        parameters,
        inputs,
        "forward",
        "backward",
        returned,
        lambda made, key: made.grads[order.index(key)],
    )


def embedding(module, rng, **sizes):
    values, idx = arrays("W:V,D", rng, **sizes), rng.integers(0, 6, (2, 4))

    def gradients(v, cotangents):
        made = module.Embedding(v["W"])
        made.forward(idx)
        made.backward(*cotangents)
        return {"W": made.grads[0]}

    return Problem(values, lambda v: (module.Embedding(v["W"]).forward(idx),), gradients)


def sequence_loss(module, rng, **sizes):
    values, labels = arrays("scores:N,T,V", rng, **sizes), rng.integers(-1, 6, (sizes.get("N", 2), sizes.get("T", 4)))
    labels[0, 0] = 2

    def gradients(v, cotangents):
        made = module.SequenceLoss()
        made.forward(v["scores"], labels)
        return {"scores": made.backward(cotangents[0])}

    return Problem(values, lambda v: (module.SequenceLoss().forward(v["scores"], labels),), gradients)


FOUR = "Wx:D,4*H Wh:H,4*H b:4*H"
TIME_LAYERS = {
    "RNN": lists("RNN", "Wx:D,H Wh:H,H b:H", "x:N,D h_prev:N,H", "x h_prev"),
    "TimeRNN": lists("TimeRNN", "Wx:D,H Wh:H,H b:H", "xs:N,T,D", "xs"),
    "LSTM": lists("LSTM", FOUR, "x:N,D h_prev:N,H c_prev:N,H", "x h_prev c_prev", gates="fgio", gated="Wx Wh b"),
    "TimeLSTM": lists("TimeLSTM", FOUR, "xs:N,T,D", "xs", gates="fgio", gated="Wx Wh b"),
    "GRU": lists("GRU", "Wx:D,3*H Wh:H,3*H b:3*H", "x:N,D h_prev:N,H", "x h_prev", gates="zrh", gated="Wx Wh b"),
    "Embedding": embedding,
    "TimeAffine": one_list("TimeAffine", "W:D,M b:M", "x:N,T,D", "x"),
    "SequenceLoss": sequence_loss,
}


def attributes(make, parameters, inputs, prefix="", suffix=""):
    def made(module, v):
        built = make(module)
        vars(built).update({name: value for name, value in v.items() if hasattr(built, name)})
        return built

    def gradient(built, name):
        return getattr(built, f"{prefix}{name}{suffix}")

    return instance(made, parameters, inputs, "forward", "backward", inputs.split(":")[0], gradient)


SIX = "W_z:D,H U_z:H,H W_r:D,H U_r:H,H W_h:D,H U_h:H,H"
ATTRIBUTES = {
    "Linear": attributes(lambda m: m.Linear(5, 7), "W:D,M b:M", "x:N,D", "d"),
    "VanillaRNN": attributes(lambda m: m.VanillaRNN(5, 3), "Wx:D,H Wh:H,H b:1,H", "xs:T,N,D", "d"),
    "GRULayer": attributes(lambda m: m.GRULayer(5, 3), SIX, "x:N,T,D", "", "_grad"),
}


def by_key(name, parameters, inputs, size, returned="x", **more):
    def make(module, v):
        made = getattr(module, name)(*size, **more)
        made.params.update({key: v[key] for key in v if key != "x"})
        return made

    return instance(make, parameters, inputs, "forward", "backward", returned, lambda made, key: made.grads[key])


GATES = " ".join(f"W{g}:D+H,H b{g}:H" for g in "ifoc")
FRAMEWORK = {
    "Dense": by_key("Dense", "W:D,M b:M", "x:N,D", (5, 7)),
    "Tanh": by_key("Tanh", "", "x:N,D", ()),
    "Sigmoid": by_key("Sigmoid", "", "x:N,D", ()),
    "RecurrentLayer": by_key("RecurrentLayer", "U:D,H W:H,H b:H", "x:N,T,D", (5, 3)),
    "LSTMLayer": by_key("LSTMLayer", GATES, "x:N,T,D", (5, 3)),
    "LSTMLayer last": by_key("LSTMLayer", GATES, "x:N,T,D", (5, 3), return_sequences=False),
}

SETUPS = {
    "time_layers.py": TIME_LAYERS,
    "attribute_pairs.py": ATTRIBUTES,
    "tiny_framework.py": FRAMEWORK,
}
