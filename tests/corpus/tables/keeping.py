"""Verdicts: objects that keep their steps for the way back."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "minimal_unit.py",
        "S6 S7",
        (*right("MGU"),),
        twins=(
            twin(
                "forget gate's way through the candidate is missing",
                "df = df + dfh*h; dh = dh + dfh*f",
                "dh = dh + dfh*f",
                wrong("MGU", "x h Wf bf"),
            ),
            twin(
                "candidate's way to h past the gate",
                "dh = dh + dfh*f",
                "dh = dh + dfh",
                wrong("MGU", "h"),
            ),
            twin(
                "candidate sees h whole",
                "self.dWh += dzc @ np.vstack((x,f*h)).T",
                "self.dWh += dzc @ np.vstack((x,h)).T",
                wrong("MGU", "Wh"),
            ),
        ),
        declaration="MGU(D, H): step(x, h) of one column each, step_back(dh) takes the last step off; gradients of Wf, Wh, bf, bh in d + name",
    ),
    Code(
        "layers_with_base.py",
        "S5",
        (*right("GRULayer", "Dense"),),
        twins=(
            twin(
                "gru: candidate's weight sees the state whole",
                "('n', dc, r*hp)",
                "('n', dc, hp)",
                wrong("GRULayer", "Un"),
            ),
            twin(
                "gru: no way back through the update gate",
                "dr @ p['Ur'].T + dz @ p['Uz'].T",
                "dr @ p['Ur'].T",
                wrong("GRULayer", "x Wr Ur br Wz Uz bz Wn Un bn"),
            ),
            twin(
                "gru: inputs in the order of the way back",
                "np.stack(dx[::-1], axis=1)",
                "np.stack(dx, axis=1)",
                wrong("GRULayer", "x"),
            ),
            twin("dense: bias of the batch alone", "g.sum(axis=(0,1))", "g[0].sum(axis=0)", wrong("Dense", "b")),
        ),
        declaration="GRULayer(D, H) and Dense(D, M): forward(x), backward(cotangent); params and grads are dicts, the gradients add up",
    ),
    Code(
        "sine_lstm.py",
        "S6 S7",
        (Verdict("LSTM", "CLIPPED"),),
        twins=(
            twin(
                "carry of c forgets the gate",
                "            dc = dc * f\n",
                "            dc = dc\n",
                wrong("LSTM", "W_f W_i W_c b_f b_i b_c"),
            ),
            twin(
                "output gate's slope missing",
                "do = dh * tc * o * (1 - o)",
                "do = dh * tc",
                wrong("LSTM", "W_o b_o"),
            ),
            twin(
                "forget gate sees the new c",
                "df = dc * c_prev * f * (1 - f)",
                "df = dc * c * f * (1 - f)",
                wrong("LSTM", "W_f b_f"),
            ),
        ),
        declaration="LSTM(D, H, M): forward(list of columns), backward(y_pred, y) gives the gradients of half the squared distance, clipped to 1, as a dict",
    ),
)
