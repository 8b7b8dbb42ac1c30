"""Verdicts: odd names, no dims, fixed sizes, dictionaries."""

from corpus.verdicts import Code, right, twin, wrong

CODES = (
    Code(
        "odd_names.py",
        "S1",
        (*right("rnn_cell", "seq", "readout", "LSTM"),),
        twins=(
            twin(
                "cell: slope with plus",
                "gradz = dout * (1 - h**2)",
                "gradz = dout * (1 + h**2)",
                wrong("rnn_cell", "xt hprew U W bias"),
                wrong("seq", "inp hinit U W bias"),
            ),
            twin(
                "cell: previous state not transposed",
                "dprew_h = gradz @ W.T",
                "dprew_h = gradz @ W",
                wrong("rnn_cell", "hprew"),
                wrong("seq", "inp hinit U W bias"),
            ),
            twin(
                "cell: input weight gets the state's gradient",
                "gbias = gradz.sum(0)",
                "gbias = gradz.sum(0) / 2",
                wrong("rnn_cell", "bias", also=("SCALED",)),
                wrong("seq", "bias", also=("SCALED",)),
            ),
            twin("seq: W not accumulated", "grads[1] = grads[1] + gW", "grads[1] = gW", wrong("seq", "W")),
            twin("seq: inputs reversed", "ginp.insert(0, gx)", "ginp.append(gx)", wrong("seq", "inp")),
            twin(
                "seq: no carry",
                "rnn_cell_bwd(upstream[:, k] + carry, saved[k])",
                "rnn_cell_bwd(upstream[:, k] + 0 * carry, saved[k])",
                wrong("seq", "inp hinit U W bias"),
            ),
            twin(
                "readout: bias over the wrong axis",
                "return err.dot(V.T), hidden.T.dot(err), err.sum(axis=0)",
                "return err.dot(V.T), hidden.T.dot(err), err[0]",
                wrong("readout", "c"),
            ),
            twin(
                "lstm: input gate sees the old c",
                "total * ct_ * it * (1 - it),",
                "total * cOld * it * (1 - it),",
                wrong("LSTM", "X hOld theta beta", "i"),
            ),
            twin(
                "lstm: candidate's slope missing",
                "total * it * (1 - ct_ * ct_),",
                "total * it,",
                wrong("LSTM", "X hOld theta beta", "g"),
            ),
            twin(
                "lstm: forget gate sees the new c",
                "total * cOld * ft * (1 - ft)",
                "total * cNew * ft * (1 - ft)",
                wrong("LSTM", "X hOld theta beta", "f"),
            ),
            twin(
                "lstm: x and h in the wrong order",
                "return dstack[:, :D], dstack[:, D:], total * ft, dtheta, dbeta",
                "return dstack[:, -D:], dstack[:, :-D], total * ft, dtheta, dbeta",
                wrong("LSTM", "X hOld"),
            ),
            twin(
                "lstm: c passes without the forget gate",
                "return dstack[:, :D], dstack[:, D:], total * ft,",
                "return dstack[:, :D], dstack[:, D:], total,",
                wrong("LSTM", "cOld"),
            ),
        ),
    ),
    Code(
        "no_dims.py",
        "S1",
        (*right("gru", "lin", "tanh", "out", "MGU"),),
        twins=(
            twin(
                "gru: update gate of the wrong sign",
                "daz=d*(h-n)*z*(1-z)",
                "daz=d*(n-h)*z*(1-z)",
                wrong("gru", "x h Wz Uz"),
            ),
            twin("gru: Un without reset", "dot(x.T,dan),dot(q.T,dan)", "dot(x.T,dan),dot(h.T,dan)", wrong("gru", "Un")),
            twin("lin: not transposed twice", "return d@w.T,x.T@d", "return d@w.T,x.T@(d*d)", wrong("lin", "w")),
            twin(
                "tanh: squared twice",
                "def backward_tanh(d,y): return d*(1-y**2)",
                "def backward_tanh(d,y): return d*(1-y**2)**2",
                wrong("tanh", "x"),
            ),
            twin(
                "out: averaged",
                "return d@W.T,h.T@d,d.sum(0)",
                "d/=len(h); return d@W.T,h.T@d,d.sum(0)",
                wrong("out", "h W by", also=("SCALED",)),
            ),
            twin(
                "MGU: alpha forgotten",
                "dn = dout * alpha * f * (1 - n * n)",
                "dn = dout * f * (1 - n * n)",
                wrong("MGU", "x h Wf Uf bf Wn Un bn"),
            ),
            twin(
                "MGU: gate sees no reset path",
                "df = (dout * alpha * (n - h) + dfh * h) * f * (1 - f)",
                "df = (dout * alpha * (n - h)) * f * (1 - f)",
                wrong("MGU", "x h Wf Uf bf"),
            ),
        ),
    ),
    Code(
        "fixed_sizes.py",
        "S1",
        (*right("step", "output", "gru_cell", "squeeze"),),
        twins=(
            twin(
                "step: Whh not transposed",
                "dh_prev = np.dot(Whh.T, draw)",
                "dh_prev = np.dot(Whh, draw)",
                wrong("step", "h_prev"),
            ),
            twin("step: bias takes the upstream", "dbh = draw", "dbh = dh", wrong("step", "bh")),
            twin(
                "output: weight of ones",
                "return Why.T.dot(dy), dy.dot(h.T), dy",
                "return Why.T.dot(dy), dy.dot(np.ones_like(h).T), dy",
                wrong("output", "Why"),
            ),
            twin(
                "gru: update gate of the wrong sign",
                "dz = dout * (h - n) * z * (1 - z)",
                "dz = dout * (n - h) * z * (1 - z)",
                wrong("gru_cell", "x h Wz bz"),
            ),
            twin(
                "gru: h leaks through z only",
                "dh = dout * z + dxrh[10:] * r + dxh[10:]",
                "dh = dout * z + dxh[10:]",
                wrong("gru_cell", "h"),
            ),
            twin(
                "gru: candidate's outer product without reset",
                "np.outer(dn, xrh)",
                "np.outer(dn, xh)",
                wrong("gru_cell", "Wn"),
            ),
            twin(
                "squeeze: slope missing",
                "ds = dout * (1 - np.tanh(s) ** 2)",
                "ds = dout * (1 - s ** 2)",
                wrong("squeeze", "x w b"),
            ),
        ),
    ),
    Code(
        "dict_cache_lstm.py",
        "S1b",
        (*right("lstm_step", "rnn_dict", "gru"),),
        twins=(
            twin(
                "lstm: candidate's slope",
                "'g': dc * i * (1 - g ** 2),",
                "'g': dc * i * (1 - g) ** 2,",
                wrong("lstm_step", "x h_prev Wg bg"),
            ),
            twin(
                "lstm: output gate's weight forgotten in dz",
                "dz = dz + d @ params['W' + k].T",
                "dz = dz + (k != 'o') * (d @ params['W' + k].T)",
                wrong("lstm_step", "x h_prev"),
            ),
            twin(
                "lstm: c takes the previous upstream only",
                "dc = dc + dh * o * (1 - tc ** 2)",
                "dc = dc + dh * o * (1 - tc)",
                wrong("lstm_step", "x h_prev c_prev Wi Wf Wg bi bf bg"),
            ),
            twin(
                "rnn: h after the step",
                "grads['dWhh'] += hs[t - 1].T @ dh",
                "grads['dWhh'] += hs[t].T @ dh",
                wrong("rnn_dict", "Whh"),
            ),
            twin(
                "rnn: bias not accumulated",
                "grads['dbh'] += dh.sum(axis=0)",
                "grads['dbh'] = dh.sum(axis=0)",
                wrong("rnn_dict", "bh"),
            ),
            twin(
                "gru: 1 - z forgotten",
                "dh_prev = dh * (1 - z) + drh * r",
                "dh_prev = dh + drh * r",
                wrong("gru", "h_prev"),
            ),
            twin(
                "gru: reset gate's slope",
                "da['r'] = drh * h_prev * r * (1 - r)",
                "da['r'] = drh * h_prev * r",
                wrong("gru", "x h_prev W.r U.r b.r"),
            ),
        ),
    ),
)
