import numpy as np


class CharModel:
    def __init__(self, vocab, units=40):
        self.vocab, self.units = vocab, units
        self.Wx = 0.01 * np.random.randn(units, vocab)
        self.Wh = 0.01 * np.random.randn(units, units)
        self.Wy = 0.01 * np.random.randn(vocab, units)
        self.b = np.zeros((units, 1))

    def fwd(self, chars, state):
        seen, states, probs = {}, {-1: state}, {}
        for t in range(len(chars)):
            seen[t] = np.zeros((self.vocab, 1))
            seen[t][chars[t]] = 1
            states[t] = np.tanh(self.Wx @ seen[t] + self.Wh @ states[t - 1] + self.b)
            scores = np.exp(self.Wy @ states[t])
            probs[t] = scores / scores.sum()
        return seen, states, probs

    def total_loss(self, p, labels):
        return -sum(np.log(p[t][label, 0]) for t, label in enumerate(labels))

    def bwd(self, seen, states, p, labels):
        dWx, dWh, dWy, db = (np.zeros_like(each) for each in (self.Wx, self.Wh, self.Wy, self.b))
        back = np.zeros_like(states[0])
        for t in reversed(range(len(labels))):
            dy = p[t].copy()
            dy[labels[t]] -= 1
            dWy += dy @ states[t].T
            dz = (self.Wy.T @ dy + back) * (1 - states[t] ** 2)
            dWx += dz @ seen[t].T
            dWh += dz @ states[t - 1].T
            db += dz
            back = self.Wh.T @ dz
        return dWx, dWh, dWy, db

    def fit(self, chars, labels, rate=0.1):
        xs, hs, out = self.fwd(chars, np.zeros((self.units, 1)))
        print(self.total_loss(out, labels))
        for name, gradient in zip(("Wx", "Wh", "Wy", "b"), self.bwd(xs, hs, out, labels)):
            setattr(self, name, getattr(self, name) - rate * gradient)


class Regressor:
    def __init__(self, inputs, units, outputs, learning_rate=0.1):
        self.U = np.random.randn(units, inputs)
        self.W = np.random.randn(units, units)
        self.V = np.random.randn(outputs, units)
        self.units, self.learning_rate = units, learning_rate

    def forward(self, series):
        states, guesses = [np.zeros((self.units, 1))], []
        for x in series:
            states.append(np.tanh(self.U @ x.reshape(-1, 1) + self.W @ states[-1]))
            guesses.append(self.V @ states[-1])
        return guesses, states

    def backward(self, series, wanted_target, guesses, states):
        loss, dU, dW, dV, back = 0, 0 * self.U, 0 * self.W, 0 * self.V, 0
        for t in reversed(range(len(guesses))):
            difference = guesses[t] - wanted_target[t].reshape(-1, 1)
            loss += 0.5 * np.sum(difference**2)
            dV += difference @ states[t + 1].T
            dz = (self.V.T @ difference + back) * (1 - states[t + 1] ** 2)
            dU += dz @ series[t].reshape(1, -1)
            dW += dz @ states[t].T
            back = self.W.T @ dz
        self.U -= self.learning_rate * dU
        self.W -= self.learning_rate * dW
        self.V -= self.learning_rate * dV
        return loss
