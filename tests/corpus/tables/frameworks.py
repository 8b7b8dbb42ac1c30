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
                "('forget', 'new', 'write', 'show')], axis=1)",
                "('forget', 'write', 'new', 'show')], axis=1)",
                wrong("LSTM", "x h_prev Wx Wh b", "gi"),
                wrong("TimeLSTM", "xs Wx Wh b", "gi"),
            ),
            twin(
                "lstm: dc without the output gate",
                "dc = dc_next + dh_next * show * (1 - t * t)",
                "dc = dc_next + dh_next * (1 - t * t)",
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
                "np.add.at(grad, self.idx, dout)",
                "grad[self.idx] = dout",
                wrong("Embedding", "W"),
            ),
            twin(
                "time affine: bias of one axis",
                "dout.sum(axis=over))",
                "dout[:, 0].sum(axis=0))",
                wrong("TimeAffine", "b"),
            ),
            twin(
                "loss: averaged over the batch only",
                "return dout * self.probs * self.keep[..., None] / self.keep.sum()",
                "return dout * self.probs * self.keep[..., None] / len(self.labels)",
                wrong("SequenceLoss", "scores", also=("SCALED",)),
            ),
            twin("gru: reset path", "dh_prev += r * drh", "dh_prev += drh", wrong("GRU", "h_prev")),
            twin(
                "gru: z of the wrong sign",
                "dz = dh_next * (n - h_prev) * z * (1 - z)",
                "dz = dh_next * (h_prev - n) * z * (1 - z)",
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
