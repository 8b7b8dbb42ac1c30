"""Verdicts: dictionaries of parameters, one column an example."""

from corpus.verdicts import Code, Verdict, right, twin, wrong

CODES = (
    Code(
        "week1_building_a_rnn.py",
        "S2",
        (*right("rnn_cell", "rnn", "lstm_cell", "lstm"),),
        twins=(
            twin(
                "rnn cell: slope of the previous state",
                "dz = (1 - a_next ** 2) * da_next",
                "dz = (1 - a_prev ** 2) * da_next",
                wrong("rnn_cell", "xt a_prev Wax Waa ba"),
                wrong("rnn", "x a0 Wax Waa ba"),
            ),
            twin(
                "rnn cell: not transposed",
                'dz @ a_prev.T, parameters["Waa"].T @ dz',
                'dz @ a_prev.T, parameters["Waa"] @ dz',
                wrong("rnn_cell", "a_prev"),
                wrong("rnn", "x a0 Wax Waa ba"),
            ),
            twin(
                "rnn: the same step for ever",
                "rnn_cell_backward(da[:, :, t] + from_right, steps[t])",
                "rnn_cell_backward(da[:, :, t] + from_right, steps[0])",
                wrong("rnn", "x a0 Wax Waa ba"),
            ),
            twin(
                "rnn: bias overwritten",
                "gradients[k] = gradients[k] + found[k]",
                "gradients[k] = gradients[k] * (k != 'dba') + found[k]",
                wrong("rnn", "ba"),
            ),
            twin(
                "lstm cell: forget gate with the next c",
                "dc * c_prev * ft * (1 - ft)",
                "dc * c_next * ft * (1 - ft)",
                wrong("lstm_cell", "xt a_prev Wf bf"),
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm cell: c forgets the upstream",
                "dc = dc_next + da_next * ot * (1 - tc ** 2)",
                "dc = dc_next + ot * (1 - tc ** 2)",
                wrong("lstm_cell", "xt a_prev c_prev Wf bf Wi bi Wc bc"),
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm cell: update gate's slope squared",
                "dc * cct * it * (1 - it)",
                "dc * cct * (1 - it) * (1 - it)",
                wrong("lstm_cell", "xt a_prev Wi bi"),
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm cell: output gate without tanh",
                "da_next * tc * ot * (1 - ot)",
                "da_next * c_next * ot * (1 - ot)",
                wrong("lstm_cell", "xt a_prev Wo bo"),
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm cell: x and a swapped in one gate",
                'dboth + parameters["W" + k].T @ d[k]',
                'dboth + np.roll(parameters["W" + k], n_a * (k == "c"), axis=1).T @ d[k]',
                wrong("lstm_cell", "a_prev"),
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm: c is never carried back",
                "lstm_cell_backward(da[:, :, t] + right_a, right_c, steps[t])",
                "lstm_cell_backward(da[:, :, t] + right_a, 0 * right_c, steps[t])",
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
            twin(
                "lstm: the other steps' hidden gradient is forgotten",
                "lstm_cell_backward(da[:, :, t] + right_a, right_c, steps[t])",
                "lstm_cell_backward(da[:, :, t], right_c, steps[t])",
                wrong("lstm", "x a0 Wf bf Wi bi Wc bc Wo bo"),
            ),
        ),
    ),
    Code(
        "gru_coursera_style.py",
        "S2",
        (
            *right("gru_cell"),
            Verdict("dense", "SCALED", factor="1/N"),
        ),
        twins=(
            twin(
                "gru: u and 1 - u",
                "dcc = da_next * u * (1 - cc ** 2)",
                "dcc = da_next * (1 - u) * (1 - cc ** 2)",
                wrong("gru_cell", "xt a_prev Wr Wc br bc"),
            ),
            twin(
                "gru: reset path through a_prev forgotten",
                "gradients['da_prev'] = da_next * (1 - u) + dconcat_r[:n_a] * r + dconcat[:n_a]",
                "gradients['da_prev'] = da_next * (1 - u) + dconcat_r[:n_a] + dconcat[:n_a]",
                wrong("gru_cell", "a_prev"),
            ),
            twin(
                "gru: candidate's weight without reset",
                "gradients['dWc'] = dcc @ concat_r.T",
                "gradients['dWc'] = dcc @ concat.T",
                wrong("gru_cell", "Wc"),
            ),
            twin(
                "dense: dA also averaged, and squared",
                "grads['dA_prev'] = np.dot(parameters['W'].T, dZ)",
                "grads['dA_prev'] = np.dot(parameters['W'].T, dZ) + dZ.mean()",
                wrong("dense", "A_prev"),
            ),
        ),
    ),
    Code(
        "dinosaur_utils.py",
        "S2 S7",
        (
            Verdict("rnn", "OK"),
            Verdict("rnn_step", "NOT RECOGNISED", also=("OK",)),
        ),
        twins=(
            twin(
                "da_next not added",
                "back = gradients.pop('da_next') + parameters['Wya'].T @ dy",
                "back = parameters['Wya'].T @ dy",
                wrong("rnn", "Wax Waa b"),
            ),
            twin("tanh of a", "back = back * (1 - a) * (1 + a)", "back = back * (1 - a)", wrong("rnn", "Wax Waa b")),
        ),
        declaration="rnn_forward(X, Y, a0, parameters, vocab_size) gives the loss first, rnn_backward(X, Y, parameters, cache) the gradients; X and Y are lists of integers below vocab_size",
    ),
    Code(
        "Dinosaurus_Island_my_copy.ipynb",
        "S2",
        (*right("gru_cell"),),
        twins=(
            twin(
                "update gate's sign",
                "du = da_next * (cc - a_prev) * u * (1 - u)",
                "du = da_next * (a_prev - cc) * u * (1 - u)",
                wrong("gru_cell", "xt a_prev Wu bu"),
            ),
        ),
    ),
)
