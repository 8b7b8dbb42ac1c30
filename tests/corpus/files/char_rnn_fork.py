"""
character RNN in plain numpy. everybody has one; this is mine after two rewrites
    python char_rnn_fork.py --text poems.txt --units 128
(weights are written to rnn_weights.npz every few thousand windows, and read again if they are there)
"""
import argparse
import time
from pathlib import Path

import numpy as np

cli = argparse.ArgumentParser(description='learn to babble')
cli.add_argument('--text', default='poems.txt')
cli.add_argument('--units', type=int, default=96)
cli.add_argument('--window', type=int, default=30)
cli.add_argument('--rate', type=float, default=0.08)
cfg = cli.parse_args()

book = Path(cfg.text).read_text(encoding='utf-8')
alphabet = ''.join(sorted(set(book)))
n_chars = len(alphabet)
n_units = cfg.units
print(f'{len(book)} characters of {n_chars} kinds')

gen = np.random.default_rng(2024)
spread = 0.02
Wxh = gen.normal(0, spread, (n_units, n_chars))
Whh = gen.normal(0, spread, (n_units, n_units))
bh = np.zeros((n_units, 1))
Why = gen.normal(0, spread, (n_chars, n_units))
by = np.zeros((n_chars, 1))

saved = Path('rnn_weights.npz')
if saved.exists():
    old = np.load(saved)
    Wxh, Whh, bh, Why, by = (old[k] for k in ('Wxh', 'Whh', 'bh', 'Why', 'by'))


def lossFun(inputs, targets, hprev):
    """
    forwards and backwards through one window.
    inputs and targets hold positions in the alphabet, hprev is the column the last window ended with.
    gives back the summed loss in nats, one gradient per weight, and the new column
    """
    steps = len(inputs)
    onehot = np.zeros((n_chars, steps))
    onehot[inputs, np.arange(steps)] = 1
    h = [hprev]  # h[k] is what step k starts from
    guess = []
    loss = 0
    for k in range(steps):
        h.append(np.tanh(Wxh @ onehot[:, [k]] + Whh @ h[k] + bh))
        score = np.exp(Why @ h[k + 1] + by)
        guess.append(score / score.sum())
        loss = loss - np.log(guess[k][targets[k], 0])

    gWxh, gWhh, gbh, gWhy, gby = [0 * w for w in (Wxh, Whh, bh, Why, by)]
    later = np.zeros((n_units, 1))  # what the steps to the right of this one want from its h
    for k in range(steps - 1, -1, -1):
        miss = guess[k]
        miss[targets[k], 0] -= 1
        gby += miss
        gWhy += miss @ h[k + 1].T
        pull = Why.T @ miss + later
        pull = pull * (1 - h[k + 1] ** 2)
        gbh += pull
        gWhh += pull @ h[k].T
        gWxh += pull @ onehot[:, [k]].T
        later = Whh.T @ pull
    # it blew up on the long poems without this
    gWxh, gWhh, gWhy, gbh, gby = (g.clip(-5, 5) for g in (gWxh, gWhh, gWhy, gbh, gby))
    return loss, gWxh, gWhh, gWhy, gbh, gby, h[-1]


def babble(h, first, length, heat=0.8):
    letters = [first]
    while len(letters) < length:
        h = np.tanh(Wxh[:, [letters[-1]]] + Whh @ h + bh)
        score = np.exp((Why @ h + by) / heat)
        letters.append(int(gen.choice(n_chars, p=score[:, 0] / score.sum())))
    return ''.join(alphabet[i] for i in letters)


codes = [alphabet.index(letter) for letter in book]
squares = dict(Wxh=0, Whh=0, Why=0, bh=0, by=0)  # adagrad
running = cfg.window * np.log(n_chars)
began, window = time.time(), 0
while True:
    h = np.zeros((n_units, 1))
    for left in range(0, len(codes) - cfg.window, cfg.window):
        piece = codes[left:left + cfg.window + 1]
        loss, gWxh, gWhh, gWhy, gbh, gby, h = lossFun(piece[:-1], piece[1:], h)
        for name, g in (('Wxh', gWxh), ('Whh', gWhh), ('Why', gWhy), ('bh', gbh), ('by', gby)):
            squares[name] = squares[name] + g ** 2
            globals()[name] -= cfg.rate * g / (1e-7 + np.sqrt(squares[name]))
        running += (loss - running) / 500
        window += 1
        if window % 2500 == 0:
            print(f'[{time.time() - began:7.0f} s] window {window}: {running / cfg.window:.3f} nats a letter')
            print(babble(h, piece[-1], 250), '\n')
            np.savez(saved, Wxh=Wxh, Whh=Whh, bh=bh, Why=Why, by=by)
