"""Hand-written forward and backward passes, one family a file, as people write them; bugs are planted in their text.

Each file has `GATES` (blocks of packed inputs), `draw(T, N, rng)` (a random point), `forward(p)` (outputs by
(path, t), and a cache) and `backward(d_out, p, cache)` (gradients by input).
"""
