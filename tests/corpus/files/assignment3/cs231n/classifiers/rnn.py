import numpy as np

from cs231n.layers import *


def scaled(rows, cols, by=None):
    return np.random.standard_normal((rows, cols)) * (rows ** -0.5 if by is None else by)


class CaptioningRNN(object):
    """
    picture features in, a sentence out. cell_type says what runs through the words: 'rnn' or 'lstm'
    """

    def __init__(self, word_to_idx, input_dim=400, wordvec_dim=64, hidden_dim=96, cell_type='rnn', dtype=np.float32):
        width = {'rnn': hidden_dim, 'lstm': 4 * hidden_dim}
        assert cell_type in width, 'there is no cell called %r here' % (cell_type,)
        self.cell_type, self.dtype = cell_type, dtype
        self.words = word_to_idx
        self.padding = word_to_idx['<NULL>']

        V, wide = len(word_to_idx), width[cell_type]
        made = {}
        made['W_embed'] = scaled(V, wordvec_dim, by=0.01)
        made['Wx'] = scaled(wordvec_dim, wide)
        made['Wh'] = scaled(hidden_dim, wide)
        made['b'] = np.zeros(wide)
        made['W_proj'] = scaled(input_dim, hidden_dim)
        made['b_proj'] = np.zeros(hidden_dim)
        made['W_vocab'] = scaled(hidden_dim, V)
        made['b_vocab'] = np.zeros(V)
        self.params = {name: value.astype(dtype) for name, value in made.items()}

    def spell(self, numbers):
        names = {number: word for word, number in self.words.items()}
        return ' '.join(names[n] for n in numbers if n != self.padding)

    def loss(self, features, captions):
        """
        - features: of shape (N, D)
        - captions: integers of shape (N, T), 0 <= captions[i, t] < V

        every word but the last goes in, every word but the first should come out
        """
        p, grads = self.params, {}
        said, wanted = captions[:, :-1], captions[:, 1:]
        counts = wanted != self.padding
        run, back = {'rnn': (rnn_forward, rnn_backward), 'lstm': (lstm_forward, lstm_backward)}[self.cell_type]

        first, c_first = affine_forward(features, p['W_proj'], p['b_proj'])
        vectors, c_vectors = word_embedding_forward(said, p['W_embed'])
        hidden, c_hidden = run(vectors, first, p['Wx'], p['Wh'], p['b'])
        scores, c_scores = temporal_affine_forward(hidden, p['W_vocab'], p['b_vocab'])
        loss, d = temporal_softmax_loss(scores, wanted, counts)

        d_hidden, grads['W_vocab'], grads['b_vocab'] = temporal_affine_backward(d, c_scores)
        d_vectors, d_first, grads['Wx'], grads['Wh'], grads['b'] = back(d_hidden, c_hidden)
        grads['W_embed'] = word_embedding_backward(d_vectors, c_vectors)
        grads['W_proj'], grads['b_proj'] = affine_backward(d_first, c_first)[1:]
        return loss, grads
