"""Verdicts: scripts that train when they are run."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "char_rnn_fork.py",
        "S3",
        (Verdict("lossFun", "CLIPPED"),),
        twins=(
            twin(
                "no gradient from the future",
                "pull = Why.T @ miss + later",
                "pull = Why.T @ miss",
                wrong("lossFun", "Wxh Whh bh"),
            ),
            twin(
                "tanh' of tanh",
                "pull = pull * (1 - h[k + 1] ** 2)",
                "pull = pull * (1 - np.tanh(h[k + 1]) ** 2)",
                wrong("lossFun", "Wxh Whh bh"),
            ),
            twin(
                "Whh not transposed",
                "later = Whh.T @ pull",
                "later = Whh @ pull",
                wrong("lossFun", "Wxh Whh bh"),
            ),
            twin(
                "bias of the output overwritten",
                "        gby += miss\n",
                "        gby = miss\n",
                wrong("lossFun", "by"),
            ),
        ),
        declaration="lossFun(inputs, targets, hprev) gives the loss, then the gradients of the globals Wxh, Whh, Why, bh, by; n_chars; inputs and targets are indices",
    ),
    Code(
        "lstm_char.py",
        "S3",
        (*right("lossFun"),),
        twins=(
            twin(
                "forget gate sees the same c",
                "af = to_c * c_before * forget",
                "af = to_c * (c_before * forget + write * new) * forget",
                wrong("lossFun", "Wf Wi Wc Wo bf bi bc bo"),
            ),
            twin(
                "the cell's gradient is not passed on",
                "        to_c = to_c * forget\n",
                "        to_c = 0 * to_c\n",
                wrong("lossFun", "Wf Wi Wc Wo bf bi bc bo"),
            ),
            twin(
                "dh before tanh in c",
                "to_c = to_c + to_h * show * (1 - tc ** 2)",
                "to_c = to_c + to_h * show * (1 - np.arctanh(tc) ** 2)",
                wrong("lossFun", "Wf Wi Wc Wo bf bi bc bo"),
            ),
            twin(
                "candidate's slope applied twice",
                "ac = to_c * write * (1 - new ** 2)",
                "ac = to_c * write * (1 - np.tanh(new) ** 2)",
                wrong("lossFun", "Wf Wi Wc Wo bf bi bc bo"),
            ),
        ),
        declaration="lossFun(inputs, targets, hprev, cprev) gives the loss, then the gradients of the globals Wf, Wi, Wc, Wo, Wy, bf, bi, bc, bo, by; V and H",
    ),
    Code(
        "gru_char.py",
        "S3",
        (Verdict("lossFun", "CLIPPED"),),
        twins=(
            twin(
                "update gate: h, not the difference",
                "az = g * (old - n) * z * (1 - z)",
                "az = g * old * z * (1 - z)",
                wrong("lossFun", "Wh Wr Wz Uh Ur Uz bh br bz"),
            ),
            twin(
                "reset gate's path forgotten",
                "g = g * z + mixed * r + Ur.T",
                "g = g * z + Ur.T",
                wrong("lossFun", "Wh Wr Wz Uh Ur Uz bh br bz"),
            ),
            twin("right: no clip by norm", "    if length > 5:\n", "    if length > 5e9:\n", *right("lossFun")),
        ),
        declaration="lossFun(inputs, targets, hprev) gives the loss and a list of the gradients of the globals Wy, Wh, Wr, Wz, Uh, Ur, Uz, by, bh, br, bz; V and h_size",
    ),
    Code(
        "binary_addition.py",
        "S3",
        (*right("forward_backward"),),
        twins=(
            twin(
                "recurrent weight sees the layer itself",
                "g_rec = acts[:-1].T @ at_hid[:-1]",
                "g_rec = acts[1:].T @ at_hid[:-1]",
                wrong("forward_backward", "W_rec"),
            ),
            twin(
                "not transposed",
                "at_hid[k + 1] @ W_rec.T",
                "at_hid[k + 1] @ W_rec",
                wrong("forward_backward", "W_in W_rec"),
            ),
        ),
        declaration="forward_backward(a, b, c) of eight bits each gives the loss, then the gradients of the globals W_in, W_rec, W_out",
    ),
    Code(
        "min_char_rnn_notes.ipynb",
        "S3",
        (*right("lossFun"),),
        twins=(
            twin("state of the same step", "dWhh = A @ before.T", "dWhh = A @ H[:, :n].T", wrong("lossFun", "Whh")),
        ),
        declaration="as char_rnn_fork.py",
    ),
    Code(
        "lstm_from_scratch_blog.py",
        "S3",
        (Verdict("forward_backward", "CLIPPED"),),
        twins=(
            twin(
                "the cell's upstream forgotten",
                "    dc += c_wants\n",
                "",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "the candidate with the squashed slope",
                "dc * i * (1 - new ** 2)",
                "dc * i * (1 - np.tanh(new) ** 2)",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "f and i swapped in the way back",
                "return dz[:n_h], dc * f",
                "return dz[:n_h], dc * i",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
        ),
        declaration="forward_backward(x_batch, y_batch, h_prev, c_prev) gives the loss first and leaves the gradients of the global dict params in the global dict grads, with a d before the key",
    ),
)
