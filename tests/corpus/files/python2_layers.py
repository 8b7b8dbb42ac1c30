import numpy as np

def affine_forward(x, w, b):
  """
  - x: input of shape (N, D)
  - w: weights of shape (D, M)
  - b: biases of shape (M,)
  """
  out = x.dot(w) + b
  cache = (x, w, b)
  return out, cache

def affine_backward(dout, cache):
  x, w, b = cache
  dx = dout.dot(w.T)
  dw = x.T.dot(dout)
  db = np.sum(dout, axis=0)
  return dx, dw, db

def rnn_forward(x, h0, Wx, Wh, b):
  """
  - x: of shape (N, T, D)
  - h0: of shape (N, H)
  """
  N, T, D = x.shape
  h = [h0]
  for t in xrange(T):
    h.append(np.tanh(x[:, t].dot(Wx) + h[-1].dot(Wh) + b))
  return np.array(h[1:]).transpose(1, 0, 2), (x, h, Wx, Wh)

def rnn_backward(dh, cache):
  x, h, Wx, Wh = cache
  N, T, D = x.shape
  dx = np.zeros_like(x)
  dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
  dnext = np.zeros_like(h[0])
  for t in xrange(T - 1, -1, -1):
    dz = (dh[:, t] + dnext) * (1 - h[t + 1] ** 2)
    dx[:, t] = dz.dot(Wx.T)
    dWx += x[:, t].T.dot(dz)
    dWh += h[t].T.dot(dz)
    db += dz.sum(0)
    dnext = dz.dot(Wh.T)
  return dx, dnext, dWx, dWh, db

def mean_forward(x):
  """ x of shape (N, T, H), T is even; returns the mean of the first half """
  half = x.shape[1] / 2
  return x[:, :half].mean(axis=1), (x.shape, half)

def mean_backward(dout, cache):
  shape, half = cache
  dx = np.zeros(shape)
  dx[:, :half] = dout[:, None] / half
  return dx
