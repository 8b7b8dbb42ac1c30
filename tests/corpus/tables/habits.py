"""Verdicts: what people do in the middle of a backward pass."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "inplace_rnn.py",
        "S1",
        (*right("rnn", "gate", "mul", "cell"),),
        twins=(
            twin(
                "rnn: assigned instead of added",
                "dh[:, t - 1] += dh[:, t] @ Wh.T",
                "dh[:, t - 1] = dh[:, t] @ Wh.T",
                wrong("rnn", "x h0 Wx Wh b"),
            ),
            twin(
                "rnn: Wh from the same step",
                "prev = h[:, t - 1] if t > 0 else h0\n        dWx",
                "prev = h[:, t]\n        dWx",
                wrong("rnn", "Wh"),
            ),
            twin(
                "gate: the slope is applied in the wrong order",
                "    df = dout * prev_h\n    dout *= f\n",
                "    dout *= f\n    df = dout * prev_h\n",
                wrong("gate", "x Wf bf"),
            ),
            twin(
                "cell: h and x swapped",
                'cache["x"].T @ dz, cache["h"].T @ dz, dz.sum(0)',
                'cache["x"].T @ dout, cache["h"].T @ dz, dz.sum(0)',
                wrong("cell", "W"),
            ),
            twin(
                "right: rnn accumulates in a module global that it resets",
                "    dWx = np.zeros_like(Wx)\n    dWh = np.zeros_like(Wh)\n",
                "    global total_dW\n    total_dW = np.zeros_like(Wx)\n    dWx = total_dW\n    dWh = np.zeros_like(Wh)\n",
                *right("rnn"),
            ),
            twin(
                "rnn: accumulates from call to call",
                "    dWx = np.zeros_like(Wx)\n    dWh = np.zeros_like(Wh)\n",
                "    global total_dW\n    if total_dW is None or total_dW.shape != Wx.shape:\n        total_dW = np.zeros_like(Wx)\n    dWx = total_dW\n    dWh = np.zeros_like(Wh)\n",
                wrong("rnn", "Wx"),
            ),
        ),
    ),
    Code(
        "float32_layers.py",
        "S1",
        (
            Verdict("rnn", "FLOAT32"),
            Verdict("lstm_step", "FLOAT32"),
            Verdict("affine", "FLOAT32"),
        ),
        twins=(
            twin(
                "rnn: no gradient from the next step",
                "dz = (dh[:, t] + dnext) * (1 - h[:, t] ** 2)",
                "dz = dh[:, t] * (1 - h[:, t] ** 2)",
                wrong("rnn", "x h0 Wx Wh b"),
            ),
            twin(
                "lstm step: forget gate without slope",
                "da[:, H:2*H] = dc * c * f * (1 - f)",
                "da[:, H:2*H] = dc * c",
                wrong("lstm_step", "x h W b", "f"),
            ),
            twin(
                "affine: bias is a mean",
                "return dout.dot(w.T), x.T.dot(dout), dout.sum(0)",
                "return dout.dot(w.T), x.T.dot(dout), dout.mean(0)",
                wrong("affine", "b", also=("SCALED",)),
            ),
        ),
    ),
    Code(
        "scaled_and_clipped.py",
        "S1",
        (
            Verdict("rnn_mean", "SCALED", factor="1/T"),
            Verdict("fc", "SCALED", factor="1/N"),
            Verdict("temporal_fc", "SCALED", factor="1/(N T)"),
            Verdict("rnn_clip", "CLIPPED"),
            Verdict("rnn_norm", "CLIPPED"),
            Verdict("rnn_trunc", "TRUNCATED"),
        ),
        twins=(
            twin(
                "mean: Wh only from half of the steps",
                "        dWh += hs[t].T.dot(dz)\n        db += dz.sum(axis=0)",
                "        if t % 2: dWh += hs[t].T.dot(dz)\n        db += dz.sum(axis=0)",
                wrong("rnn_mean", "Wh"),
            ),
            twin("fc: dx by another w", "dx = dout.dot(w.T) / N", "dx = dout.dot(w.T ** 2) / N", wrong("fc", "x")),
            twin(
                "clip: recurrent weight not transposed",
                "        dnext = dz @ Wh.T\n    for d in",
                "        dnext = dz @ Wh\n    for d in",
                wrong("rnn_clip", "x h0 Wx Wh b"),
            ),
            twin(
                "trunc: the delta's slope at the wrong step",
                "delta = delta * (1 - hs[k + 1] ** 2)",
                "delta = delta * (1 - hs[k] ** 2)",
                wrong("rnn_trunc", "x h0 Wx Wh b"),
            ),
            twin(
                "norm: the state after",
                "        dWh += hs[t - 1].T @ dz\n        db += dz.sum(0)\n        dnext = dz @ Wh.T\n    grads",
                "        dWh += hs[t].T @ dz\n        db += dz.sum(0)\n        dnext = dz @ Wh.T\n    grads",
                wrong("rnn_norm", "Wh"),
            ),
            twin(
                "right: fc no longer averages",
                "    dx = dout.dot(w.T) / N\n    dw = x.T.dot(dout) / N\n    db = dout.sum(0) / N\n",
                "    dx = dout.dot(w.T)\n    dw = x.T.dot(dout)\n    db = dout.sum(0)\n",
                *right("fc"),
            ),
        ),
    ),
    Code(
        "starter_code.py",
        "S1",
        (
            Verdict("gru_step", "OK"),
            Verdict("rnn_step", "TODO"),
            Verdict("lstm_step", "TODO"),
            Verdict("word_embedding", "TODO"),
            Verdict("temporal_affine", "TODO"),
        ),
        twins=(
            twin(
                "gru: pdb and a wrong reset gate",
                "dr = dn * hn * r * (1 - r)",
                "dr = dn * prev_h * r * (1 - r)",
                wrong("gru_step", "x prev_h W U", "r"),
            ),
            twin(
                "right: the step filled in",
                "    pass\n    return dx, dprev_h, dWx, dWh, db\n",
                "    x, prev_h, Wx, Wh, next_h = cache\n    dz = dnext_h * (1 - next_h ** 2)\n    dx, dprev_h, dWx, dWh, db = dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(0)\n    return dx, dprev_h, dWx, dWh, db\n",
                *right("rnn_step"),
            ),
        ),
    ),
    Code(
        "broken_layers.py",
        "S1",
        (
            Verdict("affine", "CRASHED"),
            Verdict("gate", "CRASHED", also=("OK",)),
            Verdict("rnn_step", "CRASHED", also=("WRONG",)),
            Verdict("lstm_step", "CRASHED"),
            Verdict("pool", "CRASHED"),
        ),
        twins=(twin("right: affine's name mended", "return dx, dw, d_b", "return dx, dw, db", *right("affine")),),
    ),
    Code(
        "python2_layers.py",
        "S1",
        (
            Verdict("affine", "OK"),
            Verdict("rnn", "PYTHON 2"),
            Verdict("mean", "PYTHON 2"),
        ),
    ),
    Code("python2_char_rnn.py", "S4", (Verdict("CharRNN", "PYTHON 2"),)),
    Code(
        "lookalikes.py",
        "S1",
        (
            Verdict("linear_activation", "NOT RECOGNISED", also=("SCALED",)),
            Verdict("step", "NOT RECOGNISED"),
            Verdict("page", "NOT RECOGNISED"),
            Verdict("fft", "NOT RECOGNISED"),
            Verdict("load", "NOT RECOGNISED"),
            Verdict("hmm", "NOT RECOGNISED"),
            Verdict("dropout", "OK", also=("NOT RECOGNISED",)),
        ),
    ),
)
