"""Verdicts: normalisation, attention, nested caches, peepholes."""

from corpus.verdicts import Code, right, twin, wrong

CODES = (
    Code(
        "batchnorm_helpers.py",
        "S1",
        (*right("batchnorm", "layernorm", "softmax", "affine_relu", "softmax_loss"),),
        twins=(
            twin(
                "batchnorm: the mean's path is missing",
                "dx = dxc - dxc.mean(axis=0)",
                "dx = dxc",
                wrong("batchnorm", "x"),
            ),
            twin(
                "batchnorm: the variance's path is missing",
                "    dxc += 2 * xc * dvar / len(xc)\n",
                "",
                wrong("batchnorm", "x"),
            ),
            twin(
                "batchnorm: factor two of the variance",
                "dvar = -0.5 * inv ** 3 * dinv",
                "dvar = -inv ** 3 * dinv",
                wrong("batchnorm", "x"),
            ),
            twin(
                "batchnorm: gamma sees the centred input",
                "dgamma = np.einsum('nd,nd->d', xn, dout)",
                "dgamma = np.einsum('nd,nd->d', xc, dout)",
                wrong("batchnorm", "gamma"),
            ),
            twin("batchnorm: + for *", "dxn = dout * gamma", "dxn = dout + gamma", wrong("batchnorm", "x")),
            twin(
                "layernorm: mean over the batch",
                "dx = ivar * (dxhat - dxhat.mean(1, keepdims=True)",
                "dx = ivar * (dxhat - dxhat.mean(0, keepdims=True)",
                wrong("layernorm", "x"),
            ),
            twin("layernorm: gamma forgotten", "dxhat = dout * gamma", "dxhat = dout", wrong("layernorm", "x")),
            twin(
                "softmax: diagonal only",
                "return p * (dp - np.sum(dp * p, axis=1, keepdims=True))",
                "return dp * p * (1 - p)",
                wrong("softmax", "z"),
            ),
            twin(
                "affine relu: mask of the output gradient",
                "da = np.where(a > 0, dout, 0)",
                "da = np.where(dout > 0, dout, 0)",
                wrong("affine_relu", "x w b"),
            ),
            twin(
                "softmax loss: not averaged",
                "return loss, dx / N",
                "return loss, dx",
                wrong("softmax_loss", "x", also=("SCALED",)),
            ),
            twin(
                "right: batchnorm in one formula",
                "dx = dxc - dxc.mean(axis=0)",
                "dx = (dxn - dxn.mean(0) - xn * (dxn * xn).mean(0)) * inv",
                *right("batchnorm"),
            ),
        ),
    ),
    Code(
        "attention_lstm.py",
        "S1",
        (*right("dot_product_attention", "attention_step", "additive_attention"),),
        twins=(
            twin(
                "dot: not divided by √H",
                "dscores = w * (dw - (dw * w).sum(axis=1, keepdims=True)) / np.sqrt(H)",
                "dscores = w * (dw - (dw * w).sum(axis=1, keepdims=True))",
                wrong("dot_product_attention", "prev_h A"),
            ),
            twin(
                "dot: A's path through the scores is missing",
                "    dA_flat += prev_h[:, :, None] * dscores[:, None, :]\n",
                "",
                wrong("dot_product_attention", "A"),
            ),
            twin(
                "dot: softmax's slope is diagonal",
                "dscores = w * (dw - (dw * w).sum(axis=1, keepdims=True)) / np.sqrt(H)",
                "dscores = w * (1 - w) * dw / np.sqrt(H)",
                wrong("dot_product_attention", "prev_h A"),
            ),
            twin(
                "dot: weights' upstream forgotten",
                " + dattn_weights.reshape(N, -1)\n",
                "\n",
                wrong("dot_product_attention", "prev_h A"),
            ),
            twin(
                "step: attention weight sees h",
                "attn.T.dot(da), np.sum(da, axis=0))",
                "prev_h.T.dot(da), np.sum(da, axis=0))",
                wrong("attention_step", "Wattn"),
            ),
            twin(
                "step: attention not propagated through its own weight",
                "da.dot(Wattn.T)",
                "da.dot(Wh.T)",
                wrong("attention_step", "attn"),
            ),
            twin(
                "additive: context's direct path missing",
                "dH = alpha[:, :, None] * dcontext[:, None, :] + du @ Ua.T",
                "dH = du @ Ua.T",
                wrong("additive_attention", "H"),
            ),
            twin(
                "additive: query not summed over places",
                "dq = du.sum(axis=1)",
                "dq = du.mean(axis=1)",
                wrong("additive_attention", "s Wa", also=("SCALED",)),
            ),
            twin(
                "additive: v sees no tanh",
                "dv = np.einsum('nl,nlk->k', de, u)",
                "dv = np.einsum('nl,nlk->k', de, H @ Ua)",
                wrong("additive_attention", "v"),
            ),
        ),
    ),
    Code(
        "nested_caches.py",
        "S1",
        (*right("embed", "lstm_layer", "stacked", "bidirectional"),),
        twins=(
            twin("embedding overwrites", "grad[row] += d", "grad[row] = d", wrong("embed", "table")),
            twin(
                "lstm: the last c's gradient is dropped",
                "dh_next, dc_next = np.zeros((N, H)), dc_last",
                "dh_next, dc_next = np.zeros((N, H)), np.zeros((N, H))",
                wrong("lstm_layer", "x h0 c0 Wx Wh b", "fgi"),
            ),
            twin(
                "lstm: forget gate sees c",
                "dc * c_prev * dsigmoid(f)",
                "dc * c * dsigmoid(f)",
                wrong("lstm_layer", "x h0 c0 Wx Wh b", "f"),
            ),
            twin(
                "lstm: output gate without tanh",
                "dh * tc * dsigmoid(o)",
                "dh * c * dsigmoid(o)",
                wrong("lstm_layer", "x h0 c0 Wx Wh b", "o"),
            ),
            twin(
                "lstm: c passes through the input gate",
                "dc_next = dc * f",
                "dc_next = dc * i",
                wrong("lstm_layer", "x h0 c0 Wx Wh b"),
            ),
            twin(
                "lstm: Wh sees h after the step", "dWh += h_prev.T @ da", "dWh += h.T @ da", wrong("lstm_layer", "Wh")
            ),
            twin(
                "stacked: no recurrent gradient",
                "dh = dz @ p['U'].T",
                "dh = 0 * dz",
                wrong("stacked", "x h0_1 h0_2 W1 U1 b1 W2 U2 b2"),
            ),
            twin(
                "stacked: inputs not reversed back",
                "dout = np.stack(dinp[::-1], 1)",
                "dout = np.stack(dinp, 1)",
                wrong("stacked", "x h0_1 W1 U1 b1"),
            ),
            twin(
                "stacked: slope of the previous state",
                "dz = (dout[:, t] + dh) * (1 - hn ** 2)",
                "dz = (dout[:, t] + dh) * (1 - hp ** 2)",
                wrong("stacked", "x h0_1 h0_2 W1 U1 b1 W2 U2 b2"),
            ),
            twin(
                "bidirectional: backward direction runs backward",
                "    dh = 0\n    for t in range(T):\n        dz = (dout[:, t, H:]",
                "    dh = 0\n    for t in range(T - 1, -1, -1):\n        dz = (dout[:, t, H:]",
                wrong("bidirectional", "x h0b Wxb Whb bb"),
            ),
            twin(
                "bidirectional: dx of one direction overwrites",
                "dx[:, t] += dz.dot(Wxb.T)",
                "dx[:, t] = dz.dot(Wxb.T)",
                wrong("bidirectional", "x"),
            ),
            twin(
                "bidirectional: neighbour of the wrong side",
                "dWhb += bwd[t + 1].T.dot(dz)",
                "dWhb += bwd[t].T.dot(dz)",
                wrong("bidirectional", "Whb"),
            ),
        ),
    ),
    Code(
        "peephole_typed.py",
        "S1",
        (*right("peephole_step", "peephole"),),
        twins=(
            twin(
                "output peephole sends nothing into c",
                " + da_o * p_o\n",
                "\n",
                wrong("peephole_step", "x h_prev c_prev W U b p_i p_f", "fgi"),
                wrong("peephole", "x h0 c0 W U b p_i p_f p_o", "fgi"),
            ),
            twin(
                "output peephole sees the previous c",
                "(da_o * k.c).sum(0)",
                "(da_o * k.c_prev).sum(0)",
                wrong("peephole_step", "p_o"),
                wrong("peephole", "p_o"),
            ),
            twin(
                "forget peephole missing in c_prev",
                "dc_prev = dc * k.f + da_i * p_i + da_f * p_f",
                "dc_prev = dc * k.f + da_i * p_i",
                wrong("peephole_step", "c_prev"),
                wrong("peephole", "x h0 c0 W U b p_i p_f p_o"),
            ),
            twin(
                "input peephole sees the next c",
                "(da_i * k.c_prev).sum(0)",
                "(da_i * k.c).sum(0)",
                wrong("peephole_step", "p_i"),
                wrong("peephole", "p_i"),
            ),
            twin(
                "sequence: c is not carried",
                "peephole_step_backward(dhs[:, t] + dh, dc, caches[t])",
                "peephole_step_backward(dhs[:, t] + dh, 0 * dc, caches[t])",
                wrong("peephole", "x h0 c0 W U b p_i p_f p_o"),
            ),
            twin(
                "candidate sees the forget gate",
                "da_g = dc * k.i * (1 - k.g**2)",
                "da_g = dc * k.f * (1 - k.g**2)",
                wrong("peephole_step", "x h_prev W U b", "g"),
                wrong("peephole", "x h0 c0 W U b p_i p_f p_o", "g"),
            ),
        ),
    ),
)
