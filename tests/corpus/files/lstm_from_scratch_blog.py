# From my blog: an LSTM that knows three sentences by heart (part 2: the gradients)
# take it, break it, write to me when you find the bug
import numpy as np
import matplotlib.pyplot as plt

# --- part 1: the text ------------------------------------------------------

text = ("a cat sat by the door. the door was shut. the cat sat and sat.\n"
        "somebody opened the door. the cat did not move.\n")
vocab = sorted(set(text))
place = {letter: k for k, letter in enumerate(vocab)}
vocab_size = len(vocab)
n_h = 24
n_z = n_h + vocab_size  # [state; letter]


# --- part 2: everything that is learned lives in one dict, its gradients in another --

def make_params(seed=12):
    rng = np.random.default_rng(seed)
    made = {}
    for gate in "fico":
        made["W" + gate] = rng.uniform(-0.15, 0.15, (n_h, n_z))
        made["b" + gate] = np.full((n_h, 1), 1.0 if gate == "f" else 0.0)
    made["Wv"] = rng.uniform(-0.15, 0.15, (vocab_size, n_h))
    made["bv"] = np.zeros((vocab_size, 1))
    return made


params = make_params()
grads = {"d" + name: np.zeros_like(value) for name, value in params.items()}


def layer(gate, z):
    return params["W" + gate] @ z + params["b" + gate]


def note(gate, da, below):
    """what a pre-activation's gradient means for its W and b; returns what it means for the input"""
    grads["dW" + gate] += da @ below.T
    grads["db" + gate] += da
    return params["W" + gate].T @ da


# --- part 3: a step there ---------------------------------------------------

def sigm(a):
    return np.exp(-np.logaddexp(0, -a))


def step_there(letter, h, c):
    x = np.zeros((vocab_size, 1))
    x[letter] = 1
    box = {"z": np.concatenate((h, x)), "c_old": c}
    box["f"], box["i"], box["o"] = (sigm(layer(gate, box["z"])) for gate in "fio")
    box["new"] = np.tanh(layer("c", box["z"]))
    box["c"] = box["i"] * box["new"] + box["f"] * c
    box["h"] = box["o"] * np.tanh(box["c"])
    score = np.exp(layer("v", box["h"]))
    box["p"] = score / np.sum(score)
    return box


# --- part 4: a step back (this is the one that took me a weekend) -------------

def step_back(box, answer, h_wants, c_wants):
    f, i, o, new = box["f"], box["i"], box["o"], box["new"]
    tanh_c = np.tanh(box["c"])

    surprise = box["p"].copy()
    surprise[answer] -= 1
    dh = note("v", surprise, box["h"]) + h_wants

    # there are two ways out of c: through h, and on to the next step
    dc = (1 - tanh_c ** 2) * o * dh
    dc += c_wants

    dz = note("o", dh * tanh_c * o * (1 - o), box["z"])
    dz += note("f", dc * box["c_old"] * f * (1 - f), box["z"])
    dz += note("i", dc * new * i * (1 - i), box["z"])
    dz += note("c", dc * i * (1 - new ** 2), box["z"])
    return dz[:n_h], dc * f


# --- part 5: both, over a piece of text -------------------------------------

def forward_backward(x_batch, y_batch, h_prev, c_prev):
    """lists of letters' numbers, and where the piece before ended. Fills grads, returns loss and new ending"""
    for g in grads.values():
        g[...] = 0
    boxes, h, c = [], h_prev, c_prev
    for letter in x_batch:
        boxes.append(step_there(letter, h, c))
        h, c = boxes[-1]["h"], boxes[-1]["c"]
    loss = -sum(np.log(box["p"][answer, 0]) for box, answer in zip(boxes, y_batch))

    h_wants, c_wants = np.zeros((n_h, 1)), np.zeros((n_h, 1))
    for box, answer in zip(boxes[::-1], y_batch[::-1]):
        h_wants, c_wants = step_back(box, answer, h_wants, c_wants)
    for name in grads:
        grads[name] = np.minimum(np.maximum(grads[name], -5), 5)
    return loss, h, c


# --- part 6: learning ---------------------------------------------------------

mean, spread = {}, {}


def adam(k, rate=2e-3, keep=0.9, keep_square=0.999):
    for name, value in params.items():
        g = grads["d" + name]
        mean[name] = keep * mean.get(name, 0) + (1 - keep) * g
        spread[name] = keep_square * spread.get(name, 0) + (1 - keep_square) * g * g
        size = np.sqrt(spread[name] / (1 - keep_square ** k)) + 1e-8
        value -= rate * mean[name] / (1 - keep ** k) / size


def learn(rounds=2000, piece=20):
    numbers, curve, k = [place[letter] for letter in text], [], 0
    for _ in range(rounds):
        h = c = np.zeros((n_h, 1))
        total = 0
        for a in range(0, len(numbers) - 1, piece):
            x, y = numbers[a:a + piece], numbers[a + 1:a + piece + 1]
            loss, h, c = forward_backward(x[:len(y)], y, h, c)
            total += loss
            k += 1
            adam(k)
        curve.append(total / len(numbers))
    return curve


curve = learn()
plt.semilogy(curve)
plt.title("nats per letter")
plt.savefig("curve.png")
