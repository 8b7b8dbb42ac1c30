import numpy as np

class CaptioningModel(object):
    def __init__(self, feature_dim, word_dim, hidden_dim, vocab_size):
        self.params = {}
        self.params['W_proj'] = np.random.randn(feature_dim, hidden_dim) / np.sqrt(feature_dim)
        self.params['b_proj'] = np.zeros(hidden_dim)
        self.params['W_embed'] = np.random.randn(vocab_size, word_dim) / 100
        self.params['Wx'] = np.random.randn(word_dim, hidden_dim) / np.sqrt(word_dim)
        self.params['Wh'] = np.random.randn(hidden_dim, hidden_dim) / np.sqrt(hidden_dim)
        self.params['b'] = np.zeros(hidden_dim)
        self.params['W_vocab'] = np.random.randn(hidden_dim, vocab_size) / np.sqrt(hidden_dim)
        self.params['b_vocab'] = np.zeros(vocab_size)

    def loss(self, features, captions):
        captions_in, captions_out = captions[:, :-1], captions[:, 1:]
        p = self.params
        N, T = captions_in.shape
        h = features.dot(p['W_proj']) + p['b_proj']
        h0, hs = h, []
        x = p['W_embed'][captions_in]
        for t in range(T):
            h = np.tanh(x[:, t].dot(p['Wx']) + h.dot(p['Wh']) + p['b'])
            hs.append(h)
        loss, grads = 0.0, {k: np.zeros_like(v) for k, v in p.items()}
        dx, dh_next = np.zeros_like(x), np.zeros_like(h0)
        for t in reversed(range(T)):
            scores = hs[t].dot(p['W_vocab']) + p['b_vocab']
            probs = np.exp(scores - scores.max(axis=1, keepdims=True))
            probs /= probs.sum(axis=1, keepdims=True)
            loss -= np.log(probs[np.arange(N), captions_out[:, t]]).sum() / N
            dscores = probs.copy()
            dscores[np.arange(N), captions_out[:, t]] -= 1
            dscores /= N
            grads['W_vocab'] += hs[t].T.dot(dscores)
            grads['b_vocab'] += dscores.sum(axis=0)
            da = (dscores.dot(p['W_vocab'].T) + dh_next) * (1 - hs[t] ** 2)
            before = hs[t - 1] if t else h0
            grads['Wx'] += x[:, t].T.dot(da)
            grads['Wh'] += before.T.dot(da)
            grads['b'] += da.sum(axis=0)
            dx[:, t] = da.dot(p['Wx'].T)
            dh_next = da.dot(p['Wh'].T)
        np.add.at(grads['W_embed'], captions_in, dx)
        grads['W_proj'] = features.T.dot(dh_next)
        grads['b_proj'] = dh_next.sum(axis=0)
        return loss, grads
