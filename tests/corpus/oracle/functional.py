"""Set-ups of closures, of an encoder with a decoder, of a record of weights, and of code without NumPy."""

import numpy as np

from corpus.oracle.harness import Problem, arrays

TANH = "x:T,N,D h0:N,H Wx:D,H Wh:H,H b:H"
GRU = "E:V,D W:D,3*H U:H,3*H b:3*H V:H,V c:V"
SEQ2SEQ = "We:D,H Ue:H,H Wd:V,H Ud:H,H Vo:H,V bo:V"


def tanh_rnn(module, rng, **sizes):
    values = arrays(TANH, rng, **sizes)

    def gradients(v, weights):
        return dict(zip(values, module.tanh_rnn(*v.values())[1](weights[0]), strict=True))

    return Problem(values, lambda v: module.tanh_rnn(*v.values())[:1], gradients)


def char_gru(module, rng, **sizes):
    values, state = arrays(GRU, rng, **sizes), arrays("h:N,H", rng, **sizes)["h"]
    inputs, targets = rng.integers(0, 6, (2, sizes.get("T", 4), len(state)))
    inputs[0] = inputs[0, 0]  # a word that comes twice in one step

    def called(v):
        return module.char_gru_loss(dict(v), inputs, targets, state)

    def gradients(v, weights):
        return {name: weights[0] * found for name, found in called(v)[1]().items()}

    blocks = dict.fromkeys("WUb", ("rzn", -1))
    return Problem(values, lambda v: (np.asarray(called(v)[0]),), gradients, blocks)


def encoder_decoder(module, rng, **sizes):
    values, given = arrays(SEQ2SEQ, rng, **sizes), arrays("Xe:T,N,D Xd:T,N,V", rng, **sizes)
    targets = rng.integers(0, 6, given["Xd"].shape[:2])

    def called(v):
        return module.forward(v, *given.values(), targets)

    def gradients(v, weights):
        return {name: weights[0] * found for name, found in module.backward(v, called(v)[1]).items()}

    return Problem(values, lambda v: (np.asarray(called(v)[0]),), gradients)


def plain_lists(module, rng, **sizes):
    values, given = arrays("Wx:H,D Wh:H,H b:H", rng, **sizes), arrays("xs:T,D h0:H", rng, **sizes)

    def called(v):
        return module.forward(*given.values(), *v.values())

    def gradients(v, weights):
        found = module.backward(given["xs"], called(v), weights[0], v["Wx"], v["Wh"])
        return dict(zip(values, map(np.asarray, found), strict=True))

    return Problem(values, lambda v: (np.asarray(called(v)[1:]),), gradients)


def params_record(module, rng, **sizes):
    values = arrays("W:D+H,4*H b:4*H xs:T,N,D h:N,H c:N,H", rng, **sizes)

    def made(v):
        return module.LSTMParams(v["W"], v["b"])

    def called(v):
        return module.lstm_forward(made(v), v["xs"], v["h"], v["c"])

    def gradients(v, weights):
        grads, dxs, dh, dc = module.lstm_backward(made(v), called(v)[-1], *weights)
        return {"W": grads.W, "b": grads.b, "xs": dxs, "h": dh, "c": dc}

    return Problem(values, lambda v: called(v)[:3], gradients, dict.fromkeys("Wb", ("ifou", -1)))


SETUPS = {
    "closures.py": {"tanh_rnn": tanh_rnn, "char_gru_loss": char_gru},
    "encoder_decoder.py": {"forward": encoder_decoder},
    "plain_lists.py": {"forward": plain_lists},
    "params_record.py": {"lstm": params_record},
}
