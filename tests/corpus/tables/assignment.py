"""Verdicts: the assignment in its folders, and its notebook."""

from corpus.verdicts import Code, right, twin, wrong

CODES = (
    Code(
        "assignment3/cs231n/layers.py",
        "S1",
        (*right("affine", "temporal_affine", "word_embedding", "rnn", "lstm", "temporal_softmax_loss"),),
        twins=(
            twin(
                "rnn: state of the same step",
                "before = hs[t - 1] if t > 0 else h0",
                "before = hs[t]",
                wrong("rnn", "Wh"),
            ),
            twin("lstm: dh not carried", "d = dh[:, t] + dh_next", "d = dh[:, t]", wrong("lstm", "x h0 Wx Wh b")),
            twin(
                "temporal affine: bias of the last step",
                "dflat.sum(axis=0)",
                "dout[:, -1].sum(axis=0)",
                wrong("temporal_affine", "b"),
            ),
        ),
    ),
    Code(
        "assignment3/cs231n/classifiers/rnn.py",
        "S4",
        (*right("CaptioningRNN"),),
        twins=(
            twin(
                "the projection gets the words' gradient of the first step",
                "affine_backward(d_first, c_first)[1:]",
                "affine_backward(d_hidden[:, 0], c_first)[1:]",
                wrong("CaptioningRNN", "W_proj b_proj"),
            ),
            twin(
                "the embedding sees the inputs shifted",
                "word_embedding_backward(d_vectors, c_vectors)",
                "word_embedding_backward(d_vectors, (wanted, p['W_embed'].shape))",
                wrong("CaptioningRNN", "W_embed"),
            ),
        ),
        declaration="CaptioningRNN(word_to_idx of 6 words with <NULL>, sizes, cell_type): params and the grads of loss(features, captions)",
    ),
    Code(
        "RNN_Captioning_scratch.ipynb",
        "S1",
        (*right("rnn_step", "lstm_step", "lstm"),),
        twins=(
            twin(
                "forget gate sees the next c",
                "di, df, do, dg = dc * g, dc * prev_c,",
                "di, df, do, dg = dc * g, dc * next_c,",
                wrong("lstm_step", "x prev_h Wx Wh b", "f"),
                wrong("lstm", "x h0 Wx Wh b", "f"),
            ),
            twin(
                "sequence without the cell's path",
                "lstm_step_backward(dh[:, t] + dprev_h, dprev_c, cache[t])",
                "lstm_step_backward(dh[:, t] + dprev_h, 0, cache[t])",
                wrong("lstm", "x h0 Wx Wh b"),
            ),
        ),
    ),
)
