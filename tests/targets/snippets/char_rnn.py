"""Letters in, letters out. python char_rnn.py some.txt (never stops, press ^C)"""
import sys
import numpy as np

lines = open(sys.argv[1], encoding='utf8').read()
symbols = sorted(set(lines))
vocab_size = len(symbols)
number = {s: k for k, s in enumerate(symbols)}

hidden_size = 80
chunk = 20
step_size = .05

Wxh = np.random.uniform(-.1, .1, (hidden_size, vocab_size))
Whh = np.eye(hidden_size) * .5
bh = np.zeros((hidden_size, 1))
Why = np.random.uniform(-.1, .1, (vocab_size, hidden_size))
by = np.zeros((vocab_size, 1))

def lossFun(inputs, targets, hprev):
  n = len(inputs)
  h, p = {-1: hprev}, {}
  cost = 0
  for t in range(n):
    x = np.zeros((vocab_size, 1))
    x[inputs[t]] = 1
    h[t] = np.tanh(bh + Wxh @ x + Whh @ h[t-1])
    u = np.exp(by + Why @ h[t])
    p[t] = u / u.sum()
    cost -= np.log(p[t][targets[t], 0])
  dWxh = np.zeros((hidden_size, vocab_size))
  dWhh = np.zeros((hidden_size, hidden_size))
  dbh = np.zeros((hidden_size, 1))
  dWhy, dby = 0 * Why, 0 * by
  carry = 0
  for t in range(n)[::-1]:
    p[t][targets[t]] -= 1      # scores
    dby += p[t]
    dWhy += np.outer(p[t], h[t])
    a = (carry + Why.T @ p[t]) * (1 + h[t]) * (1 - h[t])
    carry = Whh.T @ a
    dbh += a
    dWhh += np.outer(a, h[t-1])
    dWxh[:, inputs[t]] += a[:, 0]
  return cost, [np.clip(d, -5, 5) for d in (dWxh, dWhh, dWhy, dbh, dby)], h[n-1]

text = [number[s] for s in lines]
h, at = np.zeros((hidden_size, 1)), 0
while True:
  piece = text[at:at + chunk + 1]
  cost, grads, h = lossFun(piece[:-1], piece[1:], h)
  for w, g in zip((Wxh, Whh, Why, bh, by), grads):
    w -= step_size * g
  at = (at + chunk) % (len(text) - chunk)
