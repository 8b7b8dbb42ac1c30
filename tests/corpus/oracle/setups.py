"""How one shape of code is called: each function returns a set-up, which makes a Problem of a module."""

import numpy as np

from corpus.oracle.harness import Problem, arrays


def as_tuple(value):
    return value if isinstance(value, tuple) else (value,)


def pair(specification, forward, backward, returned="", gates="", gated="Wx Wh b", axis=-1, outs=None, fixed=None):
    """X_forward(inputs…) → (outputs…, cache), X_backward(cotangents…, cache) → gradients of `returned` in order."""

    def setup(module, rng, **sizes):
        values = arrays(specification, rng, **sizes)
        values = {name: (fixed or {}).get(name, lambda v, s: v)(value, sizes) for name, value in values.items()}
        given, names = getattr(module, forward), (returned or " ".join(values)).split()

        def called(v):
            *out, cache = given(*v.values())
            return out, cache

        def gradients(v, weights):
            cache = called(v)[1]
            found = as_tuple(getattr(module, backward)(*weights, cache))
            return dict(zip(names, found, strict=True))

        blocks = {name: (gates, axis) for name in gated.split() if name in values} if gates else {}
        return Problem(values, lambda v: tuple(called(v)[0][:outs]), gradients, blocks)

    return setup


def indices(top):
    """Return what turns random floats into integers below `top`."""
    return lambda value, sizes: (np.abs(value * 1000).astype(int)) % top


def loss(specification, function, returned, fixed=None, pick=lambda result: (result[0], result[1:])):
    """f(inputs…) → (loss, gradients…): the loss is one output."""

    def setup(module, rng, **sizes):
        values = arrays(specification, rng, **sizes)
        values = {name: (fixed or {}).get(name, lambda v, s: v)(value, sizes) for name, value in values.items()}
        call = getattr(module, function)

        def gradients(v, weights):
            _, found = pick(call(*v.values()))
            return {n: weights[0] * g for n, g in zip(returned.split(), as_tuple(found), strict=False)}

        return Problem(values, lambda v: (pick(call(*v.values()))[0],), gradients)

    return setup


def keyed(specification, parameters, forward, backward, outs, gradients_of, more=False):
    """Coursera and kin: forward(inputs…, dict of parameters) → (outputs…, cache), backward → dict 'd' + name."""

    def setup(module, rng, **sizes):
        inputs, weights = arrays(specification, rng, **sizes), arrays(parameters, rng, **sizes)

        def called(v):
            p = {name: v[name] for name in weights}
            *out, cache = getattr(module, forward)(*[v[name] for name in inputs], p)
            return out, cache, p

        def gradients(v, cotangents):
            _, cache, p = called(v)
            found = getattr(module, backward)(*cotangents, cache, *([p] if more else []))
            return {name: found["d" + name] for name in gradients_of.split()}

        return Problem(inputs | weights, lambda v: tuple(called(v)[0][i] for i in outs), gradients)

    return setup


def on_globals(parameters, function, returned, states, steps=4, vocabulary=6, pick=None, **constants):
    """min-char-rnn: lossFun(inputs, targets, states…) → loss, gradients…, states… with parameters as globals."""

    def setup(module, rng, **sizes):
        known = {key: SIZES_OF[value] if isinstance(value, str) else value for key, value in constants.items()}
        vars(module).update(known)
        weights = arrays(parameters, rng, **sizes)
        first = arrays(states, rng, **sizes)
        inputs = [int(i) for i in rng.integers(0, vocabulary, sizes.get("T", steps))]
        targets = [int(i) for i in rng.integers(0, vocabulary, sizes.get("T", steps))]

        def called(v):
            vars(module).update({name: v[name] for name in weights})
            return getattr(module, function)(inputs, targets, *[v[name] for name in first])

        def gradients(v, cotangents):
            result = called(v)
            found = pick(result) if pick else result[1:]
            return {n: cotangents[0] * g for n, g in zip(returned.split(), found, strict=False)}

        return Problem(weights | first, lambda v: (np.asarray(called(v)[0]),), gradients)

    return setup


SIZES_OF = {"V": 6, "H": 3, "V+H": 9}


def instance(
    make, parameters, inputs, forward, backward, inputs_returned="", attributes="", zero=None, gates="", gated=""
):
    """A class: `make(module, values)` builds it, forward(inputs…), backward(cotangents…), gradients read from it.

    `attributes` gives for each parameter where its gradient is, as a function of the object.
    """

    def setup(module, rng, **sizes):
        weights, given = arrays(parameters, rng, **sizes), arrays(inputs, rng, **sizes)

        def called(v):
            made = make(module, v)
            return made, as_tuple(getattr(made, forward)(*[v[name] for name in given]))

        def gradients(v, cotangents):
            made, _ = called(v)
            returned = as_tuple(getattr(made, backward)(*cotangents))
            found = dict(zip(inputs_returned.split(), returned, strict=False))
            return found | {name: attributes(made, name) for name in weights}

        blocks = dict.fromkeys(gated.split(), (gates, -1))
        return Problem(weights | given, lambda v: called(v)[1], gradients, blocks)

    return setup
