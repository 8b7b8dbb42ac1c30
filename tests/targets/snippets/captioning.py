import numpy as np

class CaptioningModel(object):
    def __init__(self, feature_dim, word_dim, hidden_dim, vocab_size):
        n = np.random.standard_normal
        self.params = {
            'W_proj': n((feature_dim, hidden_dim)) / feature_dim, 'b_proj': np.zeros(hidden_dim),
            'W_embed': n((vocab_size, word_dim)) * .05,
            'Wx': n((word_dim, hidden_dim)) / word_dim,
            'Wh': n((hidden_dim, hidden_dim)) / hidden_dim, 'b': np.zeros(hidden_dim),
            'W_vocab': n((hidden_dim, vocab_size)) / hidden_dim, 'b_vocab': np.zeros(vocab_size),
        }

    def loss(self, features, captions):
        p = self.params
        N, T = len(captions), captions.shape[1] - 1
        x = p['W_embed'][captions[:, :-1]]
        hs = [np.dot(features, p['W_proj']) + p['b_proj']]
        for t in range(T):
            hs.append(np.tanh(np.dot(x[:, t], p['Wx']) + np.dot(hs[t], p['Wh']) + p['b']))
        loss, grads = 0.0, {name: np.zeros(value.shape) for name, value in p.items()}
        dx, back = np.zeros(x.shape), np.zeros(hs[0].shape)
        rows = np.arange(N)
        for t in reversed(range(T)):
            word = captions[:, t + 1]
            scores = np.dot(hs[t + 1], p['W_vocab']) + p['b_vocab']
            share = np.exp(scores - scores.max(axis=1, keepdims=True))
            share = share / share.sum(axis=1, keepdims=True)
            loss = loss - np.log(share[rows, word]).sum() / N
            share[rows, word] -= 1
            share = share / N
            dz = (np.dot(share, p['W_vocab'].T) + back) * (1 - hs[t + 1] ** 2)
            back = np.dot(dz, p['Wh'].T)
            dx[:, t] = np.dot(dz, p['Wx'].T)
            for name, left, d in (('W_vocab', hs[t + 1], share), ('Wh', hs[t], dz), ('Wx', x[:, t], dz)):
                grads[name] += np.dot(left.T, d)
            grads['b'] += dz.sum(axis=0)
            grads['b_vocab'] += share.sum(axis=0)
        np.add.at(grads['W_embed'], captions[:, :-1], dx)
        grads['W_proj'], grads['b_proj'] = np.dot(features.T, back), back.sum(axis=0)
        return loss, grads
