"""Sequence to sequence with plain numpy. Shapes: Xe (Te,N,V), Xd (Td,N,V)"""
import numpy as np
def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)

def init_params(V=12, H=16, rng=np.random.default_rng(1)):
    f = lambda *s: rng.standard_normal(s) * .1
    return {'We': f(V,H), 'Ue': f(H,H), 'Wd': f(V,H), 'Ud': f(H,H), 'Vo': f(H,V), 'bo': np.zeros(V)}

def forward(params, Xe, Xd, Y):
    N = Xe.shape[1]; H = params['Ue'].shape[0]
    he = [np.zeros((N,H))]
    for x in Xe: he.append(np.tanh(x@params['We'] + he[-1]@params['Ue']))
    hd = [he[-1]]
    probs = []
    for x in Xd:
        hd.append(np.tanh(x@params['Wd'] + hd[-1]@params['Ud']))
        probs.append(softmax(hd[-1]@params['Vo'] + params['bo']))
    loss = 0
    for t, p in enumerate(probs):
        loss -= np.log(p[np.arange(N), Y[t]]).sum()
    loss /= N
    return loss, (Xe, Xd, Y, he, hd, probs)

def backward(params, cache):
    Xe, Xd, Y, he, hd, probs = cache
    N = Xe.shape[1]
    grads = {k: np.zeros_like(v) for k,v in params.items()}
    dh = np.zeros_like(he[0])
    for t in reversed(range(len(Xd))):
        dy = probs[t].copy()
        dy[np.arange(N), Y[t]] -= 1
        dy /= N
        grads['Vo'] += hd[t+1].T@dy
        grads['bo'] += dy.sum(0)
        dh = dh + dy@params['Vo'].T
        dz = dh*(1-hd[t+1]**2)
        grads['Wd'] += Xd[t].T@dz
        grads['Ud'] += hd[t].T@dz
        dh = dz@params['Ud'].T
    for t in reversed(range(len(Xe))):
        dz = dh*(1-he[t+1]**2)
        grads['We'] += Xe[t].T@dz
        grads['Ue'] += he[t].T@dz
        dh = dz@params['Ue'].T
    return grads
