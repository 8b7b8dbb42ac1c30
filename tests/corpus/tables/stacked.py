"""Verdicts: stacks of layers whose weights are lists of dicts, of tuples and of arrays, dicts of lists, numbered keys."""

from corpus.verdicts import Code, right, twin, wrong

PLAIN = "W1 U1 b1 W2 U2 b2"
NAMED = "Wx1 Wh1 b1 Wx2 Wh2 b2"

CODES = (
    Code(
        "stacked_layers.py",
        "S1",
        (*right("deep_rnn", "stack", "multilayer", "stacked_lstm", "mlrnn", "net", "deep2", "gru_stack"),),
        twins=(
            twin(
                "deep: recurrent weight sees the new state",
                "g['dWh'] += h_prev.T @ da",
                "g['dWh'] += h.T @ da",
                wrong("deep_rnn", "Wh1 Wh2"),
            ),
            twin(
                "deep: a layer's state is handed on to the next layer",
                "        dh_next = 0\n        for t in range(T - 1",
                "        dh_next = dout[0] if l == L - 1 else 0\n        for t in range(T - 1",
                wrong("deep_rnn", f"x h0_1 h0_2 {NAMED}"),
            ),
            twin(
                "stack: bias of the last step only",
                "db += dz.sum(0)\n            dx[:, t] = dz @ W.T",
                "db = dz.sum(0)\n            dx[:, t] = dz @ W.T",
                wrong("stack", "b1 b2"),
            ),
            twin(
                "stack: slope of the state before",
                "(dout[:, t] + dh) * (1 - hist[t + 1] ** 2)",
                "(dout[:, t] + dh) * (1 - hist[t] ** 2)",
                wrong("stack", f"x {PLAIN}"),
            ),
            twin(
                "multilayer: recurrent weight not transposed",
                "carry = dz.dot(params['Wh'][l].T)",
                "carry = dz.dot(params['Wh'][l])",
                wrong("multilayer", f"x h0_1 h0_2 {NAMED}"),
            ),
            twin(
                "multilayer: no carry",
                "dz = (d + carry) * (1 - h_new ** 2)",
                "dz = d * (1 - h_new ** 2)",
                wrong("multilayer", f"x h0_1 h0_2 {NAMED}"),
            ),
            twin(
                "lstm: c passes through the input gate",
                "da.dot(p['R'].T), dc * f",
                "da.dot(p['R'].T), dc * i",
                wrong("stacked_lstm", "x W1 R1 b1 W2 R2 b2 h0_1 h0_2 c0_1 c0_2"),
            ),
            twin(
                "lstm: forget gate sees the new c",
                "dc * c * f * (1 - f)",
                "dc * c_next * f * (1 - f)",
                wrong("stacked_lstm", "x W1 R1 b1 W2 R2 b2", "fgio"),
            ),
            twin(
                "lists: the first step's recurrence is left out",
                "            if t > 0:\n                dU",
                "            if t > 1:\n                dU",
                wrong("mlrnn", "U1 U2"),
            ),
            twin(
                "lists: recurrent weight left out of the way back",
                "dprev = dz @ Us[k].T",
                "dprev = dz",
                wrong("mlrnn", "x W1 U1 b1 W2 U2 b2"),
            ),
            twin("numbered: states after the step", "hs.append(hp)", "hs.append(h)", wrong("net", "Wh0 Wh1")),
            twin(
                "numbered: the last step's inputs only",
                "dWx += h_in[:, t].T @ dz",
                "dWx += h_in[:, -1].T @ dz",
                wrong("net", "Wx0 Wx1"),
            ),
            twin(
                "two: the first layer's own cotangent is forgotten",
                "d1 = (dh1 + d2 @ l2['W'].T)",
                "d1 = (d2 @ l2['W'].T)",
                wrong("deep2", "x W1 U1 b1 state1"),
            ),
            twin(
                "two: slope of the other function",
                "d2 = dh2 * (1 - h2 ** 2)",
                "d2 = dh2 * h2 * (1 - h2)",
                wrong("deep2", f"x {PLAIN} state1 state2"),
            ),
            twin(
                "gru: the update gate's own way to the state is missing",
                "dhs[k] = dh * z + dxrh",
                "dhs[k] = dxrh",
                wrong("gru_stack", "xs h0_1 h0_2"),
            ),
            twin(
                "gru: reset gate sees no state",
                "dr = dxrh[:, D:] * h * r * (1 - r)",
                "dr = dxrh[:, D:] * r * (1 - r)",
                wrong("gru_stack", "Wr1 br1 Wr2 br2"),
            ),
        ),
    ),
)
