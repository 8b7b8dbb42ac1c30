"""Set-ups of models as classes."""

import numpy as np

from corpus.oracle.harness import Problem, arrays


def with_params(make, parameters, *call):
    """A class with `params` and loss(…) → (loss, grads): parameters are set by name."""

    def setup(module, rng, **sizes):
        made = make(module)
        weights = {name: rng.standard_normal(np.shape(made.params[name])) for name in parameters.split()}
        given = [each(rng, sizes) for each in call]

        def called(v):
            made = make(module)
            made.params.update(v)
            return made.loss(*given)

        def gradients(v, cotangents):
            _, grads = called(v)
            return {name: cotangents[0] * grads[name] for name in weights}

        return Problem(weights, lambda v: called(v)[:1], gradients)

    return setup


def words(rng, sizes):
    return rng.integers(0, 6, (2, sizes.get("T", 4)))


def captions(kind):
    vocabulary = {"<NULL>": 0, "<START>": 1, "<END>": 2, "cat": 3, "dog": 4, "mat": 5}
    return with_params(
        lambda module: module.CaptioningRNN(vocabulary, 5, 4, 3, kind, np.float64),
        "W_embed W_proj b_proj Wx Wh b W_vocab b_vocab",
        lambda rng, sizes: rng.standard_normal((2, 5)),
        words,
    )


LOSS_CLASSES = {
    "assignment3/cs231n/classifiers/rnn.py": {"CaptioningRNN": captions("lstm"), "CaptioningRNN rnn": captions("rnn")},
    "two_layer_char_model.py": {
        "CharModel": with_params(
            lambda module: module.CharModel(6, 5, 3, reg=0.1), "E Wx1 Wh1 b1 Wx2 Wh2 b2 Wy by", words, words
        ),
        "Regressor": with_params(
            lambda module: module.Regressor(5, 3),
            "W b v",
            lambda rng, sizes: rng.standard_normal((2, sizes.get("T", 4), 5)),
            lambda rng, sizes: rng.standard_normal(2),
        ),
    },
}


def nodes(module, rng, **sizes):
    gates = ("keep", "write", "show", "fresh")
    weights = arrays(" ".join(f"{gate}:H,D+H {gate}_off:H" for gate in gates), rng, **sizes)
    steps = sizes.get("T", 4)
    xs, ys = rng.standard_normal((steps, 5)), rng.standard_normal(steps)

    def called(v):
        made = module.Kernels(3, 5)
        vars(made).update(v)
        return made, module.Chain(made).loss_and_diff(xs, ys)

    def gradients(v, cotangents):
        made, _ = called(v)
        return {name: cotangents[0] * getattr(made, name + "_diff") for name in weights}

    return Problem(weights, lambda v: called(v)[1:], gradients)


def stepwise(module, rng, **sizes):
    weights = arrays("Wxh:H,D Whh:H,H Why:M,H bh:H,1 by:M,1", rng, **sizes)
    xs = {f"x{t}": rng.standard_normal((5, 1)) for t in range(sizes.get("T", 4))}

    def called(v):
        made = module.StepRNN(5, 3, 7)
        made.parameters.update({name: v[name] for name in weights})
        made.reset()
        return made, tuple(made.step(v[name]) for name in xs)

    def gradients(v, cotangents):
        made, _ = called(v)
        found = {name: made.back(dy) for name, dy in zip(reversed(xs), reversed(cotangents), strict=True)}
        return found | made.gradients

    return Problem(weights | xs, lambda v: called(v)[1], gradients)


def stateful_cell(module, rng, **sizes):
    weights = arrays("W:D+H,4*H b:4*H", rng, **sizes)
    inputs = arrays("x:N,D h:N,H c:N,H", rng, **sizes)

    def called(v):
        made = module.LSTMCellStateful(5, 3)
        made.parameters.update({name: v[name] for name in weights})
        return made, made.forward(*[v[name] for name in inputs])

    def gradients(v, cotangents):
        made, _ = called(v)
        return dict(zip(inputs, made.backward(*cotangents), strict=True)) | made.gradients

    return Problem(weights | inputs, lambda v: called(v)[1], gradients, {"W": ("ifog", -1), "b": ("ifog", -1)})


