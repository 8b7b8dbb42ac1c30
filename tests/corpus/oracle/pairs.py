"""Set-ups of the files that hold forward/backward pairs."""

import numpy as np

from corpus.oracle.harness import Problem, arrays
from corpus.oracle.setups import indices, loss, pair

RNN_STEP = "x:N,D prev_h:N,H Wx:D,H Wh:H,H b:H"
RNN = "x:N,T,D h0:N,H Wx:D,H Wh:H,H b:H"
RNN_TIME_FIRST = "x:T,N,D h0:N,H Wx:D,H Wh:H,H b:H"
LSTM_STEP = "x:N,D prev_h:N,H prev_c:N,H Wx:D,4*H Wh:H,4*H b:4*H"
LSTM = "x:N,T,D h0:N,H Wx:D,4*H Wh:H,4*H b:4*H"
AFFINE = "x:N,D w:D,M b:M"
TEMPORAL_AFFINE = "x:N,T,D w:D,M b:M"
WORDS = {"x": indices(6), "y": indices(6), "idx": indices(6)}


def named(name, specification, *more, **options):
    """Return the set-up of NAME_forward and NAME_backward."""
    return pair(specification, f"{name}_forward", f"{name}_backward", *more, **options)


def mask(value, sizes):
    return value > -0.5


def train(value, sizes):
    return {"mode": "train"}


RNN_LAYERS = {
    "affine": named("affine", AFFINE),
    "relu": named("relu", "x:N,D"),
    "rnn_step": named("rnn_step", RNN_STEP),
    "rnn": named("rnn", RNN),
    "word_embedding": named("word_embedding", "x:N,T W:V,D", "W", fixed=WORDS),
    "lstm_step": named("lstm_step", LSTM_STEP, gates="ifog"),
    "lstm": named("lstm", LSTM, gates="ifog"),
    "gru_step": named(
        "gru_step", "x:N,D prev_h:N,H Wx:D,2*H Wh:H,2*H b:2*H Wxc:D,H Whc:H,H bc:H", gates="zr", gated="Wx Wh b"
    ),
    "temporal_affine": named("temporal_affine", TEMPORAL_AFFINE),
    "temporal_softmax_loss": loss(
        "x:N,T,V y:N,T mask:N,T", "temporal_softmax_loss", "x", fixed={"y": indices(6), "mask": mask}
    ),
}

BATCHNORM = {
    "batchnorm": named("batchnorm", "x:N,D gamma:D beta:D bn_param:1", "x gamma beta", fixed={"bn_param": train}),
    "layernorm": named("layernorm", "x:N,D gamma:D beta:D"),
    "softmax": named("softmax", "z:N,V"),
    "affine_relu": named("affine_relu", AFFINE),
    "softmax_loss": loss("x:N,V y:N", "softmax_loss", "x", fixed={"y": indices(6)}),
}

ODD_NAMES = {
    "rnn_cell": pair("xt:N,D hprew:N,H U:D,H W:H,H bias:H", "rnn_cell_fwd", "rnn_cell_bwd"),
    "seq": pair("inp:N,T,D hinit:N,H U:D,H W:H,H bias:H", "seq_forward", "seq_backward"),
    "readout": pair("hidden:N,H V:H,M c:M", "forward_readout", "backward_readout"),
    "LSTM": pair(
        "X:N,D hOld:N,H cOld:N,H theta:D+H,4*H beta:4*H",
        "LSTMforward",
        "LSTMbackward",
        "X hOld cOld theta beta",
        gates="figo",
        gated="theta beta",
    ),
}

FIXED = {
    "step": named("step", "x:10,1 h_prev:16,1 Wxh:16,10 Whh:16,16 bh:16,1"),
    "output": named("output", "h:16,1 Why:5,16 by:5,1"),
    "gru_cell": named("gru_cell", "x:10 h:16 Wz:16,26 Wr:16,26 Wn:16,26 bz:16 br:16 bn:16"),
    "squeeze": named("squeeze", "x:1,D w:D,M b:M"),
}


def stacked(module, rng, **sizes):
    values = arrays("x:N,T,D W1:D,H U1:H,H b1:H W2:H,H U2:H,H b2:H h0_1:N,H h0_2:N,H", rng, **sizes)

    def called(v):
        layers = [{k: v[f"{k}{i}"] for k in "WUb"} for i in (1, 2)]
        return module.stacked_forward(v["x"], layers, [v["h0_1"], v["h0_2"]])

    def gradients(v, weights):
        dx, grads, dh0 = module.stacked_backward(*weights, called(v)[1])
        named = {f"{k}{i}": grads[i - 1][k] for i in (1, 2) for k in "WUb"}
        return {"x": dx, "h0_1": dh0[0], "h0_2": dh0[1]} | named

    return Problem(values, lambda v: called(v)[:1], gradients)


NESTED = {
    "embed": named("embed", "idx:N,T table:V,D", "table", fixed=WORDS),
    "lstm_layer": named("lstm_layer", "x:T,N,D h0:N,H c0:N,H Wx:D,4*H Wh:H,4*H b:4*H", gates="ifgo", gated="Wx Wh b"),
    "stacked": stacked,
    "bidirectional": named("bidirectional", "x:N,T,D h0f:N,H h0b:N,H Wxf:D,H Whf:H,H bf:H Wxb:D,H Whb:H,H bb:H"),
}

PEEPHOLE_WEIGHTS = "W:D,4*H U:H,4*H b:4*H p_i:H p_f:H p_o:H"


