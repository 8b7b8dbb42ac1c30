"""Verdicts: models and layers as classes."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "two_layer_char_model.py",
        "S4",
        (*right("CharModel", "Regressor"),),
        twins=(
            twin(
                "second layer's recurrent path",
                "dn2 = da2.dot(p['Wh2'].T)",
                "dn2 = da2.dot(p['Wh1'].T)",
                wrong("CharModel", "E Wx1 Wh1 b1 Wx2 Wh2 b2"),
            ),
            twin(
                "regulariser forgotten",
                "            grads[k] += self.reg * p[k]\n",
                "            pass\n",
                wrong("CharModel", "Wx1 Wh1 Wx2 Wh2 Wy"),
            ),
            twin(
                "regulariser doubled",
                "grads[k] += self.reg * p[k]",
                "grads[k] += 2 * self.reg * p[k]",
                wrong("CharModel", "Wx1 Wh1 Wx2 Wh2 Wy"),
            ),
            twin(
                "first layer's slope from the second",
                "dn1) * (1 - h1[t] ** 2)",
                "dn1) * (1 - h2[t] ** 2)",
                wrong("CharModel", "E Wx1 Wh1 b1"),
            ),
            twin(
                "embedding of the hidden gradient overwritten",
                "de[:, t] = da1.dot(p['Wx1'].T)",
                "de[:, t] = da1.dot(p['Wx1'].T) * (t > 0)",
                wrong("CharModel", "E"),
            ),
            twin(
                "regressor: not averaged",
                "dh = np.outer(err, v) / N",
                "dh = np.outer(err, v)",
                wrong("Regressor", "W b", also=("SCALED",)),
            ),
            twin(
                "regressor: forget gate sees c",
                "dc * c_prev * f * (1 - f)",
                "dc * c * f * (1 - f)",
                wrong("Regressor", "W b"),
            ),
            twin(
                "regressor: dh from the wrong part",
                "dh = (da @ W.T)[:, D:]",
                "dh = (da @ W.T)[:, :H]",
                wrong("Regressor", "W b"),
            ),
        ),
        declaration="CharModel(): loss(X, y) with indices below 12; Regressor(5, 3): loss(X of N, T, 5, y of N); params and grads by key",
    ),
    Code(
        "attribute_pairs.py",
        "S6",
        (*right("Linear", "VanillaRNN", "GRULayer"),),
        twins=(
            twin(
                "linear: transposed input",
                "self.dW = self.x.T.dot(dout)",
                "self.dW = self.x.T.dot(dout) / len(dout)",
                wrong("Linear", "W", also=("SCALED",)),
            ),
            twin(
                "rnn: state after",
                "self.dWh += self.hs[t].T @ dz",
                "self.dWh += self.hs[t + 1].T @ dz",
                wrong("VanillaRNN", "Wh"),
            ),
            twin(
                "rnn: dh dropped",
                "dz = (dhs[t] + dh) * (1 - self.hs[t + 1] ** 2)",
                "dz = dhs[t] * (1 - self.hs[t + 1] ** 2)",
                wrong("VanillaRNN", "xs Wx Wh b"),
            ),
            twin(
                "gru: candidate through z",
                "dc = dh * (1 - z) * (1 - c * c)",
                "dc = dh * z * (1 - c * c)",
                wrong("GRULayer", "x W_z U_z W_r U_r W_h U_h"),
            ),
            twin(
                "gru: U_h without reset",
                "self.U_h_grad += rh.T @ dc",
                "self.U_h_grad += h.T @ dc",
                wrong("GRULayer", "U_h"),
            ),
        ),
        declaration="Linear(5, 7), VanillaRNN(5, 3), GRULayer(5, 3): forward(x), backward(upstream); gradients in dW, dWx… or W_z_grad…",
    ),
    Code(
        "lstm_nodes.py",
        "S6",
        (*right("Chain"),),
        twins=(
            twin(
                "forget gate sees the memory, not the previous one",
                "keep=by_memory * self.memory_before *",
                "keep=by_memory * self.memory *",
                wrong("Chain", "keep keep_off write write_off show show_off fresh fresh_off"),
            ),
            twin(
                "candidate's slope of the squashed value",
                "fresh=by_memory * self.write * (1 - self.fresh ** 2)",
                "fresh=by_memory * self.write * (1 - np.tanh(self.fresh) ** 2)",
                wrong("Chain", "keep keep_off write write_off show show_off fresh fresh_off"),
            ),
            twin(
                "what comes by the memory forgotten",
                "by_memory = by_memory + by_out * self.show",
                "by_memory = by_out * self.show",
                wrong("Chain", "keep keep_off write write_off show show_off fresh fresh_off"),
            ),
            twin(
                "the mean's factor forgotten",
                "misses[len(chain) - 1] / n",
                "misses[len(chain) - 1]",
                wrong("Chain", "keep keep_off write write_off show show_off fresh fresh_off", also=("SCALED",)),
            ),
            twin(
                "one gate's path to h left out",
                "by_seen += raw[gate] @ getattr(k, gate)",
                "by_seen += raw[gate] @ getattr(k, gate) * (gate != 'write')",
                wrong("Chain", "keep keep_off write write_off show show_off fresh fresh_off"),
            ),
        ),
        declaration="Chain(Kernels(3, 5)).loss_and_diff(xs, ys) gives the loss; the gradient of kernels.keep is in kernels.keep_diff, and so on",
    ),
    Code(
        "stateful_steps.py",
        "S7",
        (*right("StepRNN", "LSTMCellStateful"),),
        twins=(
            twin(
                "step: dh not carried",
                "dz = (p['Why'].T @ dy + self.dh) * (1 - h ** 2)",
                "dz = (p['Why'].T @ dy) * (1 - h ** 2)",
                wrong("StepRNN", "x2 x1 x0 Wxh Whh bh"),
            ),
            twin("step: state after", "g['Whh'] += dz @ h_old.T", "g['Whh'] += dz @ h.T", wrong("StepRNN", "Whh")),
            twin(
                "cell: output gate's slope",
                "dh * t * o * (1 - o)",
                "dh * t * o",
                wrong("LSTMCellStateful", "x h W b", "o"),
            ),
        ),
        declaration="StepRNN(5, 3, 7): step(x of 5, 1) a step, back(dy) in reverse; LSTMCellStateful(5, 3): forward(x, h, c), backward(dh, dc); parameters and gradients by key",
    ),
    Code(
        "language_model_tutorial.py",
        "S8",
        (
            *right("SentenceGRU"),
            Verdict("SentenceRNN", "TRUNCATED"),
        ),
        twins=(
            twin(
                "rnn: slope at the wrong step",
                "delta = error @ self.V * (1 - states[t + 1] ** 2)",
                "delta = error @ self.V * (1 - states[t] ** 2)",
                wrong("SentenceRNN", "U W"),
            ),
            twin(
                "rnn: the same state",
                "gW += np.outer(delta, states[k])",
                "gW += np.outer(delta, states[k + 1])",
                wrong("SentenceRNN", "W"),
            ),
            twin(
                "right: no truncation by default",
                "hidden_dim=60, bptt_truncate=4",
                "hidden_dim=60, bptt_truncate=1000",
                *right("SentenceRNN"),
            ),
            twin(
                "gru: the update gate's sign",
                "dz = ds * (s - c) * z * (1 - z)",
                "dz = ds * (c - s) * z * (1 - z)",
                wrong("SentenceGRU", "E U W b"),
            ),
            twin(
                "gru: the carry forgets z",
                "ds = ds * z + dsr * r",
                "ds = ds + dsr * r",
                wrong("SentenceGRU", "E U W b"),
            ),
        ),
        declaration="SentenceRNN(6, 3): bptt(x, y) gives the gradients of U, V, W of total_loss([x], [y]); SentenceGRU(6, 3): bptt(x, y) gives the loss and those of E, U, W, b, V",
    ),
    Code(
        "update_inside.py",
        "S9",
        (*right("RecurrentNetwork", "Elman", "train_on_sequence"),),
        twins=(
            twin(
                "network: recurrent transposed",
                "dh_next = self.w_rec.T @ dh",
                "dh_next = self.w_rec @ dh",
                wrong("RecurrentNetwork", "w_in w_rec b_hid"),
            ),
            twin(
                "network: state of the same step",
                "g_rec += dh @ self.hs[t - 1].T",
                "g_rec += dh @ self.hs[t].T",
                wrong("RecurrentNetwork", "w_rec"),
            ),
            twin(
                "network: a bias forgotten",
                "        self.b_hid -= self.lr * g_bh\n",
                "",
                wrong("RecurrentNetwork", "b_hid"),
            ),
            twin(
                "elman: uphill",
                "self.Wh -= self.eta * np.outer(dz, h_prev)",
                "self.Wh += self.eta * np.outer(dz, h_prev)",
                wrong("Elman", "Wh"),
            ),
            twin(
                "sequence: V before the tanh",
                "dV += np.outer(h[t + 1], errs[t])",
                "dV += np.outer(h[t], errs[t])",
                wrong("train_on_sequence", "V"),
            ),
        ),
        declaration="RecurrentNetwork(4, 3, 4, lr=1): forward(xs), loss(targets), backward(targets) takes the gradient off the weights; Elman(4, 3, 1.0).train_step(x, target, h_prev); train_on_sequence(X, Y, params, 1.0)",
    ),
)
