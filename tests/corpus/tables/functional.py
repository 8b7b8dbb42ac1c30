"""Verdicts: closures as backward passes, an encoder with a decoder, a record of weights, code without NumPy."""

from corpus.verdicts import Code, right, twin, wrong

CODES = (
    Code(
        "closures.py",
        "S1 S2",
        (*right("tanh_rnn", "char_gru_loss"),),
        twins=(
            twin(
                "rnn: recurrent weight sees the new state",
                "dWh += hs[t].T @ dz",
                "dWh += hs[t + 1].T @ dz",
                wrong("tanh_rnn", "Wh"),
            ),
            twin("rnn: no carry", "(dout[t] + dh) *", "dout[t] *", wrong("tanh_rnn", "x h0 Wx Wh b")),
            twin(
                "gru: reset gate sees the candidate's sign",
                "dr = drh * hp * r * (1 - r)",
                "dr = drh * hp * r",
                wrong("char_gru_loss", "E W U b", "r"),
            ),
            twin(
                "gru: update gate's difference the wrong way round",
                "dz = dh * (hp - n)",
                "dz = dh * (n - hp)",
                wrong("char_gru_loss", "E W U b", "z"),
            ),
            twin(
                "gru: of a word that comes twice the last gradient alone counts",
                "np.add.at(g['E'], inputs[t], da @ theta['W'].T)",
                "g['E'][inputs[t]] += da @ theta['W'].T",
                wrong("char_gru_loss", "E"),
            ),
            twin(
                "gru: bias of the output overwritten",
                "g['c'] += ds.sum(0)",
                "g['c'] = ds.sum(0)",
                wrong("char_gru_loss", "c"),
            ),
        ),
    ),
    Code(
        "encoder_decoder.py",
        "S2",
        (*right("forward"),),
        twins=(
            twin(
                "decoder: not transposed",
                "        dh = dz@params['Ud'].T",
                "        dh = dz@params['Ud']",
                wrong("forward", "Ud Wd We Ue"),
            ),
            twin("encoder: forgotten", "for t in reversed(range(len(Xe))):", "for t in []:", wrong("forward", "We Ue")),
            twin(
                "encoder: recurrent weight sees the new state",
                "grads['Ue'] += he[t].T@dz",
                "grads['Ue'] += he[t+1].T@dz",
                wrong("forward", "Ue"),
            ),
            twin(
                "the loss is a mean, its gradient of a sum",
                "        dy /= N\n",
                "",
                wrong("forward", "We Ue Wd Ud Vo bo", also=("SCALED",)),
            ),
        ),
    ),
    Code(
        "plain_lists.py",
        "S2",
        (*right("forward"),),
        twins=(
            twin("no carry", "(dh[i] + dhs[t][i]) *", "dhs[t][i] *", wrong("forward", "Wx Wh b")),
            twin(
                "not transposed",
                "sum(Wh[i][j]*dz[i] for i in range(n)) for j in range(n)",
                "sum(Wh[i][j]*dz[j] for j in range(n)) for i in range(n)",
                wrong("forward", "Wx Wh b"),
            ),
            twin(
                "recurrent weight sees the new state",
                "dWh[i][j] += dz[i]*hs[t][j]",
                "dWh[i][j] += dz[i]*hs[t+1][j]",
                wrong("forward", "Wh"),
            ),
        ),
    ),
    Code(
        "params_record.py",
        "S1 S2",
        (*right("lstm"),),
        twins=(
            twin(
                "forget gate sees the new c",
                "dc * c_prev * f * (1 - f)",
                "dc * (f * c_prev + i * u) * f * (1 - f)",
                wrong("lstm", "W b xs h", "f"),
            ),
            twin("bias forgotten", "        db += dg.sum(axis=0)\n", "", wrong("lstm", "b")),
            twin("carry of c stays", "        dc = dc * f\n", "", wrong("lstm", "W b xs h c")),
            twin("halves swapped", "dxs[t] = dinp[:, :D]", "dxs[t] = dinp[:, -D:]", wrong("lstm", "xs")),
        ),
    ),
)