def tutorial(name, parameters):
    def setup(module, rng, **sizes):
        made = getattr(module, name)(6, 3)
        weights = {each: rng.standard_normal(getattr(made, each).shape) for each in parameters.split()}
        steps = sizes.get("T", 4)
        x, y = rng.integers(0, 6, steps), rng.integers(0, 6, steps)

        def build(v):
            made = getattr(module, name)(6, 3)
            vars(made).update(v)
            return made

        def gradients(v, cotangents):
            found = build(v).bptt(x, y)
            found = found[1] if isinstance(found, tuple) else found
            return {n: cotangents[0] * g for n, g in zip(weights, found, strict=True)}

        def outputs(v):
            if name == "SentenceGRU":
                return (build(v).total_loss(x, y),)
            return (build(v).total_loss([x], [y]),)

        return Problem(weights, outputs, gradients)

    return setup


def updated(name, parameters, run):
    """The gradient is what an update at learning rate 1 takes off: `run` returns (loss, what holds the weights)."""

    def setup(module, rng, **sizes):
        weights = arrays(parameters, rng, **sizes)
        given = rng.standard_normal((2, sizes.get("T", 4), 4))
        state = rng.standard_normal(3)

        def gradients(v, cotangents):
            _, after = run(module, {n: a.copy() for n, a in v.items()}, given, state)
            return {n: cotangents[0] * (v[n] - after[n]) for n in weights}

        return Problem(
            weights, lambda v: (run(module, {n: a.copy() for n, a in v.items()}, given, state)[0],), gradients
        )

    return setup


def network(module, v, given, state):
    made = module.RecurrentNetwork(4, 3, 4, lr=1.0)
    vars(made).update(v)
    made.forward([x[:, None] for x in given[0]])
    loss = made.loss([y[:, None] for y in given[1]])
    made.backward([y[:, None] for y in given[1]])
    return loss, vars(made)


def elman(module, v, given, state):
    made = module.Elman(4, 3, 1.0)
    vars(made).update(v)
    loss, _ = made.train_step(given[0, 0], given[1, 0], state)
    return loss, vars(made)


def sequence(module, v, given, state):
    return module.train_on_sequence(given[0], given[1], v, 1.0), v


def policy(module, rng, **sizes):
    weights = arrays(" ".join(f"W{g}:H,D U{g}:H,H b{g}:H" for g in "zrn"), rng, **sizes)
    inputs = arrays("x:D h:H", rng, **sizes)

    def called(v):
        made = module.RecurrentPolicy(5, 3)
        vars(made).update({name: v[name] for name in weights})
        return made, made.gru_step(v["x"], v["h"])

    def gradients(v, cotangents):
        made, (_, cache) = called(v)
        dh, grads = made.gru_step_backward(*cotangents, cache)
        return {"h": dh} | grads

    return Problem(weights | inputs, lambda v: called(v)[1][:1], gradients)


def tiny_char(module, rng, **sizes):
    weights = arrays("Wxh:H,V Whh:H,H Why:V,H bh:H,1 by:V,1", rng, **sizes)
    given, state = words(rng, sizes), rng.standard_normal((3, 1))

    def called(v):
        made = module.TinyCharRNN(6, 3)
        vars(made).update(v)
        return made.loss_and_grads(*given, state)

    def gradients(v, cotangents):
        return {name: cotangents[0] * g for name, g in zip(weights, called(v)[1], strict=True)}

    return Problem(weights, lambda v: called(v)[:1], gradients)


CLASSES = {
    "policy_network.py": {"RecurrentPolicy": policy, "TinyCharRNN": tiny_char},
    "lstm_nodes.py": {"Chain": nodes},
    "stateful_steps.py": {"StepRNN": stepwise, "LSTMCellStateful": stateful_cell},
    "language_model_tutorial.py": {
        "SentenceRNN": tutorial("SentenceRNN", "U V W"),
        "SentenceGRU": tutorial("SentenceGRU", "E U W b V"),
    },
    "update_inside.py": {
        "RecurrentNetwork": updated("RecurrentNetwork", "w_in:H,4 w_rec:H,H w_out:4,H b_hid:H,1 b_out:4,1", network),
        "Elman": updated("Elman", "Wx:H,4 Wh:H,H Wy:4,H", elman),
        "train_on_sequence": updated("train_on_sequence", "U:4,H W:H,H V:H,4", sequence),
    },
}

SETUPS = LOSS_CLASSES | CLASSES
