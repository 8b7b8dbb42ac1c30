"""Verdicts: layers with parallel lists or dictionaries of gradients."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "time_layers.py",
        "S5",
        (
            *right("RNN", "TimeRNN", "LSTM", "GRU", "Embedding", "TimeAffine", "SequenceLoss"),
            Verdict("TimeLSTM", "FLOAT32"),
        ),
        twins=(
            twin(
                "rnn: + for *",
                "dt = dh_next * (1 - h_next ** 2)",
                "dt = dh_next + (1 - h_next ** 2)",
                wrong("RNN", "x h_prev Wx Wh b"),
                wrong("TimeRNN", "xs Wx Wh b"),
            ),
            twin(
                "rnn: dWh from x's side",
                "dWh = np.dot(h_prev.T, dt)",
                "dWh = np.dot(h_next.T, dt)",
                wrong("RNN", "Wh"),
                wrong("TimeRNN", "Wh"),
            ),
            twin(
                "time rnn: gradients overwritten",
                "                mine += theirs\n",
                "                mine[...] = theirs\n",
                wrong("TimeRNN", "Wx Wh b"),
            ),
            twin(
                "time rnn: dh never carried",
                "dxs[:, t], dh = self.cells[t].backward(dhs[:, t] + dh)",
                "dxs[:, t], dh = self.cells[t].backward(dhs[:, t])",
                wrong("TimeRNN", "xs Wx Wh b"),
            ),
            twin(
                "lstm: order of the blocks",
                "dA = np.hstack((df, dg, di, do))",
                "dA = np.hstack((df, di, dg, do))",
                wrong("LSTM", "x h_prev Wx Wh b", "gi"),
                wrong("TimeLSTM", "xs Wx Wh b", "gi"),
            ),
            twin(
                "lstm: ds without the output gate",
                "ds = dc_next + (dh_next * o) * (1 - tanh_c_next ** 2)",
                "ds = dc_next + dh_next * (1 - tanh_c_next ** 2)",
                wrong("LSTM", "x h_prev c_prev Wx Wh b", "fgi"),
                wrong("TimeLSTM", "xs Wx Wh b", "gi"),
            ),
            twin(
                "time lstm: dc reset",
                "dxs[:, T], dh, dc = self.cells[T].backward(dhs[:, T] + dh, dc)",
                "dxs[:, T], dh, _ = self.cells[T].backward(dhs[:, T] + dh, dc)",
                wrong("TimeLSTM", "xs Wx Wh b"),
            ),
            twin(
                "embedding: repeated words count once",
                "np.add.at(dW, self.idx, dout)",
                "dW[self.idx] = dout",
                wrong("Embedding", "W"),
            ),
            twin(
                "time affine: bias of one axis",
                "db = np.sum(dout, axis=0)\n        dW = np.dot(rx.T, dout)",
                "db = np.sum(dout[:T], axis=0)\n        dW = np.dot(rx.T, dout)",
                wrong("TimeAffine", "b"),
            ),
            twin(
                "loss: averaged over the batch only",
                "return dout * self.probs * self.keep[..., None] / self.keep.sum()",
                "return dout * self.probs * self.keep[..., None] / len(self.labels)",
                wrong("SequenceLoss", "scores", also=("SCALED",)),
            ),
            twin("gru: reset path", "dh_prev += r * dhr", "dh_prev += dhr", wrong("GRU", "h_prev")),
            twin(
                "gru: z of the wrong sign",
                "dz = dh_next * h_hat - dh_next * h_prev",
                "dz = dh_next * h_prev - dh_next * h_hat",
                wrong("GRU", "x h_prev Wx Wh b", "z"),
            ),
        ),
        declaration="NAME(Wx, Wh, b): forward(x…), backward(upstream…) gives the inputs' gradients, params and grads are lists in parallel; Embedding and SequenceLoss take indices",
    ),
    Code(
        "tiny_framework.py",
        "S5",
        (*right("Dense", "Tanh", "Sigmoid", "RecurrentLayer", "LSTMLayer"),),
        twins=(
            twin(
                "dense: bias of the first only",
                "self.grads['b'] += g2.sum(0)",
                "self.grads['b'] += g2[0]",
                wrong("Dense", "b"),
            ),
            twin(
                "tanh: of the output",
                "return grad * (1 - self.y ** 2)",
                "return grad * (1 - np.tanh(self.y) ** 2)",
                wrong("Tanh", "x"),
            ),
            twin(
                "recurrent: da overwritten",
                "dh = da @ self.params['W'].T",
                "dh = da @ self.params['W']",
                wrong("RecurrentLayer", "x U W b"),
            ),
            twin(
                "lstm: candidate's slope is a sigmoid's",
                "'c': dc * i * (1 - g ** 2)}",
                "'c': dc * i * g * (1 - g)}",
                wrong("LSTMLayer", "x Wi bi Wf bf Wo bo Wc bc"),
            ),
            twin(
                "lstm: dc not multiplied by f",
                "            dc = dc * f\n        return dx\n",
                "        return dx\n",
                wrong("LSTMLayer", "x Wi bi Wf bf Wo bo Wc bc"),
            ),
        ),
        declaration="Dense(5, 7), Tanh(), Sigmoid(), RecurrentLayer(5, 3), LSTMLayer(5, 3): forward(x), backward(grad); params and grads by key",
    ),
)