PEEPHOLE = {
    "peephole_step": named(
        "peephole_step", "x:N,D h_prev:N,H c_prev:N,H " + PEEPHOLE_WEIGHTS, gates="ifgo", gated="W U b"
    ),
    "peephole": named("peephole", "x:N,T,D h0:N,H c0:N,H " + PEEPHOLE_WEIGHTS, gates="ifgo", gated="W U b"),
}

ATTENTION = {
    "dot_product_attention": named("dot_product_attention", "prev_h:N,H A:N,H,4,4"),
    "attention_step": named(
        "attention_step",
        "x:N,D prev_h:N,H prev_c:N,H attn:N,H Wx:D,4*H Wh:H,4*H Wattn:H,4*H b:4*H",
        gates="ifog",
        gated="Wx Wh Wattn b",
    ),
    "additive_attention": named("additive_attention", "s:N,4 H:N,T,D Wa:4,M Ua:D,M v:M"),
}

INPLACE = {
    "rnn": named("rnn", RNN),
    "gate": named("gate", "x:N,D prev_h:N,H Wf:D,H bf:H"),
    "mul": named("mul", "x:N,D w:D"),
    "cell": named("cell", "x:N,D h:N,H W:D,H U:H,H b:H"),
}

FLOAT32 = {
    "rnn": named("rnn", RNN),
    "lstm_step": named("lstm_step", "x:N,D h:N,H c:N,H W:D+H,4*H b:4*H", gates="ifog", gated="W b"),
    "affine": named("affine", AFFINE),
}

SCALED = {
    "rnn_mean": named("rnn_mean", RNN),
    "fc": named("fc", AFFINE),
    "temporal_fc": named("temporal_fc", TEMPORAL_AFFINE),
    "rnn_clip": named("rnn_clip", RNN_TIME_FIRST),
    "rnn_norm": named("rnn_norm", RNN_TIME_FIRST),
    "rnn_trunc": named("rnn_trunc", RNN),
}

STARTER = {
    "rnn_step": named("rnn_step", RNN_STEP),
    "gru_step": named("gru_step", "x:N,D prev_h:N,H W:D,3*H U:H,3*H", gates="zrn", gated="W U"),
}
BROKEN = {"affine": named("affine", AFFINE), "gate": named("gate", "x:N,H w:H")}
PYTHON2_LAYERS = {"affine": named("affine", AFFINE)}


def activation(kind):
    def setup(module, rng, **sizes):
        values = arrays("A_prev:D,N W:H,D b:H,1", rng, **sizes)

        def called(v):
            return module.linear_activation_forward(*v.values(), kind)

        def gradients(v, weights):
            return dict(zip(values, module.linear_activation_backward(*weights, called(v)[1], kind), strict=True))

        return Problem(values, lambda v: called(v)[:1], gradients)

    return setup


LOOKALIKES = {"linear_activation": activation("sigmoid")}


def out(module, rng, **sizes):
    values = arrays("h:N,H W:H,V by:V", rng, **sizes) | {"targets": np.arange(sizes.get("N", 2)) % 6}

    def gradients(v, weights):
        _, cache = module.out_forward(*v.values())
        return {n: weights[0] * g for n, g in zip(("h", "W", "by"), module.out_backward(cache), strict=True)}

    return Problem(values, lambda v: module.out_forward(*v.values())[:1], gradients)


NO_DIMS = {
    "gru": pair("x:N,D h:N,H Wr:D,H Ur:H,H Wz:D,H Uz:H,H Wn:D,H Un:H,H", "fwd_gru", "bwd_gru"),
    "lin": pair("x:N,D w:D,M", "forward_lin", "backward_lin"),
    "tanh": pair("x:N,D", "forward_tanh", "backward_tanh"),
    "out": out,
    "MGU": named("MGU", "x:N,D h:N,H Wf:D,H Uf:H,H bf:H Wn:D,H Un:H,H bn:H"),
}


LAYERS = {
    "affine": RNN_LAYERS["affine"],
    "temporal_affine": RNN_LAYERS["temporal_affine"],
    "word_embedding": RNN_LAYERS["word_embedding"],
    "rnn": RNN_LAYERS["rnn"],
    "lstm": RNN_LAYERS["lstm"],
    "temporal_softmax_loss": RNN_LAYERS["temporal_softmax_loss"],
}

CAPTIONS = {
    "rnn_step": RNN_LAYERS["rnn_step"],
    "lstm_step": RNN_LAYERS["lstm_step"],
    "lstm": RNN_LAYERS["lstm"],
    "rnn_caption": pair(RNN, "rnn_forward_caption", "rnn_backward_caption"),
    "smooth_softmax_loss": loss("x:N,V y:N", "smooth_softmax_loss", "x", fixed={"y": indices(6)}),
}


SETUPS = {
    "captions_layers.py": CAPTIONS,
    "rnn_layers.py": RNN_LAYERS,
    "batchnorm_helpers.py": BATCHNORM,
    "odd_names.py": ODD_NAMES,
    "fixed_sizes.py": FIXED,
    "nested_caches.py": NESTED,
    "peephole_typed.py": PEEPHOLE,
    "attention_lstm.py": ATTENTION,
    "inplace_rnn.py": INPLACE,
    "float32_layers.py": FLOAT32,
    "scaled_and_clipped.py": SCALED,
    "starter_code.py": STARTER,
    "broken_layers.py": BROKEN,
    "python2_layers.py": PYTHON2_LAYERS,
    "lookalikes.py": LOOKALIKES,
    "no_dims.py": NO_DIMS,
    "assignment3/cs231n/layers.py": LAYERS,
    "RNN_Captioning_scratch.ipynb": {k: RNN_LAYERS[k] for k in ("rnn_step", "lstm_step", "lstm")},
}
