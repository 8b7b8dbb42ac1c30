# what my notebook imports. one name at a time, no minibatch
import numpy as np

NAMES = ('Wax', 'Waa', 'Wya', 'b', 'by')


def softmax(z):
    z = np.exp(z - z.max())
    return z / z.sum()


def fresh(n_a, n_x, n_y, seed=7):
    rng = np.random.default_rng(seed)
    shapes = [(n_a, n_x), (n_a, n_a), (n_y, n_a), (n_a, 1), (n_y, 1)]
    return {k: rng.normal(0, .05, s) if k[0] == 'W' else np.zeros(s) for k, s in zip(NAMES, shapes)}


def one_hot(index, size):
    column = np.zeros((size, 1))
    if index is not None:       # None: nothing seen yet
        column[index] = 1
    return column


def rnn_step_forward(parameters, a_prev, x):
    p = parameters
    a = np.tanh(p['b'] + p['Waa'] @ a_prev + p['Wax'] @ x)
    return a, softmax(p['by'] + p['Wya'] @ a)


def rnn_step_backward(dy, gradients, parameters, x, a, a_prev):
    # everything is added to what is in gradients, only da_next is replaced
    back = gradients.pop('da_next') + parameters['Wya'].T @ dy
    back = back * (1 - a) * (1 + a)
    for key, left, right in (('dWya', dy, a), ('dWaa', back, a_prev), ('dWax', back, x)):
        gradients[key] = gradients[key] + left @ right.T
    gradients['dby'] = gradients['dby'] + dy
    gradients['db'] = gradients['db'] + back
    gradients['da_next'] = parameters['Waa'].T @ back
    return gradients


def rnn_forward(X, Y, a0, parameters, vocab_size=27):
    """X, Y: lists of letters' numbers; X starts with None (see one_hot)"""
    hidden, inputs, guesses, nats = [a0], [], [], 0.0
    for number, label in zip(X, Y):
        inputs.append(one_hot(number, vocab_size))
        a, guess = rnn_step_forward(parameters, hidden[-1], inputs[-1])
        nats -= np.log(guess[label, 0])
        hidden.append(a)
        guesses.append(guess)
    return nats, (guesses, hidden, inputs)


def rnn_backward(X, Y, parameters, cache):
    guesses, hidden, inputs = cache
    gradients = {'d' + k: np.zeros(parameters[k].shape) for k in NAMES}
    gradients['da_next'] = np.zeros(hidden[0].shape)
    t = len(X)
    while t:
        t -= 1
        wrong = guesses[t].copy()
        wrong[Y[t], 0] -= 1
        gradients = rnn_step_backward(wrong, gradients, parameters, inputs[t], hidden[t + 1], hidden[t])
    return gradients, hidden


def clip(gradients, limit):
    return {k: g.clip(-limit, limit) for k, g in gradients.items()}


def descend(parameters, gradients, lr):
    for k in NAMES:
        parameters[k] = parameters[k] - lr * gradients['d' + k]
