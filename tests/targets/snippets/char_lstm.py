import numpy as np
lyrics = open('all_the_songs.txt').read()
signs = ''.join(sorted(set(lyrics)))
V = len(signs)
H = units = 48
z_size = H + V

def init(*shape): return np.random.uniform(-.2, .2, shape)
def gate(a): return 1 / (1 + np.exp(-a))

W_f = init(H, z_size); b_f = np.ones((H, 1))
W_i = init(H, z_size); b_i = np.zeros((H, 1))
W_c = init(H, z_size); b_c = np.zeros((H, 1))
W_o = init(H, z_size); b_o = np.zeros((H, 1))
W_y = init(V, H); b_y = np.zeros((V, 1))

def forward_backward(inputs, targets, h_prev, c_prev):
    T = len(inputs)
    Z, F, I, C, O, K = ({} for _ in range(6))   # K: candidates
    h, c = {-1: h_prev}, {-1: c_prev}
    shares, loss = {}, 0
    for t in range(T):
        sign = np.zeros((V, 1)); sign[inputs[t], 0] = 1
        Z[t] = np.concatenate([h[t-1], sign], axis=0)
        F[t] = gate(b_f + W_f @ Z[t])
        I[t] = gate(b_i + W_i @ Z[t])
        O[t] = gate(b_o + W_o @ Z[t])
        K[t] = np.tanh(b_c + W_c @ Z[t])
        c[t] = I[t] * K[t] + F[t] * c[t-1]
        C[t] = np.tanh(c[t])
        h[t] = O[t] * C[t]
        e = np.exp(b_y + W_y @ h[t])
        shares[t] = e / e.sum()
        loss = loss - np.log(shares[t][targets[t], 0])
    gW_f, gW_i, gW_c, gW_o = [np.zeros((H, z_size)) for _ in range(4)]
    gb_f, gb_i, gb_c, gb_o = [np.zeros((H, 1)) for _ in range(4)]
    gW_y, gb_y = np.zeros((V, H)), np.zeros((V, 1))
    right_h, right_c = np.zeros((H, 1)), np.zeros((H, 1))
    for t in range(T - 1, -1, -1):
        miss = shares[t]
        miss[targets[t]] -= 1
        gW_y += miss @ h[t].T; gb_y += miss
        right_h = right_h + W_y.T @ miss
        right_c = right_c + right_h * O[t] * (1 - C[t] * C[t])
        o = right_h * C[t] * O[t] * (1 - O[t])
        f = right_c * c[t-1] * F[t] * (1 - F[t])
        i = right_c * K[t] * I[t] * (1 - I[t])
        k = right_c * I[t] * (1 - K[t] * K[t])
        gW_f += f @ Z[t].T; gb_f += f
        gW_i += i @ Z[t].T; gb_i += i
        gW_c += k @ Z[t].T; gb_c += k
        gW_o += o @ Z[t].T; gb_o += o
        right_h = (W_f.T @ f + W_i.T @ i + W_c.T @ k + W_o.T @ o)[:H]
        right_c = right_c * F[t]
    return loss, gW_f, gW_i, gW_c, gW_o, gW_y, gb_f, gb_i, gb_c, gb_o, gb_y, h[T-1], c[T-1]
