import numpy as np

# vanilla + lstm cells for the tagging project (group 7)

def rnn_cell_fwd(xt, hprew, U, W, bias):
    z = xt @ U + hprew @ W + bias
    h = np.tanh(z)
    return h, (xt, hprew, U, W, h)

def rnn_cell_bwd(dout, mem):
    xt, hprew, U, W, h = mem
    gradz = dout * (1 - h**2)
    gU = xt.T @ gradz
    gW = hprew.T @ gradz
    gbias = gradz.sum(0)
    gradx = gradz @ U.T
    dprew_h = gradz @ W.T
    return gradx, dprew_h, gU, gW, gbias


def seq_forward(inp, hinit, U, W, bias):
    n, steps, _ = inp.shape
    hs = np.empty((n, steps, hinit.shape[1]))
    saved = []
    h = hinit
    for k in range(steps):
        h, s = rnn_cell_fwd(inp[:, k], h, U, W, bias)
        hs[:, k] = h
        saved.append(s)
    return hs, saved


def seq_backward(upstream, saved):
    grads = [0, 0, 0]
    ginp = []
    carry = 0
    for k in range(len(saved) - 1, -1, -1):
        gx, carry, gU, gW, gb = rnn_cell_bwd(upstream[:, k] + carry, saved[k])
        ginp.insert(0, gx)
        grads[0] = grads[0] + gU
        grads[1] = grads[1] + gW
        grads[2] = grads[2] + gb
    return np.stack(ginp, axis=1), carry, grads[0], grads[1], grads[2]


def forward_readout(hidden, V, c):
    return hidden.dot(V) + c, (hidden, V)


def backward_readout(err, kept):
    hidden, V = kept
    return err.dot(V.T), hidden.T.dot(err), err.sum(axis=0)


def LSTMforward(X, hOld, cOld, theta, beta):
    '''theta packs all weights: (D+H, 4H); order of the blocks: forget, input, candidate, output'''
    H = hOld.shape[1]
    stackd = np.concatenate((X, hOld), axis=1)
    pre = stackd @ theta + beta
    sig = lambda v: 1 / (1 + np.exp(-v))
    ft = sig(pre[:, :H])
    it = sig(pre[:, H:2*H])
    ct_ = np.tanh(pre[:, 2*H:3*H])
    ot = sig(pre[:, 3*H:])
    cNew = ft * cOld + it * ct_
    hNew = ot * np.tanh(cNew)
    return hNew, cNew, (stackd, theta, ft, it, ct_, ot, cOld, cNew, X.shape[1])


def LSTMbackward(dhNew, dcNew, stuff):
    stackd, theta, ft, it, ct_, ot, cOld, cNew, D = stuff
    th = np.tanh(cNew)
    total = dcNew + dhNew * ot * (1 - th * th)
    dpre = np.concatenate((total * cOld * ft * (1 - ft),
                           total * ct_ * it * (1 - it),
                           total * it * (1 - ct_ * ct_),
                           dhNew * th * ot * (1 - ot)), axis=1)
    dtheta = stackd.T @ dpre
    dbeta = np.sum(dpre, 0)
    dstack = dpre @ theta.T
    return dstack[:, :D], dstack[:, D:], total * ft, dtheta, dbeta
