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
                "dz = np.multiply(dh, h[t-1] - h_hat[t])",
                "dz = np.multiply(dh, h[t-1])",
                wrong("lossFun", "Wh Wr Wz Uh Ur Uz bh br bz"),
            ),
            twin(
                "reset gate's path forgotten",
                " + np.multiply(drhp, r[t]) + ",
                " + ",
                wrong("lossFun", "Wh Wr Wz Uh Ur Uz bh br bz"),
            ),
            twin("right: no clip by norm", "    if total > 5:\n", "    if total > 5e9:\n", *right("lossFun")),
        ),
        declaration="lossFun(inputs, targets, hprev) gives the loss and a list of the gradients of the globals Wy, Wh, Wr, Wz, Uh, Ur, Uz, by, bh, br, bz; V and h_size",
    ),
    Code(
        "binary_addition.py",
        "S3",
        (*right("forward_backward"),),
        twins=(
            twin(
                "recurrent synapse sees the layer itself",
                "np.atleast_2d(prev_layer_1).T.dot(layer_1_delta)",
                "np.atleast_2d(layer_1).T.dot(layer_1_delta)",
                wrong("forward_backward", "synapse_h"),
            ),
            twin(
                "not transposed",
                "future_layer_1_delta.dot(synapse_h.T)",
                "future_layer_1_delta.dot(synapse_h)",
                wrong("forward_backward", "synapse_0 synapse_h"),
            ),
        ),
        declaration="forward_backward(a, b, c) of eight bits each gives the loss, then the gradients of the globals synapse_0, synapse_1, synapse_h",
    ),
    Code(
        "min_char_rnn_notes.ipynb",
        "S3",
        (*right("lossFun"),),
        twins=(
            twin(
                "state of the same step", "dWhh += draw @ hs[t-1].T", "dWhh += draw @ hs[t].T", wrong("lossFun", "Whh")
            ),
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
                "    dc += dc_next\n",
                "",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "the candidate with the squashed slope",
                "da_c = dc_bar * (1 - c_bar ** 2)",
                "da_c = dc_bar * (1 - np.tanh(c_bar) ** 2)",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "f and i swapped in the way back",
                "return dz[:n_h], f * dc",
                "return dz[:n_h], i * dc",
                wrong("forward_backward", "Wf bf Wi bi Wc bc Wo bo"),
            ),
        ),
        declaration="forward_backward(x_batch, y_batch, h_prev, c_prev) gives the loss first and leaves the gradients of the global dict params in the global dict grads, with a d before the key",
    ),
)
