"""RNN learns to add binary numbers - following a well known blog post, but with a function for the gradients."""
import copy
import numpy as np
np.random.seed(0)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_output_to_derivative(output):
    return output * (1 - output)

binary_dim = 8
alpha = 0.1
input_dim, hidden_dim, output_dim = 2, 16, 1

synapse_0 = 2 * np.random.random((input_dim, hidden_dim)) - 1
synapse_1 = 2 * np.random.random((hidden_dim, output_dim)) - 1
synapse_h = 2 * np.random.random((hidden_dim, hidden_dim)) - 1


def forward_backward(a, b, c):
    """a, b, c: arrays of bits, least significant bit last. Loss is half the squared error over all bits."""
    synapse_0_update = np.zeros_like(synapse_0)
    synapse_1_update = np.zeros_like(synapse_1)
    synapse_h_update = np.zeros_like(synapse_h)
    overallError = 0
    layer_2_deltas = []
    layer_1_values = [np.zeros(hidden_dim)]
    for position in range(binary_dim):
        X = np.array([[a[binary_dim - position - 1], b[binary_dim - position - 1]]])
        y = np.array([[c[binary_dim - position - 1]]]).T
        layer_1 = sigmoid(np.dot(X, synapse_0) + np.dot(layer_1_values[-1], synapse_h))
        layer_2 = sigmoid(np.dot(layer_1, synapse_1))
        layer_2_error = layer_2 - y
        layer_2_deltas.append(layer_2_error * sigmoid_output_to_derivative(layer_2))
        overallError += 0.5 * np.sum(layer_2_error ** 2)
        layer_1_values.append(copy.deepcopy(layer_1))
    future_layer_1_delta = np.zeros(hidden_dim)
    for position in range(binary_dim):
        X = np.array([[a[position], b[position]]])
        layer_1 = layer_1_values[-position - 1]
        prev_layer_1 = layer_1_values[-position - 2]
        layer_2_delta = layer_2_deltas[-position - 1]
        layer_1_delta = (future_layer_1_delta.dot(synapse_h.T) + layer_2_delta.dot(synapse_1.T)) * sigmoid_output_to_derivative(layer_1)
        synapse_1_update += np.atleast_2d(layer_1).T.dot(layer_2_delta)
        synapse_h_update += np.atleast_2d(prev_layer_1).T.dot(layer_1_delta)
        synapse_0_update += X.T.dot(layer_1_delta)
        future_layer_1_delta = layer_1_delta
    return overallError, synapse_0_update, synapse_1_update, synapse_h_update


for j in range(10000):
    a_int = np.random.randint(128)
    b_int = np.random.randint(128)
    bits = lambda v: np.array([int(k) for k in np.binary_repr(v, binary_dim)])
    err, u0, u1, uh = forward_backward(bits(a_int), bits(b_int), bits(a_int + b_int))
    synapse_0 -= u0 * alpha
    synapse_1 -= u1 * alpha
    synapse_h -= uh * alpha
    if j % 1000 == 0:
        print("Error:" + str(err))
