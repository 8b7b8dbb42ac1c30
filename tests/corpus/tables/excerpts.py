"""Verdicts: what is left when a file is taken out of its project."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "captions_layers.py",
        "S1",
        (
            *right("rnn_step", "lstm_step", "lstm", "rnn_caption", "smooth_softmax_loss"),
            Verdict("seq_rnn", "CRASHED"),
            Verdict("gate", "CRASHED"),
        ),
        twins=(
            twin(
                "caption: the cache without the image",
                "caches['step%d' % i] = rnn_step_forward(x[:, i], prev + h0, Wx, Wh, b)\n",
                "_ = rnn_step_forward(x[:, i], prev + h0, Wx, Wh, b)\n        caches['step%d' % i] = (x[:, i], Wx, h[:, i - 1] if i else np.zeros_like(h0), Wh, _[4])\n",
                wrong("rnn_caption", "Wh"),
            ),
            twin(
                "caption: the image's gradient from the last step only",
                "dh0 = dh0 + dprev\n",
                "dh0 = dprev\n",
                wrong("rnn_caption", "h0"),
            ),
            twin(
                "step: 1 - sigmoid of the gradient",
                "forget * (1 - forget) * prev_c * dnext_c,",
                "forget * (1 - sigmoid(prev_c * dnext_c)) * prev_c * dnext_c,",
                wrong("lstm_step", "x prev_h Wx Wh b", "f"),
                wrong("lstm", "x h0 Wx Wh b"),
            ),
            twin(
                "lstm: dc is not handed on",
                "dx[:, i, :], dh0, dc, dWx_t, dWh_t, db_t = lstm_step",
                "dx[:, i, :], dh0, _, dWx_t, dWh_t, db_t = lstm_step",
                wrong("lstm", "x h0 Wx Wh b"),
            ),
            twin(
                "loss: without the minus one",
                "    dx[np.arange(len(y)), y] -= 1\n    return loss, dx / len(y)",
                "    dx[np.arange(len(y)), y] *= 1\n    return loss, dx / len(y)",
                wrong("smooth_softmax_loss", "x"),
            ),
        ),
    ),
    Code(
        "gru_excerpt.py",
        "S1b",
        (Verdict("gru_step", "OK", also=("CRASHED",)),),
        twins=(
            twin(
                "parentheses of the slope",
                "daz = dh_t * (n - h_prev) * z * (1 - z)",
                "daz = dh_t * n - h_prev * z * (1 - z)",
                wrong("gru_step", "x_t h_prev Wzx Wzh bz", also=("CRASHED",)),
            ),
        ),
    ),
    Code(
        "cell_backward.py",
        "S2",
        (Verdict("gru_cell", "OK", also=("NOT RECOGNISED",)),),
        twins=(
            twin(
                "update gate's weights see the reset state",
                '"dWu": du.dot(concat.T)',
                '"dWu": du.dot(concat_r.T)',
                wrong("gru_cell", "Wu", also=("NOT RECOGNISED",)),
            ),
        ),
    ),
    Code(
        "policy_network.py",
        "S7 S4",
        (*right("RecurrentPolicy", "TinyCharRNN"),),
        twins=(
            twin(
                "policy: candidate's recurrent weight sees h",
                "('n', dan, r * h)",
                "('n', dan, h)",
                wrong("RecurrentPolicy", "Un"),
            ),
            twin(
                "policy: reset gate's path to h forgotten",
                "dh_new * (1 - z) + drh * r + self.Uz.T @ daz + self.Ur.T @ dar",
                "dh_new * (1 - z) + drh * r + self.Uz.T @ daz",
                wrong("RecurrentPolicy", "h"),
            ),
            twin(
                "char: plus without equals",
                "            dbh += draw\n",
                "            dbh + draw\n",
                wrong("TinyCharRNN", "bh"),
            ),
        ),
        declaration="RecurrentPolicy(5, 3): gru_step(x, h) and gru_step_backward(dh_new, cache), gradients by the weights' names; TinyCharRNN(6, 3): loss_and_grads(inputs, targets, hprev) gives the loss and a tuple of the gradients of Wxh, Whh, Why, bh, by",
    ),
)
