import math, random
H, D = 3, 2
def forward(xs, h0, Wx, Wh, b):
    hs = [h0]
    for x in xs:
        h = []
        for i in range(len(b)):
            z = b[i]
            for j in range(len(x)): z += Wx[i][j] * x[j]
            for j in range(len(b)): z += Wh[i][j] * hs[-1][j]
            h.append(math.tanh(z))
        hs.append(h)
    return hs
def backward(xs, hs, dhs, Wx, Wh):
    n = len(hs[0])
    dWx = [[0.0]*len(xs[0]) for _ in range(n)]
    dWh = [[0.0]*n for _ in range(n)]
    db = [0.0]*n
    dh = [0.0]*n
    for t in reversed(range(len(xs))):
        dz = [(dh[i] + dhs[t][i]) * (1 - hs[t+1][i]**2) for i in range(n)]
        for i in range(n):
            db[i] += dz[i]
            for j in range(len(xs[t])): dWx[i][j] += dz[i]*xs[t][j]
            for j in range(n): dWh[i][j] += dz[i]*hs[t][j]
        dh = [sum(Wh[i][j]*dz[i] for i in range(n)) for j in range(n)]
    return dWx, dWh, db
