import numpy as np
data = open('shakespeare.txt').read()
chars = sorted(set(data))
V = len(chars)
H = H_size = 64
z_size = H + V
def sig(x): return 1 / (1 + np.exp(-x))

W_f = np.random.randn(H, z_size) * .1; b_f = np.zeros((H, 1))
W_i = np.random.randn(H, z_size) * .1; b_i = np.zeros((H, 1))
W_C = np.random.randn(H, z_size) * .1; b_C = np.zeros((H, 1))
W_o = np.random.randn(H, z_size) * .1; b_o = np.zeros((H, 1))
W_v = np.random.randn(V, H) * .1; b_v = np.zeros((V, 1))

def forward_backward(inputs, targets, h_prev, C_prev):
    h_s, C_s, z_s, f_s, i_s, Cb_s, o_s, y_s = {}, {}, {}, {}, {}, {}, {}, {}
    h_s[-1], C_s[-1] = np.copy(h_prev), np.copy(C_prev)
    loss = 0
    for t in range(len(inputs)):
        x = np.zeros((V, 1)); x[inputs[t]] = 1
        z = np.vstack((h_s[t - 1], x)); z_s[t] = z
        f_s[t] = sig(np.dot(W_f, z) + b_f)
        i_s[t] = sig(np.dot(W_i, z) + b_i)
        Cb_s[t] = np.tanh(np.dot(W_C, z) + b_C)
        C_s[t] = f_s[t] * C_s[t - 1] + i_s[t] * Cb_s[t]
        o_s[t] = sig(np.dot(W_o, z) + b_o)
        h_s[t] = o_s[t] * np.tanh(C_s[t])
        v = np.dot(W_v, h_s[t]) + b_v
        y_s[t] = np.exp(v) / np.sum(np.exp(v))
        loss += -np.log(y_s[t][targets[t], 0])
    dW_f, dW_i, dW_C, dW_o, dW_v = [np.zeros_like(w) for w in (W_f, W_i, W_C, W_o, W_v)]
    db_f, db_i, db_C, db_o, db_v = [np.zeros_like(b) for b in (b_f, b_i, b_C, b_o, b_v)]
    dh_next, dC_next = np.zeros_like(h_s[0]), np.zeros_like(C_s[0])
    for t in reversed(range(len(inputs))):
        dv = np.copy(y_s[t]); dv[targets[t]] -= 1
        dW_v += np.dot(dv, h_s[t].T); db_v += dv
        dh = np.dot(W_v.T, dv) + dh_next
        do = dh * np.tanh(C_s[t]) * o_s[t] * (1 - o_s[t])
        dC = dC_next + dh * o_s[t] * (1 - np.tanh(C_s[t]) ** 2)
        dCb = dC * i_s[t] * (1 - Cb_s[t] ** 2)
        di = dC * Cb_s[t] * i_s[t] * (1 - i_s[t])
        df = dC * C_s[t - 1] * f_s[t] * (1 - f_s[t])
        dW_f += np.dot(df, z_s[t].T); db_f += df
        dW_i += np.dot(di, z_s[t].T); db_i += di
        dW_C += np.dot(dCb, z_s[t].T); db_C += dCb
        dW_o += np.dot(do, z_s[t].T); db_o += do
        dz = W_f.T @ df + W_i.T @ di + W_C.T @ dCb + W_o.T @ do
        dh_next = dz[:H, :]
        dC_next = f_s[t] * dC
    return loss, dW_f, dW_i, dW_C, dW_o, dW_v, db_f, db_i, db_C, db_o, db_v, h_s[len(inputs) - 1], C_s[len(inputs) - 1]
