import numpy as np

def softmax(w):
    e = np.exp(w - np.max(w))
    return e / np.sum(e)

class CharRNN:
    def __init__(self, vocab, hidden=50):
        self.U = np.random.randn(hidden, vocab) * 0.1
        self.W = np.random.randn(hidden, hidden) * 0.1
        self.V = np.random.randn(vocab, hidden) * 0.1
        print "parameters:", self.U.size + self.W.size + self.V.size

    def loss(self, inputs, targets):
        h = {-1: np.zeros((self.W.shape[0], 1))}
        p = {}
        loss = 0
        for t in xrange(len(inputs)):
            h[t] = np.tanh(self.U[:, inputs[t]:inputs[t]+1] + np.dot(self.W, h[t-1]))
            p[t] = softmax(np.dot(self.V, h[t]))
            loss -= np.log(p[t][targets[t], 0])
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        dh = 0
        for t in reversed(xrange(len(inputs))):
            dy = p[t].copy()
            dy[targets[t]] -= 1
            dV += np.dot(dy, h[t].T)
            dz = (np.dot(self.V.T, dy) + dh) * (1 - h[t]**2)
            dU[:, inputs[t]] += dz[:, 0]
            dW += np.dot(dz, h[t-1].T)
            dh = np.dot(self.W.T, dz)
        if loss <> loss:
            raise ValueError, "loss is nan"
        return loss, {'U': dU, 'W': dW, 'V': dV}

if __name__ == '__main__':
    text = open('input.txt').read()
    chars = list(set(text))
    print '%d characters, %d unique' % (len(text), len(chars))
    net = CharRNN(len(chars))
    for i in xrange(len(text)/25):
        idx = [chars.index(c) for c in text[i*25:i*25+26]]
        loss, grads = net.loss(idx[:-1], idx[1:])
        print i, loss
